//! Secrets in text: what a name promises, what a value is, and what can be recognised anywhere.
//!
//! Knows nothing of Dockerfiles: rules bring the text and the place. [`scan::scan`] finds what is
//! a secret by its own shape, [`name::classify`] reads the name of a variable, [`value::classify`]
//! what stands behind it, [`files::classify`] the name of a file, [`pattern::Pattern`] is a shape
//! that an organisation adds, [`mask::find`] says what reports leave out of a text.

pub mod assignment;
mod base64;
pub mod files;
pub mod fingerprint;
pub mod mask;
pub mod name;
pub mod pattern;
pub mod position;
pub mod scan;
pub mod token;
mod url;
pub mod value;
mod words;

/// Whether a word is in a list of words with one blank between them.
fn listed(list: &str, word: &str) -> bool {
    if word.is_empty() || word.contains(' ') {
        return false;
    }
    let (list, word) = (list.as_bytes(), word.as_bytes());
    let first = word.first();
    let mut at = 0;
    while let Some(here) = list.get(at..at + word.len()) {
        // Most words begin otherwise.
        if here.first() == first
            && here == word
            && matches!(list.get(at + word.len()), None | Some(b' '))
        {
            return true;
        }
        // On to the next word.
        while list.get(at).is_some_and(|b| *b != b' ') {
            at += 1;
        }
        at += 1;
    }
    false
}

/// Whether a value is a secret under a name, one that everybody tries first included.
pub fn is_secret_of(name: &str, value: &str) -> bool {
    let Some(class) = name::classify(name) else {
        return false;
    };
    if scan::scan(value).iter().any(|h| h.certain) {
        return true;
    }
    let kind = value::classify(value, &class);
    if class.strong {
        kind.is_secret() || kind == value::ValueKind::Default
    } else {
        kind == value::ValueKind::Random
    }
}

/// What may be shown of a secret: its first characters, at most four and at most a quarter, and
/// its length.
pub fn excerpt(secret: &str) -> String {
    let length = secret.chars().count();
    let shown: String = secret
        .chars()
        .take((length / 4).min(4))
        .take_while(|c| c.is_ascii_graphic() && *c != '`')
        .collect();
    match length {
        1 => format!("`{shown}…` (1 character)"),
        _ => format!("`{shown}…` ({length} characters)"),
    }
}

/// A seeded generator of tokens for tests, so that none stands in the source.
#[cfg(test)]
pub(crate) mod testing {
    use super::token::{Alphabet, Check, Part, Provider, checksum};

    /// A small xorshift.
    pub(crate) struct Random(pub(crate) u64);

    impl Random {
        pub(crate) fn below(&mut self, end: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 % end as u64) as usize
        }

        /// Text of an alphabet.
        pub(crate) fn text(&mut self, alphabet: Alphabet, length: usize) -> String {
            let all: Vec<char> = (33u8..127)
                .filter(|b| alphabet.has(*b) && *b != b'=')
                .map(char::from)
                .collect();
            (0..length).map(|_| all[self.below(all.len())]).collect()
        }

        /// A token of a provider.
        pub(crate) fn token(&mut self, provider: &Provider) -> String {
            loop {
                let token = self.shaped(provider);
                if provider.check != Check::Random
                    || super::value::is_random(&token[provider.keyword.len()..])
                {
                    return token;
                }
            }
        }

        fn shaped(&mut self, provider: &Provider) -> String {
            let mut token = String::new();
            if let Some((alphabet, min, _)) = provider.before {
                token.push_str(provider.starts);
                let rest = usize::from(min) - provider.starts.len();
                token.push_str(&self.text(alphabet, rest));
            }
            token.push_str(provider.keyword);
            for part in provider.parts {
                match part {
                    Part::Run(alphabet, min, _) => {
                        token.push_str(&self.text(*alphabet, usize::from(*min)));
                    }
                    Part::Text(text) => token.push_str(text),
                }
            }
            if provider.check == Check::Crc {
                let body = token.split_off(provider.keyword.len());
                let body = &body[..30];
                token.push_str(body);
                token.push_str(&checksum(body));
            }
            token
        }
    }
}

#[cfg(test)]
mod tests {
    use super::excerpt;

    #[test]
    fn little_of_a_secret_is_shown() {
        assert_eq!(excerpt("hunter2"), "`h…` (7 characters)");
        assert_eq!(
            excerpt("correct-horse-battery-staple"),
            "`corr…` (28 characters)"
        );
        assert_eq!(excerpt("ab"), "`…` (2 characters)");
        assert_eq!(excerpt("a`bcdefghijkl"), "`a…` (13 characters)");
    }
}
