//! stub
mod command;
mod dialect;
use crate::span::{MappedText, Span};
pub use command::*;
pub use dialect::*;
/// s
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// c
    pub commands: Vec<Command>,
}
/// s
pub fn parse(_t: &MappedText, _d: &Dialect) -> Script {
    Script::default()
}
/// s
pub fn parse_exec(_w: &[(&MappedText, Span)]) -> Script {
    Script::default()
}
