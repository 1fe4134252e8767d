//! What is made for glibc and does not run on musl.

use crate::text::matches_wildcard;

include!(concat!(env!("OUT_DIR"), "/libc.rs"));

/// Whether a package of Python has neither a wheel for musl nor a source archive.
pub fn needs_glibc(package: &str) -> bool {
    WHEELS.binary_search(&package).is_ok()
}

/// Whether an address is that of a program that is linked against glibc.
pub fn is_glibc_download(address: &str) -> bool {
    DOWNLOADS
        .iter()
        .any(|pattern| matches_wildcard(pattern, address))
}

/// Whether a package of Alpine brings a C library for programs that are linked against glibc.
pub fn bridges_glibc(package: &str) -> bool {
    BRIDGES.contains(&package)
}

/// Whether a text says that somebody took care of glibc.
pub fn speaks_of_glibc(text: &str) -> bool {
    WORDS.iter().any(|word| text.contains(word))
}
