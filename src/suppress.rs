//! Ignore comments: dlint's own, hadolint's, BuildKit's and ShellCheck's.
//!
//! A comment between instructions covers the next instruction, one inside a continued
//! instruction the next line of it, a file-wide one everything.

use std::collections::HashMap;

use crate::context::Build;
use crate::diagnostic::Diagnostic;
use crate::hadolint;
use crate::rule::{IgnoreComment, UnusedIgnore};
use crate::rules;
use crate::span::{Source, Span};
use crate::syntax::check::{self, CHECK_ARGUMENT, CheckName, CheckOptions};
use crate::syntax::{Comment, File, Instruction, Keyword};

/// BuildKit's checks of the whole file: a check comment above one instruction does not reach them.
const WHOLE_FILE_CHECKS: [&str; 6] = [
    "ConsistentInstructionCasing",
    "DuplicateStageName",
    "InvalidBaseImagePlatform",
    "InvalidDefaultArgInFrom",
    "NoEmptyContinuation",
    "ReservedStageName",
];

/// BuildKit's check that reports the earlier instruction but asks the comments above the later.
const REPEATED_CHECK: &str = "MultipleInstructionsDisallowed";

/// BuildKit's check that has to be asked for; skipping does not touch it.
const EXPERIMENTAL_CHECK: &str = "InvalidDefinitionDescription";

/// What stands for BuildKit's `all` among names.
const ALL: &str = "\0all";

/// The ignore comments of a file.
pub struct Suppressions {
    ignores: Vec<Ignore>,
    /// What they name, by place and name: there may be as many comments as findings.
    index: Index,
    /// Where BuildKit's experimental check is asked for.
    experimental: Vec<Scope>,
    /// Whether check options turn BuildKit's warnings into a failed build.
    fails: bool,
    /// Whether nothing is silenced.
    disabled: bool,
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
    /// Findings that start in this instruction.
    Instruction(Span),
    /// Findings that start in this line.
    Line(Span),
    /// Findings that start in this part of a stage.
    Stage(Span),
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
    pub fn of(source: &Source, file: &File, build: &Build) -> Self {
        let mut all = Self {
            ignores: Vec::new(),
            index: Index::default(),
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
            let scope = match parsed.target {
                Target::File => Scope::File,
                Target::Stage => Scope::Stage(stage_of(source, file, comment)),
                Target::Next if comment.inside => match next_line(source, file, comment) {
                    Some(span) => Scope::Line(span),
                    None => continue,
                },
                Target::Next => {
                    let at = file
                        .instructions
                        .partition_point(|i| i.span.start < comment.span.start);
                    match file.instructions.get(at) {
                        Some(next) => Scope::Instruction(next.span),
                        None => Scope::Instruction(Span::at(comment.span.start)),
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
        all.index = Index::of(&all.ignores);
        all
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
            self.experimental.push(Scope::Instruction(owner.span));
        }
        let reason = text.get(range.end..).unwrap_or_default().trim();
        self.ignores.push(Ignore {
            scope: Scope::Instruction(owner.span),
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
        let entry = rules::by_id(diagnostic.rule)?;
        let mut hit = None;
        let mut found = |group: Option<&mut Group>| {
            if let Some(group) = group {
                // Every comment that would silence it counts as used.
                group.used = true;
                hit = Some(hit.map_or(group.first, |first: usize| first.min(group.first)));
            }
        };
        let place = diagnostic.span.start;
        for scope in self.index.plain.scopes_at(place) {
            let Some(names) = self.index.plain.names.get_mut(&scope) else {
                continue;
            };
            let aliases = entry.meta.aliases.iter().copied();
            let own = diagnostic.code.as_deref();
            for name in aliases.chain([entry.meta.id]).chain(own) {
                found(names.get_mut(&name.to_ascii_lowercase()));
            }
            let ranges = self.index.plain.ranges.get(&scope).into_iter().flatten();
            for range in ranges {
                if own.is_some_and(|code| in_range(range, code)) {
                    found(names.get_mut(range));
                }
            }
        }
        let place = match diagnostic.labels.first() {
            Some(later) if has_alias(diagnostic, REPEATED_CHECK) => later.span.start,
            _ => place,
        };
        for scope in self.index.checks.scopes_at(place) {
            let Some(names) = self.index.checks.names.get_mut(&scope) else {
                continue;
            };
            // BuildKit's spelling counts; its experimental check and, above an instruction, its
            // checks of the whole file are not skipped.
            let skips = |a: &&str| {
                is_buildkit_name(a)
                    && *a != EXPERIMENTAL_CHECK
                    && (scope.is_none() || !WHOLE_FILE_CHECKS.contains(a))
            };
            let mut any = false;
            for alias in entry.meta.aliases.iter().copied().filter(skips) {
                any = true;
                found(names.get_mut(alias));
            }
            found(names.get_mut(entry.meta.id));
            if any {
                found(names.get_mut(ALL));
            }
        }
        let ignore = self.ignores.get(hit?)?;
        Some((ignore.span, ignore.reason.clone()))
    }

    /// The names that silenced nothing though their rule is on, after [`Suppressions::apply`].
    pub fn unused(&self, buildkit: bool, is_on: impl Fn(&str, &str) -> bool) -> Vec<UnusedIgnore> {
        let mut unused = Vec::new();
        if self.disabled {
            return unused;
        }
        for ignore in &self.ignores {
            for (i, name) in ignore.names.iter().enumerate() {
                // BuildKit may report what dlint knows to be right: its own comments serve it.
                if name.check && !buildkit {
                    continue;
                }
                let mut rules = rules::by_name(&name.text).into_iter();
                let used = self.index.is_used(ignore, name) || name.all;
                if used || !rules.any(|r| is_on(r.meta.id, &name.text)) {
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
    fn span(&self) -> Option<Span> {
        match self {
            Scope::File => None,
            Scope::Instruction(span) | Scope::Line(span) | Scope::Stage(span) => Some(*span),
        }
    }

    fn covers(&self, offset: u32) -> bool {
        match self {
            Scope::File => true,
            Scope::Instruction(span) | Scope::Line(span) | Scope::Stage(span) => {
                covers(*span, offset)
            }
        }
    }
}

impl Name {
    /// What it is compared as.
    fn key(&self) -> String {
        match (self.all, self.check) {
            (true, _) => ALL.to_owned(),
            (false, true) => self.text.clone(),
            (false, false) => self.text.to_ascii_lowercase(),
        }
    }

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
}

/// A finding at the end of an instruction, where something lacks, is one of it.
fn covers(span: Span, offset: u32) -> bool {
    span.contains(offset) || (span.end == offset && !span.is_empty())
}

/// The names of all comments: those of check options, which BuildKit reads in its own ways, apart.
#[derive(Default)]
struct Index {
    plain: Names,
    checks: Names,
}

/// The names by what they cover; nothing is the whole file.
#[derive(Default)]
struct Names {
    names: HashMap<Option<Span>, HashMap<String, Group>>,
    /// The instructions that are covered, sorted.
    instructions: Vec<Span>,
    /// The lines that are covered, sorted.
    lines: Vec<Span>,
    /// The parts of stages that are covered; few write that.
    stages: Vec<Span>,
    /// The names that are ranges of codes: `sc2000-sc2999`.
    ranges: HashMap<Option<Span>, Vec<String>>,
}

/// One name over one place, however many comments say it.
struct Group {
    used: bool,
    /// The first comment that says it.
    first: usize,
}

impl Index {
    fn of(ignores: &[Ignore]) -> Self {
        let mut index = Self::default();
        for (at, ignore) in ignores.iter().enumerate() {
            for name in &ignore.names {
                let names = match name.check {
                    true => &mut index.checks,
                    false => &mut index.plain,
                };
                let span = match ignore.scope {
                    Scope::File => None,
                    Scope::Instruction(span) => {
                        names.instructions.push(span);
                        Some(span)
                    }
                    Scope::Line(span) => {
                        names.lines.push(span);
                        Some(span)
                    }
                    Scope::Stage(span) => {
                        names.stages.push(span);
                        Some(span)
                    }
                };
                let key = name.key();
                if key.contains('-') && key.starts_with("sc") {
                    names.ranges.entry(span).or_default().push(key.clone());
                }
                let same = names.names.entry(span).or_default();
                same.entry(key).or_insert(Group {
                    used: false,
                    first: at,
                });
            }
        }
        for names in [&mut index.plain, &mut index.checks] {
            for spans in [&mut names.instructions, &mut names.lines, &mut names.stages] {
                spans.sort_unstable();
                spans.dedup();
            }
            for ranges in names.ranges.values_mut() {
                ranges.sort_unstable();
                ranges.dedup();
            }
        }
        index
    }

    fn is_used(&self, ignore: &Ignore, name: &Name) -> bool {
        let names = match name.check {
            true => &self.checks,
            false => &self.plain,
        };
        let scope = names.names.get(&ignore.scope.span());
        let group = scope.and_then(|names| names.get(&name.key()));
        name.used || group.is_some_and(|g| g.used)
    }
}

impl Names {
    /// What covers a place.
    fn scopes_at(&self, offset: u32) -> Vec<Option<Span>> {
        let mut scopes: Vec<Option<Span>> = Vec::new();
        if self.names.is_empty() {
            return scopes;
        }
        scopes.push(None);
        for spans in [&self.instructions, &self.lines] {
            // One may end where the next begins.
            let end = spans.partition_point(|s| s.start <= offset);
            let near = spans.get(end.saturating_sub(2)..end).unwrap_or_default();
            scopes.extend(
                near.iter()
                    .filter(|s| covers(**s, offset))
                    .map(|s| Some(*s)),
            );
        }
        let stages = self.stages.iter().filter(|s| covers(**s, offset));
        scopes.extend(stages.map(|s| Some(*s)));
        scopes
    }
}

fn has_alias(diagnostic: &Diagnostic, name: &str) -> bool {
    rules::by_id(diagnostic.rule).is_some_and(|e| e.meta.aliases.contains(&name))
}

/// BuildKit's names are words in capitals run together, without digits or dashes.
pub(crate) fn is_buildkit_name(alias: &str) -> bool {
    alias.starts_with(|c: char| c.is_ascii_uppercase())
        && alias.bytes().all(|b| b.is_ascii_alphabetic())
        && alias.bytes().any(|b| b.is_ascii_lowercase())
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
    let at = file
        .instructions
        .partition_point(|i| i.span.start <= comment.span.start);
    let following = file.instructions.get(at..).unwrap_or_default();
    let next = following.first();
    let opens = |i: &Instruction| i.keyword == Some(Keyword::From);
    let start = match next {
        Some(next) if opens(next) => next.span.end,
        _ => comment.span.start,
    };
    let mut later = following.iter().filter(|i| i.span.start >= start);
    let end = later
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
