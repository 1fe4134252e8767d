//! What the place a report goes to can show: colour, links, width, letters beyond ASCII.

use std::io::IsTerminal;

use crate::diagnostic::Severity;

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

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
        }
    }

    /// Standard output.
    pub fn stdout(color: Color) -> Self {
        let is_tty = std::io::stdout().is_terminal();
        Self::of(
            is_tty,
            color,
            || supports_color::on(supports_color::Stream::Stdout).is_some(),
            supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout),
        )
    }

    /// Standard error.
    pub fn stderr(color: Color) -> Self {
        let is_tty = std::io::stderr().is_terminal();
        Self::of(
            is_tty,
            color,
            || supports_color::on(supports_color::Stream::Stderr).is_some(),
            supports_hyperlinks::on(supports_hyperlinks::Stream::Stderr),
        )
    }

    /// A file that a report is written to.
    pub fn file() -> Self {
        Self {
            unicode: unicode(),
            ..Self::plain()
        }
    }

    /// `shows_color` is asked where neither the option nor a variable decides.
    fn of(is_tty: bool, color: Color, shows_color: impl Fn() -> bool, links: bool) -> Self {
        let set = |name| std::env::var_os(name).is_some_and(|v| !v.is_empty());
        let off = |name| std::env::var_os(name).is_some_and(|v| v == "0");
        let color = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if set("NO_COLOR") => false,
            Color::Auto if off("FORCE_COLOR") || off("CLICOLOR_FORCE") => false,
            Color::Auto if set("FORCE_COLOR") || set("CLICOLOR_FORCE") => true,
            Color::Auto => is_tty && shows_color(),
        };
        Self {
            is_tty,
            color,
            links,
            unicode: unicode(),
            width: width(is_tty),
        }
    }

    /// Text in a style.
    pub fn paint(&self, style: Style, text: &str) -> String {
        match self.color {
            true => format!("\u{1b}[{}m{text}\u{1b}[0m", style.code()),
            false => text.to_owned(),
        }
    }

    /// Text that leads to an address.
    pub fn link(&self, address: &str, text: &str) -> String {
        match self.links {
            true => format!("\u{1b}]8;;{address}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\"),
            false => text.to_owned(),
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
            Style::Severity(Severity::Style) => "1;34",
        }
    }
}

/// The width people asked for, or that of the terminal.
fn width(is_tty: bool) -> usize {
    let asked = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let own = || {
        let (width, _) = terminal_size::terminal_size()?;
        Some(usize::from(width.0))
    };
    let known = asked.or_else(|| is_tty.then(own).flatten());
    known.filter(|w| *w > 0).unwrap_or(Terminal::WIDTH).max(30)
}

/// Whether the locale's encoding is UTF-8. `supports-unicode` takes a variable that is set to
/// nothing for the locale, where the C library goes on to the next.
fn unicode() -> bool {
    if cfg!(windows) {
        return true;
    }
    // The console of Linux has few letters.
    if std::env::var_os("TERM").is_some_and(|t| t == "linux") {
        return false;
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    locale.is_some_and(|l| {
        let l = l.to_ascii_lowercase();
        l.contains("utf-8") || l.contains("utf8")
    })
}
