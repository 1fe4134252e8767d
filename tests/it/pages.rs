//! Every page of the catalogue is run: its examples are its rule's test.
//!
//! For the page's rule alone, `bad` reports and the `output` block behind it matches, with the
//! labels, the help and the title of the fix as in the format `full`; `fixed` is
//! what fixing to a fixed point gives, reports nothing, parses and does not change again; `good`
//! is silent. A fix appears exactly when the page says so, never with more trust. A `toml` block
//! configures the examples behind it, one with `policy` is the policy they are judged by; a block with
//! `file=NAME` puts a file beside the Dockerfile of the next example (with `mode=755` and, for lines
//! that end as on Windows, `crlf`), `with=RULE` turns another rule on. `DLINT_BLESS=1` rewrites
//! `output` and `fixed` blocks.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use dlint::config::{Configs, Layer, Place};
use dlint::engine::{self, Settings};
use dlint::fix::Applicability;
use dlint::rule::RuleMeta;
use dlint::rules::{self, FAMILIES, RULES};
use dlint::span::Source;
use dlint::syntax;

const HEADINGS: [&str; 9] = [
    "Why",
    "Bad",
    "Good",
    "Options",
    "Fix",
    "Limits",
    "When not",
    "Other tools",
    "References",
];

/// Rules that no Dockerfile can show.
const WITHOUT_EXAMPLES: [&str; 9] = [
    "broken-build-policy",
    "expired-exception",
    "ignored-denial",
    "internal-error",
    "policy-without-decision",
    "refused-frontend",
    "refused-local-context",
    "unheard-denial",
    "unused-exception",
];

/// A fenced block of a page.
struct Block {
    /// The language and the words behind it.
    info: Vec<String>,
    text: String,
    /// The lines of the page it takes, its fences included.
    lines: std::ops::Range<usize>,
}

impl Block {
    fn is(&self, language: &str, role: &str) -> bool {
        self.info.first().is_some_and(|l| l == language) && self.info.iter().any(|w| w == role)
    }

    fn value(&self, key: &str) -> Option<&str> {
        self.info
            .iter()
            .find_map(|w| w.strip_prefix(key)?.strip_prefix('='))
    }
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, Vec<String>, String)> = None;
    for (i, line) in page.lines().enumerate() {
        let fence = line.strip_prefix("```");
        match (&mut open, fence) {
            (None, Some(info)) => {
                let info = info.split_whitespace().map(str::to_owned).collect();
                open = Some((i, info, String::new()));
            }
            (Some(_), Some("")) => {
                let (start, info, text) = open.take().unwrap();
                blocks.push(Block {
                    info,
                    text,
                    lines: start..i + 1,
                });
            }
            (Some((_, _, text)), _) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a fence is never closed");
    blocks
}

struct Page {
    meta: &'static RuleMeta,
    path: String,
    text: String,
}

fn pages() -> Vec<Page> {
    RULES
        .iter()
        .map(|entry| {
            let meta = &entry.meta;
            let path = format!("rules/{}/{}.md", meta.family, meta.id);
            let text = std::fs::read_to_string(&path).unwrap();
            Page { meta, path, text }
        })
        .collect()
}

/// The settings of an example: this rule alone, configured by the `toml` block before it.
fn settings(
    meta: &RuleMeta,
    with: &str,
    toml: &str,
    policy: Option<&Path>,
    dockerfile: &Path,
) -> Settings {
    let names = [meta.id]
        .into_iter()
        .chain(with.split(',').filter(|w| !w.is_empty()));
    let only = Layer {
        select: Some(names.map(str::to_owned).collect()),
        ..Layer::default()
    };
    let mut configs = Configs::new(Place::Text(toml.to_owned()), only);
    if let Some(policy) = policy {
        configs.set_policy(policy).unwrap();
    }
    match configs.of_file(dockerfile) {
        Ok(effective) => effective.settings.clone(),
        Err(error) => panic!("{}: the toml block: {error}", meta.id),
    }
}

/// The findings as a reader of a page wants them: what the full format says, without the source.
fn findings(report: &engine::Report) -> String {
    let place = |span: dlint::span::Span| {
        let p = report.source.position(span.start);
        format!("{}:{}", p.line, p.column)
    };
    let mut out = String::new();
    for d in &report.diagnostics {
        let rule = d.code.as_deref().unwrap_or(d.rule.id);
        let at = place(d.span);
        writeln!(out, "{at} {}[{rule}]: {}", d.severity, d.message).unwrap();
        for label in &d.labels {
            writeln!(out, "  label {}: {}", place(label.span), label.message).unwrap();
        }
        if let Some(help) = &d.help {
            writeln!(out, "  help: {}", help.replace('\n', "\n    ")).unwrap();
        }
        if let Some(fix) = &d.fix {
            let trust = fix.applicability.as_str();
            writeln!(out, "  fix ({trust}): {}", fix.title).unwrap();
        }
    }
    out
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn set_mode(_path: &Path, _mode: u32) {}

/// Runs the examples of a page and gives the page as it should be.
fn run(page: &Page, problems: &mut Vec<String>) -> String {
    let id = page.meta.id;
    let blocks = blocks(&page.text);
    let mut replaced: Vec<(std::ops::Range<usize>, String)> = Vec::new();
    let mut toml = String::new();
    let mut policy = String::new();
    let mut files: BTreeMap<String, (String, Option<u32>)> = BTreeMap::new();
    let mut best: Option<Applicability> = None;
    let (mut bad, mut good) = (0, 0);
    for (i, block) in blocks.iter().enumerate() {
        if let Some(name) = block.value("file") {
            let mut text = block.text.clone();
            if block.info.iter().any(|w| w == "crlf") {
                text = text.replace('\n', "\r\n");
            }
            let mode = block.value("mode");
            let mode = mode.map(|m| u32::from_str_radix(m, 8).unwrap());
            files.insert(name.to_owned(), (text, mode));
            continue;
        }
        if block.info.first().is_some_and(|l| l == "toml") {
            let is_policy = block.info.iter().any(|word| word == "policy");
            let text = if is_policy { &mut policy } else { &mut toml };
            text.clone_from(&block.text);
            continue;
        }
        let is_bad = block.is("dockerfile", "bad");
        if !is_bad && !block.is("dockerfile", "good") {
            continue;
        }
        let directory = tempfile::tempdir().unwrap();
        for (name, (text, mode)) in std::mem::take(&mut files) {
            let path = directory.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
            set_mode(&path, mode.unwrap_or(0o644));
        }
        let path = directory
            .path()
            .join(block.value("name").unwrap_or("Dockerfile"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &block.text).unwrap();
        let with = block.value("with").unwrap_or_default();
        let elsewhere = tempfile::tempdir().unwrap();
        let policy = (!policy.is_empty()).then(|| {
            let path = elsewhere.path().join("policy.toml");
            std::fs::write(&path, &policy).unwrap();
            path
        });
        let mut settings = settings(page.meta, with, &toml, policy.as_deref(), &path);
        settings.build.context = block.value("context").map(|c| directory.path().join(c));
        let report = engine::lint(Source::new(&path, &*block.text), &settings);
        let line = block.lines.start + 1;
        // These are about what does not parse.
        let faults = ["instruction-before-from", "nested-onbuild", "syntax-error"];
        if !faults.contains(&id) {
            let errors = syntax::parse(&report.source).errors;
            if !errors.is_empty() {
                problems.push(format!("{}:{line}: does not parse: {errors:?}", page.path));
            }
        }
        if !is_bad {
            good += 1;
            if !report.diagnostics.is_empty() {
                let found = findings(&report);
                problems.push(format!("{}:{line}: `good` reports\n{found}", page.path));
            }
            continue;
        }
        bad += 1;
        if report.diagnostics.is_empty() {
            problems.push(format!("{}:{line}: `bad` reports nothing", page.path));
        }
        for d in &report.diagnostics {
            check_message(page, &d.message, problems);
            if let Some(fix) = &d.fix {
                best = best.max(Some(fix.applicability));
                check_message(page, &fix.title, problems);
            }
            let labels = d.labels.iter().map(|l| &l.message);
            for remark in labels.chain(&d.help) {
                check_message(page, remark, problems);
            }
        }
        let output = blocks.get(i + 1).filter(|b| b.is("text", "output"));
        match output {
            Some(b) => replaced.push((b.lines.clone(), fence("text output", &findings(&report)))),
            None => problems.push(format!("{}:{line}: `bad` without `output`", page.path)),
        }
        let fixed = blocks.get(i + 2).filter(|b| b.is("dockerfile", "fixed"));
        let linted = engine::lint(report.source.clone(), &settings);
        let result = engine::fix(linted, &settings, Applicability::Unsafe);
        if let Some(dropped) = result.dropped.first() {
            problems.push(format!("{}:{line}: {dropped}", page.path));
        }
        let text = result.report.source.text().to_owned();
        let changed = text != block.text;
        match fixed {
            Some(b) => {
                replaced.push((b.lines.clone(), fence("dockerfile fixed", &text)));
                let again = engine::lint(Source::new(&path, &*text), &settings);
                if !findings(&again).is_empty() && b.info.iter().all(|w| w != "partly") {
                    let found = findings(&again);
                    problems.push(format!(
                        "{}:{line}: `fixed` still reports\n{found}",
                        page.path
                    ));
                }
                if !changed {
                    problems.push(format!(
                        "{}:{line}: `fixed`, but nothing is fixed",
                        page.path
                    ));
                }
            }
            None if changed => {
                problems.push(format!(
                    "{}:{line}: is fixed, but has no `fixed`:\n{text}",
                    page.path
                ));
            }
            None => {}
        }
    }
    if best != page.meta.fix {
        let says = page.meta.fix;
        problems.push(format!(
            "{}: says fix {says:?}, examples show {best:?}",
            page.path
        ));
    }
    if (bad == 0 || good == 0) && !WITHOUT_EXAMPLES.contains(&id) {
        problems.push(format!("{}: needs a `bad` and a `good` example", page.path));
    }
    let mut lines: Vec<&str> = page.text.lines().collect();
    for (range, text) in replaced.iter().rev() {
        lines.splice(range.clone(), text.lines());
    }
    lines.join("\n") + "\n"
}

fn fence(info: &str, text: &str) -> String {
    format!("```{info}\n{text}```\n")
}

/// Messages are lower case and end without a full stop.
fn check_message(page: &Page, message: &str, problems: &mut Vec<String>) {
    let first = message.chars().next().unwrap_or(' ');
    let word = message.split_whitespace().next().unwrap_or_default();
    // `FROM`, `BuildKit`: a word with two capitals is a name.
    let is_name = word.chars().filter(char::is_ascii_uppercase).count() > 1;
    if (first.is_uppercase() && !is_name) || message.ends_with('.') {
        problems.push(format!("{}: message style: {message}", page.path));
    }
    if message.matches('`').count() % 2 == 1 {
        problems.push(format!("{}: unpaired backtick: {message}", page.path));
    }
}

#[test]
fn every_example_does_what_its_page_says() {
    let bless = std::env::var_os("DLINT_BLESS").is_some();
    let mut problems = Vec::new();
    for page in pages() {
        if page.meta.id == "refused-by-policy" && !dlint::policy::rego::is_available() {
            eprintln!("SKIPPED: the page of `refused-by-policy` needs the feature `rego`");
            continue;
        }
        if page.meta.id == rules::SHELLCHECK && !dlint::rules::shell::shellcheck::is_available() {
            eprintln!("SKIPPED: the page of `shellcheck` needs the feature `shell-lint`");
            continue;
        }
        let wanted = run(&page, &mut problems);
        if wanted == page.text {
            continue;
        }
        if bless {
            std::fs::write(&page.path, wanted).unwrap();
        } else {
            let diff = similar::TextDiff::from_lines(&page.text, &wanted);
            let diff = diff.unified_diff().context_radius(2).to_string();
            problems.push(format!("{} (DLINT_BLESS=1 rewrites it)\n{diff}", page.path));
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn every_page_has_the_same_shape() {
    for page in pages() {
        let path = &page.path;
        let mut last = None;
        let mut fenced = false;
        for line in page.text.lines() {
            fenced ^= line.starts_with("```");
            assert!(
                line.len() <= 160
                    || fenced
                    || line.starts_with('|')
                    || line.starts_with("aliases: "),
                "{path}: long line {line}"
            );
            if let Some(heading) = line.strip_prefix("## ").filter(|_| !fenced) {
                let at = HEADINGS.iter().position(|h| *h == heading);
                assert!(
                    at.is_some(),
                    "{path}: heading `{heading}` is not one of {HEADINGS:?}"
                );
                assert!(at > last, "{path}: `{heading}` is out of order");
                last = at;
            }
        }
        assert!(page.text.contains("\n## Why\n"), "{path}: no `## Why`");
        assert!(page.meta.summary.len() <= 160, "{path}: a long summary");
    }
}

#[test]
fn the_options_of_a_rule_are_those_of_its_page() {
    let schema: serde_json::Value = serde_json::from_str(dlint::config::SCHEMA).unwrap();
    let rules = &schema["definitions"]["Rules"]["properties"];
    for page in pages() {
        let options = &rules[page.meta.id];
        assert!(options.is_object(), "{}: not in the schema", page.path);
        let name = options["allOf"][0]["$ref"].as_str().unwrap_or_default();
        let name = name.rsplit('/').next().unwrap_or_default();
        let schema = schema["definitions"].get(name).unwrap_or(options);
        let mut code: Vec<String> = schema
            .get("properties")
            .and_then(|p| p.as_object())
            .map(|p| p.keys().cloned().collect())
            .unwrap_or_default();
        code.sort();
        let options = page.text.split("\n## Options\n").nth(1).unwrap_or_default();
        let options = options.split("\n## ").next().unwrap_or_default();
        let mut listed: Vec<String> = options
            .lines()
            .filter_map(|l| l.strip_prefix("- `")?.split('`').next())
            .map(str::to_owned)
            .collect();
        listed.sort();
        assert_eq!(
            code, listed,
            "{}: options in the code and on the page",
            page.path
        );
    }
}

#[test]
fn aliases_are_named_once_per_rule() {
    for entry in &RULES {
        let mut aliases: Vec<_> = entry
            .meta
            .aliases
            .iter()
            .map(|a| a.to_lowercase())
            .collect();
        aliases.sort();
        let all = aliases.len();
        aliases.dedup();
        assert_eq!(all, aliases.len(), "{}", entry.meta.id);
        assert!(
            !aliases.contains(&entry.meta.id.to_owned()),
            "{}",
            entry.meta.id
        );
    }
}

/// The table of families in the README: `DLINT_BLESS=1` rewrites it.
#[test]
fn the_readme_says_what_each_family_is_about() {
    let heading = "| family | its rules are about | rules |\n";
    let mut wanted = format!("{heading}|---|---|---|\n");
    for (family, about) in FAMILIES {
        let rules = RULES.iter().filter(|e| e.meta.family == family).count();
        writeln!(wanted, "| [{family}](rules/{family}) | {about} | {rules} |").unwrap();
    }
    let text = std::fs::read_to_string("README.md").unwrap();
    let (before, rest) = text.split_once(heading).unwrap();
    let (_, after) = rest.split_once("\n\n").unwrap();
    let new = format!("{before}{wanted}\n{after}");
    if std::env::var_os("DLINT_BLESS").is_some() {
        std::fs::write("README.md", new).unwrap();
    } else {
        assert!(
            text == new,
            "the table of families: DLINT_BLESS=1 rewrites it"
        );
    }
}

/// The picture above the fold of the README: `DLINT_BLESS=1` draws it anew.
#[test]
fn the_picture_of_the_readme_shows_what_dlint_says() {
    const PICTURE: &str = "docs/demo.svg";
    let arguments = [
        "testdata/demo/Dockerfile",
        "--full",
        "--color=always",
        "--as-of=2026-12-01",
        "--select=latest-tag,secret-in-env,source-before-dependencies,invalid-port",
    ];
    let mut command = crate::cli::dlint(Path::new(env!("CARGO_MANIFEST_DIR")));
    command.env("COLUMNS", "88").args(arguments);
    let ran = crate::cli::ran(command.output().unwrap());
    assert_eq!(ran.code, 1, "{}", ran.err);
    let text = format!("$ dlint Dockerfile\n{}", ran.out);
    let picture = anstyle_svg::Term::new()
        .palette(anstyle_svg::WIN10_CONSOLE)
        .render_svg(&text);
    if std::env::var_os("DLINT_BLESS").is_some() {
        std::fs::write(PICTURE, picture).unwrap();
    } else {
        let drawn = std::fs::read_to_string(PICTURE).unwrap();
        assert!(drawn == picture, "the picture: DLINT_BLESS=1 draws it anew");
    }
}
