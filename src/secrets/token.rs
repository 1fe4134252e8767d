//! The token formats of providers: a table matched by hand, without regular expressions.

use super::value;

/// Which bytes a part of a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Alphabet {
    Digits,
    /// Lower-case hexadecimal.
    Hex,
    /// Hexadecimal in any case.
    AnyHex,
    /// Lower-case letters and digits.
    Lower,
    /// Upper-case letters and digits.
    Upper,
    /// Upper-case letters and `2` to `7`.
    Base32,
    Letters,
    Alnum,
    /// Letters, digits and `_`.
    Name,
    /// Letters, digits, `_` and `-`: URL-safe base64.
    Url,
    /// Letters, digits, `_`, `-` and `.`.
    Dotted,
    /// Letters, digits, `+`, `/` and `=`.
    Base64,
    /// Letters, digits, `_`, `-`, `.` and `~`.
    Tilde,
    /// Letters, digits, `_`, `-`, `.` and `=`.
    Padded,
    /// Letters, digits, `+` and `/`.
    Raw64,
}

impl Alphabet {
    /// Whether a byte belongs to it.
    pub const fn has(self, b: u8) -> bool {
        match self {
            Alphabet::Digits => b.is_ascii_digit(),
            Alphabet::Hex => matches!(b, b'0'..=b'9' | b'a'..=b'f'),
            Alphabet::AnyHex => b.is_ascii_hexdigit(),
            Alphabet::Lower => matches!(b, b'0'..=b'9' | b'a'..=b'z'),
            Alphabet::Upper => matches!(b, b'0'..=b'9' | b'A'..=b'Z'),
            Alphabet::Base32 => matches!(b, b'2'..=b'7' | b'A'..=b'Z'),
            Alphabet::Letters => b.is_ascii_alphabetic(),
            Alphabet::Alnum => b.is_ascii_alphanumeric(),
            Alphabet::Name => b.is_ascii_alphanumeric() || b == b'_',
            Alphabet::Url => b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'),
            Alphabet::Dotted => b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'),
            Alphabet::Base64 => b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='),
            Alphabet::Tilde => b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'~'),
            Alphabet::Padded => b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'='),
            Alphabet::Raw64 => b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'),
        }
    }
}

/// A piece of a token behind its keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// So many bytes of an alphabet, as many as there are.
    Run(Alphabet, u16, u16),
    /// This text.
    Text(&'static str),
}

/// What the format allows to verify offline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// Nothing.
    None,
    /// The last six of 36 characters are the CRC-32 of the others in base 62.
    Crc,
    /// That it looks random, where words begin with the same prefix.
    Random,
}

/// A token format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provider {
    /// What it is, with its article left out: `GitHub token`.
    pub what: &'static str,
    /// The text it is found by: its prefix, or a mark in its middle.
    pub keyword: &'static str,
    /// For a mark in the middle: what stands before it.
    pub before: Option<(Alphabet, u16, u16)>,
    /// For a mark in the middle: what the token starts with.
    pub starts: &'static str,
    /// What stands behind the keyword.
    pub parts: &'static [Part],
    /// What can be verified.
    pub check: Check,
}

include!(concat!(env!("OUT_DIR"), "/tokens.rs"));

/// A token found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Where.
    pub range: std::ops::Range<usize>,
    /// Whether nothing the format allows to verify speaks against it.
    pub certain: bool,
}

/// The token of a provider whose keyword stands at `at`.
pub fn match_at(provider: &Provider, text: &str, at: usize) -> Option<Match> {
    let bytes = text.as_bytes();
    let after = at + provider.keyword.len();
    // The keyword was found without regard to case.
    if bytes.get(at..after)? != provider.keyword.as_bytes() {
        return None;
    }
    let start = match provider.before {
        None => at,
        Some((alphabet, min, max)) => {
            let before = bytes.get(..at)?.iter().rev().take(usize::from(max) + 1);
            let count = before.take_while(|b| alphabet.has(**b)).count();
            if count < usize::from(min) {
                return None;
            }
            let count = match provider.starts {
                "" if count > usize::from(max) => return None,
                "" => count,
                starts => {
                    let area = text.get(at - count..at)?;
                    count
                        - area
                            .rfind(starts)
                            .filter(|i| count - i >= usize::from(min))?
                }
            };
            at - count
        }
    };
    if !starts_word(bytes, start) {
        return None;
    }
    let mut end = after;
    let mut last = None;
    for part in provider.parts {
        match part {
            Part::Text(text) => {
                if !bytes.get(end..)?.starts_with(text.as_bytes()) {
                    return None;
                }
                end += text.len();
            }
            Part::Run(alphabet, min, max) => {
                let run = bytes.get(end..)?.iter().take(usize::from(*max));
                let count = run.take_while(|b| alphabet.has(**b)).count();
                if count < usize::from(*min) {
                    return None;
                }
                end += count;
                last = Some(*alphabet);
            }
        }
    }
    let next = bytes.get(end).copied().unwrap_or(b' ');
    if next.is_ascii_alphanumeric() || last.is_some_and(|a| a.has(next) && next != b'=') {
        return None;
    }
    let body = text.get(after..end)?;
    if !is_plausible(body) {
        return None;
    }
    let certain = match provider.check {
        Check::None => true,
        Check::Random if !value::is_random(body) => return None,
        Check::Random => true,
        Check::Crc => {
            let (random, sum) = body.split_at_checked(body.len().checked_sub(6)?)?;
            checksum(random) == sum
        }
    };
    Some(Match {
        range: start..end,
        certain,
    })
}

/// Whether a token may begin here: no name goes on. `\n` of a quoted text ends one.
pub(super) fn starts_word(bytes: &[u8], start: usize) -> bool {
    let Some(before) = start.checked_sub(1).and_then(|i| bytes.get(i)) else {
        return true;
    };
    if !before.is_ascii_alphanumeric() && *before != b'_' {
        return true;
    }
    let escape = start.checked_sub(2).and_then(|i| bytes.get(i));
    matches!(before, b'n' | b't' | b'r') && escape == Some(&b'\\')
}

/// Whether the variable part of a token is no stand-in: `xxxx…`, `0123456789…`, `…EXAMPLE`.
pub(super) fn is_plausible(body: &str) -> bool {
    let distinct = value::distinct(body);
    let wanted = match body.len() {
        0..12 => body.len() / 3,
        12..20 => 6,
        _ => 8,
    };
    distinct >= wanted && !value::is_sequence(body) && !value::has_stand_in(body)
}

/// CRC-32 in base 62, six digits.
pub(super) fn checksum(text: &str) -> String {
    let mut crc = u32::MAX;
    for byte in text.bytes() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
        }
    }
    let mut rest = !crc;
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = match (rest % 62) as u8 {
            d @ 0..10 => b'0' + d,
            d @ 10..36 => b'A' + d - 10,
            d => b'a' + d - 36,
        };
        rest /= 62;
    }
    digits.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::Random;
    use super::*;

    #[test]
    fn every_format_is_found_and_a_longer_text_is_not() {
        let mut random = Random(0x5EED_1234);
        for provider in PROVIDERS {
            for _ in 0..50 {
                let token = random.token(provider);
                let at = token.find(provider.keyword).unwrap();
                let text = format!("x={token} y");
                let found = match_at(provider, &text, at + 2);
                let found = found.unwrap_or_else(|| panic!("{}", provider.keyword));
                assert_eq!(&text[found.range], token);
                assert!(found.certain);
                let glued = format!("x{token}");
                assert_eq!(
                    match_at(provider, &glued, at + 1),
                    None,
                    "{}",
                    provider.keyword
                );
            }
        }
    }

    #[test]
    fn stand_ins_are_no_tokens() {
        for body in ["x".repeat(36), "0123456789".repeat(4)[..36].to_owned()] {
            assert_eq!(match_at(&PROVIDERS[0], &format!("ghp_{body}"), 0), None);
        }
        let aws = PROVIDERS.iter().find(|p| p.keyword == "AKIA").unwrap();
        assert_eq!(match_at(aws, "AKIAIOSFODNN7EXAMPLE", 0), None);
    }

    #[test]
    fn a_wrong_checksum_leaves_a_doubt() {
        let mut random = Random(7);
        let mut token = random.token(&PROVIDERS[0]);
        token.replace_range(39.., if token.ends_with('a') { "b" } else { "a" });
        assert!(!match_at(&PROVIDERS[0], &token, 0).unwrap().certain);
    }

    #[test]
    fn the_checksum_is_crc_32() {
        // 0xCBF43926 is the check value of CRC-32.
        let mut value = 0u64;
        for digit in checksum("123456789").bytes() {
            let digit = match digit {
                b'0'..=b'9' => digit - b'0',
                b'A'..=b'Z' => digit - b'A' + 10,
                _ => digit - b'a' + 36,
            };
            value = value * 62 + u64::from(digit);
        }
        assert_eq!(value, 0xCBF4_3926);
    }
}
