//! Ignore comments: dlint's own, those of hadolint, BuildKit and ShellCheck, and of security scanners.
//!
//! A comment between instructions covers the next instruction, one inside a continued
//! instruction the next line of it, a file-wide one everything.

mod buildkit;
mod dlint;
mod hadolint;
mod near_miss;
mod scanners;
mod shellcheck;
mod tally;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::compat;
use crate::compat::scanners::Scanner;
use crate::context::Build;
use crate::date::Date;
use crate::diagnostic::Diagnostic;
use crate::perspective::Perspective;
use crate::policy::exceptions::Granted;
use crate::rule::{IgnoreComment, RefusedIgnore, RuleMeta, UnusedIgnore};
use crate::rules;
use crate::span::{Source, Span};
use crate::syntax::linter_comment::Reach;
use crate::syntax::{Comment, File, Instruction, Keyword};
use crate::text::matches_wildcard;

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
    /// The rules whose findings no comment silences.
    locked: Vec<&'static str>,
    /// The comments that would, without repetition.
    refused: BTreeSet<RefusedIgnore>,
    /// The rules that run, which may be others than dlint's.
    rules: Vec<&'static RuleMeta>,
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
    /// The day with which it ended, if it has.
    ended: Option<Date>,
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
    /// What it means in a comment of a security scanner.
    group: Option<Group>,
}

/// The rules that a comment of a security scanner speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    /// Those with this name in the scanner, which may hold a `*`.
    Named(Scanner),
    /// All that the scanner has too.
    Scanner(Scanner),
    /// All that the scanner has too, but those that the name lists.
    AllBut(Scanner),
    /// All that look for secrets.
    Secrets,
}

/// The family of the rules about secrets.
const SECRETS: &str = "secrets";

/// A finding that was silenced.
#[derive(Debug, Clone)]
pub struct Suppressed {
    /// The finding.
    pub diagnostic: Diagnostic,
    /// By what.
    pub by: By,
    /// The reason given, perhaps empty.
    pub reason: String,
}

/// What silences a finding.
#[derive(Debug, Clone)]
pub enum By {
    /// An ignore comment of the file, there.
    Comment(Span),
    /// An exception from the policy.
    Exception(Arc<Granted>),
    /// A baseline, which lists what is known.
    Baseline,
    /// Nothing about it changed since the time that is asked about.
    Unchanged,
}

impl Suppressions {
    /// Reads the ignore comments of a file.
    pub fn of(
        source: &Source,
        file: &File,
        build: &Build,
        perspective: Perspective,
        as_of: Date,
    ) -> Self {
        let mut all = Self {
            perspective,
            ignores: Vec::new(),
            by_start: Vec::new(),
            wide: Vec::new(),
            experimental: Vec::new(),
            fails: false,
            disabled: false,
            locked: Vec::new(),
            refused: BTreeSet::new(),
            rules: Vec::new(),
        };
        all.read_check_options(file, build);
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
            let scope = match parsed.reach {
                Reach::File => Scope::File,
                Reach::Stage => Scope::Span(stage_of(source, file, comment)),
                Reach::Next if comment.inside => match next_line(source, file, comment) {
                    Some(span) => Scope::Span(span),
                    None => continue,
                },
                Reach::Next => {
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
                ended: None,
            });
        }
        // Other tools do not read them.
        if perspective == Perspective::Dlint {
            all.read_scanners(source, file, as_of);
        }
        all.index();
        all
    }

    /// Prepares the search: a file may have as many comments as findings.
    fn index(&mut self) {
        let mut wide: HashMap<(&str, bool, bool, Option<String>), usize> = HashMap::new();
        let mut order: Vec<(u32, u32, usize)> = Vec::new();
        for (index, ignore) in self.ignores.iter().enumerate() {
            if ignore.ended.is_some() {
                continue;
            }
            match ignore.scope {
                Scope::Span(span) => order.push((span.start, span.end, index)),
                Scope::File => {
                    for (i, name) in ignore.names.iter().enumerate() {
                        let next = self.wide.len();
                        let group = name.group.map(|g| format!("{g:?}"));
                        let key = (name.text.as_str(), name.check, name.all, group);
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

    /// Says which rules run: comments may name those that are not dlint's too.
    pub fn know(&mut self, rules: impl Iterator<Item = &'static RuleMeta>) {
        self.rules.extend(rules);
    }

    /// The rules that a name stands for, dlint's and others that run.
    fn named(&self, name: &str) -> impl Iterator<Item = &'static RuleMeta> {
        let known: Vec<&RuleMeta> = rules::by_name(name).iter().map(|e| &e.meta).collect();
        let others = self.rules.iter().copied();
        let others = others.filter(|rule| !known.iter().any(|k| k.id == rule.id));
        let others: Vec<_> = others.filter(|rule| rule.is_called(name)).collect();
        known.into_iter().chain(others)
    }

    /// From now on nothing is silenced, and none is unused.
    pub fn disable(&mut self) {
        self.disabled = true;
    }

    /// Says of which rules nothing is silenced.
    pub fn lock(&mut self, rules: impl Iterator<Item = &'static str>) {
        self.locked.extend(rules);
    }

    /// The comments that would silence what is locked, after [`Suppressions::apply`].
    pub fn refused(&self) -> impl Iterator<Item = &RefusedIgnore> {
        self.refused.iter()
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
                    by: By::Comment(comment),
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
        let later = buildkit::later_place(diagnostic);
        let is_locked = self.locked.contains(&diagnostic.rule.id);
        let mut refused: Vec<Span> = Vec::new();
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
                    if is_locked {
                        refused.push(place_of(name.span, ignore.span));
                    }
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
            if is_locked {
                let ignores = wide.places.iter().filter_map(|&(index, name)| {
                    let ignore = self.ignores.get(index)?;
                    Some(place_of(ignore.names.get(name)?.span, ignore.span))
                });
                refused.extend(ignores);
            }
            if !std::mem::replace(&mut wide.used, true) {
                for &(index, name) in &wide.places {
                    let ignore = self.ignores.get_mut(index);
                    if let Some(name) = ignore.and_then(|i| i.names.get_mut(name)) {
                        name.used = true;
                    }
                }
            }
        }
        if is_locked {
            let rule = diagnostic.rule.id;
            let refused = refused.into_iter().map(|span| RefusedIgnore { span, rule });
            self.refused.extend(refused);
            return None;
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
                // A scanner may report more than dlint; what has ended serves nobody.
                let serves = name.group.is_some() && ignore.ended.is_none();
                if name.used || name.all || serves {
                    continue;
                }
                let mut rules = self.named(&name.text);
                if !rules.any(|rule| is_on(rule.id, &name.text)) {
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
                    ended: ignore.ended,
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
                    .filter(|n| n.group.is_none())
                    .filter(|n| !n.is_known() && self.named(&n.text).next().is_none())
                    .map(|n| (n.text.clone(), n.span))
                    .collect(),
                reason: ignore.reason.clone(),
                foreign: ignore.foreign,
                meant: None,
                lacks_name: false,
            })
            .collect();
        for comment in &file.comments {
            let text = source.slice(comment.span);
            if read_comment(source, comment).is_none()
                && let Some(meant) = near_miss::meant(text)
            {
                all.push(IgnoreComment {
                    span: comment.span,
                    unknown: Vec::new(),
                    reason: String::new(),
                    foreign: meant.starts_with("# hadolint"),
                    lacks_name: meant.contains(&format!("[{}]", near_miss::NAME)),
                    meant: Some(meant),
                });
            }
        }
        all.sort_by_key(|c| c.span.start);
        all
    }
}

/// Where a name in a comment stands; `all` and the like have no place of their own.
fn place_of(name: Span, comment: Span) -> Span {
    if name.is_empty() { comment } else { name }
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
        self.all
            || compat::hadolint::is_known(&self.text)
            || compat::scanners::declined(&self.text).is_some()
            || !rules::by_name(&self.text).is_empty()
            // Of BuildKit's checks only a slip of the pen is certain.
            || self.check && rules::nearest_name(&self.text).is_none()
    }

    fn means(&self, diagnostic: &Diagnostic, scope: &Scope) -> bool {
        let rule = diagnostic.rule;
        match self.group {
            Some(Group::Secrets) => return rule.family == SECRETS,
            Some(Group::Scanner(scanner)) => return scanner.has(rule),
            Some(Group::AllBut(scanner)) => {
                let mut listed = self.text.split(',');
                return scanner.has(rule) && !listed.any(|name| rule.is_called(name));
            }
            Some(Group::Named(scanner)) if self.text.contains('*') => {
                let pattern = self.text.to_ascii_uppercase();
                let own = |alias: &&&str| Scanner::of_name(alias) == Some(scanner);
                let mut names = rule.aliases.iter().filter(own);
                return names.any(|name| matches_wildcard(&pattern, &name.to_ascii_uppercase()));
            }
            Some(Group::Named(_)) | None => {}
        }
        if self.check {
            return buildkit::skips(self, rule, scope);
        }
        let is = |name: &str| self.text.eq_ignore_ascii_case(name);
        rule.is_called(&self.text)
            || diagnostic
                .code
                .as_deref()
                .is_some_and(|code| is(code) || shellcheck::in_range(&self.text, code))
    }
}

/// What an ignore comment of a linter says.
struct Parsed {
    reach: Reach,
    names: Vec<Name>,
    reason: String,
    /// Whether it is written for another tool.
    foreign: bool,
}

fn read_comment(source: &Source, comment: &Comment) -> Option<Parsed> {
    let text = source.slice(comment.span);
    let at =
        |part: &str| comment.span.start + (part.as_ptr() as usize - text.as_ptr() as usize) as u32;
    dlint::read(text, at)
        .or_else(|| hadolint::read(text, at))
        .or_else(|| tally::read(text, at))
        .or_else(|| shellcheck::read(text, at))
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
    // A span takes what stands at its very end in, which is not to be the next FROM.
    let end = at(start)
        .find(|i| opens(i))
        .map_or(source.text().len() as u32, |i| {
            i.span.start.saturating_sub(1)
        });
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
                group: None,
            })
        })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;
    use crate::syntax;

    const TODAY: Date = Date::new(2026, 6, 1);

    /// The lines on which findings of a rule, one per instruction, are silenced.
    fn silenced(text: &str, rule: &str, perspective: Perspective) -> Vec<u32> {
        let source = Source::new("Dockerfile", text);
        let file = syntax::parse(&source);
        let entry = rules::by_id(rule).unwrap();
        let mut all = Suppressions::of(&source, &file, &Build::default(), perspective, TODAY);
        let found = file
            .instructions
            .iter()
            .map(|i| Diagnostic::new(&entry.meta, Severity::Info, i.span, ""))
            .collect();
        let (_, suppressed) = all.apply(found);
        let lines = suppressed
            .iter()
            .map(|s| source.line(s.diagnostic.span.start));
        lines.collect()
    }

    #[test]
    fn every_tool_has_its_own_reach() {
        for (comment, lines) in [
            ("# dlint: ignore[untagged-image]", vec![2]),
            ("# dlint: ignore-file[untagged-image]", vec![2, 3, 4]),
            ("# hadolint ignore=DL3006", vec![2]),
            ("# hadolint global ignore=DL3006", vec![2, 3, 4]),
            ("# hadolint stage ignore=DL3006", vec![2, 3]),
            ("# hadolint shell=bash ignore=DL3006", vec![]),
            ("# shellcheck disable=SC2086", vec![]),
            ("# trivy:ignore:DS-0001", vec![2]),
            ("#trivy:ignore:AVD-DS-0001 why", vec![2]),
            ("#trivy:ignore:docker-use-specific-tags", vec![2]),
            ("# trivy:ignore:ds-00* why", vec![2]),
            ("# trivy:ignore:DS-0001:exp:2026-06-01", vec![2]),
            ("# trivy:ignore:DS-0001:exp:2026-05-31", vec![]),
            ("# trivy:ignore:DS-0002", vec![]),
            (
                "# checkov:skip=CKV_DOCKER_2,CKV_DOCKER_7:why",
                vec![2, 3, 4],
            ),
            ("# kics-scan ignore", vec![2, 3, 4]),
            ("# kics-scan ignore-line", vec![2]),
            ("# kics-scan ignore-block", vec![2, 3]),
            (
                "# kics-scan disable=9efb0b2d-89c9-41a3-91ca-dcc0aec911fd",
                vec![2, 3, 4],
            ),
            (
                "# kics-scan enable=f45ea400-6bbe-4501-9fc7-1c3d75c32067",
                vec![2, 3, 4],
            ),
            (
                "# kics-scan enable=9efb0b2d-89c9-41a3-91ca-dcc0aec911fd",
                vec![],
            ),
            ("# NOSONAR", vec![2]),
            ("# nosemgrep", vec![2]),
            (
                "# nosemgrep: dockerfile.best-practice.missing-image-version.missing-image-version",
                vec![2],
            ),
            ("# nosemgrep: other.rule", vec![]),
            ("# gitleaks:allow", vec![]),
        ] {
            let text = format!("{comment}\nFROM a\nRUN b\nFROM c\n");
            let found = silenced(&text, "untagged-image", Perspective::Dlint);
            assert_eq!(found, lines, "{comment}");
        }
    }

    #[test]
    fn what_stands_at_the_end_of_a_line_is_for_that_line() {
        for (text, rule, lines) in [
            (
                "FROM a\nRUN b # gitleaks:allow\nRUN c\n",
                "hard-coded-secret",
                vec![2],
            ),
            (
                "FROM a\nARG K=x # trufflehog:ignore\n",
                "secret-in-arg",
                vec![2],
            ),
            ("FROM a\nRUN b # NOSONAR\nRUN c\n", "secret-in-env", vec![2]),
            ("FROM a\nRUN NOSONAR\n", "secret-in-env", vec![]),
            (
                "FROM a\nRUN b # nosemgrep: security.secret-in-build-arg\n",
                "secret-in-arg",
                vec![2],
            ),
            (
                "FROM a\n# pragma: allowlist secret\nENV b=c\nENV d=e\n",
                "secret-in-env",
                vec![3],
            ),
            (
                "FROM a\nRUN b # pragma: allowlist nextline secret\nRUN c\n",
                "hard-coded-secret",
                vec![3],
            ),
            (
                "FROM a\n# gitleaks:allow\nENV b=c\n",
                "untagged-image",
                vec![],
            ),
        ] {
            let found = silenced(text, rule, Perspective::Dlint);
            assert_eq!(found, lines, "{text}");
            assert!(
                silenced(text, rule, Perspective::Hadolint).is_empty(),
                "{text}"
            );
        }
    }

    #[test]
    fn a_builder_does_not_read_the_comments_of_linters() {
        for (comment, lines) in [
            ("# hadolint ignore=StageNameCasing", vec![]),
            ("# check=skip=StageNameCasing", vec![2]),
            ("# check=skip=stagenamecasing", vec![]),
            ("# check=skip=all", vec![2]),
        ] {
            // Below another comment it is no directive of the whole file.
            let text = format!("#\n{comment}\nFROM a AS B\n");
            let found = silenced(&text, "stage-name-casing", Perspective::Buildkit);
            let found: Vec<u32> = found.iter().map(|line| line - 1).collect();
            assert_eq!(found, lines, "{comment}");
        }
    }

    #[test]
    fn a_check_of_the_whole_file_is_skipped_for_the_whole_file_only() {
        let skip = "# check=skip=DuplicateStageName";
        let rule = "duplicate-stage-name";
        let above_one = format!("#\n{skip}\nFROM a\n");
        assert!(silenced(&above_one, rule, Perspective::Dlint).is_empty());
        let for_all = format!("{skip}\nFROM a\n");
        assert_eq!(silenced(&for_all, rule, Perspective::Dlint), [2]);
    }

    #[test]
    fn shellchecks_codes_are_ranges_and_bare_numbers_too() {
        for list in ["SC2086", "2086", "SC2000-SC2999", "all", "SC1000,SC2086"] {
            let text = format!("FROM a\n# shellcheck disable={list}\nRUN b\n");
            let source = Source::new("Dockerfile", text);
            let file = syntax::parse(&source);
            let build = Build::default();
            let mut all = Suppressions::of(&source, &file, &build, Perspective::Dlint, TODAY);
            let span = file.instructions.last().unwrap().span;
            let mut found =
                Diagnostic::new(rules::meta(rules::SHELLCHECK), Severity::Info, span, "");
            found.code = Some("SC2086".to_owned());
            let (kept, suppressed) = all.apply(vec![found]);
            assert_eq!((kept.len(), suppressed.len()), (0, 1), "{list}");
        }
    }
}
