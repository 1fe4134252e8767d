//! Which language a script is in.

/// How a script is run.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Dialect {
    /// `/bin/sh`, whichever shell that is in the image.
    #[default]
    Sh,
    /// Debian's small shell.
    Dash,
    /// GNU Bash.
    Bash,
    /// The shell of BusyBox.
    Ash,
    /// A Korn shell.
    Ksh,
    /// The Z shell.
    Zsh,
    /// Windows PowerShell or PowerShell Core.
    PowerShell,
    /// The Windows command interpreter.
    Cmd,
    /// Anything else, by the name of the program: never read as a shell script.
    Unknown(String),
}

impl Dialect {
    /// The dialect of a `SHELL` instruction's words: `["/bin/bash", "-o", "pipefail", "-c"]`,
    /// `["cmd", "/S", "/C"]`. The program may have a path, an `.exe` and any case. A program
    /// that starts a shell, as in `["conda", "run", "-n", "x", "/bin/bash", "-c"]`, counts as
    /// that shell.
    pub fn of_shell(words: &[&str]) -> Dialect {
        let mut programs = words.iter().filter_map(|w| Self::of_program(w));
        programs
            .next()
            .unwrap_or_else(|| Self::Unknown(base_name(words.first().unwrap_or(&"")).to_string()))
    }

    /// The dialect a `#!` line asks for.
    pub fn of_shebang(line: &str) -> Dialect {
        let line = line.trim_start().strip_prefix("#!").unwrap_or(line);
        let mut words = line.split_ascii_whitespace();
        let mut program = words.next().unwrap_or_default();
        if matches!(base_name(program), "env" | "busybox") {
            program = words
                .find(|w| !w.starts_with('-') && !w.contains('='))
                .unwrap_or(program);
        }
        Self::of_program(program).unwrap_or_else(|| Self::Unknown(base_name(program).to_string()))
    }

    /// The dialect of a program by its name or path; nothing if it is no known shell.
    pub fn of_program(path: &str) -> Option<Dialect> {
        let lower = base_name(path).to_ascii_lowercase();
        Some(match lower.strip_suffix(".exe").unwrap_or(&lower) {
            "sh" => Self::Sh,
            "dash" => Self::Dash,
            "bash" | "rbash" => Self::Bash,
            "ash" | "busybox" | "toybox" => Self::Ash,
            "ksh" | "ksh93" | "mksh" | "oksh" | "loksh" => Self::Ksh,
            "zsh" => Self::Zsh,
            "powershell" | "pwsh" => Self::PowerShell,
            "cmd" => Self::Cmd,
            _ => return None,
        })
    }

    /// Whether scripts of this dialect follow the grammar of the POSIX shell, so that they
    /// are read.
    pub fn is_posix(&self) -> bool {
        !matches!(self, Self::PowerShell | Self::Cmd | Self::Unknown(_))
    }

    /// Whether the shell has `set -o pipefail`; `sh` may be a shell without it.
    pub fn has_pipefail(&self) -> bool {
        matches!(self, Self::Bash | Self::Ash | Self::Ksh | Self::Zsh)
    }
}

/// The last component of a path with `/` or `\` between components.
pub(super) fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_is_known_by_any_path_case_and_suffix() {
        let of = |words: &[&str]| Dialect::of_shell(words);
        assert_eq!(of(&["/bin/sh", "-c"]), Dialect::Sh);
        assert_eq!(of(&["/bin/bash", "-o", "pipefail", "-c"]), Dialect::Bash);
        assert_eq!(of(&["/busybox/busybox", "sh", "-c"]), Dialect::Ash);
        assert_eq!(of(&["/usr/bin/env", "bash", "-c"]), Dialect::Bash);
        assert_eq!(
            of(&["conda", "run", "-n", "x", "/bin/bash", "-c"]),
            Dialect::Bash
        );
        assert_eq!(
            of(&["C:\\Windows\\PowerShell.EXE", "-Command"]),
            Dialect::PowerShell
        );
        assert_eq!(of(&["pwsh", "-c"]), Dialect::PowerShell);
        assert_eq!(of(&["cmd", "/S", "/C"]), Dialect::Cmd);
        assert_eq!(
            of(&["/usr/bin/python3", "-c"]),
            Dialect::Unknown("python3".into())
        );
        assert_eq!(of(&[]), Dialect::Unknown(String::new()));
    }

    #[test]
    fn a_shebang_names_the_dialect() {
        let of = Dialect::of_shebang;
        assert_eq!(of("#!/bin/bash -eu\r"), Dialect::Bash);
        assert_eq!(of("#! /usr/bin/env -S bash -e"), Dialect::Bash);
        assert_eq!(of("#!/usr/bin/env A=1 zsh"), Dialect::Zsh);
        assert_eq!(of("#!/bin/busybox sh"), Dialect::Sh);
        assert_eq!(
            of("#!/usr/bin/env python3"),
            Dialect::Unknown("python3".into())
        );
        assert!(!of("#!/usr/bin/perl").is_posix());
        assert!(!of("#!").is_posix());
    }
}
