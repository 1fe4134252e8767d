//! A name in front of a separator, where its value begins and where it ends.

use std::ops::Range;

use super::{Language, REACH};

pub(super) fn is_quoted(text: &str) -> bool {
    text.trim_start_matches('\\').starts_with(['"', '\''])
}

/// A name in front of a `=`, `:` or `>`.
pub(super) struct Place {
    pub(super) name: Range<usize>,
    /// Where the value begins.
    pub(super) from: usize,
    pub(super) ends: Ends,
    /// Whether blanks stand around the `=`, as in a program.
    pub(super) spaced: bool,
    /// Whether only a text in quotes is meant, since else it is a variable's.
    pub(super) quoted_only: bool,
}

/// What ends a value, besides its quotes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    /// A blank.
    Word,
    /// `}`
    Brace,
    /// What ends a parameter of a URL.
    Parameter,
    /// `<`
    Tag,
}

/// The name in front of a separator, where its value begins and what ends it.
pub(super) fn named(line: &str, at: usize, separator: &str) -> Option<Place> {
    let before = line.get(..at)?;
    let after = line.get(at + 1..)?;
    // `:=`, `?=`, `||=`
    let lead = match separator {
        "=" => before.trim_end_matches([':', '?', '|', '+']),
        _ => before,
    };
    let bare = lead.trim_end_matches(['"', '\'', ' ', '\\']);
    // `os.environ["NAME"] = `
    let index = bare.strip_suffix(']').filter(|b| b.ends_with(['"', '\'']));
    // `env[NAME] = `
    let bracket = index.or_else(|| {
        let inner = bare.strip_suffix([']', '}'])?;
        let opens = ["env[", "value[", "[:", "ENV{'", "ENV{\""];
        opens.iter().any(|o| inner.contains(o)).then_some(inner)
    });
    let bare = match bracket {
        Some(index) => index.trim_end_matches(['"', '\'', '\\']),
        None => bare,
    };
    let name_start = begin_of_name(bare)?;
    // `name: str = "value"`, `var name string = "value"`
    let untyped_name = match separator {
        "=" => untyped(bare, name_start),
        _ => None,
    };
    let is_typed = untyped_name.is_some();
    let bare = untyped_name.unwrap_or(bare);
    let name_start = begin_of_name(bare)?;
    // `\n` ends the line before.
    let breaks = bare.get(..name_start)?.ends_with('\\')
        && bare.get(name_start..)?.starts_with(['n', 'r', 't']);
    let name_start = name_start + usize::from(breaks);
    let name = name_start..bare.len();
    let ahead = if breaks {
        ""
    } else {
        before.get(..name_start)?
    };
    let place = |from, ends| Place {
        name: name.clone(),
        from,
        ends,
        spaced: false,
        quoted_only: false,
    };
    if separator == ">" {
        if bare.len() == at && ahead.ends_with('<') {
            return Some(place(at + 1, Ends::Tag));
        }
        return tagged(line, at);
    }
    if separator == ":" {
        // `${NAME:-default}`
        if bare.len() == at && after.starts_with(['-', '=']) && ahead.ends_with("${") {
            return Some(place(at + 2, Ends::Brace));
        }
        // `${name:default}` of Spring and others; a shell has `${name:offset}`.
        if bare.len() == at
            && ahead.ends_with("${")
            && after.split('}').next().is_some_and(|d| d.len() > 3)
        {
            return Some(place(at + 1, Ends::Brace));
        }
        // A line of YAML or of JSON, a header.
        // A symbol of Ruby begins with a colon too.
        let ahead_of_scope = match ahead.strip_suffix("::") {
            // `db::password: x` of Hiera
            Some(scope) => {
                scope.trim_end_matches(|c: char| c.is_alphanumeric() || "_:".contains(c))
            }
            None => ahead,
        };
        let starts = ahead_of_scope
            .trim_start_matches([' ', '\t', '-', '#', '{', ':'])
            .is_empty();
        let opens = ahead.trim_end_matches(['"', '\'', '\\']).trim_end();
        let is_quoted = bare.len() < at
            && (!before.ends_with(' ')
                // `"name" : "value"`
                || before.trim_end().ends_with(['"', '\''])
                    && (opens.is_empty() || opens.ends_with(['{', ','])));
        let flag = ahead.trim_end_matches(['"', '\'', ' ', '=']);
        let is_header = bare.len() == at
            && (ahead.ends_with(['"', '\'']) || flag.ends_with("-H") || flag.ends_with("--header"));
        // A prompt ends with the quote: `'Password: '`.
        let ends = |c: char| ahead.ends_with(c) && after.trim_start().starts_with(c);
        if is_header && (ends('"') || ends('\'')) {
            return None;
        }
        // `{ user: "x", password: "y" }`, `f(password: 'y')`
        // `{ user: x, password: y }`
        let is_member = bare.len() == at
            && (ahead.trim_end().ends_with([',', '{', '(']) && is_quoted_text(after)
                || ahead.trim_end().ends_with([',', '{'])
                    && ahead.contains('{')
                    && after.contains('}')
                    && after.bytes().any(|b| b.is_ascii_digit()));
        // `'/Password:x'`
        let is_windows = bare.len() == at
            && [" /", "'/", "\"/"].iter().any(|end| ahead.ends_with(end))
            && !after.starts_with('/');
        if is_windows {
            return Some(place(at + 1, Ends::Word));
        }
        let is_key =
            starts || is_quoted || is_header || is_member || is_replacement(line, name_start);
        // `mail.smtp.password:x`
        let is_property = starts
            && bare.len() == at
            && ahead.trim().is_empty()
            && bare.get(name_start..)?.contains('.')
            && !after.contains([':', '/', ' ', '"', '\'']);
        let is_key =
            is_key && (after.starts_with([' ', '"', '\'', '\\']) || is_header || is_property);
        let blanks = after.len() - after.trim_start().len();
        return (is_key && !ahead.ends_with("${") && !ahead.ends_with("{{"))
            .then(|| place(at + 1 + blanks, Ends::Word));
    }
    // Comparisons, and what is taken from a variable.
    let is_variable = ahead.ends_with('@') && after.trim_start().starts_with(['\'', '"']);
    if after.starts_with(['=', '~'])
        || ahead.ends_with('@') && !is_variable
        || ahead.ends_with("${")
    {
        return None;
    }
    // `'password' => 'x'`
    if let Some(value) = after.strip_prefix('>') {
        let from = line.len() - value.trim_start().len();
        return Some(Place {
            quoted_only: true,
            ..place(from, Ends::Word)
        });
    }
    // A variable of PHP or PowerShell is set to a text; that of a shell is compared with one.
    let scoped = ["env:", "Env:", "ENV:", "global:", "script:"];
    let scope = scoped.iter().find_map(|s| ahead.strip_suffix(s));
    let sigil = scope.unwrap_or(ahead).strip_suffix('$');
    if let Some(lead) = sigil {
        let lead = lead.trim_end_matches(['"', '\'']).trim_end();
        let compares = ["[", "test", "if", "!", "("]
            .iter()
            .any(|w| lead.ends_with(w));
        if compares || lead.contains('[') && !lead.ends_with(']') {
            return None;
        }
    }
    let is_field = ahead.ends_with(';') && ahead.contains('=');
    if is_field || ahead.ends_with(['?', '&']) && ahead.contains(['=', '/']) {
        return Some(place(at + 1, Ends::Parameter));
    }
    // Blanks stand on both sides or on none.
    let blanks = after.len() - after.trim_start_matches(' ').len();
    let is_spaced = lead.ends_with(' ');
    // `[ "$x" = y ]`, `if x = y`
    let tests = ahead.contains("[ ") || ahead.contains("[[") || ahead.contains('$');
    // `$this->name = 'x'`, `$ENV{'NAME'} = 'x'`, `$a.name = 'x'`
    let is_part = ["->", "{'", "{\"", "[:"].iter().any(|p| ahead.ends_with(p));
    let compares = is_spaced && tests && sigil.is_none() && index.is_none() && !is_part;
    (is_spaced == (blanks > 0) && !compares).then(|| Place {
        spaced: is_spaced,
        quoted_only: sigil.is_some() || index.is_some() || is_part || is_typed || is_variable,
        ..place(at + 1 + blanks, Ends::Word)
    })
}

/// The text up to a name whose type stands behind it, the last word of which begins at `word`.
fn untyped(text: &str, word: usize) -> Option<&str> {
    let before = text.get(..word)?;
    let name = before.trim_end();
    // `var name string`, where Java has the name behind the type.
    if text.get(word..)? == "string" && !name.ends_with(':') {
        let keyword = name.rsplit_once(' ').map(|(keyword, _)| keyword);
        return keyword
            .filter(|k| k.ends_with("var") || k.ends_with("const"))
            .map(|_| name);
    }
    // `name: Final[str]`, `NAME: &str`
    let (name, kind) = text.rsplit_once(": ")?;
    let is_kind = kind
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"_&<>[].| ?'".contains(&b));
    let is_name = name.ends_with(|c: char| c.is_alphanumeric() || c == '_');
    (is_kind && is_name && !kind.contains("  ")).then_some(name)
}

/// The element whose tag ends at `at`, with a prefix or with attributes: `<a:password type="x">`.
/// Where the name begins that a text ends with.
fn begin_of_name(text: &str) -> Option<usize> {
    let last = text.char_indices().rev().take(REACH);
    let name = last.take_while(|(_, c)| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'));
    name.last().map(|(at, _)| at)
}

fn tagged(line: &str, at: usize) -> Option<Place> {
    let start = line.get(..at)?.rfind('<')? + 1;
    let tag = line.get(start..at)?;
    let full = tag.split_whitespace().next()?;
    let local = full.rsplit(':').next()?;
    let name = start + full.len() - local.len()..start + full.len();
    let is_name = !local.is_empty()
        && local
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
    // `</password>` ends one, `<!-- password >` is none.
    (is_name && !tag.starts_with(['/', '!', '?']) && !tag.ends_with('/')).then_some(Place {
        name,
        from: at + 1,
        ends: Ends::Tag,
        spaced: false,
        quoted_only: false,
    })
}

pub(super) fn is_quoted_text(text: &str) -> bool {
    text.trim_start_matches([' ', '\\'])
        .starts_with(['"', '\''])
}

/// Whether a place begins what `sed` writes: `s|password: .*|password: x|`.
pub(super) fn is_replacement(line: &str, at: usize) -> bool {
    let ahead = line.get(..at).unwrap_or_default();
    let start = match open_quote(line, at) {
        Some((quote, _)) => quote + 1,
        None => ahead.rfind(' ').map_or(0, |i| i + 1),
    };
    sed_delimiter(line, start).is_some_and(|d| ahead.len() > start + 2 && ahead.ends_with(d))
}

/// Whether a place is in what `sed` looks for: `s/password = admin/password = x/`.
pub(super) fn is_pattern(line: &str, at: usize) -> bool {
    let ahead = line.get(..at).unwrap_or_default();
    let start = match open_quote(line, at) {
        Some((quote, _)) => quote + 1,
        None => ahead.rfind(' ').map_or(0, |i| i + 1),
    };
    let count = |text: Option<&str>, c: char| text.unwrap_or_default().matches(c).count();
    sed_delimiter(line, start)
        .is_some_and(|d| count(line.get(start..at), d) == 1 && count(line.get(at..), d) > 1)
}

/// The value of a place, without its quotes.
pub(super) fn value_at(line: &str, at: usize, place: &Place, language: Language) -> Range<usize> {
    let from = place.from + marked(line.get(place.from..).unwrap_or_default());
    let rest = line.get(from..).unwrap_or_default();
    match place.ends {
        Ends::Brace => {
            let end = rest.find('}').unwrap_or(rest.len());
            let text = rest.get(..end).unwrap_or_default();
            // `\"` in a quoted text.
            let bare = text.trim_start_matches('\\');
            let start = from + (text.len() - bare.len());
            let end = start
                + bare
                    .trim_end_matches(['"', '\''])
                    .trim_end_matches('\\')
                    .len();
            return unquoted(line, start..end);
        }
        Ends::Tag => {
            if let Some(inner) = rest.strip_prefix("<![CDATA[") {
                let from = line.len() - inner.len();
                return from..from + inner.find("]]").unwrap_or(0);
            }
            return from..from + rest.find('<').unwrap_or(0);
        }
        Ends::Parameter => {
            let end = rest.find(|c: char| c.is_whitespace() || "&#\"'`<>|;)\\".contains(c));
            return from..from + end.unwrap_or(rest.len());
        }
        Ends::Word => {}
    }
    // The first of a list: `"password": ["x"]`
    if let Some(inner) = rest.strip_prefix('[')
        && is_quoted(inner.trim_start())
    {
        let inner = inner.trim_start().trim_start_matches(['"', '\'', '\\']);
        let start = line.len() - inner.len();
        let end = inner.find(['"', '\'', '\\']).unwrap_or(0);
        return start..start + end;
    }
    // A tag of YAML.
    if let Some(inner) = rest.strip_prefix("!!str ") {
        let inner = inner.trim_start_matches([' ', '"', '\'', '\\']);
        let start = line.len() - inner.len();
        let end = inner.find([' ', '"', '\'', '\\']).unwrap_or(inner.len());
        return start..start + end;
    }
    // A template of JavaScript, which stands where a shell has its commands.
    if place.spaced
        && let Some(inner) = rest.strip_prefix('`')
        && let Some(end) = inner.find('`')
    {
        return from + 1..from + 1 + end;
    }
    // `"""x"""`
    for quotes in ["\"\"\"", "'''"] {
        if let Some(inner) = rest.strip_prefix(quotes) {
            let end = inner.find(quotes).unwrap_or(inner.len());
            return from + quotes.len()..from + quotes.len() + end;
        }
    }
    // `\"` in a quoted text.
    if let Some(inner) = rest.strip_prefix("\\\"") {
        let end = inner.find("\\\"").unwrap_or(inner.len());
        return from + 2..from + 2 + end;
    }
    if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        // What closes the quote around name and value leaves nothing between: `echo "password="`.
        let outer = open_quote(line, at).map(|(_, open)| open);
        let other = if quote == '"' { '\'' } else { '"' };
        // `"x = 'host=h password='"`
        let closes = outer == Some(other) && rest.chars().nth(1) == outer && {
            let before = line.get(..at).unwrap_or_default();
            before.matches(quote).count() % 2 == 1
        };
        if outer == Some(quote) || closes {
            return from..from;
        }
        let mut escaped = false;
        let inner = rest.get(1..).unwrap_or_default();
        let end = inner.find(|c| {
            let ends = c == quote && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        let end = end.unwrap_or(inner.len());
        // `"'x'"`
        let other = if quote == '"' { '\'' } else { '"' };
        let text = inner.get(..end).unwrap_or_default();
        let is_quoted = end > 2 && text.starts_with(other) && text.ends_with(other);
        let inset = usize::from(is_quoted);
        return from + 1 + inset..from + 1 + end - inset;
    }
    // Inside a quoted word, as in JSON, its end is the value's.
    let opening = line.get(..at).and_then(|b| b.rfind([' ', '"', '\'', ',']));
    let start = opening.map_or(0, |i| i + 1);
    let opening = opening.and_then(|i| line.get(i..=i)).unwrap_or(" ");
    let outer = opening.chars().next().filter(|c| !matches!(c, ' ' | ','));
    // A quote that was opened before: `echo "export X=y"`, `sed 's/x = .*/x = y/'`.
    let open = match outer {
        Some(_) => None,
        None => open_quote(line, place.name.start).filter(|(_, quote)| rest.contains(*quote)),
    };
    let outer = outer.or(open.map(|(_, quote)| quote));
    let delimiter =
        sed_delimiter(line, start).or_else(|| open.and_then(|(i, _)| sed_delimiter(line, i + 1)));
    let is_shell = language == Language::Shell && outer.is_none();
    let is_escaped = line.get(..at).is_some_and(|b| b.contains("\\\""));
    let mut before = ' ';
    let mut escaped = false;
    let end = rest.find(|c: char| {
        let ends = !escaped
            && (c.is_whitespace()
                || Some(c) == outer
                || Some(c) == delimiter
                || c == '\\' && is_escaped
                || is_shell && matches!(c, ';' | '&' | '|' | ')' | '>' | '<' | '`'));
        // A line that `echo -e` and `printf` end.
        let ends = ends || before == '\\' && c == 'n' && outer.is_some();
        escaped = c == '\\' && !escaped;
        before = c;
        ends
    });
    let mut end = end.unwrap_or(rest.len());
    let text = rest.get(..end).unwrap_or_default();
    // `password=x,ssl=True`, `secret=x&scope=y`
    let in_list = line
        .get(..place.name.start)
        .is_some_and(|ahead| ahead.ends_with(':') && ahead.contains('='));
    let field = text
        .match_indices([',', '&', ';', ':'])
        .find(|(i, separator)| {
            let next = text.get(i + 1..).unwrap_or_default();
            let name = next.split('=').next().unwrap_or_default();
            next.len() > name.len()
            // `user=bob:password=x:url=y`
            && (*separator != ":" || in_list)
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name
                .bytes()
                .all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'.'))
        });
    if let Some((field, _)) = field {
        end = field;
    }
    let text = rest.get(..end).unwrap_or_default();
    // The command ends, not the quoted script: `sh -c "export X=y; app"`.
    if open.is_some() {
        end = text.trim_end_matches(';').len();
        // `"X='host=h password=y'"`
        let inner = rest.get(..end).unwrap_or_default();
        if let Some(bare) = inner.strip_suffix(['"', '\''])
            && !bare.contains(['"', '\''])
        {
            end = bare.len();
        }
        // `'SCRAM-SHA-256=[password=y]'`
        let inner = rest.get(..end).unwrap_or_default();
        if let Some(bare) = inner.strip_suffix(']')
            && !bare.contains('[')
            && line.get(..at).is_some_and(|b| b.contains("=["))
        {
            end = bare.len();
        }
        // `"$(X=y)"`
        let inner = rest.get(..end).unwrap_or_default();
        let ahead = line.get(..at).unwrap_or_default();
        if let Some(bare) = inner.strip_suffix(')')
            && !bare.contains('(')
            && ahead.rfind("$(") > ahead.rfind(')')
            && ahead.contains("$(")
        {
            end = bare.len();
        }
    }
    if outer.is_none() {
        // The end of a statement, or of an item of a list.
        let inner = rest.get(..end).unwrap_or_default();
        end = inner.trim_end_matches([';', ',']).len();
    }
    // The end of what the name stands in: `connect(password=x)`, `{password: x}`, `[password=x]`.
    let ahead = line.get(..place.name.start).unwrap_or_default();
    for (open, close) in [('(', ')'), ('{', '}'), ('[', ']')] {
        let inner = rest.get(..end).unwrap_or_default();
        let opened = ahead.matches(open).count() > ahead.matches(close).count();
        if opened && !inner.contains(open) {
            end = inner.trim_end_matches(close).len();
        }
    }
    // `connect('host=h password=x')` in other quotes.
    let inner = rest.get(..end).unwrap_or_default();
    if outer.is_some()
        && let Some(bare) = inner.strip_suffix(['"', '\''])
        && !bare.contains(['"', '\''])
    {
        end = bare.len();
    }
    if outer.is_some() && rest.get(end..).is_some_and(|r| r.starts_with('n')) {
        end = text.trim_end_matches('\\').len();
    }
    from..from + end
}

/// The length of what may stand before the quote of a text: `u'x'`, `@"x"`, `N'x'`, `$'x'`.
pub(super) fn marked(text: &str) -> usize {
    let length = text
        .bytes()
        .take_while(|b| b.is_ascii_alphabetic() || matches!(b, b'@' | b'$'))
        .take(3)
        .count();
    let mark = text.get(..length).unwrap_or_default();
    let is_mark = matches!(
        mark,
        "u" | "U" | "b" | "B" | "r" | "R" | "rb" | "br" | "f" | "N" | "L" | "@" | "$" | "$@"
    );
    let quote = text.get(length..).unwrap_or_default();
    let opens = match mark {
        "$" => quote.starts_with('\''),
        _ => is_quoted(quote),
    };
    if is_mark && opens { length } else { 0 }
}

/// The quote that is open at a place, and where it was opened.
pub(super) fn open_quote(line: &str, at: usize) -> Option<(usize, char)> {
    let mut open: Option<(usize, char)> = None;
    let mut escaped = false;
    for (i, byte) in line.get(..at)?.bytes().enumerate() {
        if matches!(byte, b'"' | b'\'') && !escaped {
            let mark = char::from(byte);
            open = match open {
                None => Some((i, mark)),
                Some((_, quote)) if quote == mark => None,
                other => other,
            };
        }
        escaped = byte == b'\\' && !escaped;
    }
    open
}

/// The `/` of `s/x/y/`, if the word is a command of sed.
pub(super) fn sed_delimiter(line: &str, start: usize) -> Option<char> {
    let word = line.get(start..)?;
    let word = word.trim_start_matches(['"', '\'']);
    let word = word.strip_prefix('s')?;
    word.chars()
        .next()
        .filter(|c| matches!(c, '/' | '|' | '#' | '@' | ',' | '~' | '%' | '!'))
}

/// A value without what ends the quotes, the command or the expression around it.
pub(super) fn without_end(line: &str, range: Range<usize>) -> Range<usize> {
    let text = line.get(range.clone()).unwrap_or_default();
    let bare = text.trim_end_matches([';', ')', '}']);
    let bare = match bare.strip_suffix(['"', '\'']) {
        Some(inner) => inner,
        None => text,
    };
    let bare = bare.trim_end_matches("/g").trim_end_matches('/');
    range.start..range.start + bare.len()
}

/// A range without the quotes around it.
pub(super) fn unquoted(line: &str, range: Range<usize>) -> Range<usize> {
    let text = line.get(range.clone()).unwrap_or_default();
    let start = range.start + text.len() - text.trim_start_matches(['"', '\'']).len();
    let end = range.start + text.trim_end_matches(['"', '\'']).len();
    start..end.max(start)
}
