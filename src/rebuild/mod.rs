//! What is built again when something changes: two states of a Dockerfile and of its context
//! compared step by step, the report of it, and what classes of changes cost.

pub mod git;
pub mod log;
pub mod write;

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use crate::facts::Facts;
use crate::facts::cache::{
    ChangedFile, Class, Cost, Difference, Input, Outcome, Own, Reason, Step, StepKey, StepKind,
    Verdict, class_of_path,
};
use crate::path::file_name;

/// What happens to each step of a file if files of its context changed and, where there is a state
/// before, the file itself.
pub fn compare(
    before: Option<&Facts<'_>>,
    after: &Facts<'_>,
    files: &[ChangedFile],
) -> Vec<Outcome> {
    match before {
        Some(before) => Comparison::new(before, after).outcomes(files),
        None => after.steps().changed_by(files),
    }
}

/// The steps of a file beside those that it had.
struct Comparison<'c, 'a, 'b> {
    before: &'c Facts<'a>,
    after: &'c Facts<'b>,
    /// For each step the one before that it is the same as, to the cache.
    same: Vec<Option<usize>>,
    /// Why those that are the same as none are not.
    why: Vec<Vec<Reason>>,
}

impl<'c, 'a, 'b> Comparison<'c, 'a, 'b> {
    fn new(before: &'c Facts<'a>, after: &'c Facts<'b>) -> Self {
        let (old, new) = (before.steps(), after.steps());
        let keys: Vec<StepKey> = old.all.iter().map(|s| before.step_key(s)).collect();
        let mut by_key: HashMap<&StepKey, Vec<&Step>> = HashMap::new();
        for (step, key) in old.all.iter().zip(&keys) {
            by_key.entry(key).or_default().push(step);
        }
        let mut made = Comparison {
            before,
            after,
            same: Vec::with_capacity(new.all.len()),
            why: Vec::with_capacity(new.all.len()),
        };
        for step in &new.all {
            let key = after.step_key(step);
            let equal = by_key.get(&key).map_or(&[][..], Vec::as_slice);
            let mut found = equal.iter().filter(|o| o.linked == step.linked);
            let found = found.find(|o| step.linked || made.stands_on_the_same(o, step));
            let mut why = Vec::new();
            if found.is_none() {
                let below_is_new = step.below.is_some_and(|b| made.same.get(b) == Some(&None));
                if equal.is_empty() {
                    let other = old.all.iter().zip(&keys).find(|(o, k)| {
                        o.stage == step.stage
                            && o.kind == step.kind
                            && made.stands_on_the_same(o, step)
                            && !new.all.iter().any(|n| after.step_key(n) == **k)
                    });
                    why.push(match other {
                        Some((_, other)) => Reason::Key(key.differences(other)),
                        None => Reason::New,
                    });
                } else if !below_is_new {
                    // The layer below is gone, or the base is another one.
                    why.push(match step.below {
                        None => Reason::Base,
                        Some(_) => Reason::New,
                    });
                }
            }
            made.same.push(found.map(|o| o.index));
            made.why.push(why);
        }
        made
    }

    fn stands_on_the_same(&self, old: &Step, new: &Step) -> bool {
        match (old.below, new.below) {
            (Some(old), Some(new)) => self.same.get(new).copied().flatten() == Some(old),
            (None, None) => self.base(self.before, old) == self.base(self.after, new),
            _ => false,
        }
    }

    /// The image that a chain begins with, and the platform that it is asked for.
    fn base(&self, facts: &Facts<'_>, step: &Step) -> String {
        let Some(root) = facts.chain(step.stage).last() else {
            return String::new();
        };
        let platform = root.from.flag_value("platform");
        let platform = platform.map(|word| facts.masked(root.from_node, word));
        let image = match &root.from.kind {
            crate::syntax::Kind::From(from) => facts.masked(root.from_node, &from.image),
            _ => String::new(),
        };
        format!("{} {image}", platform.unwrap_or_default())
    }

    fn outcomes(&self, files: &[ChangedFile]) -> Vec<Outcome> {
        let old = self.before.steps();
        self.after.steps().spread_files(files, |step| {
            let mut own = step.own_change(files);
            let Some(same) = self.same.get(step.index).copied().flatten() else {
                own.verdict = Verdict::Reruns;
                let why = self.why.get(step.index).into_iter().flatten();
                own.reasons.splice(0..0, why.cloned());
                return own;
            };
            if let Some(same) = old.all.get(same) {
                self.add_inputs(step, same, &mut own);
            }
            // Newer builders give directories the time that this argument says.
            let epoch = |facts: &Facts<'_>| {
                let arguments = &facts.build.arguments;
                let found = arguments
                    .iter()
                    .find(|(name, _)| name == "SOURCE_DATE_EPOCH");
                found.map(|(_, value)| value.clone())
            };
            if step.kind == StepKind::Workdir && epoch(self.before) != epoch(self.after) {
                let name = "SOURCE_DATE_EPOCH".to_owned();
                let reason = Reason::Key(vec![Difference::Variable(name)]);
                own.add(Verdict::May, reason);
            }
            own
        })
    }

    /// Whether a step takes its files from where it took them before.
    fn add_inputs(&self, step: &Step, before: &Step, own: &mut Own) {
        let (old, new) = (self.before.steps(), self.after.steps());
        let is_same = |pair: (&Input, &Input)| match pair {
            (Input::Context { name: a, files: x }, Input::Context { name: b, files: y }) => {
                a == b && (x == y)
            }
            (Input::Stage { stage: a, files: x }, Input::Stage { stage: b, files: y }) => {
                let last = |steps: &crate::facts::cache::Steps, stage| {
                    steps.last_of(stage).map(|s: &Step| s.index)
                };
                let ends = match (last(old, *b), last(new, *a)) {
                    // A step that is new speaks for itself.
                    (Some(old), Some(new)) => self
                        .same
                        .get(new)
                        .copied()
                        .flatten()
                        .is_none_or(|s| s == old),
                    (None, None) => true,
                    _ => false,
                };
                ends && x == y
            }
            (Input::Image { name: a, files: x }, Input::Image { name: b, files: y }) => {
                a == b && x == y
            }
            (
                Input::Remote {
                    address: a,
                    pinned: x,
                },
                Input::Remote {
                    address: b,
                    pinned: y,
                },
            ) => a == b && x == y,
            _ => false,
        };
        let same = step.inputs.len() == before.inputs.len()
            && step.inputs.iter().zip(&before.inputs).all(is_same);
        if !same {
            own.add(Verdict::May, Reason::Sources);
        }
    }
}

/// A report on the steps of a file.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The Dockerfile.
    pub file: String,
    /// The directory of the context, if it is known.
    pub context: Option<String>,
    /// The files of the context that changed.
    pub changed: Vec<String>,
    /// Those that changed and that the ignore file leaves out.
    pub ignored: Vec<String>,
    /// Those that changed and do not lie in the context.
    pub outside: Vec<String>,
    /// The steps that the target needs, in order.
    pub steps: Vec<StepReport>,
}

/// One step.
#[derive(Debug, Clone, Serialize)]
pub struct StepReport {
    /// Its number from 1.
    pub number: usize,
    /// The line of its instruction.
    pub line: u32,
    /// The stage that runs it: its name, else its number.
    pub stage: String,
    /// The instruction in one line.
    pub text: String,
    /// Whether it runs again.
    pub verdict: Word,
    /// From what changed to this step.
    pub chain: Vec<String>,
    /// Every reason.
    pub reasons: Vec<String>,
    /// What it takes in, in words.
    pub inputs: Vec<String>,
    /// What makes it run again the most often, what it stands on included.
    pub class: &'static str,
    /// What it costs.
    pub cost: &'static str,
    /// The numbers of the steps it depends on.
    pub needs: Vec<usize>,
    /// Its cache mounts.
    pub caches: Vec<String>,
    /// How long it took in the log that was given.
    pub seconds: Option<f64>,
    /// Whether it stands on nothing.
    pub linked: bool,
}

/// A verdict as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Word {
    /// From the cache.
    Cached,
    /// Perhaps.
    May,
    /// Again.
    Reruns,
}

impl From<Verdict> for Word {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Cached => Word::Cached,
            Verdict::May => Word::May,
            Verdict::Reruns => Word::Reruns,
        }
    }
}

/// Makes texts of steps, secrets masked as the caller does it.
pub struct Describer<'d, 'a> {
    /// The file.
    pub facts: &'d Facts<'a>,
    /// The files that changed.
    pub files: &'d [ChangedFile],
    /// What happens to its steps.
    pub outcomes: &'d [Outcome],
    /// Hides secrets in a text.
    pub mask: &'d dyn Fn(&str) -> String,
}

impl Describer<'_, '_> {
    /// The steps that the target needs.
    pub fn needed(&self) -> Vec<&Step> {
        let all = self.facts.steps().all.iter();
        let needed = |s: &&Step| self.facts.stages.get(s.stage).is_some_and(|s| s.is_needed);
        all.filter(needed).collect()
    }

    /// An instruction in one line, its keyword in front.
    pub fn text(&self, step: &Step) -> String {
        let Some(node) = self.facts.nodes.get(step.node) else {
            return String::new();
        };
        let mut text = node.instruction.logical.text().to_owned();
        // Of a heredoc its first line says more than its name.
        if let Some(heredoc) = self.facts.heredocs_of(node).first()
            && step.kind == StepKind::Run
        {
            let body = self.facts.source.slice(heredoc.body);
            let mut lines = body.lines().map(str::trim);
            let first =
                lines.find(|l| !l.is_empty() && !l.starts_with("set ") && !l.starts_with('#'));
            if let Some(first) = first {
                text = format!("{} ({first} …)", text.trim());
            }
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        (self.mask)(&words.join(" "))
    }

    /// The same as people call it: a RUN by its command.
    pub fn name(&self, step: &Step) -> String {
        let text = self.text(step);
        let mut rest = match text.split_once(' ') {
            Some((keyword, rest)) if keyword.eq_ignore_ascii_case("run") => rest,
            _ => return text,
        };
        while rest.starts_with("--")
            && let Some((_, after)) = rest.split_once(' ')
        {
            rest = after;
        }
        rest.to_owned()
    }

    fn file(&self, index: usize) -> String {
        self.files.get(index).map_or_else(String::new, |file| {
            let path = (self.mask)(&file.path);
            match &file.context {
                Some(name) => format!("{name}:{path}"),
                None => path,
            }
        })
    }

    fn files(&self, indexes: &[usize]) -> String {
        let first = indexes.first().map(|i| self.file(*i)).unwrap_or_default();
        match indexes.len() {
            0 | 1 => first,
            more => format!("{first} and {} more", more - 1),
        }
    }

    /// From what changed to a step: `src/a.ts`, `COPY . .`, `npm ci (parent)`.
    pub fn chain(&self, step: &Step) -> Vec<String> {
        let mut chain = Vec::new();
        let mut at = Some(step);
        while let Some(step) = at {
            let Some(outcome) = self.outcomes.get(step.index) else {
                break;
            };
            let name = self.name(step);
            // What a step takes in itself says more than the layer it stands on.
            let strongest = outcome
                .reasons
                .iter()
                .find(|r| !matches!(r, Reason::Unknown));
            let all = self.facts.steps();
            at = None;
            match strongest.or(outcome.reasons.first()) {
                None => break,
                Some(Reason::Below(below)) => {
                    chain.push(format!("{name} (parent)"));
                    at = all.all.get(*below);
                }
                Some(Reason::Stage { stage, step: by }) => {
                    let label = self.facts.stages.get(*stage).map(|s| s.label());
                    let label = label.unwrap_or_default();
                    chain.push(format!("{name} (files of {label})"));
                    at = all.all.get(*by);
                }
                Some(Reason::Files(files)) => {
                    chain.push(name);
                    chain.push(self.files(files));
                }
                Some(reason) => {
                    chain.push(name);
                    chain.push(self.reason(reason));
                }
            }
        }
        chain.reverse();
        chain
    }

    /// A reason in words.
    pub fn reason(&self, reason: &Reason) -> String {
        let step = |index: &usize| {
            let step = self.facts.steps().all.get(*index);
            step.map(|s| self.name(s)).unwrap_or_default()
        };
        match reason {
            Reason::Files(files) => {
                let one = files.len() == 1;
                let what = self.files(files);
                format!(
                    "{what} changed{}",
                    if one { "" } else { " (files that it takes in)" }
                )
            }
            Reason::Unknown => "a variable hides which files it takes".to_owned(),
            Reason::Below(below) => format!("it stands on the layer of `{}`", step(below)),
            Reason::Stage { stage, step: by } => {
                let label = self.facts.stages.get(*stage).map(|s| s.label());
                format!(
                    "it takes files of stage {}, which `{}` may have changed",
                    label.unwrap_or_default(),
                    step(by)
                )
            }
            Reason::Base => "the base image is another one".to_owned(),
            Reason::Key(differences) => {
                let words: Vec<String> = differences
                    .iter()
                    .map(|difference| match difference {
                        Difference::Text => "the instruction changed".to_owned(),
                        Difference::Variable(name) => format!("`{name}` changed"),
                        Difference::Directory => "the working directory changed".to_owned(),
                        Difference::User => "the user changed".to_owned(),
                        Difference::Shell => "the shell changed".to_owned(),
                    })
                    .collect();
                words.join(", ")
            }
            Reason::New => "it is new at this place".to_owned(),
            Reason::Sources => "it takes its files from elsewhere than before".to_owned(),
            Reason::Class => "what it takes in changed".to_owned(),
        }
    }

    fn input(&self, input: &Input) -> String {
        let shown = |files: &crate::facts::cache::Selection| {
            let mut text = files.sources.join(" ");
            if files.unknown {
                text.push_str(" and what a variable hides");
            }
            (self.mask)(text.trim())
        };
        match input {
            Input::Context { name: None, files } => format!("{} of the context", shown(files)),
            Input::Context {
                name: Some(name),
                files,
            } => format!("{} of the context {name}", shown(files)),
            Input::Stage { stage, files } => {
                let label = self.facts.stages.get(*stage).map(|s| s.label());
                format!("{} of stage {}", shown(files), label.unwrap_or_default())
            }
            Input::Image { name, files } => format!("{} of {name}", shown(files)),
            Input::Remote { address, pinned } => {
                let address = address.as_deref().map(|a| (self.mask)(a));
                let address = address.unwrap_or_else(|| "an address".to_owned());
                let pinned = if *pinned { " (pinned)" } else { "" };
                format!("{address}{pinned}")
            }
        }
    }

    /// What is to be said of every step that the target needs.
    pub fn steps(&self) -> Vec<StepReport> {
        let needed = self.needed();
        let numbers: HashMap<usize, usize> = needed
            .iter()
            .enumerate()
            .map(|(at, s)| (s.index, at + 1))
            .collect();
        let all = self.facts.steps();
        let classes = all.classes();
        let mut reports = Vec::with_capacity(needed.len());
        for step in needed {
            let outcome = self.outcomes.get(step.index).cloned().unwrap_or_default();
            let mut needs: Vec<usize> = Vec::new();
            needs.extend(step.below.and_then(|b| numbers.get(&b)));
            for input in &step.inputs {
                if let Input::Stage { stage, .. } = input {
                    let last = all.last_of(*stage).map(|s| s.index);
                    needs.extend(last.and_then(|l| numbers.get(&l)));
                }
            }
            needs.dedup();
            let node = self.facts.nodes.get(step.node);
            let stage = self.facts.stages.get(step.stage);
            let class = classes.get(step.index).copied().unwrap_or(step.class);
            reports.push(StepReport {
                number: numbers.get(&step.index).copied().unwrap_or_default(),
                line: node.map_or(0, |n| n.instruction.start_line),
                stage: stage.map(|s| s.label()).unwrap_or_default(),
                text: self.text(step),
                verdict: outcome.verdict.into(),
                chain: self.chain(step),
                reasons: outcome.reasons.iter().map(|r| self.reason(r)).collect(),
                inputs: step.inputs.iter().map(|i| self.input(i)).collect(),
                class: class.as_str(),
                cost: step.cost.as_str(),
                needs,
                caches: step.caches.clone(),
                seconds: None,
                linked: step.linked,
            });
        }
        reports
    }
}

/// What changes of one class cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClassSummary {
    /// The class.
    pub class: &'static str,
    /// How many files of it the context has; none if the context is not known.
    pub files: Option<usize>,
    /// How many of them run the same steps again as `example`, the most frequent case.
    pub alike: Option<usize>,
    /// One of those.
    pub example: Option<String>,
    /// How many steps run again for certain.
    pub reruns: usize,
    /// How many may.
    pub may: usize,
    /// Of how many.
    pub steps: usize,
    /// Those of them that cost more than a copy.
    pub among: Vec<String>,
}

/// What is done to change something of a class.
pub fn edit(class: &str) -> String {
    if class == Class::BuildMetadata.as_str() {
        return "a new commit, time or number of the build".to_owned();
    }
    format!("editing a {class}")
}

impl ClassSummary {
    /// How many steps run again, those that may among them.
    pub fn again(&self) -> usize {
        self.reruns + self.may
    }

    /// What is done, as the beginning of a sentence.
    pub fn edit(&self) -> String {
        edit(self.class)
    }

    /// What it costs, as a sentence without its end.
    pub fn sentence(&self) -> String {
        let which = match (self.files, self.alike, &self.example) {
            (Some(1), ..) => String::new(),
            (Some(files), Some(alike), _) if files == alike => format!(" (any of {files})"),
            (Some(files), Some(alike), Some(example)) => {
                format!(" ({alike} of {files}, such as {example})")
            }
            _ => String::new(),
        };
        let perhaps = match (self.reruns, self.may) {
            (_, 0) => String::new(),
            (_, may) => format!(" and perhaps {may} more"),
        };
        let among = match self.among.as_slice() {
            [] => String::new(),
            [only] => format!(", among them `{only}`"),
            [first, second] => format!(", among them `{first}` and `{second}`"),
            [first, .., last] => format!(", among them `{first}` to `{last}`"),
        };
        let (edit, reruns, steps) = (self.edit(), self.reruns, self.steps);
        format!("{edit}{which} reruns {reruns} of {steps} steps{perhaps}{among}")
    }
}

/// What it costs to edit a file of each class: of the files that the context has or, if none are
/// known, by the names of the sources.
pub fn summary(
    facts: &Facts<'_>,
    paths: Option<&[String]>,
    mask: &dyn Fn(&str) -> String,
) -> Vec<ClassSummary> {
    let steps = facts.steps();
    let is_needed = |s: &Step| facts.stages.get(s.stage).is_some_and(|s| s.is_needed);
    let describe = |class: Class, outcomes: &[Outcome], counts: Option<(usize, usize, String)>| {
        let of = |verdict| {
            let same = steps.all.iter().zip(outcomes);
            same.filter(|(s, o)| is_needed(s) && o.verdict == verdict)
                .count()
        };
        let describer = Describer {
            facts,
            files: &[],
            outcomes,
            mask,
        };
        let again = steps.all.iter().zip(outcomes);
        let again = again.filter(|(s, o)| is_needed(s) && o.verdict > Verdict::Cached);
        let costly = again.filter(|(step, _)| step.cost > Cost::Copy);
        ClassSummary {
            class: class.as_str(),
            files: counts.as_ref().map(|c| c.0),
            alike: counts.as_ref().map(|c| c.1),
            example: counts.map(|c| c.2),
            reruns: of(Verdict::Reruns),
            may: of(Verdict::May),
            steps: steps.all.iter().filter(|s| is_needed(s)).count(),
            among: costly.map(|(step, _)| describer.name(step)).collect(),
        }
    };
    let classes = [Class::Manifests, Class::Configuration, Class::Source];
    let is_keyed = |s: &Step| s.class == Class::BuildMetadata;
    let metadata = steps
        .all
        .iter()
        .any(|s| is_needed(s) && is_keyed(s))
        .then(|| {
            let outcomes = steps.spread(|step| Own::when(is_keyed(step)));
            describe(Class::BuildMetadata, &outcomes, None)
        });
    let Some(paths) = paths else {
        let brought = classes
            .into_iter()
            .filter(|class| steps.all.iter().any(|s| s.brings(*class)))
            .map(|class| {
                let outcomes = steps.spread(|step| Own::when(step.brings(class)));
                describe(class, &outcomes, None)
            });
        return brought.chain(metadata).collect();
    };
    // Files that the same steps take in are alike.
    let mut groups: BTreeMap<(Class, Vec<usize>), Vec<&String>> = BTreeMap::new();
    // What says how to build is none of the project's own files.
    let is_own = |path: &&String| {
        let name = file_name(path);
        let recipe = name.starts_with("Dockerfile") || name == "Containerfile";
        !recipe && !name.ends_with(".dockerignore") && !name.starts_with(".git")
    };
    for path in paths.iter().filter(is_own) {
        let file = [ChangedFile {
            context: None,
            path: path.clone(),
            is_directory: false,
        }];
        let takes = |s: &&Step| is_needed(s) && s.own_change(&file).verdict > Verdict::Cached;
        let taken: Vec<usize> = steps.all.iter().filter(takes).map(|s| s.index).collect();
        groups
            .entry((class_of_path(path), taken))
            .or_default()
            .push(path);
    }
    let mut summaries = Vec::new();
    for class in classes {
        let of_class = || groups.iter().filter(|((c, _), _)| *c == class);
        let all = of_class().map(|(_, paths)| paths.len()).sum();
        // What no step takes in costs nothing and says nothing.
        let taken = of_class().filter(|((_, taken), _)| !taken.is_empty());
        let Some((_, most)) = taken.max_by_key(|(_, paths)| paths.len()) else {
            continue;
        };
        let Some(example) = most.first() else {
            continue;
        };
        let file = [ChangedFile {
            context: None,
            path: (*example).clone(),
            is_directory: false,
        }];
        let outcomes = steps.changed_by(&file);
        let counts = (all, most.len(), (*example).clone());
        summaries.push(describe(class, &outcomes, Some(counts)));
    }
    summaries.extend(metadata);
    summaries
}
