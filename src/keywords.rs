//! Many texts looked for at once, with a table that the compiler makes: what is small and fixed need
//! not be worked out at every start.

use std::cmp::Reverse;
use std::ops::Range;

/// How many places the table has; a power of two, a good deal more than there are keywords.
const PLACES: usize = 4096;
/// So many bytes of a keyword decide about its place.
const HEAD: usize = 3;
/// What any byte may follow, for keywords that are shorter than [`HEAD`].
const BYTES: usize = 256;

/// A keyword at a place of the table.
#[derive(Clone, Copy)]
struct Link {
    keyword: u16,
    /// The next one at that place, counted from one.
    next: u16,
    /// How the keyword begins: others have the same place.
    head: u32,
}

/// Keywords to be looked for in one pass, each of two bytes or more. `LINKS` is what [`links`] says of
/// them.
pub struct Keywords<const LINKS: usize> {
    keywords: &'static [&'static str],
    /// Whether the case of ASCII letters counts.
    has_case: bool,
    /// For each place the first keyword there, counted from one.
    places: [u16; PLACES],
    links: [Link; LINKS],
}

/// Where a keyword stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its number.
    pub keyword: usize,
    /// Where it stands.
    pub range: Range<usize>,
}

/// How many links a table of these keywords has.
#[allow(
    clippy::indexing_slicing,
    reason = "it runs in the compiler, for constants"
)]
pub const fn links(keywords: &[&str]) -> usize {
    let mut number = 0;
    let mut at = 0;
    while at < keywords.len() {
        number += if keywords[at].len() < HEAD { BYTES } else { 1 };
        at += 1;
    }
    number
}

/// The place of three bytes.
const fn place(head: u32) -> usize {
    (head.wrapping_mul(0x9E37_79B1) >> 20) as usize % PLACES
}

/// A byte as it is compared. Without regard to case some other characters are alike too, which costs
/// a look at the text.
const fn folded(byte: u8, has_case: bool) -> u32 {
    (if has_case { byte } else { byte | 0x20 }) as u32
}

impl<const LINKS: usize> Keywords<LINKS> {
    /// A table that the compiler makes.
    #[allow(
        clippy::indexing_slicing,
        clippy::panic,
        reason = "it runs in the compiler, for constants"
    )]
    pub const fn new(keywords: &'static [&'static str], has_case: bool) -> Self {
        assert!(keywords.len() < u16::MAX as usize && LINKS < u16::MAX as usize);
        let mut places = [0; PLACES];
        let mut links = [Link {
            keyword: 0,
            next: 0,
            head: 0,
        }; LINKS];
        let mut used = 0;
        let mut number = 0;
        while number < keywords.len() {
            let bytes = keywords[number].as_bytes();
            assert!(bytes.len() + 1 >= HEAD, "a keyword has two bytes or more");
            let two = folded(bytes[0], has_case) << 16 | folded(bytes[1], has_case) << 8;
            let (mut third, last) = if bytes.len() < HEAD {
                (0, BYTES - 1)
            } else {
                (bytes[2] as usize, bytes[2] as usize)
            };
            while third <= last {
                let head = two | folded(third as u8, has_case);
                let place = place(head);
                links[used] = Link {
                    keyword: number as u16,
                    next: places[place],
                    head,
                };
                used += 1;
                places[place] = used as u16;
                third += 1;
            }
            number += 1;
        }
        Self {
            keywords,
            has_case,
            places,
            links,
        }
    }

    /// Calls `each` with every keyword in a text, by their starts, as long as it wants more.
    fn search(&self, text: &str, mut each: impl FnMut(Found) -> bool) {
        let bytes = text.as_bytes();
        let [first, second, rest @ ..] = bytes else {
            return;
        };
        // The last bytes read; nothing is worked out anew for a byte.
        let mut head = folded(*first, self.has_case) << 8 | folded(*second, self.has_case);
        let mut start = 0;
        for byte in rest {
            head = (head << 8 | folded(*byte, self.has_case)) & 0x00FF_FFFF;
            let link = self.first_at(head);
            if link > 0 && !self.follow(link, head, bytes, start, &mut each) {
                return;
            }
            start += 1;
        }
        // Behind the end of the text stands what no keyword has to have.
        head = (head & 0xFFFF) << 8 | folded(0, self.has_case);
        self.follow(self.first_at(head), head, bytes, start, &mut each);
    }

    fn first_at(&self, head: u32) -> u16 {
        self.places.get(place(head)).copied().unwrap_or_default()
    }

    /// Goes along the keywords of a place; whether more are wanted.
    fn follow(
        &self,
        mut link: u16,
        head: u32,
        text: &[u8],
        start: usize,
        each: &mut impl FnMut(Found) -> bool,
    ) -> bool {
        while let Some(found) = self.links.get((link as usize).wrapping_sub(1)) {
            link = found.next;
            if found.head != head {
                continue;
            }
            let keyword = found.keyword as usize;
            let range = start..start + self.keywords.get(keyword).map_or(0, |k| k.len());
            if self.is_at(text, keyword, range.clone()) && !each(Found { keyword, range }) {
                return false;
            }
        }
        true
    }

    fn is_at(&self, text: &[u8], keyword: usize, range: Range<usize>) -> bool {
        let (Some(keyword), Some(there)) = (self.keywords.get(keyword), text.get(range)) else {
            return false;
        };
        if self.has_case {
            there == keyword.as_bytes()
        } else {
            there.eq_ignore_ascii_case(keyword.as_bytes())
        }
    }

    /// Whether one of them is in a text.
    pub fn is_match(&self, text: &str) -> bool {
        let mut is_there = false;
        self.search(text, |_| {
            is_there = true;
            false
        });
        is_there
    }

    /// All of them in a text, those in others too, by their ends.
    pub fn all(&self, text: &str) -> Vec<Found> {
        let mut all = Vec::new();
        self.search(text, |found| {
            all.push(found);
            true
        });
        all.sort_unstable_by_key(|f| (f.range.end, f.range.start, f.keyword));
        all
    }

    /// Those in a text that do not touch: the first, and of several at a place the longest.
    pub fn apart(&self, text: &str) -> Vec<Found> {
        let mut apart: Vec<Found> = Vec::new();
        // Of equal ones the first counts.
        let rank = |f: &Found| (f.range.end, Reverse(f.keyword));
        self.search(text, |found| {
            match apart.last_mut() {
                Some(last) if found.range.start < last.range.end => {
                    if found.range.start == last.range.start && rank(&found) > rank(last) {
                        *last = found;
                    }
                }
                _ => apart.push(found),
            }
            true
        });
        apart
    }
}

#[cfg(test)]
mod tests {
    use aho_corasick::{AhoCorasick, MatchKind};
    use proptest::prelude::*;

    use super::*;

    const WORDS: &[&str] = &[
        "ab", "abc", "bcd", "Aa", "aab", "abab", "b:", "ccc", "cccc", "abc", "ABC",
    ];
    static EXACT: Keywords<{ links(WORDS) }> = Keywords::new(WORDS, true);
    static FOLDED: Keywords<{ links(WORDS) }> = Keywords::new(WORDS, false);

    fn same(found: &[Found], known: impl Iterator<Item = aho_corasick::Match>) {
        let found: Vec<_> = found.iter().map(|f| (f.keyword, f.range.clone())).collect();
        let known: Vec<_> = known.map(|m| (m.pattern().as_usize(), m.range())).collect();
        assert_eq!(found, known);
    }

    fn compare(text: &str) {
        let all = AhoCorasick::new(WORDS).unwrap();
        same(&EXACT.all(text), all.find_overlapping_iter(text));
        assert_eq!(EXACT.is_match(text), all.is_match(text));
        let longest = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .build(WORDS)
            .unwrap();
        same(&FOLDED.apart(text), longest.find_iter(text));
        assert_eq!(FOLDED.is_match(text), longest.is_match(text));
    }

    #[test]
    fn short_texts_are_searched_to_their_end() {
        for text in [
            "", "a", "b", "ab", "Ab", "xab", "b:", "cccc", "é", "aé", "abé", "ab\0",
        ] {
            compare(text);
        }
    }

    proptest! {
        #[test]
        fn an_automaton_finds_the_same(text in "[abcAB:é\0]{0,40}") {
            compare(&text);
        }
    }
}
