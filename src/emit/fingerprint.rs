//! `primaryLocationLineHash`: the fingerprint by which GitHub knows a finding again, computed as
//! `github/codeql-action/upload-sarif` does where it is missing (`src/fingerprints.ts`).

use std::collections::HashMap;

/// Characters that decide a line's hash, blanks left out.
const BLOCK: usize = 100;
const FACTOR: u64 = 37;
/// What stands for the end of the file.
const END: u16 = 65535;

/// The hash of every line, the first line first.
pub(super) fn line_hashes(bytes: &[u8]) -> Vec<String> {
    let mut hasher = Hasher::new();
    for unit in String::from_utf8_lossy(bytes).encode_utf16() {
        hasher.read(unit);
    }
    hasher.read(END);
    // Flush the lines that start within the last block.
    for _ in 0..BLOCK {
        hasher.emit();
        hasher.push(0);
    }
    hasher.hashes
}

struct Hasher {
    /// The last characters, with whether a line starts there: a ring.
    window: [(u64, bool); BLOCK],
    at: usize,
    hash: u64,
    /// `FACTOR` to the power of `BLOCK`: takes a character out of the hash.
    first: u64,
    line_start: bool,
    after_return: bool,
    counts: HashMap<u64, usize>,
    hashes: Vec<String>,
}

impl Hasher {
    fn new() -> Self {
        Self {
            window: [(0, false); BLOCK],
            at: 0,
            hash: 0,
            first: (0..BLOCK).fold(1, |n: u64, _| n.wrapping_mul(FACTOR)),
            line_start: true,
            after_return: false,
            counts: HashMap::new(),
            hashes: Vec::new(),
        }
    }

    fn read(&mut self, unit: u16) {
        const NEWLINE: u16 = b'\n' as u16;
        const RETURN: u16 = b'\r' as u16;
        const SPACE: u16 = b' ' as u16;
        const TAB: u16 = b'\t' as u16;
        if unit == SPACE || unit == TAB || (self.after_return && unit == NEWLINE) {
            self.after_return = false;
            return;
        }
        self.after_return = unit == RETURN;
        let unit = if unit == RETURN { NEWLINE } else { unit };
        self.emit();
        if self.line_start
            && let Some(slot) = self.window.get_mut(self.at)
        {
            slot.1 = true;
        }
        self.line_start = unit == NEWLINE;
        self.push(u64::from(unit));
    }

    /// Gives the hash of the line that starts at the oldest character, if one does.
    fn emit(&mut self) {
        let Some(slot) = self.window.get_mut(self.at) else {
            return;
        };
        if std::mem::take(&mut slot.1) {
            let count = self.counts.entry(self.hash).or_default();
            *count += 1;
            self.hashes.push(format!("{:x}:{count}", self.hash));
        }
    }

    fn push(&mut self, unit: u64) {
        let Some(slot) = self.window.get_mut(self.at) else {
            return;
        };
        let oldest = std::mem::replace(&mut slot.0, unit);
        self.hash = FACTOR
            .wrapping_mul(self.hash)
            .wrapping_add(unit)
            .wrapping_sub(self.first.wrapping_mul(oldest));
        self.at = (self.at + 1) % BLOCK;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of `src/fingerprints.test.ts`.
    #[test]
    fn the_hashes_are_those_of_upload_sarif() {
        let greetings = [
            "e9496ae3ebfced30:1",
            "fb7c023a8b9ccb3f:1",
            "ce8ba1a563dcdaca:1",
            "e20e36e16fcb0cc8:1",
            "b3edc88f2938467e:1",
            "c8e28b0b4002a3a0:1",
            "c129715d7a2bc9a3:1",
        ];
        let cases: &[(&str, &[&str])] = &[
            ("", &["c129715d7a2bc9a3:1"]),
            (
                " a\nb\n  \t\tc\n d",
                &[
                    "271789c17abda88f:1",
                    "54703d4cd895b18:1",
                    "180aee12dab6264:1",
                    "a23a3dc5e078b07b:1",
                ],
            ),
            (
                " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End",
                &[
                    "8b7cf3e952e7aeb2:1",
                    "b1ae1287ec4718d9:1",
                    "bff680108adb0fcc:1",
                    "c6805c5e1288b612:1",
                    "b86d3392aea1be30:1",
                    "e6ceba753e1a442:1",
                ],
            ),
            (
                " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n",
                &greetings,
            ),
            (
                " hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r",
                &greetings,
            ),
            (
                " hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n",
                &greetings,
            ),
            (
                " hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n",
                &greetings,
            ),
            (
                "x = 2\nx = 1\nprint(x)\nx = 3\nprint(x)\nx = 4\nprint(x)\n",
                &[
                    "e54938cc54b302f1:1",
                    "bb609acbe9138d60:1",
                    "1131fd5871777f34:1",
                    "5c482a0f8b35ea28:1",
                    "54517377da7028d2:1",
                    "2c644846cb18d53e:1",
                    "f1b89f20de0d133:1",
                    "c129715d7a2bc9a3:1",
                ],
            ),
        ];
        for (text, hashes) in cases {
            assert_eq!(line_hashes(text.as_bytes()), *hashes, "{text:?}");
        }
        let lorem = "Lorem ipsum dolor sit amet.\n".repeat(10);
        assert_eq!(
            line_hashes(lorem.as_bytes()),
            [
                "a7f2ff13bc495cf2:1",
                "a7f2ff13bc495cf2:2",
                "a7f2ff13bc495cf2:3",
                "a7f2ff13bc495cf2:4",
                "a7f2ff13bc495cf2:5",
                "a7f2ff13bc495cf2:6",
                "a7f2ff1481e87703:1",
                "a9cf91f7bbf1862b:1",
                "55ec222b86bcae53:1",
                "cc97dc7b1d7d8f7b:1",
                "c129715d7a2bc9a3:1",
            ]
        );
    }
}
