//! What is wrong in `[ … ]` and `[[ … ]]`, told from the conditions in them.

use std::ops::Range;

use super::own::on_script;
use super::pieces::{Piece, PieceKind, flat, literal, pieces};
use crate::diagnostic::{Diagnostic, Severity};
use crate::shell::{Assignment, AssignmentKind, Command, Dialect, RedirectKind};

/// The codes.
pub(super) const CODES: [(&str, Severity); 27] = [
    ("SC1026", Severity::Error),
    ("SC2049", Severity::Warning),
    ("SC2050", Severity::Warning),
    ("SC2058", Severity::Warning),
    ("SC2070", Severity::Error),
    ("SC2071", Severity::Error),
    ("SC2072", Severity::Error),
    ("SC2073", Severity::Error),
    ("SC2074", Severity::Error),
    ("SC2077", Severity::Error),
    ("SC2078", Severity::Error),
    ("SC2144", Severity::Error),
    ("SC2157", Severity::Error),
    ("SC2158", Severity::Error),
    ("SC2159", Severity::Error),
    ("SC2160", Severity::Style),
    ("SC2170", Severity::Error),
    ("SC2193", Severity::Warning),
    ("SC2198", Severity::Warning),
    ("SC2199", Severity::Error),
    ("SC2200", Severity::Warning),
    ("SC2201", Severity::Error),
    ("SC2202", Severity::Warning),
    ("SC2203", Severity::Error),
    ("SC2208", Severity::Error),
    ("SC2255", Severity::Error),
    ("SC2309", Severity::Warning),
];

/// The operators that compare texts.
const OF_TEXTS: [&str; 11] = [
    "=", "==", "!=", "<", ">", "<=", ">=", "=~", "\\<", "\\>", "\\<=",
];

/// The operators that compare numbers.
const OF_NUMBERS: [&str; 6] = ["-eq", "-ne", "-lt", "-le", "-gt", "-ge"];

/// The operators that compare files.
const OF_FILES: [&str; 3] = ["-nt", "-ot", "-ef"];

/// The flags that ask something of one operand.
const ASKS: &str = "abcdefghknoprstuvwxzGLNORS";

/// A piece of a condition as it is written.
#[derive(Debug, Clone)]
struct Token {
    raw: String,
    range: Range<usize>,
}

/// The findings in a command that is a condition, on bytes of the script.
pub(super) fn findings(
    command: &Command,
    text: &str,
    dialect: &Dialect,
    is_number: &dyn Fn(&str) -> bool,
) -> Vec<Diagnostic> {
    let double = match command.name.as_str() {
        "[" => false,
        "[[" if *dialect != Dialect::Zsh => true,
        _ => return Vec::new(),
    };
    // With a variable before it ShellCheck takes it for any command.
    let is_prefix = |a: &Assignment| a.kind == AssignmentKind::Prefix;
    if command.assignments.iter().any(is_prefix) {
        return Vec::new();
    }
    let Some(tokens) = tokens(command, text, double) else {
        return Vec::new();
    };
    let mut reader = Reader {
        tokens: &tokens,
        at: 0,
        double,
        is_number,
        found: Vec::new(),
    };
    if reader.any().is_some() && reader.at == tokens.len() {
        reader.found
    } else {
        // What this is no condition for, the shell may not take for one either.
        Vec::new()
    }
}

/// What stands between the brackets.
fn tokens(command: &Command, text: &str, double: bool) -> Option<Vec<Token>> {
    let (close, words) = command.words.get(1..)?.split_last()?;
    let end = close.range.start;
    if close.raw != if double { "]]" } else { "]" } {
        return None;
    }
    let token = |raw: &str, range: Range<usize>| Token {
        raw: raw.to_owned(),
        range,
    };
    let words = words.iter().map(|w| token(&w.raw, w.range.clone()));
    let mut tokens: Vec<Token> = words.collect();
    for redirect in command.redirects.iter().filter(|_| !double) {
        let target = &redirect.target;
        if target.range.end > end {
            continue;
        }
        let sign = match redirect.kind {
            RedirectKind::Output => ">",
            RedirectKind::Input => "<",
            _ => return None,
        };
        let before = text.get(..target.range.start)?;
        let at = before.trim_end().strip_suffix(sign)?.len();
        let glued = at + 1 == target.range.start;
        if redirect.fd.is_some() || (glued && target.raw != "=") {
            return None;
        }
        if glued {
            tokens.push(token(&format!("{sign}="), at..target.range.end));
        } else {
            tokens.push(token(sign, at..at + 1));
            tokens.push(token(&target.raw, target.range.clone()));
        }
    }
    tokens.sort_by_key(|t| t.range.start);
    // What stands elsewhere than it says, in backticks for example, is left alone.
    let is_there = |t: &Token| {
        let mut written = text.get(t.range.clone()).unwrap_or_default().chars();
        t.raw.chars().all(|c| written.next() == Some(c))
    };
    tokens.iter().all(is_there).then_some(tokens)
}

struct Reader<'t> {
    tokens: &'t [Token],
    at: usize,
    double: bool,
    /// Whether a name is one of a variable that a number may be in.
    is_number: &'t dyn Fn(&str) -> bool,
    found: Vec<Diagnostic>,
}

impl<'t> Reader<'t> {
    fn peek(&self, ahead: usize) -> Option<&'t Token> {
        self.tokens.get(self.at + ahead)
    }

    fn take(&mut self, raw: &[&str]) -> bool {
        let fits = self.peek(0).is_some_and(|t| raw.contains(&t.raw.as_str()));
        self.at += usize::from(fits);
        fits
    }

    /// Conditions of which one must hold.
    fn any(&mut self) -> Option<()> {
        self.all()?;
        while self.take(if self.double { &["||"] } else { &["-o"] }) {
            self.all()?;
        }
        Some(())
    }

    fn all(&mut self) -> Option<()> {
        self.one()?;
        while self.take(if self.double { &["&&"] } else { &["-a"] }) {
            self.one()?;
        }
        Some(())
    }

    fn one(&mut self) -> Option<()> {
        if self.peek(1).is_some() && self.take(&["!"]) {
            return self.one();
        }
        let (open, close) = if self.double {
            ("(", ")")
        } else {
            ("\\(", "\\)")
        };
        if self.take(&[open]) {
            self.any()?;
            return self.take(&[close]).then_some(());
        }
        let first = self.peek(0)?;
        let flag = first.raw.strip_prefix('-');
        let is_flag =
            flag.is_some_and(|f| f.len() == 1 && f.bytes().all(|b| b.is_ascii_alphabetic()));
        let operator = self.peek(1).filter(|t| is_operator(&t.raw));
        if is_flag {
            let operand = self.peek(1).filter(|_| operator.is_none())?;
            self.at += 2;
            self.unary(first, operand);
            return Some(());
        }
        if let (Some(operator), Some(right)) = (operator, self.peek(2)) {
            self.at += 3;
            self.binary(first, operator, right);
            return Some(());
        }
        if operator.is_some() || first.raw == "!" || (!self.double && first.raw == "(") {
            return None;
        }
        // `-z$x`: a blank is missing, and what is meant is not known.
        if flag.is_some_and(|f| f.starts_with(char::is_alphabetic) && f.get(1..2) == Some("$")) {
            return None;
        }
        self.at += 1;
        self.nullary(first);
        Some(())
    }

    fn report(&mut self, code: &'static str, range: &Range<usize>, message: String) {
        self.found.push(on_script(code, range.clone(), message));
    }

    /// A word that is true if it is not empty.
    fn nullary(&mut self, word: &Token) {
        let pieces = word.pieces();
        self.opens_class(word, &pieces);
        self.lists(word, &pieces, true, self.double);
        let raw = &word.raw;
        if pieces.iter().all(Piece::is_constant) && !word.is_home() {
            let text = literal(&pieces);
            let bracket = if self.double { "[[" } else { "[" };
            let (code, message) = match text.as_str() {
                "0" => ("SC2159", format!("`{bracket} 0` is true: write `false`")),
                "true" => (
                    "SC2160",
                    "a condition for `true`: leave out the brackets".to_owned(),
                ),
                "false" => (
                    "SC2158",
                    format!("`{bracket} false` is true: leave out the brackets"),
                ),
                _ => (
                    "SC2078",
                    format!("`{raw}` is always the same: a `$` may be missing"),
                ),
            };
            self.report(code, &word.range, message);
            return;
        }
        let compares = pieces.iter().find_map(|p| {
            let sign = (p.kind == PieceKind::Literal)
                .then(|| p.text.find('='))
                .flatten()?;
            let from = if p.text.get(..sign)?.ends_with('!') {
                sign
            } else {
                0
            };
            Some(p.range.start + from..p.range.end)
        });
        match compares {
            Some(range) => self.report(
                "SC2077",
                &range,
                format!("`{raw}` is one word and true: put blanks around the operator"),
            ),
            None => self.filled(raw, &pieces, "a word that is never empty is always true"),
        }
    }

    /// The text that keeps a word from being empty.
    fn filled(&mut self, raw: &str, pieces: &[Piece], why: &str) {
        let flat = flat(pieces);
        let piece = flat.into_iter().find(|p| match p.kind {
            PieceKind::Literal => !p.text.is_empty(),
            PieceKind::Single => !p.text.is_empty(),
            PieceKind::Dollar => true,
            _ => false,
        });
        if let Some(piece) = piece {
            self.report("SC2157", &piece.range, format!("`{raw}`: {why}"));
        }
    }

    fn unary(&mut self, flag: &Token, word: &Token) {
        let letter = flag.raw.chars().nth(1).unwrap_or_default();
        if !ASKS.contains(letter) {
            let message = format!("`{}` asks nothing that a shell knows", flag.raw);
            self.report("SC2058", &flag.range, message);
            return;
        }
        let pieces = word.pieces();
        let glob = pieces.iter().any(|p| p.kind == PieceKind::Glob);
        if letter == 'v' {
            if glob && !self.double {
                let message = format!("`-v {}`: the shell may put file names here", word.raw);
                self.report("SC2208", &word.range, message);
            }
        } else if glob {
            let message = format!(
                "`{} {}` fails where several files match",
                flag.raw, word.raw
            );
            self.report("SC2144", &word.range, message);
        }
        self.lists(word, &pieces, false, true);
        if !matches!(letter, 'n' | 'z') {
            return;
        }
        let array = flat(&pieces).iter().any(|p| p.kind == PieceKind::Array);
        let vanishes = pieces.iter().any(|p| {
            !matches!(
                p.kind,
                PieceKind::Literal
                    | PieceKind::Single
                    | PieceKind::Double
                    | PieceKind::Arithmetic
                    | PieceKind::Dollar
            )
        });
        if letter == 'n' && !self.double && vanishes && !array {
            let message = format!("`-n {}` is true if there is nothing: quote it", word.raw);
            self.report("SC2070", &word.range, message);
        }
        let why = match letter {
            'n' => "`-n` of a word that is never empty is always true",
            _ => "`-z` of a word that is never empty is always false",
        };
        self.filled(&word.raw, &pieces, why);
    }

    fn binary(&mut self, left: &Token, operator: &Token, right: &Token) {
        let sign = operator.raw.trim_matches(['"', '\'']);
        let (a, b) = (left.pieces(), right.pieces());
        self.opens_class(left, &a);
        let matches = sign == "=~";
        let equates = matches!(sign, "=" | "==" | "!=");
        let numbers = OF_NUMBERS.contains(&sign);
        self.lists(left, &a, !numbers, true);
        if matches {
            self.arrays(right, &b)
        } else {
            self.lists(right, &b, !numbers && !equates, true)
        }
        if numbers {
            self.of_numbers(left, &a);
            self.of_numbers(right, &b);
        }
        if matches!(
            sign,
            "<" | ">" | "<=" | ">=" | "\\<" | "\\>" | "\\<=" | "\\>="
        ) {
            self.order(operator, sign, (left, &a), (right, &b));
        }
        if matches && !self.double {
            let message = "`[` knows no `=~`: use `[[`, or `grep`".to_owned();
            self.report("SC2074", &operator.range, message);
        }
        if matches && self.double && is_pattern_for_files(&right.raw, &b) {
            let message = format!(
                "`{}` is a pattern for files: `=~` takes a regular expression",
                right.raw
            );
            self.report("SC2049", &right.range, message);
        }
        let fixed = |token: &Token, pieces: &[Piece]| {
            !token.is_home() && pieces.iter().all(Piece::is_constant)
        };
        let fixed_right = if matches {
            !right.is_home()
                && b.iter().all(|p| {
                    p.is_constant() || matches!(p.kind, PieceKind::Glob | PieceKind::Braces)
                })
        } else {
            fixed(right, &b)
        };
        let compares = OF_TEXTS.contains(&sign) || (numbers && !self.double);
        if compares && fixed(left, &a) && fixed_right {
            let message = format!(
                "`{}` compares what is always the same: a `$` may be missing",
                operator.raw
            );
            self.report("SC2050", &operator.range, message);
        } else if equates && !can_be_equal(&shape(left, &a), &shape(right, &b)) {
            let message = format!("`{}` and `{}` are never equal", left.raw, right.raw);
            self.report("SC2193", &operator.range, message);
        }
    }

    /// `<` and its kin.
    fn order(
        &mut self,
        operator: &Token,
        sign: &str,
        left: (&Token, &[Piece]),
        right: (&Token, &[Piece]),
    ) {
        let decimal = |(_, pieces): (&Token, &[Piece])| {
            is_decimal(&literal(pieces)) && pieces.iter().all(Piece::is_constant)
        };
        let number = |(token, pieces): (&Token, &[Piece])| token.raw == "$#" || is_counted(pieces);
        if number(left) || number(right) {
            let message =
                format!("`{sign}` compares texts: 10 comes before 9; use `-lt` and the like");
            self.report("SC2071", &operator.range, message);
            return;
        }
        for side in [left, right] {
            if decimal(side) {
                let message = format!("`{}`: no shell compares decimal numbers", side.0.raw);
                self.report("SC2072", &side.0.range, message);
            }
        }
        if !self.double && matches!(sign, "<" | ">") {
            let message = format!("`{sign}` redirects here: write `\\{sign}`");
            self.report("SC2073", &operator.range, message);
        }
    }

    /// An operand of `-eq` and its kin.
    fn of_numbers(&mut self, word: &Token, pieces: &[Piece]) {
        let text = literal(pieces);
        let raw = &word.raw;
        if pieces.iter().all(Piece::is_constant) && is_decimal(&text) {
            let message = format!("`{raw}`: no shell compares decimal numbers");
            self.report("SC2072", &word.range, message);
            return;
        }
        let is_glob = |p: &Piece| p.kind == PieceKind::Glob;
        if !self.double && pieces.iter().any(is_glob) {
            let message = format!("`{raw}` is a pattern for files here: `[` calculates nothing");
            self.report("SC2255", &word.range, message);
        }
        let odd = |c: char| !c.is_ascii_digit() && !matches!(c, '+' | '-' | '.' | ' ');
        if !text.contains(odd) || text.contains('[') {
            return;
        }
        match self.double {
            false => {
                let message = format!("`{raw}` is no number");
                self.report("SC2170", &word.range, message);
            }
            true if !(self.is_number)(&text) => {
                let message = format!("`{raw}` is calculated here: compare texts with `=`");
                self.report("SC2309", &word.range, message);
            }
            true => {}
        }
    }

    /// Words that may become several.
    fn lists(&mut self, word: &Token, pieces: &[Piece], globs: bool, arrays: bool) {
        let raw = &word.raw;
        if pieces.iter().any(|p| p.kind == PieceKind::Braces) {
            let (code, message) = if self.double {
                (
                    "SC2201",
                    format!("`[[` leaves the braces of `{raw}` as they are"),
                )
            } else {
                (
                    "SC2200",
                    format!("`[` takes one word, and `{raw}` becomes several"),
                )
            };
            self.report(code, &word.range, message);
        }
        if globs && pieces.iter().any(|p| p.kind == PieceKind::Glob) {
            let (code, message) = if self.double {
                (
                    "SC2203",
                    format!("`[[` looks for no files that match `{raw}`"),
                )
            } else {
                (
                    "SC2202",
                    format!("`[` takes one word, and `{raw}` may match several files"),
                )
            };
            self.report(code, &word.range, message);
        }
        if arrays {
            self.arrays(word, pieces);
        }
    }

    fn arrays(&mut self, word: &Token, pieces: &[Piece]) {
        let raw = &word.raw;
        if flat(pieces).iter().any(|p| p.kind == PieceKind::Array) {
            let (code, message) = if self.double {
                (
                    "SC2199",
                    format!("`[[` joins the elements of `{raw}`: say so with `*`"),
                )
            } else {
                (
                    "SC2198",
                    format!("`[` takes one word, and `{raw}` may be several"),
                )
            };
            self.report(code, &word.range, message);
        }
    }

    /// `[ [a…`: a condition in a condition, or so it looks.
    fn opens_class(&mut self, word: &Token, pieces: &[Piece]) {
        let first = pieces.first().filter(|p| p.kind == PieceKind::Glob);
        if first.is_some() && word.raw.starts_with('[') {
            let at = word.range.start..word.range.start;
            self.report(
                "SC1026",
                &at,
                "a bracket in a condition groups nothing: use parentheses".to_owned(),
            );
        }
    }
}

impl Token {
    fn pieces(&self) -> Vec<Piece> {
        pieces(&self.raw, self.range.start)
    }

    /// Whether a home directory is put in.
    fn is_home(&self) -> bool {
        self.raw.starts_with('~')
    }
}

fn is_operator(raw: &str) -> bool {
    let sign = if raw.len() > 2 {
        raw.trim_matches(['"', '\''])
    } else {
        raw
    };
    OF_TEXTS.contains(&sign) || OF_NUMBERS.contains(&sign) || OF_FILES.contains(&sign)
}

/// `1.5`
fn is_decimal(text: &str) -> bool {
    let parts = text.split_once('.');
    parts.is_some_and(|(whole, part)| {
        let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
        digits(whole) && digits(part)
    })
}

/// Whether a word can be nothing but a number.
fn is_counted(pieces: &[Piece]) -> bool {
    match pieces {
        [only] if only.kind == PieceKind::Arithmetic => true,
        _ => {
            pieces
                .iter()
                .all(|p| p.is_constant() || p.kind == PieceKind::Braces)
                && literal(pieces).bytes().all(|b| b.is_ascii_digit())
        }
    }
}

/// Whether what should be a regular expression looks like a pattern for files: `*.x`, `x*`.
fn is_pattern_for_files(raw: &str, pieces: &[Piece]) -> bool {
    match pieces {
        [first, ..] if first.kind == PieceKind::Glob && raw.starts_with('*') => true,
        [one, star] => {
            let is_star = star.kind == PieceKind::Glob && raw.ends_with('*');
            let text = literal(std::slice::from_ref(one));
            is_star
                && one.is_constant()
                && text.chars().count() == 1
                && text != "."
                && !raw.starts_with('\\')
        }
        _ => false,
    }
}

/// What is known of a place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A character.
    Known(char),
    /// Some character.
    One,
    /// Any number of them.
    Any,
}

/// A text of which some is not known.
type Shape = Vec<Place>;

fn shape(word: &Token, pieces: &[Piece]) -> Shape {
    let mut shape = Vec::new();
    let mut first = word.is_home();
    push_shape(pieces, &mut shape, &mut first);
    shape
}

fn push_shape(pieces: &[Piece], shape: &mut Shape, home: &mut bool) {
    for piece in pieces {
        match piece.kind {
            PieceKind::Literal | PieceKind::Single => {
                let text = if std::mem::take(home) {
                    shape.push(Place::Any);
                    piece
                        .text
                        .find('/')
                        .and_then(|i| piece.text.get(i..))
                        .unwrap_or_default()
                } else {
                    piece.text.as_str()
                };
                shape.extend(text.chars().map(Place::Known));
            }
            PieceKind::Double => push_shape(&piece.inner, shape, home),
            // `?` and `[a-z]`; `@(a|b)` may be anything.
            PieceKind::Glob if piece.text == "?" => shape.push(Place::One),
            _ => shape.push(Place::Any),
        }
    }
}

/// Whether two texts can be the same, whatever stands where they are not known.
fn can_be_equal(left: &[Place], right: &[Place]) -> bool {
    // Whether the left up to some place fits the right up to each of its places.
    let mut fits = vec![false; right.len() + 1];
    for i in 0..=left.len() {
        let mut next = vec![false; right.len() + 1];
        for j in 0..=right.len() {
            let of =
                |text: &[Place], at: usize| at.checked_sub(1).and_then(|at| text.get(at)).copied();
            let (a, b) = (of(left, i), of(right, j));
            let held = |row: &[bool], at: Option<usize>| {
                at.and_then(|at| row.get(at)).copied() == Some(true)
            };
            let above = i > 0 && held(&fits, Some(j));
            let before = held(&next, j.checked_sub(1));
            let both = i > 0 && held(&fits, j.checked_sub(1));
            let same = match (a, b) {
                (Some(Place::Known(a)), Some(Place::Known(b))) => a == b,
                (Some(_), Some(_)) => true,
                _ => false,
            };
            let any = a == Some(Place::Any) || b == Some(Place::Any);
            let holds = (i, j) == (0, 0) || any && (above || before) || same && both;
            if let Some(slot) = next.get_mut(j) {
                *slot = holds;
            }
        }
        fits = next;
    }
    fits.last().copied().unwrap_or_default()
}
