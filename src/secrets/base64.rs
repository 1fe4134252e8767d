//! The little of base64 that is needed to look into a value.

/// Decodes up to `limit` bytes of standard or URL-safe base64; stops at the first other byte.
pub(super) fn decode(text: &[u8], limit: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(limit);
    let (mut bits, mut count) = (0u32, 0u32);
    for byte in text {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => break,
        };
        bits = (bits << 6) | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
            if out.len() >= limit {
                break;
            }
        }
    }
    out
}

/// The text that base64 stands for, if it is nothing else.
pub(super) fn text(base64: &str) -> Option<String> {
    let trimmed = base64.trim().trim_end_matches('=');
    let decoded = decode(trimmed.as_bytes(), 4096);
    let whole = decoded.len() == trimmed.len() * 3 / 4 && trimmed.len() >= 6;
    let readable = |b: &u8| b.is_ascii_graphic() || b.is_ascii_whitespace();
    if !whole || !decoded.iter().all(readable) {
        return None;
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn decodes_to_the_first_foreign_byte() {
        assert_eq!(super::decode(b"aGVsbG8=", 100), b"hello");
        assert_eq!(super::decode(b"aGVsbG8 aGVsbG8", 3), b"hel");
    }
}
