//! `refused-by-policy`: a source that a build policy refuses.

use std::path::{Path, PathBuf};

use crate::context::Files;
use crate::facts::{Facts, Fetched, FetchedKind};
use crate::policy::rego::{self, BuildPolicy, Env, FaultKind, Judgement, Source, Verdict};
use crate::rule::{Context, Rule, rule};

rule!(RefusedByPolicy);

/// What a policy comes to for a file.
pub struct Judged {
    /// The policy.
    pub policy: BuildPolicy,
    /// What is said of the build.
    pub env: Env,
    /// What the build fetches, as the file names it; none for the folders that it is started from.
    pub sources: Vec<(Option<Fetched>, Option<Source>)>,
    /// The verdicts on the sources that are known, and what is wrong with the policy.
    pub judgement: Judgement,
}

impl Judged {
    /// The sources with their verdicts; none where a variable hides what is fetched.
    pub fn verdicts(
        &self,
    ) -> impl Iterator<Item = (Option<&Fetched>, Option<(&Source, &Verdict)>)> {
        let mut verdicts = self.judgement.verdicts.iter();
        self.sources.iter().map(move |(fetched, source)| {
            let known = source.as_ref().and_then(|s| Some((s, verdicts.next()?)));
            (fetched.as_ref(), known)
        })
    }
}

/// The ending of the policy beside a Dockerfile.
const ENDING: &str = ".rego";

/// Whether there is a policy beside a Dockerfile.
pub fn is_beside(dockerfile: &Path, files: &dyn Files) -> bool {
    let mut path = dockerfile.as_os_str().to_owned();
    path.push(ENDING);
    files.kind(Path::new(&path)).is_some()
}

/// How many bytes of it are read, to say at least that it is too large.
const MOST_READ: u64 = 16 << 20;

/// What the policies for a file come to: the one beside it, those that its build is told of, and
/// those that are named.
pub fn judge(facts: &Facts<'_>, named: &[std::sync::Arc<BuildPolicy>]) -> Vec<Judged> {
    let told = &facts.build.policies;
    let beside = match told.without_beside {
        true => None,
        false => facts.read_beside(ENDING, MOST_READ),
    };
    let files = facts.shared_files();
    let told = told.files.iter().filter_map(|path| {
        let bytes = files.read(path, MOST_READ)?;
        Some((path.clone(), String::from_utf8_lossy(&bytes).into_owned()))
    });
    let mut policies: Vec<BuildPolicy> = beside
        .into_iter()
        .chain(told)
        .map(|(path, text)| BuildPolicy { path, text })
        .collect();
    policies.extend(named.iter().map(|p| (**p).clone()));
    if policies.is_empty() {
        return Vec::new();
    }
    let env = env(facts);
    let folder: PathBuf = match &facts.build.context {
        Some(context) => context.clone(),
        None => {
            let beside = facts.source.path().parent();
            beside.unwrap_or(Path::new("")).to_path_buf()
        }
    };
    let mut sources: Vec<(Option<Fetched>, Option<Source>)> = ["context", "dockerfile"]
        .map(|name| (None, Some(Source::Local(name.to_owned()))))
        .into();
    sources.extend(facts.fetched().into_iter().map(|fetched| {
        let source = source(&fetched);
        (Some(fetched), source)
    }));
    let judged = policies.into_iter().map(|policy| {
        let judgement = judge_one(facts, &policy, &env, &sources, &folder);
        Judged {
            policy,
            env: env.clone(),
            sources: sources.clone(),
            judgement,
        }
    });
    judged.collect()
}

/// Evaluates a policy; what is fetched for a platform of its own apart from the rest.
fn judge_one(
    facts: &Facts<'_>,
    policy: &BuildPolicy,
    env: &Env,
    sources: &[(Option<Fetched>, Option<Source>)],
    folder: &Path,
) -> Judgement {
    let platform = |fetched: &Option<Fetched>| fetched.as_ref().and_then(|f| f.platform.clone());
    let known: Vec<(&Source, Option<String>)> = sources
        .iter()
        .filter_map(|(fetched, source)| Some((source.as_ref()?, platform(fetched))))
        .collect();
    let mut platforms: Vec<&Option<String>> = vec![&None];
    for (_, platform) in &known {
        if !platforms.contains(&platform) {
            platforms.push(platform);
        }
    }
    let mut judgement = Judgement {
        verdicts: vec![Verdict::Allowed; known.len()],
        faults: Vec::new(),
    };
    for platform in platforms {
        let env = Env {
            platforms: platform
                .iter()
                .cloned()
                .chain(env.platforms.iter().filter(|_| platform.is_none()).cloned())
                .collect(),
            ..env.clone()
        };
        let (places, own): (Vec<usize>, Vec<Source>) = known
            .iter()
            .enumerate()
            .filter(|(_, (_, of))| of == platform)
            .map(|(place, (source, _))| (place, (*source).clone()))
            .unzip();
        let judged = rego::judge(policy, &env, &own, facts.shared_files(), folder);
        for (place, verdict) in places.into_iter().zip(judged.verdicts) {
            if let Some(known) = judgement.verdicts.get_mut(place) {
                *known = verdict;
            }
        }
        for fault in judged.faults {
            let is_known = judgement.faults.iter().any(|f| f.kind == fault.kind);
            if !is_known {
                judgement.faults.push(fault);
            }
        }
    }
    // Where the file has such a line, its image is told of there.
    let has_line = sources.iter().any(|(fetched, _)| {
        fetched
            .as_ref()
            .is_some_and(|f| matches!(f.kind, FetchedKind::Frontend(_)))
    });
    if has_line {
        let faults = &mut judgement.faults;
        faults.retain(|f| f.kind != FaultKind::RefusesFrontend);
    }
    judgement
}

fn env(facts: &Facts<'_>) -> Env {
    let build = facts.build;
    let path = facts.source.path();
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
    Env {
        filename: name.unwrap_or_else(|| "Dockerfile".to_owned()),
        target: build.target.clone().unwrap_or_default(),
        arguments: build.arguments.clone(),
        more_arguments: build.any_argument || !build.unknown_arguments.is_empty(),
        more_labels: true,
        platforms: build.platforms.clone(),
    }
}

fn source(fetched: &Fetched) -> Option<Source> {
    match &fetched.kind {
        FetchedKind::Frontend(image) | FetchedKind::Image(image) => Source::image(image),
        FetchedKind::Web { url, checksum } => Some(Source::Http {
            url: url.clone()?,
            checksum: checksum.clone(),
        }),
        FetchedKind::Git(address) => Some(Source::Git(address.clone()?)),
    }
}

/// How long a policy's message may be.
const MOST_MESSAGE: usize = 300;

impl Rule for RefusedByPolicy {
    fn check_file(&self, cx: &mut Context<'_>) {
        if !rego::is_available() {
            return;
        }
        for judged in judge(cx.facts, &cx.policy.build) {
            let file = judged.policy.path.file_name();
            let file = file.map(|n| n.to_string_lossy().into_owned());
            let file = file.unwrap_or_default();
            for (fetched, known) in judged.verdicts() {
                let (Some(fetched), Some((source, Verdict::Refused(messages)))) = (fetched, known)
                else {
                    continue;
                };
                let mut said = messages.join("; ");
                if let Some((at, _)) = said.char_indices().nth(MOST_MESSAGE) {
                    said.truncate(at);
                    said.push('…');
                }
                let said = match said.as_str() {
                    "" => String::new(),
                    said => format!(": {said}"),
                };
                let what = source.shown();
                let help = match &fetched.kind {
                    FetchedKind::Frontend(_) => format!(
                        "the image of a `# syntax` line is judged as every other: let `{file}` allow it, or leave the line out"
                    ),
                    _ => format!("use what `{file}` allows, or let it allow this"),
                };
                cx.report(fetched.span, format!("`{file}` refuses `{what}`{said}"))
                    .help(help);
            }
        }
    }
}
