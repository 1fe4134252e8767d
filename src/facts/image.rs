//! stub
#![allow(missing_docs)]
use crate::shell::Dialect;
pub const HIDDEN: char = '\u{E000}';
#[derive(Debug, Clone)]
pub struct ImageRef {
    pub text: String,
}
impl ImageRef {
    pub fn parse(t: &str) -> Self {
        Self { text: t.into() }
    }
    pub fn is_hidden(&self) -> bool {
        self.text.contains(HIDDEN)
    }
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OsFamily {
    Unknown,
}
pub fn os_family(_: &ImageRef) -> OsFamily {
    OsFamily::Unknown
}
pub fn is_windows(_: &ImageRef) -> bool {
    false
}
pub fn default_shell(_: &ImageRef) -> Dialect {
    Dialect::Sh
}
