//! Ignore comments: dlint's own, hadolint's, BuildKit's and ShellCheck's.
//!
//! A comment between instructions covers the next instruction, one inside a continued
//! instruction the next line of it, a file-wide one everything.

use std::collections::HashMap;

use crate::compat::hadolint;
use crate::context::Build;
use crate::diagnostic::Diagnostic;
use crate::perspective::Perspective;
use crate::rule::{BuildkitKind, IgnoreComment, UnusedIgnore};
use crate::rules;
use crate::span::{Source, Span};
use crate::syntax::check::{self, CHECK_ARGUMENT, CheckName, CheckOptions};
use crate::syntax::{Comment, File, Instruction, Keyword};

/// BuildKit's check that reports the earlier instruction but asks the comments above the later.
const REPEATED_CHECK: &str = "MultipleInstructionsDisallowed";

/// BuildKit's check that has to be asked for; skipping does not touch it.
const EXPERIMENTAL_CHECK: &str = "InvalidDefinitionDescription";

/// The ignore comments of a file.
pub struct Suppressions {
    /// The tool whose findings are wanted.
    perspective: Perspective,
    ignores: Vec<Ignore>,
    /// Where BuildKit's experimental check is asked for.
    experimental: Vec<Scope>,
    /// Whether check options turn BuildKit's warnings into a failed build.
    fails: bool,
    /// Whether nothing is silenced.
    disabled: bool,
    /// Of those that cover a part of the file: where each begins, how far any up to it reaches,
    /// and its index; sorted.
    by_start: Vec<(u32, u32, usize)>,
    /// The names that are ignored in the whole file.
    wide: Vec<Wide>,
}

/// A name that is ignored in the whole file, perhaps by many comments.
struct Wide {
    /// The comments and which of their names it is, in order.
    places: Vec<(usize, usize)>,
    used: bool,
}

/// One ignore comment.
struct Ignore {
    scope: Scope,
    names: Vec<Name>,
    /// The whole comment.
    span: Span,
    /// The comment's line with its break, where deleting it is a way to be rid of it.
    line: Option<Span>,
    /// The text behind the names, trimmed.
    reason: String,
    /// Whether it is written for another tool.
    foreign: bool,
}

/// What an ignore comment covers.
enum Scope {
    File,
    /// Findings that start in this span.
    Span(Span),
}

/// A rule name in an ignore comment.
struct Name {
    text: String,
    span: Span,
    used: bool,
    /// Whether it stands in check options, which BuildKit reads in its own ways.
    check: bool,
    /// BuildKit's `all`: every rule that has a name there.
    all: bool,
}

/// A finding that an ignore comment silenced.
#[derive(Debug, Clone)]
pub struct Suppressed {
    /// The finding.
    pub diagnostic: Diagnostic,
    /// The comment.
    pub comment: Span,
    /// The reason given in the comment, perhaps empty.
    pub reason: String,
}

impl Suppressions {
    /// Reads the ignore comments of a file.
    pub fn of(source: &Source, file: &File, build: &Build, perspective: Perspective) -> Self {
        let mut all = Self {
            perspective,
            ignores: Vec::new(),
            by_start: Vec::new(),
            wide: Vec::new(),
            experimental: Vec::new(),
            fails: false,
            disabled: false,
        };
        // The build argument replaces the directive, even when it is empty.
        let argument = build.arguments.iter().rev().find(|a| a.0 == CHECK_ARGUMENT);
        let (text, span) = match (argument, &file.check) {
            (Some((_, value)), _) => (value.as_str(), None),
            (None, Some(check)) => (check.value.as_str(), Some(check.span)),
            (None, None) => ("", None),
        };
        if let Ok(options) = CheckOptions::parse(text) {
            all.fails = options.error;
            if options.runs_experimental(EXPERIMENTAL_CHECK) {
                all.experimental.push(Scope::File);
            }
            all.ignores.push(Ignore {
                scope: Scope::File,
                names: skipped(&options, span),
                span: span.unwrap_or(Span::at(0)),
                line: None,
                reason: String::new(),
                foreign: true,
            });
        }
        for instruction in &file.instructions {
            all.read_checks(source, file, instruction);
        }
        for comment in &file.comments {
            let Some(parsed) = read_comment(source, comment) else {
                continue;
            };
            // A builder knows nothing of other linters.
            if parsed.foreign && perspective == Perspective::Buildkit {
                continue;
            }
            let scope = match parsed.target {
                Target::File => Scope::File,
                Target::Stage => Scope::Span(stage_of(source, file, comment)),
                Target::Next if comment.inside => match next_line(source, file, comment) {
                    Some(span) => Scope::Span(span),
                    None => continue,
                },
                Target::Next => {
                    let at = file
                        .instructions
                        .partition_point(|i| i.span.start < comment.span.start);
                    match file.instructions.get(at) {
                        Some(next) => Scope::Span(next.span),
                        None => Scope::Span(Span::at(comment.span.start)),
                    }
                }
            };
            all.ignores.push(Ignore {
                scope,
                names: parsed.names,
                span: comment.span,
                line: Some(line_of(source, comment)),
                reason: parsed.reason,
                foreign: parsed.foreign,
            });
        }
        all.index();
        all
    }

    /// Prepares the search: a file may have as many comments as findings.
    fn index(&mut self) {
        let mut wide: HashMap<(&str, bool, bool), usize> = HashMap::new();
        let mut order: Vec<(u32, u32, usize)> = Vec::new();
        for (index, ignore) in self.ignores.iter().enumerate() {
            match ignore.scope {
                Scope::Span(span) => order.push((span.start, span.end, index)),
                Scope::File => {
                    for (i, name) in ignore.names.iter().enumerate() {
                        let next = self.wide.len();
                        let key = (name.text.as_str(), name.check, name.all);
                        let at = *wide.entry(key).or_insert(next);
                        if at == next {
                            self.wide.push(Wide {
                                places: Vec::new(),
                                used: false,
                            });
                        }
                        if let Some(wide) = self.wide.get_mut(at) {
                            wide.places.push((index, i));
                        }
                    }
                }
            }
        }
        order.sort_unstable();
        let mut furthest = 0;
        for (start, end, index) in order {
            furthest = furthest.max(end);
            self.by_start.push((start, furthest, index));
        }
    }

    /// From now on nothing is silenced, and none is unused.
    pub fn disable(&mut self) {
        self.disabled = true;
    }

    /// Reads the check comment above an instruction: the first one counts, and if BuildKit cannot
    /// read it, none.
    fn read_checks(&mut self, source: &Source, file: &File, owner: &Instruction) {
        let block = owner.comment_block.iter();
        let found = block
            .filter_map(|&c| file.comments.get(c))
            .find_map(|c| Some((c, check::inline(c.buildkit_text(source))?)));
        let Some((comment, range)) = found else {
            return;
        };
        let text = comment.buildkit_text(source);
        let value = text.get(range.clone()).unwrap_or_default();
        let Ok(options) = CheckOptions::parse(value) else {
            return;
        };
        let offset = text.as_ptr() as usize - source.text().as_ptr() as usize + range.start;
        let span = Span::new(offset as u32, (offset + value.len()) as u32);
        if options.runs_experimental(EXPERIMENTAL_CHECK) {
            self.experimental.push(Scope::Span(owner.span));
        }
        let reason = text.get(range.end..).unwrap_or_default().trim();
        self.ignores.push(Ignore {
            scope: Scope::Span(owner.span),
            names: skipped(&options, Some(span)),
            span: comment.span,
            // A comment that says more is not removed for its last name.
            line: (!value.contains(';')).then(|| line_of(source, comment)),
            reason: reason.trim_start_matches("//").trim().to_owned(),
            foreign: true,
        });
    }

    /// Whether check options turn BuildKit's warnings into a failed build (`error=true`).
    pub fn fails(&self) -> bool {
        self.fails
    }

    /// Whether check options ask for BuildKit's experimental check at this place.
    pub fn asks_for_experimental(&self, diagnostic: &Diagnostic) -> bool {
        self.experimental
            .iter()
            .any(|scope| scope.covers(diagnostic.span.start))
    }

    /// Splits findings into those that stay and those that a comment silences.
    pub fn apply(&mut self, diagnostics: Vec<Diagnostic>) -> (Vec<Diagnostic>, Vec<Suppressed>) {
        let mut kept = Vec::new();
        let mut suppressed = Vec::new();
        for diagnostic in diagnostics {
            match self.silences(&diagnostic) {
                Some((comment, reason)) => suppressed.push(Suppressed {
                    diagnostic,
                    comment,
                    reason,
                }),
                None => kept.push(diagnostic),
            }
        }
        (kept, suppressed)
    }

    fn silences(&mut self, diagnostic: &Diagnostic) -> Option<(Span, String)> {
        if self.disabled {
            return None;
        }
        // BuildKit's check of repeated instructions is silenced at the later one.
        let later = match diagnostic.labels.first() {
            Some(later) if is_check(diagnostic, REPEATED_CHECK) => Some(later.span.start),
            _ => None,
        };
        let mut near = self.near(diagnostic.span.start);
        near.extend(later.into_iter().flat_map(|place| self.near(place)));
        near.sort_unstable();
        near.dedup();
        let mut hit: Option<usize> = None;
        for index in near {
            let Some(ignore) = self.ignores.get_mut(index) else {
                continue;
            };
            for name in &mut ignore.names {
                let place = match (name.check, later) {
                    (true, Some(later)) => later,
                    _ => diagnostic.span.start,
                };
                if ignore.scope.covers(place) && name.means(diagnostic, &ignore.scope) {
                    // Every comment that would silence it counts as used.
                    name.used = true;
                    hit.get_or_insert(index);
                }
            }
        }
        for wide in &mut self.wide {
            let Some(&(first, name)) = wide.places.first() else {
                continue;
            };
            let name = self.ignores.get(first).and_then(|i| i.names.get(name));
            if !name.is_some_and(|n| n.means(diagnostic, &Scope::File)) {
                continue;
            }
            hit = Some(hit.map_or(first, |hit| hit.min(first)));
            if !std::mem::replace(&mut wide.used, true) {
                for &(index, name) in &wide.places {
                    let ignore = self.ignores.get_mut(index);
                    if let Some(name) = ignore.and_then(|i| i.names.get_mut(name)) {
                        name.used = true;
                    }
                }
            }
        }
        let ignore = self.ignores.get(hit?)?;
        Some((ignore.span, ignore.reason.clone()))
    }

    /// The comments that may cover a place, those for the whole file left out.
    fn near(&self, place: u32) -> Vec<usize> {
        let end = self.by_start.partition_point(|&(start, ..)| start <= place);
        let before = self.by_start.get(..end).unwrap_or_default().iter().rev();
        before
            .take_while(|&&(_, furthest, _)| furthest >= place)
            .map(|&(.., index)| index)
            .collect()
    }

    /// The names that silenced nothing though their rule is on, after [`Suppressions::apply`].
    pub fn unused(&self, is_on: impl Fn(&str, &str) -> bool) -> Vec<UnusedIgnore> {
        let mut unused = Vec::new();
        if self.disabled {
            return unused;
        }
        for ignore in &self.ignores {
            for (i, name) in ignore.names.iter().enumerate() {
                // BuildKit may report what dlint knows to be right: its own comments serve it.
                if name.check && self.perspective != Perspective::Buildkit {
                    continue;
                }
                let mut rules = rules::by_name(&name.text).into_iter();
                if name.used || name.all || !rules.any(|r| is_on(r.meta.id, &name.text)) {
                    continue;
                }
                let neighbour = |j: Option<usize>| j.and_then(|j| ignore.names.get(j));
                let removal = match (neighbour(Some(i + 1)), neighbour(i.checked_sub(1))) {
                    (Some(next), _) => Some(Span::new(name.span.start, next.span.start)),
                    (None, Some(before)) => Some(Span::new(before.span.end, name.span.end)),
                    (None, None) => ignore.line,
                };
                unused.push(UnusedIgnore {
                    span: name.span,
                    name: name.text.clone(),
                    removal: removal.filter(|_| ignore.line.is_some()),
                    foreign: ignore.foreign,
                });
            }
        }
        unused
    }

    /// Every ignore comment, and every comment that is almost one, in order.
    pub fn comments(&self, source: &Source, file: &File) -> Vec<IgnoreComment> {
        let read = self.ignores.iter().filter(|i| !i.names.is_empty());
        let mut all: Vec<IgnoreComment> = read
            .filter(|i| !i.names.iter().all(|n| n.used && n.span == Span::at(0)))
            .map(|ignore| IgnoreComment {
                span: ignore.span,
                unknown: ignore
                    .names
                    .iter()
                    .filter(|n| !n.is_known())
                    .map(|n| (n.text.clone(), n.span))
                    .collect(),
                reason: ignore.reason.clone(),
                foreign: ignore.foreign,
                meant: None,
            })
            .collect();
        for comment in &file.comments {
            let text = source.slice(comment.span);
            if read_comment(source, comment).is_none()
                && let Some(meant) = almost(text)
            {
                all.push(IgnoreComment {
                    span: comment.span,
                    unknown: Vec::new(),
                    reason: String::new(),
                    foreign: meant.starts_with("# hadolint"),
                    meant: Some(meant),
                });
            }
        }
        all.sort_by_key(|c| c.span.start);
        all
    }
}

impl Scope {
    fn covers(&self, offset: u32) -> bool {
        match self {
            Scope::File => true,
            Scope::Span(span) => span.contains(offset) || (span.end == offset && !span.is_empty()),
        }
    }
}

impl Name {
    /// Whether it means something: a rule, or for other tools a code they have or had.
    fn is_known(&self) -> bool {
        let shell = self
            .text
            .strip_prefix("SC")
            .is_some_and(|n| n.len() == 4 && n.bytes().all(|b| b.is_ascii_digit()));
        self.all
            || shell
            || hadolint::is_known(&self.text)
            || !rules::by_name(&self.text).is_empty()
            // Of BuildKit's checks only a slip of the pen is certain.
            || self.check && rules::nearest_name(&self.text).is_none()
    }

    fn means(&self, diagnostic: &Diagnostic, scope: &Scope) -> bool {
        let Some(entry) = rules::by_id(diagnostic.rule) else {
            return false;
        };
        if self.check {
            // BuildKit's spelling counts; its experimental check and, above an instruction, its
            // checks of the whole file are not skipped.
            let check = entry.meta.buildkit.filter(|check| match check.kind {
                BuildkitKind::WholeFile => matches!(scope, Scope::File),
                BuildkitKind::Experimental => false,
                BuildkitKind::Instruction | BuildkitKind::Conversion => true,
            });
            let name = check.and_then(|check| check.name);
            return name.is_some_and(|name| self.all || name == self.text)
                || self.text == entry.meta.id;
        }
        let is = |name: &str| self.text.eq_ignore_ascii_case(name);
        is(entry.meta.id)
            || entry.meta.aliases.iter().any(|a| is(a))
            || diagnostic
                .code
                .as_deref()
                .is_some_and(|code| is(code) || in_range(&self.text, code))
    }
}

fn is_check(diagnostic: &Diagnostic, name: &str) -> bool {
    let check = rules::by_id(diagnostic.rule).and_then(|e| e.meta.buildkit);
    check.is_some_and(|check| check.name == Some(name))
}

/// What a comment is about.
enum Target {
    File,
    /// The stage that the next instruction opens, or the rest of the one it stands in.
    Stage,
    Next,
}

struct Parsed {
    target: Target,
    names: Vec<Name>,
    reason: String,
    foreign: bool,
}

fn read_comment(source: &Source, comment: &Comment) -> Option<Parsed> {
    let text = source.slice(comment.span);
    let body = text.trim_start_matches('#').trim_start();
    let at =
        |part: &str| comment.span.start + (part.as_ptr() as usize - text.as_ptr() as usize) as u32;
    if let Some(rest) = body.strip_prefix("dlint:") {
        let rest = rest.trim_start();
        let (target, rest) = match rest.strip_prefix("ignore-file") {
            Some(rest) => (Target::File, rest),
            None => (Target::Next, rest.strip_prefix("ignore")?),
        };
        let (names, reason) = rest.trim_start().strip_prefix('[')?.split_once(']')?;
        return Some(Parsed {
            target,
            names: split_names(names, at(names)),
            reason: reason.trim().to_owned(),
            foreign: false,
        });
    }
    if let Some(rest) = body.strip_prefix("hadolint") {
        let rest = rest.strip_prefix(|c: char| c.is_whitespace())?.trim_start();
        let (target, rest) = match (rest.strip_prefix("global"), rest.strip_prefix("stage")) {
            (Some(rest), _) => (Target::File, rest.trim_start()),
            (_, Some(rest)) => (Target::Stage, rest.trim_start()),
            _ => (Target::Next, rest),
        };
        let rest = rest.strip_prefix("ignore")?.trim_start();
        let rest = rest.strip_prefix('=')?.trim_start();
        // Codes go on after a comma, blanks around it allowed; what follows is the reason.
        let mut end = 0;
        let mut wants_name = true;
        for (i, c) in rest.char_indices() {
            match c {
                ',' => wants_name = true,
                '#' => break,
                c if c.is_whitespace() => {}
                _ if wants_name || end == i => {
                    wants_name = false;
                    end = i + c.len_utf8();
                }
                _ => break,
            }
        }
        let (names, reason) = rest.split_at(end);
        return Some(Parsed {
            target,
            names: split_names(names, at(names)),
            reason: reason.trim().trim_start_matches('#').trim().to_owned(),
            foreign: true,
        });
    }
    body.strip_prefix("shellcheck")
        .filter(|rest| rest.starts_with(char::is_whitespace))
        .and_then(|rest| shellcheck_directive(rest, at))
}

/// Reads `disable=SC2086,SC2046 # reason`, perhaps among other directives.
fn shellcheck_directive(directives: &str, at: impl Fn(&str) -> u32) -> Option<Parsed> {
    let (directives, reason) = directives.split_once('#').unwrap_or((directives, ""));
    let lists = directives
        .split_whitespace()
        .filter_map(|word| word.strip_prefix("disable="));
    let mut names: Vec<Name> = lists.flat_map(|l| split_names(l, at(l))).collect();
    for name in &mut names {
        // It may leave the letters out, and every code is the whole rule.
        if name.text.starts_with(|c: char| c.is_ascii_digit()) {
            name.text.insert_str(0, "SC");
        } else if name.text == "all" {
            name.text = rules::SHELLCHECK.to_owned();
        }
    }
    (!names.is_empty()).then(|| Parsed {
        target: Target::Next,
        names,
        reason: reason.trim().to_owned(),
        foreign: true,
    })
}

/// Whether `code` lies in a range of ShellCheck's: `SC2000-SC2999`.
fn in_range(range: &str, code: &str) -> bool {
    let number = |code: &str| -> Option<u16> {
        let code = code.trim_start_matches(['S', 's', 'C', 'c']);
        code.parse().ok()
    };
    let ends = range
        .split_once('-')
        .and_then(|(first, last)| Some(number(first)?..=number(last)?));
    match (ends, number(code)) {
        (Some(ends), Some(code)) => ends.contains(&code),
        _ => false,
    }
}

/// How a comment ought to be written that looks like an ignore comment and is none.
fn almost(text: &str) -> Option<String> {
    const WORDS: [&str; 8] = [
        "ignore-file",
        "ignore-next-line",
        "ignored",
        "ignores",
        "ignore",
        "disable",
        "nolint",
        "skip",
    ];
    let body = text.trim_start_matches('#').trim_start();
    let strip = |text: &'_ str, word: &str| -> Option<usize> {
        let head = text.get(..word.len())?;
        head.eq_ignore_ascii_case(word).then_some(word.len())
    };
    let tool = ["dlint", "hadolint"]
        .into_iter()
        .find(|tool| strip(body, tool).is_some())?;
    let joint = |c: char| c.is_whitespace() || matches!(c, ':' | '-' | '=' | ',');
    let rest = body.get(tool.len()..)?;
    if !rest.starts_with(joint) {
        return None;
    }
    let mut rest = rest.trim_start_matches(joint);
    let scope = ["global", "stage", "file"]
        .into_iter()
        .find(|scope| strip(rest, scope).is_some());
    if let Some(scope) = scope {
        rest = rest.get(scope.len()..)?.trim_start_matches(joint);
    }
    let word = WORDS.into_iter().find(|word| strip(rest, word).is_some())?;
    rest = rest.get(word.len()..)?;
    let ends = |c: char| c.is_whitespace() || matches!(c, '[' | '(' | '=' | ':' | ',');
    if !rest.starts_with(ends) {
        return None;
    }
    // Names as long as they are names; the rest is the reason.
    let between = |c: char| ends(c) || matches!(c, ']' | ')' | '"' | '\'');
    let mut names = Vec::new();
    loop {
        rest = rest.trim_start_matches(between);
        let end = rest.find(between).unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or_default();
        let known = !rules::by_name(name).is_empty() || hadolint::is_known(name);
        if name.is_empty() || !known {
            break;
        }
        names.push(name);
        rest = rest.get(end..).unwrap_or_default();
    }
    // Without a name it may as well be prose.
    if names.is_empty() {
        return None;
    }
    let reason = rest.trim_start_matches(['-', '#', ' ', ';']).trim_end();
    let file = matches!(scope, Some("global" | "file")) || word == "ignore-file";
    let mut meant = match (tool, file) {
        ("dlint", true) => format!("# dlint: ignore-file[{}]", names.join(", ")),
        ("dlint", false) => format!("# dlint: ignore[{}]", names.join(", ")),
        (_, true) => format!("# hadolint global ignore={}", names.join(",")),
        (_, false) if scope == Some("stage") => {
            format!("# hadolint stage ignore={}", names.join(","))
        }
        _ => format!("# hadolint ignore={}", names.join(",")),
    };
    if !reason.is_empty() {
        // hadolint itself takes no words without a mark.
        meant.push_str(if tool == "dlint" { " " } else { " # " });
        meant.push_str(reason);
    }
    Some(meant)
}

/// The stage a comment speaks of: the one whose FROM comes next, else the rest of its own.
fn stage_of(source: &Source, file: &File, comment: &Comment) -> Span {
    let at = |offset: u32| {
        let before = |i: &Instruction| i.span.start < offset;
        let later = file.instructions.partition_point(before);
        file.instructions.get(later..).unwrap_or_default().iter()
    };
    let next = at(comment.span.start + 1).next();
    let opens = |i: &Instruction| i.keyword == Some(Keyword::From);
    let start = match next {
        Some(next) if opens(next) => next.span.end,
        _ => comment.span.start,
    };
    let end = at(start)
        .find(|i| opens(i))
        .map_or(source.text().len() as u32, |i| i.span.start);
    Span::new(comment.span.start, end)
}

fn split_names(list: &str, start: u32) -> Vec<Name> {
    list.split(',')
        .filter_map(|part| {
            let text = part.trim();
            let offset = (text.as_ptr() as usize).checked_sub(list.as_ptr() as usize)?;
            let from = start + offset as u32;
            (!text.is_empty()).then(|| Name {
                text: text.to_owned(),
                span: Span::new(from, from + text.len() as u32),
                used: false,
                check: false,
                all: false,
            })
        })
        .collect()
}

/// The names that check options skip; `span` is the place of the options, if they stand in the
/// file.
fn skipped(options: &CheckOptions, span: Option<Span>) -> Vec<Name> {
    let place = |range: &std::ops::Range<usize>| match span {
        Some(span) => Span::new(
            span.start + range.start as u32,
            span.start + range.end as u32,
        ),
        None => Span::at(0),
    };
    let all = options.skip_all.then(|| Name {
        text: "all".to_owned(),
        span: place(&options.skip_all_range),
        used: false,
        check: true,
        all: true,
    });
    let named = options.skip.iter().filter(|n| !n.name.is_empty());
    all.into_iter()
        .chain(named.map(|CheckName { name, range }| Name {
            text: name.clone(),
            span: place(range),
            // What stands in a build argument is nobody's comment.
            used: span.is_none(),
            check: true,
            all: false,
        }))
        .collect()
}

/// The whole line of a comment, its break included.
fn line_of(source: &Source, comment: &Comment) -> Span {
    Span::new(
        source.line_start(comment.line),
        source.line_start(comment.line + 1),
    )
}

/// The line of the instruction below a comment inside it.
fn next_line(source: &Source, file: &File, comment: &Comment) -> Option<Span> {
    let at = file
        .pieces
        .partition_point(|p| p.span.start <= comment.span.start);
    let next = file
        .pieces
        .get(at..)?
        .iter()
        .find(|p| p.kind == crate::syntax::PieceKind::Code)?;
    Some(source.line_span(source.line(next.span.start)))
}
