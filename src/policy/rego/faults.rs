//! Judges sources by a policy, and the policy by what it does to some.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use regorus::unstable::Expr;

use super::evaluate::{Outcome, Outcomes, Policy};
use super::functions;
use super::rewrite::{self, Chain, Parts};
use super::{BuildPolicy, Env, FaultKind, Judgement, PolicyFault, Source, Verdict};
use crate::context::Files;

/// How long a policy may take for all sources together.
const MOST_TIME: Duration = Duration::from_secs(8);

/// The stack of an evaluation, in bytes.
const STACK: usize = 64 << 20;

/// How many evaluations have not come to an end though nobody waits for them any more.
static STUCK: AtomicUsize = AtomicUsize::new(0);

/// How many of them there may be.
const MOST_STUCK: usize = 4;

/// See [`super::judge`].
pub(super) fn judge(
    policy: &BuildPolicy,
    env: &Env,
    sources: &[Source],
    files: &Arc<dyn Files>,
    folder: &Path,
) -> Judgement {
    let gives_up = |why: &str| Judgement {
        verdicts: vec![Verdict::Unjudged(why.to_owned()); sources.len()],
        faults: Vec::new(),
    };
    if policy.text.len() as u64 > super::MOST_BYTES {
        return gives_up("the policy is too large");
    }
    if policy.text.contains('\0') {
        return gives_up("the policy is no text");
    }
    if super::evaluate::is_too_deep(&policy.text) {
        return gives_up("the policy is nested too deeply");
    }
    if STUCK.load(Ordering::SeqCst) >= MOST_STUCK {
        return gives_up("other policies took too long");
    }
    // An evaluation cannot be stopped from outside while it compares or prints a value.
    let (sender, receiver) = mpsc::channel();
    let work = (
        policy.clone(),
        env.clone(),
        sources.to_vec(),
        Arc::clone(files),
        folder.to_path_buf(),
    );
    let is_given_up = Arc::new(AtomicBool::new(false));
    let was_given_up = Arc::clone(&is_given_up);
    let spawned = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || {
            let (policy, env, sources, files, folder) = work;
            let judged = judge_here(&policy, &env, &sources, (files, folder));
            if was_given_up.load(Ordering::SeqCst) {
                STUCK.fetch_sub(1, Ordering::SeqCst);
            }
            // Nobody listens any more if it took too long.
            let _ = sender.send(judged);
        });
    if spawned.is_err() {
        return gives_up("no thread could be started");
    }
    match receiver.recv_timeout(MOST_TIME) {
        Ok(judged) => judged,
        Err(mpsc::RecvTimeoutError::Timeout) => {
            STUCK.fetch_add(1, Ordering::SeqCst);
            is_given_up.store(true, Ordering::SeqCst);
            gives_up("the policy takes too long")
        }
        Err(mpsc::RecvTimeoutError::Disconnected) => gives_up("the evaluator failed"),
    }
}

/// What a decision may say.
const KEYS: [&str; 3] = ["allow", "caps", "deny_msg"];

/// The image of the usual `# syntax` line.
const FRONTEND: &str = "docker.io/docker/dockerfile:1";

/// Sources that show what a policy does: those a Dockerfile happens to have may not.
fn probes() -> Vec<Source> {
    let image = |text: &str| Source::Image(text.to_owned());
    let digest = "5".repeat(64);
    let web = |url: &str| Source::Http {
        url: url.to_owned(),
        checksum: None,
    };
    vec![
        image("docker.io/library/alpine:latest"),
        image(&format!("docker.io/library/alpine@sha256:{digest}")),
        image("docker.io/library/ubuntu:24.04"),
        image("docker.io/example/app:1.2.3"),
        image("registry.example.com/team/app:1.2.3"),
        web("http://example.com/file.tar.gz"),
        web("https://example.com/file.tar.gz"),
        Source::Git("https://github.com/example/repository.git#v1.0.0".to_owned()),
    ]
}

fn judge_here(
    policy: &BuildPolicy,
    env: &Env,
    sources: &[Source],
    root: super::evaluate::Root,
) -> Judgement {
    let text = policy.text.as_str();
    let unjudged = |why: &str| vec![Verdict::Unjudged(why.to_owned()); sources.len()];
    let mut faults = Vec::new();
    let mut read = match Policy::read(policy, root) {
        Ok(read) => read,
        Err(fault) => {
            // Template strings are younger than the parser.
            if !has_template(text) {
                faults.push(PolicyFault {
                    kind: FaultKind::Broken,
                    range: word_at(text, fault.at),
                    message: fault.message,
                    help: "every build fails with it: mend it".to_owned(),
                });
            }
            return Judgement {
                verdicts: unjudged("the policy cannot be read"),
                faults,
            };
        }
    };
    unknown_functions(&read, &mut faults);
    shadowed_internal(&read, &mut faults);
    recursion(&read, &mut faults);
    if faults.is_empty()
        && let Some(fault) = read.rejected(env)
    {
        faults.push(PolicyFault {
            kind: FaultKind::Broken,
            range: word_at(text, fault.at),
            message: format!("{}: every build fails", fault.message),
            help: "mend the rule".to_owned(),
        });
    }
    if !faults.is_empty() {
        return Judgement {
            verdicts: unjudged("buildx cannot evaluate the policy"),
            faults,
        };
    }
    let Some(decision) = decision_place(&read, &mut faults) else {
        return Judgement {
            verdicts: unjudged("the policy has no decision"),
            faults,
        };
    };
    let mut verdicts = Vec::new();
    let mut seen: Vec<(Source, Outcomes)> = Vec::new();
    for source in sources {
        verdicts.push(verdict(&mut read, env, source, &mut seen));
    }
    let add = |faults: &mut Vec<PolicyFault>, kind, range, message: String, help: &str| {
        faults.push(PolicyFault {
            kind,
            range,
            message,
            help: help.to_owned(),
        });
    };
    let failing = |wanted: fn(&Verdict) -> bool| {
        let mut pairs = sources.iter().zip(&verdicts);
        pairs.find(|(_, verdict)| wanted(verdict))
    };
    if let Some((source, _)) = failing(|v| *v == Verdict::Undecided) {
        add(
            &mut faults,
            FaultKind::NoDecision,
            decision.clone(),
            format!(
                "there is no `decision` for `{}`: the build fails",
                source.shown()
            ),
            "give it a value in every case: `decision := {\"allow\": allow}` with a `default allow := false`",
        );
    }
    if faults.is_empty() && verdicts.iter().all(|v| *v != Verdict::Undecided) {
        // It is asked once without any source, too.
        let outcomes = read.evaluate(&env.without_source());
        if outcomes.verdict() == Verdict::Undecided {
            add(
                &mut faults,
                FaultKind::NoDecision,
                decision.clone(),
                "there is no `decision` without a source, which current versions of buildx ask for: \
                 the build fails"
                    .to_owned(),
                "give `allow` a value in every case: `default allow := false`",
            );
        }
    }
    if let Some((source, Verdict::Malformed(why))) = failing(|v| matches!(v, Verdict::Malformed(_)))
    {
        add(
            &mut faults,
            FaultKind::Broken,
            decision.clone(),
            format!(
                "buildx cannot use the decision for `{}`: {why}",
                source.shown()
            ),
            "`decision` is an object with a boolean `allow` and a list `deny_msg`",
        );
    }
    // The folder that a build is started from, and the one that its Dockerfile lies in.
    for name in ["context", "dockerfile"] {
        let source = Source::Local(name.to_owned());
        if let Verdict::Refused(_) = verdict(&mut read, env, &source, &mut seen) {
            add(
                &mut faults,
                FaultKind::RefusesLocal,
                decision.clone(),
                format!(
                    "`local://{name}` is refused: no build from a folder gets past this policy"
                ),
                "add `allow if input.local`",
            );
            break;
        }
    }
    let frontend = Source::Image(FRONTEND.to_owned());
    if let Verdict::Refused(_) = verdict(&mut read, env, &frontend, &mut seen)
        && let Some(pinned) = frontend.pinned()
        && verdict(&mut read, env, &pinned, &mut Vec::new()) == Verdict::Allowed
    {
        add(
            &mut faults,
            FaultKind::RefusesFrontend,
            decision.clone(),
            "the image of a `# syntax` line is refused as well unless it has a digest".to_owned(),
            "allow `docker.io/docker/dockerfile`, or give `# syntax` lines a digest",
        );
    }
    let one = Env {
        platforms: vec!["linux/amd64".to_owned()],
        ..env.clone()
    };
    for probe in probes() {
        verdict(&mut read, &one, &probe, &mut seen);
    }
    lost_messages(&read, decision.clone(), &seen, &mut faults);
    if let Some((source, message)) = ignored_message(&seen) {
        let message: String = message.chars().take(120).collect();
        add(
            &mut faults,
            FaultKind::IgnoredMessage,
            decision,
            format!(
                "`{}` is allowed though `deny_msg` says: {message}",
                source.shown()
            ),
            "let `allow` ask for it: `allow if count(deny_msg) == 0`",
        );
    }
    faults.sort_by_key(|f| (f.range.start, f.kind));
    Judgement { verdicts, faults }
}

/// A source that is allowed in spite of a message about it. Where all sources of a kind have one, it
/// only explains what refusals there are.
fn ignored_message(seen: &[(Source, Outcomes)]) -> Option<(&Source, &String)> {
    let allowed = |outcomes: &'_ Outcomes, with: bool| {
        outcomes.all.iter().any(|outcome| match outcome {
            Outcome::Decision {
                allow: true,
                messages,
                ..
            } => with != messages.is_empty(),
            _ => false,
        })
    };
    let is_same_kind =
        |a: &Source, b: &Source| std::mem::discriminant(a) == std::mem::discriminant(b);
    let refuses = seen.iter().any(|(_, outcomes)| {
        let mut all = outcomes.all.iter();
        all.any(|o| !matches!(o, Outcome::Decision { allow: true, .. }))
    });
    seen.iter().find_map(|(source, outcomes)| {
        let message = outcomes.all.iter().find_map(|outcome| match outcome {
            Outcome::Decision {
                allow: true,
                messages,
                ..
            } => messages.iter().find(|m| !m.contains(rewrite::UNKNOWN)),
            _ => None,
        })?;
        // A choice may allow it in one case and refuse it in another.
        let is_certain = outcomes
            .all
            .iter()
            .all(|o| matches!(o, Outcome::Decision { allow: true, .. }));
        let mut others = seen.iter().filter(|(other, _)| is_same_kind(other, source));
        let says_more = others.any(|(_, others)| allowed(others, false) && !allowed(others, true));
        (is_certain && (says_more || !refuses)).then_some((source, message))
    })
}

/// What a policy comes to for a source on all its platforms.
fn verdict(
    policy: &mut Policy,
    env: &Env,
    source: &Source,
    seen: &mut Vec<(Source, Outcomes)>,
) -> Verdict {
    let mut verdicts: Vec<Verdict> = Vec::new();
    for input in env.inputs(source) {
        let outcomes = policy.evaluate(&input);
        let verdict = outcomes.verdict();
        seen.push((source.clone(), outcomes));
        if !verdicts.contains(&verdict) {
            verdicts.push(verdict);
        }
    }
    let asks: Vec<&Verdict> = verdicts
        .iter()
        .filter(|v| matches!(v, Verdict::Asks(_) | Verdict::Unjudged(_)))
        .collect();
    match (verdicts.as_slice(), asks.as_slice()) {
        ([only], _) => only.clone(),
        (_, [first, ..]) => (*first).clone(),
        _ if verdicts.iter().all(|v| matches!(v, Verdict::Refused(_))) => {
            // Each platform has words of its own.
            let lists = verdicts.iter().filter_map(|v| match v {
                Verdict::Refused(messages) => Some(messages.clone()),
                _ => None,
            });
            Verdict::Refused(lists.into_iter().next().unwrap_or_default())
        }
        _ => Verdict::Asks(vec!["input.image.platform".to_owned()]),
    }
}

/// Whether a text has template strings, `$"{x}"`.
fn has_template(text: &str) -> bool {
    let mut all = rewrite::literals(text).into_iter();
    all.any(|(open, _)| text.get(..open as usize).is_some_and(|t| t.ends_with('$')))
}

/// The word at a place, at least one sign.
fn word_at(text: &str, at: u32) -> std::ops::Range<u32> {
    let rest = text.get(at as usize..).unwrap_or_default();
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let word = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
    let length = if word == 0 {
        let mut signs = rest.chars().take_while(|c| *c != '\n');
        signs.next().map_or(0, char::len_utf8)
    } else {
        word
    };
    at..at + u32::try_from(length).unwrap_or(0)
}

fn range_of(expr: &Expr) -> std::ops::Range<u32> {
    expr.span().start..expr.span().end
}

/// The functions that a policy calls and buildx does not have.
fn unknown_functions(policy: &Policy, faults: &mut Vec<PolicyFault>) {
    let Some(own) = policy.own() else {
        return;
    };
    let rules: Vec<&str> = policy
        .modules
        .iter()
        .flat_map(|m| &m.policy)
        .filter_map(|r| Parts::of(r.as_ref()).name())
        .collect();
    let imports: Vec<&str> = own
        .imports
        .iter()
        .filter_map(|import| match &import.r#as {
            Some(name) => Some(name.text()),
            None => Chain::of(import.refr.as_ref())?.names().last().copied(),
        })
        .collect();
    let mut check = |expr: &Expr| {
        let Expr::Call { fcn, .. } = expr else {
            return;
        };
        let Some(chain) = Chain::of(fcn.as_ref()) else {
            return;
        };
        let Some(name) = chain.dotted() else {
            return;
        };
        let is_known = functions::is_known(&name)
            || chain.root == "data"
            || imports.contains(&chain.root)
            || rules.contains(&chain.root);
        if !is_known {
            faults.push(PolicyFault {
                kind: FaultKind::Broken,
                range: range_of(fcn.as_ref()),
                message: format!("buildx knows no function `{name}`: every build fails"),
                help: "use one of the functions that build policies have".to_owned(),
            });
        }
    };
    for rule in &own.policy {
        let parts = Parts::of(rule.as_ref());
        for value in parts.values.iter().copied().chain(parts.key) {
            rewrite::walk(value, &mut check);
        }
        for body in parts.bodies {
            rewrite::walk_query(body.query.as_ref(), &mut check);
        }
    }
}

/// A rule by the static part of its name, and what it names.
struct Node<'p> {
    path: String,
    head: &'p Expr,
    calls: Vec<String>,
}

/// Rules that depend on themselves: buildx refuses them, and the evaluator here would go on for ever.
fn recursion(policy: &Policy, faults: &mut Vec<PolicyFault>) {
    let mut nodes: Vec<Node<'_>> = Vec::new();
    for rule in policy.modules.iter().flat_map(|m| &m.policy) {
        let parts = Parts::of(rule.as_ref());
        let Some(chain) = Chain::of(parts.head) else {
            continue;
        };
        let path = chain.names().join(".");
        let mut locals: Vec<&str> = Vec::new();
        for argument in parts.arguments {
            rewrite::walk(argument.as_ref(), &mut |e| {
                if let Expr::Var { span, .. } = e {
                    locals.push(span.text());
                }
            });
        }
        for body in parts.bodies {
            rewrite::declared(body.query.as_ref(), &mut locals);
        }
        let mut calls = Vec::new();
        let mut look = |e: &Expr| {
            let (expr, is_call) = match e {
                Expr::Call { fcn, .. } => (fcn.as_ref(), true),
                Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => (e, false),
                _ => return,
            };
            if let Some(chain) = Chain::of(expr) {
                let names = chain.names();
                if chain.root == "data" {
                    calls.push(names.get(2..).unwrap_or_default().join("."));
                } else if is_call || !locals.contains(&chain.root) {
                    calls.push(names.join("."));
                }
            }
        };
        for value in parts.values.iter().copied().chain(parts.key) {
            rewrite::walk(value, &mut look);
        }
        for body in parts.bodies {
            rewrite::walk_query(body.query.as_ref(), &mut look);
        }
        match nodes.iter_mut().find(|n| n.path == path) {
            Some(known) => known.calls.extend(calls),
            None => nodes.push(Node {
                path,
                head: parts.head,
                calls,
            }),
        }
    }
    let is_below = |a: &str, b: &str| a.strip_prefix(b).is_some_and(|r| r.starts_with('.'));
    let mut by_root: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, node) in nodes.iter().enumerate() {
        let root = node.path.split('.').next().unwrap_or_default();
        by_root.entry(root).or_default().push(number);
    }
    let edges: Vec<Vec<usize>> = nodes
        .iter()
        .map(|node| {
            let mut next = Vec::new();
            for call in &node.calls {
                let root = call.split('.').next().unwrap_or_default();
                for number in by_root.get(root).into_iter().flatten() {
                    let fits = nodes.get(*number).is_some_and(|n| {
                        n.path == *call || is_below(&n.path, call) || is_below(call, &n.path)
                    });
                    if fits && !next.contains(number) {
                        next.push(*number);
                    }
                }
            }
            next
        })
        .collect();
    // Rules that nothing open leads to are taken away until only circles are left.
    let mut open: Vec<usize> = edges.iter().map(Vec::len).collect();
    let mut callers: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    for (number, next) in edges.iter().enumerate() {
        for called in next {
            if let Some(callers) = callers.get_mut(*called) {
                callers.push(number);
            }
        }
    }
    let mut done: Vec<usize> = (0..nodes.len())
        .filter(|n| open.get(*n) == Some(&0))
        .collect();
    let mut left = nodes.len();
    while let Some(number) = done.pop() {
        left -= 1;
        for caller in callers.get(number).into_iter().flatten() {
            if let Some(open) = open.get_mut(*caller) {
                *open -= 1;
                if *open == 0 {
                    done.push(*caller);
                }
            }
        }
    }
    if left == 0 {
        return;
    }
    // One that only leads to a circle is none of it; the first that comes back to itself is.
    let comes_back = |from: usize| {
        let mut seen = vec![false; nodes.len()];
        let mut next = edges.get(from).cloned().unwrap_or_default();
        while let Some(number) = next.pop() {
            if number == from {
                return true;
            }
            if let Some(seen) = seen.get_mut(number)
                && !*seen
            {
                *seen = true;
                next.extend(edges.get(number).into_iter().flatten());
            }
        }
        false
    };
    let circle = (0..nodes.len())
        .filter(|n| open.get(*n).is_some_and(|open| *open > 0))
        .find(|n| comes_back(*n));
    if let Some(node) = circle.and_then(|n| nodes.get(n)) {
        faults.push(PolicyFault {
            kind: FaultKind::Broken,
            range: range_of(node.head),
            message: format!("`{}` depends on itself: every build fails", node.path),
            help: "buildx evaluates no recursive rules".to_owned(),
        });
    }
}

/// A rule `internal` hides what the evaluator of buildx calls for `in`.
fn shadowed_internal(policy: &Policy, faults: &mut Vec<PolicyFault>) {
    let Some(own) = policy.own() else {
        return;
    };
    let rules: Vec<Parts<'_>> = own.policy.iter().map(|r| Parts::of(r.as_ref())).collect();
    let Some(parts) = rules.iter().find(|p| p.name() == Some("internal")) else {
        return;
    };
    let mut has_in = false;
    let mut look = |e: &Expr| has_in |= matches!(e, Expr::Membership { .. });
    for parts in &rules {
        for value in parts.values.iter().copied().chain(parts.key) {
            rewrite::walk(value, &mut look);
        }
        for body in parts.bodies {
            rewrite::walk_query(body.query.as_ref(), &mut look);
        }
    }
    if has_in {
        faults.push(PolicyFault {
            kind: FaultKind::Broken,
            range: range_of(parts.head),
            message: "a rule `internal` hides what buildx evaluates `in` with: every build fails"
                .to_owned(),
            help: "give it another name".to_owned(),
        });
    }
}

/// Where the decision stands; a fault if there is none.
fn decision_place(policy: &Policy, faults: &mut Vec<PolicyFault>) -> Option<std::ops::Range<u32>> {
    let own = policy.own()?;
    let package = Chain::of(own.package.refr.as_ref()).and_then(|c| c.dotted());
    let package = package.unwrap_or_default();
    let decision = own
        .policy
        .iter()
        .map(|r| Parts::of(r.as_ref()))
        .find(|parts| parts.name() == Some("decision"));
    if package == "docker"
        && let Some(parts) = decision
    {
        return Some(range_of(parts.head));
    }
    let message = if package == "docker" {
        "there is no rule `decision`: every build fails".to_owned()
    } else {
        format!("buildx asks for `data.docker.decision`, this is `{package}`: every build fails")
    };
    let help = if package == "docker" {
        "add `decision := {\"allow\": allow}`"
    } else {
        "write `package docker`"
    };
    faults.push(PolicyFault {
        kind: FaultKind::NoDecision,
        range: range_of(own.package.refr.as_ref()),
        message,
        help: help.to_owned(),
    });
    None
}

/// Messages that no refusal shows.
fn lost_messages(
    policy: &Policy,
    decision: std::ops::Range<u32>,
    seen: &[(Source, Outcomes)],
    faults: &mut Vec<PolicyFault>,
) {
    let Some(own) = policy.own() else {
        return;
    };
    let mut add = |range, message: String, help: &str| {
        faults.push(PolicyFault {
            kind: FaultKind::LostMessage,
            range,
            message,
            help: help.to_owned(),
        });
    };
    let rules: Vec<Parts<'_>> = own.policy.iter().map(|r| Parts::of(r.as_ref())).collect();
    let decisions = rules.iter().filter(|p| p.name() == Some("decision"));
    let mut has_messages = false;
    // A decision that is put together elsewhere may have anything.
    let mut is_plain = true;
    for value in decisions.flat_map(|p| &p.values) {
        let Expr::Object { fields, .. } = value else {
            is_plain = false;
            continue;
        };
        for (_, key, _) in fields {
            let Expr::String { span, .. } = key.as_ref() else {
                is_plain = false;
                continue;
            };
            let name = span.text().trim_matches('"');
            has_messages |= name == "deny_msg";
            if !KEYS.contains(&name) {
                add(
                    range_of(key.as_ref()),
                    format!("buildx does not look at `{name}` in a decision"),
                    "messages stand in `deny_msg`",
                );
                has_messages = true;
            }
        }
    }
    if is_plain && !has_messages {
        let is_message = |name: &str| {
            let name = name.to_ascii_lowercase();
            name.starts_with("deny") || name.starts_with("denial") || name == "violations"
        };
        let lost = rules
            .iter()
            .find(|p| p.arguments.is_empty() && p.name().is_some_and(is_message));
        // A rule that decides with the others is heard.
        if let Some(parts) = lost
            && let Some(name) = parts.name()
            && !is_used(&rules, name)
        {
            add(
                range_of(parts.head),
                format!("no refusal shows what `{name}` says: the decision has no `deny_msg`"),
                "write `decision := {\"allow\": allow, \"deny_msg\": deny_msg}`",
            );
            return;
        }
    }
    let dropped = seen.iter().find(|(_, outcomes)| {
        let mut all = outcomes.all.iter();
        all.any(|o| {
            matches!(
                o,
                Outcome::Decision {
                    is_dropped: true,
                    ..
                }
            )
        })
    });
    if dropped.is_some() {
        add(
            decision,
            "buildx drops a `deny_msg` that is no list".to_owned(),
            "make it a set: `deny_msg contains \"…\" if …`",
        );
    }
}

/// Whether a rule is named by any other.
fn is_used(rules: &[Parts<'_>], name: &str) -> bool {
    let mut found = false;
    for parts in rules.iter().filter(|p| p.name() != Some(name)) {
        let mut look = |e: &Expr| {
            if let Expr::Var { span, .. } = e {
                found |= span.text() == name;
            }
        };
        for value in parts.values.iter().copied().chain(parts.key) {
            rewrite::walk(value, &mut look);
        }
        for body in parts.bodies {
            rewrite::walk_query(body.query.as_ref(), &mut look);
        }
    }
    found
}
