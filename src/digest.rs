//! What is known again by its SHA-256.

use std::fmt;

/// A SHA-256.
pub type Digest = [u8; 32];

/// The SHA-256 of what is added, part by part. Where one part ends and the next begins counts.
#[derive(Clone)]
pub struct Hasher(hmac_sha256::Hash);

impl Hasher {
    /// Of nothing yet.
    #[allow(
        clippy::new_without_default,
        reason = "a digest of nothing is no default of anything"
    )]
    pub fn new() -> Self {
        Self(hmac_sha256::Hash::new())
    }

    /// Adds bytes.
    pub fn add(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// Adds a value as its `Debug` describes it, which has to be all that counts of it.
    pub fn add_described(&mut self, value: &impl fmt::Debug) -> &mut Self {
        /// Takes text as it comes, and counts it.
        struct Sink<'h>(&'h mut hmac_sha256::Hash, u64);

        impl fmt::Write for Sink<'_> {
            fn write_str(&mut self, text: &str) -> fmt::Result {
                self.0.update(text);
                self.1 += text.len() as u64;
                Ok(())
            }
        }

        let mut sink = Sink(&mut self.0, 0);
        // The sink takes everything.
        let _ = fmt::write(&mut sink, format_args!("{value:?}"));
        let length = sink.1;
        self.0.update(length.to_le_bytes());
        self
    }

    /// The digest.
    pub fn finish(&self) -> Digest {
        self.0.finalize()
    }
}

/// The SHA-256 of bytes.
pub fn of(bytes: &[u8]) -> Digest {
    hmac_sha256::Hash::hash(bytes)
}

/// A digest in lower case, as `sha256sum` writes it.
pub fn hexadecimal(digest: &[u8]) -> String {
    digest.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_that_of_sha256sum() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(hexadecimal(&of(b"")), empty);
    }

    #[test]
    fn where_parts_end_counts() {
        let two = |a: &str, b: &str| Hasher::new().add(a.as_bytes()).add(b.as_bytes()).finish();
        assert_ne!(two("ab", "c"), two("a", "bc"));
        let described = |a: &str, b: &str| {
            let mut hasher = Hasher::new();
            hasher.add_described(&a).add_described(&b).finish()
        };
        assert_ne!(described("ab", "c"), described("a", "bc"));
        assert_eq!(described("ab", "c"), described("ab", "c"));
    }
}
