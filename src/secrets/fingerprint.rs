//! The keyed fingerprint by which a secret is known again without being written down: HMAC-SHA-256
//! (RFC 2104, FIPS 180-4), its first 128 bits. Without the key nobody can try values against it.

use crate::digest;

/// The fingerprint of a secret under a key, in 32 hexadecimal digits.
pub fn of(key: &str, secret: &str) -> String {
    let digest = hmac_sha256::HMAC::mac(secret, key);
    let half = digest.get(..16).unwrap_or_default();
    digest::hexadecimal(half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_is_an_hmac() {
        // RFC 4231, case 2.
        assert_eq!(
            of("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c7"
        );
        assert_eq!(of("a", "x").len(), 32);
        assert_ne!(of("a", "x"), of("b", "x"));
    }
}
