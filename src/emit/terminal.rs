//! What the place a report goes to can show: colour, links, width, letters beyond ASCII.

#[cfg(feature = "cli")]
mod detect;

#[cfg(feature = "cli")]
pub use detect::Color;

use crate::diagnostic::Severity;

/// What the place a report goes to can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// Whether someone is looking.
    pub is_tty: bool,
    /// Whether escape sequences colour the text.
    pub color: bool,
    /// Whether escape sequences make links.
    pub links: bool,
    /// Whether it shows letters beyond ASCII.
    pub unicode: bool,
    /// Columns.
    pub width: usize,
    /// Rows, where somebody is looking and they are known.
    pub height: Option<usize>,
}

impl Terminal {
    /// The width where none is known.
    pub const WIDTH: usize = 80;

    /// A file or a pipe.
    pub fn plain() -> Self {
        Self {
            is_tty: false,
            color: false,
            links: false,
            unicode: true,
            width: Self::WIDTH,
            height: None,
        }
    }

    /// Text in a style.
    pub fn paint(&self, style: Style, text: &str) -> String {
        if self.color && !text.is_empty() {
            format!("\u{1b}[{}m{text}\u{1b}[0m", style.code())
        } else {
            text.to_owned()
        }
    }

    /// Text that leads to an address.
    pub fn link(&self, address: &str, text: &str) -> String {
        if self.links {
            format!("\u{1b}]8;;{address}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\")
        } else {
            text.to_owned()
        }
    }
}

/// How a piece of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Style {
    Bold,
    Dim,
    Underline,
    Code,
    Added,
    Removed,
    Hunk,
    Severity(Severity),
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Style::Bold => "1",
            Style::Dim => "2",
            Style::Underline => "4",
            Style::Code | Style::Hunk => "36",
            Style::Added => "32",
            Style::Removed => "31",
            Style::Severity(Severity::Error) => "1;31",
            Style::Severity(Severity::Warning) => "1;33",
            Style::Severity(Severity::Info) => "1;36",
            Style::Severity(Severity::Style) => "1;35",
        }
    }
}
