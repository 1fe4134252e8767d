//! Scopes, stages and what a name means, after BuildKit's rules.

use super::*;
use crate::context::Build;
use crate::shell::ShellErrorKind;
use crate::syntax;

fn with<T>(text: &str, build: &Build, ask: impl FnOnce(&Facts<'_>) -> T) -> T {
    let source = Source::new("Dockerfile", text);
    let file = syntax::parse(&source);
    ask(&Facts::of(&source, &file, build))
}

/// The argument of the last instruction that takes one word, expanded.
fn last_word(text: &str, build: &Build) -> Option<String> {
    with(text, build, |facts| {
        let node = facts.nodes.last()?;
        match &node.instruction.kind {
            Kind::User(word) | Kind::Workdir(word) => facts.text(node.index, word),
            _ => None,
        }
    })
}

fn user(text: &str) -> Option<String> {
    last_word(text, &Build::default())
}

fn bases(text: &str) -> Vec<String> {
    with(text, &Build::default(), |facts| {
        facts
            .stages
            .iter()
            .map(|s| match &s.base {
                Base::Scratch => "scratch".to_owned(),
                Base::Stage(index) => format!("#{index}"),
                Base::Image(image) => image.text.clone(),
                Base::Invalid => "?".to_owned(),
            })
            .collect()
    })
}

#[test]
fn a_stage_sees_a_global_argument_only_after_importing_it() {
    assert_eq!(user("ARG U=app\nFROM scratch\nUSER x$U"), Some("x".into()));
    assert_eq!(
        user("ARG U=app\nFROM scratch\nARG U\nUSER x$U"),
        Some("xapp".into())
    );
    assert_eq!(
        user("ARG U=app\nFROM scratch\nARG U=own\nUSER x$U"),
        Some("xown".into())
    );
}

#[test]
fn what_the_base_image_may_set_is_not_known() {
    assert_eq!(user("FROM example.com/a\nUSER x$U"), None);
    assert_eq!(user("FROM example.com/a\nUSER ${U:-root}"), None);
    assert_eq!(user("FROM alpine\nUSER ${U:-root}"), Some("root".into()));
    assert_eq!(user("FROM scratch\nUSER ${U:-root}"), Some("root".into()));
}

#[test]
fn env_sees_old_values_and_arg_the_new_ones() {
    let env = "FROM scratch\nENV A=1\nENV A=2 B=$A\nUSER $B";
    assert_eq!(user(env), Some("1".into()));
    let arg = "FROM scratch\nARG A=1\nARG A=2 B=$A\nUSER $B";
    assert_eq!(user(arg), Some("2".into()));
}

#[test]
fn the_last_writer_wins() {
    assert_eq!(
        user("FROM scratch\nENV A=env\nARG A=arg\nUSER $A"),
        Some("arg".into())
    );
    assert_eq!(
        user("FROM scratch\nENV A=env\nARG A\nUSER $A"),
        Some("env".into())
    );
}

#[test]
fn a_stage_inherits_variables_from_its_base_stage() {
    let text = "FROM scratch AS base\nENV A=1\nARG B=2\nFROM base\nUSER $A$B";
    assert_eq!(user(text), Some("12".into()));
    let text = "FROM scratch AS a\nARG A=1\nFROM a AS b\nFROM b AS c\nFROM c\nUSER $A";
    assert_eq!(user(text), Some("1".into()));
    // Where it is both, the image says it.
    let text = "FROM scratch AS base\nENV A=1\nARG A=2\nUSER $A\nFROM base\nUSER $A";
    assert_eq!(user(text), Some("1".into()));
    let text = "FROM scratch AS a\nENV A=1\nFROM a AS b\nARG A=2\nFROM b\nUSER $A";
    assert_eq!(user(text), Some("1".into()));
}

#[test]
fn build_arguments_win_over_defaults_but_need_an_arg() {
    let build = Build {
        arguments: vec![("U".into(), "given".into())],
        ..Build::default()
    };
    assert_eq!(
        last_word("FROM scratch\nARG U=own\nUSER $U", &build),
        Some("given".into())
    );
    assert_eq!(
        last_word("FROM scratch\nUSER x$U", &build),
        Some("x".into())
    );
}

#[test]
fn from_sees_global_arguments_and_stage_names() {
    assert_eq!(bases("ARG V=3\nFROM python:${V}-slim"), ["python:3-slim"]);
    assert_eq!(bases("FROM a AS Base\nFROM base"), ["a", "#0"]);
    // FROM does not lower the name it looks for.
    assert_eq!(bases("FROM a AS Base\nFROM Base"), ["a", "Base"]);
    assert_eq!(bases("FROM a AS a\nFROM a"), ["a", "#0"]);
    assert_eq!(bases("FROM a AS x\nFROM b AS x\nFROM x"), ["a", "b", "#1"]);
    assert_eq!(
        bases("FROM scratch\nFROM scratch:1"),
        ["scratch", "scratch:1"]
    );
    assert_eq!(bases("FROM a\nENV V=1\nFROM b:$V"), ["a", "b:"]);
}

#[test]
fn a_hidden_part_of_an_image_is_marked() {
    let hidden = HIDDEN;
    assert_eq!(bases("ARG V\nFROM python:$V"), [format!("python:{hidden}")]);
    assert_eq!(
        bases("FROM --platform=$BUILDPLATFORM go:$TARGETARCH"),
        [format!("go:{hidden}")]
    );
    assert_eq!(bases("ARG V\nFROM a${V:+:x}"), [format!("a{hidden}")]);
}

#[test]
fn copy_from_means_a_number_a_stage_or_an_image() {
    let text = "FROM a AS one\nFROM b AS Two\nFROM c";
    with(text, &Build::default(), |facts| {
        assert_eq!(facts.resolve_from(2, "0", true), FromTarget::Stage(0));
        assert_eq!(facts.resolve_from(2, "0", false), FromTarget::External);
        assert_eq!(facts.resolve_from(2, "TWO", true), FromTarget::Stage(1));
        assert_eq!(facts.resolve_from(1, "two", true), FromTarget::Later(1));
        assert_eq!(facts.resolve_from(1, "2", true), FromTarget::Later(2));
        assert_eq!(facts.resolve_from(2, "nginx", true), FromTarget::External);
    });
}

#[test]
fn the_final_image_is_the_last_stage_and_all_it_stands_on() {
    let text = "FROM a AS base\nUSER app\nFROM b AS tool\nFROM c AS unused\nFROM base\n\
                COPY --from=tool /x /x";
    with(text, &Build::default(), |facts| {
        let flags: Vec<_> = facts
            .stages
            .iter()
            .map(|s| (s.in_final, s.is_needed))
            .collect();
        assert_eq!(
            flags,
            [(true, true), (false, true), (false, false), (true, true)]
        );
        let user = facts.effective_user(3).and_then(|u| u.value.as_deref());
        assert_eq!(user, Some("app"));
    });
    let build = Build {
        target: Some("TOOL".into()),
        ..Build::default()
    };
    with(text, &build, |facts| {
        assert_eq!(facts.final_stage().map(|s| s.index), Some(1));
    });
}

#[test]
fn mounts_are_read_like_comma_separated_values() {
    let text = "FROM a\nRUN --mount='type=cache,\"target=/a,b\",ID=x' --mount=from=img,dst=/d true";
    with(text, &Build::default(), |facts| {
        let mounts = &facts.nodes[1].mounts;
        assert_eq!(mounts[0].kind, mount::MountKind::Cache);
        let target = mounts[0].target.as_ref().unwrap();
        assert_eq!(target.as_str(), "/a,b");
        assert_eq!(facts.source.slice(target.span), "/a,b");
        assert_eq!(mounts[0].id.as_ref().unwrap().as_str(), "x");
        assert_eq!(mounts[1].kind, mount::MountKind::Bind);
        assert_eq!(facts.images.last().unwrap().written, "img");
    });
}

#[test]
fn a_script_is_read_from_every_form_of_run() {
    let names = |text: &str| {
        with(text, &Build::default(), |facts| {
            let commands = facts.nodes.last().unwrap().commands().iter();
            commands.map(|c| c.name.clone()).collect::<Vec<_>>()
        })
    };
    assert_eq!(names("FROM a\nRUN x && \\\n # c\n y"), ["x", "y"]);
    assert_eq!(names("FROM a\nRUN [\"x\", \"y\"]"), ["x"]);
    assert_eq!(names("FROM a\nRUN <<E\nx\ny | z\nE"), ["x", "y", "z"]);
    assert_eq!(names("FROM a\nRUN <<-E\n\tx\n\tE"), ["x"]);
    assert_eq!(names("FROM a\nRUN cat <<E > f && z\nx\nE"), ["cat", "z"]);
    assert_eq!(
        names("FROM a\nRUN <<E\n#!/usr/bin/env python3\nx\nE").len(),
        0
    );
    assert_eq!(names("FROM a\nONBUILD RUN <<E\nx\nE"), ["x"]);
    let shell = "FROM a\nSHELL [\"pwsh\", \"-c\"]\nRUN Get-Item x";
    assert_eq!(names(shell).len(), 0);
}

#[test]
fn shell_and_workdir_are_inherited() {
    let text = "FROM a AS base\nSHELL [\"/bin/bash\", \"-eo\", \"pipefail\", \"-c\"]\nWORKDIR /a\n\
                FROM base\nWORKDIR b\nRUN x";
    with(text, &Build::default(), |facts| {
        let node = facts.nodes.last().unwrap();
        assert_eq!(node.shell, Dialect::Bash);
        assert!(node.script.as_ref().unwrap().options_before(0).pipefail);
        let stage = facts.stage_of(node).unwrap();
        assert_eq!(stage.workdir().unwrap().path.as_deref(), Some("/a/b"));
        assert!(!stage.workdir().unwrap().relative);
    });
}

#[test]
fn scripts_behind_many_others_are_left_out() {
    let long = format!("RUN echo {}\n", "a".repeat(300_000));
    let text = format!("FROM a\nRUN first\n{}RUN last\n", long.repeat(30));
    with(&text, &Build::default(), |facts| {
        let script = |node: &Node<'_>| node.script.clone().unwrap();
        let first = script(&facts.nodes[1]);
        assert_eq!((first.commands.len(), first.errors.len()), (1, 0));
        let last = script(facts.nodes.last().unwrap());
        assert_eq!((last.commands.len(), last.errors.len()), (0, 1));
        assert_eq!(last.errors[0].kind, ShellErrorKind::Limit);
    });
}
