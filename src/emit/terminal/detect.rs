//! What standard output, standard error and a file can show, asked of the system.

use std::io::IsTerminal;

use super::Terminal;

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

impl Terminal {
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
            height: is_tty.then(height).flatten(),
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

/// The rows of the terminal, or those that its variable gives.
fn height() -> Option<usize> {
    let asked = std::env::var("LINES").ok().and_then(|l| l.parse().ok());
    let own = || terminal_size::terminal_size().map(|(_, height)| usize::from(height.0));
    asked.or_else(own).filter(|h| *h > 0)
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
