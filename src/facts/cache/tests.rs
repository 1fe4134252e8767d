use super::*;
use crate::context::Build;
use crate::span::Source;

/// Each step as its instruction's first words with a mark: `=` cached, `?` may run again, `!` does.
fn marks(text: &str, changed: &[&str]) -> Vec<String> {
    let source = Source::new("Dockerfile", text);
    let file = crate::syntax::parse(&source);
    let build = Build::default();
    let facts = Facts::of(&source, &file, &build);
    let files: Vec<ChangedFile> = changed
        .iter()
        .map(|path| ChangedFile {
            context: None,
            path: (*path).to_owned(),
            is_directory: false,
        })
        .collect();
    let steps = facts.steps();
    let outcomes = steps.changed_by(&files);
    let shown = steps.all.iter().zip(&outcomes).map(|(step, outcome)| {
        let line = source.slice(facts.nodes[step.node].instruction.span);
        let mark = match outcome.verdict {
            Verdict::Cached => '=',
            Verdict::May => '?',
            Verdict::Reruns => '!',
        };
        format!("{mark}{line}")
    });
    shown.collect()
}

#[test]
fn what_stands_behind_a_changed_copy_runs_again() {
    let text = "FROM a\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nENV A=1\nRUN npm run build\n";
    assert_eq!(
        marks(text, &["src/a.ts"]),
        [
            "=WORKDIR /app",
            "=COPY package*.json ./",
            "=RUN npm ci",
            "!COPY . .",
            "!RUN npm run build"
        ]
    );
    let all = marks(text, &["package-lock.json"]);
    assert_eq!(all[0], "=WORKDIR /app");
    assert!(all[1..].iter().all(|m| m.starts_with('!')), "{all:?}");
    assert!(marks(text, &[]).iter().all(|m| m.starts_with('=')));
}

#[test]
fn a_linked_copy_stands_on_nothing_and_what_follows_on_both() {
    let text = "FROM a\nCOPY a /a\nRUN x\nCOPY --link b /b\nRUN y\n";
    assert_eq!(
        marks(text, &["a"]),
        ["!COPY a /a", "!RUN x", "=COPY --link b /b", "!RUN y"]
    );
    assert_eq!(
        marks(text, &["b"]),
        ["=COPY a /a", "=RUN x", "!COPY --link b /b", "!RUN y"]
    );
    // With a mode it is an ordinary copy.
    let text = "FROM a\nCOPY a /a\nCOPY --link --chmod=755 b /b\n";
    assert_eq!(marks(text, &["a"])[1], "!COPY --link --chmod=755 b /b");
}

#[test]
fn what_another_stage_makes_may_be_equal() {
    let text =
        "FROM a AS b\nCOPY src /src\nRUN make -C /src\nFROM a\nCOPY --from=b /out /out\nRUN x\n";
    assert_eq!(
        marks(text, &["src/x.c"]),
        [
            "!COPY src /src",
            "!RUN make -C /src",
            "?COPY --from=b /out /out",
            "?RUN x"
        ]
    );
    // What a copy brings is known.
    let text =
        "FROM a AS b\nCOPY src /src\nCOPY doc /doc\nFROM a\nCOPY --from=b /src/a /a\nRUN x\n";
    let ends = |changed: &str| marks(text, &[changed])[2..].to_vec();
    assert_eq!(ends("src/a"), ["!COPY --from=b /src/a /a", "!RUN x"]);
    assert_eq!(ends("src/b"), ["=COPY --from=b /src/a /a", "=RUN x"]);
    assert_eq!(ends("doc/a"), ["=COPY --from=b /src/a /a", "=RUN x"]);
}

#[test]
fn mounts_exclusions_and_parents_are_read() {
    let text = "FROM a\nRUN --mount=type=bind,source=req.txt,target=/r pip install -r /r\n\
        RUN --mount=type=bind,target=/all x\nCOPY --exclude=*.md docs /d\nCOPY --parents a/**/go.mod /p/\n";
    let reruns = |changed: &str| {
        let marks = marks(text, &[changed]);
        marks.iter().position(|m| m.starts_with('!')).unwrap()
    };
    assert_eq!(reruns("req.txt"), 0);
    assert_eq!(reruns("anything"), 1);
    let only = |text: &str, changed: &str| marks(text, &[changed]);
    let docs = "FROM a\nCOPY --exclude=*.md docs /d\n";
    assert_eq!(only(docs, "docs/a.md")[0].chars().next(), Some('='));
    assert_eq!(only(docs, "docs/b/a.md")[0].chars().next(), Some('!'));
    let parents = "FROM a\nCOPY --parents a/**/go.mod /p/\n";
    assert_eq!(only(parents, "a/b/c/go.mod")[0].chars().next(), Some('!'));
    assert_eq!(only(parents, "a/b/c/go.sum")[0].chars().next(), Some('='));
}

#[test]
fn triggers_run_in_the_stage_that_is_built_on_theirs() {
    let text = "FROM a AS b\nONBUILD COPY . /src\nRUN x\nFROM b\nRUN y\n";
    assert_eq!(marks(text, &["f"]), ["=RUN x", "!COPY . /src", "!RUN y"]);
}

#[test]
fn a_run_is_keyed_by_what_is_in_scope() {
    let text = |value: &str| {
        format!("FROM a\nRUN early\nARG V={value}\nLABEL v=$V\nCOPY f /x\nRUN late\n")
    };
    let keys = |text: &str| {
        let source = Source::new("Dockerfile", text);
        let file = crate::syntax::parse(&source);
        let build = Build::default();
        let facts = Facts::of(&source, &file, &build);
        let steps = facts.steps();
        steps
            .all
            .iter()
            .map(|s| facts.step_key(s))
            .collect::<Vec<_>>()
    };
    let (one, two) = (keys(&text("1")), keys(&text("2")));
    assert_eq!(one[0], two[0]);
    assert_eq!(one[1], two[1], "the copy does not name it");
    assert_eq!(
        one[2].differences(&two[2]),
        [Difference::Variable("V".to_owned())]
    );
}

#[test]
fn classes_go_by_names() {
    for (path, class) in [
        ("web/package.json", Class::Manifests),
        ("package*.json", Class::Manifests),
        ("requirements-dev.txt", Class::Manifests),
        ("src/App/App.csproj", Class::Manifests),
        ("nginx.conf", Class::Configuration),
        ("src/main.rs", Class::Source),
    ] {
        assert_eq!(class_of_path(path), class, "{path}");
    }
}
