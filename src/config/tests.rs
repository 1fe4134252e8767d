//! Mistakes in configuration: each has its exact place, and words that say what to do.

use super::Remote;
use super::{Config, Configs, Layer, Place, Problem};
use crate::engine;
use crate::span::Source;

/// The text pointed at, the message and the help.
fn mistake(text: &str) -> (String, String, String) {
    let error = Config::from_toml(text, &Remote::default()).err().unwrap();
    let (source, span) = error.place().unwrap();
    let place = source.slice(span).to_owned();
    let help = error.help().unwrap_or_default();
    (place, error.to_string(), help)
}

#[track_caller]
fn check(text: &str, place: &str, message: &str, help: &str) {
    let (found, says, advises) = mistake(text);
    assert_eq!(
        (found.as_str(), says.as_str(), advises.as_str()),
        (place, message, help),
        "{text}"
    );
}

#[test]
fn a_value_of_the_wrong_type_is_shown_as_it_should_be() {
    check(
        "ignore = \"latest-tag\"\n",
        "\"latest-tag\"",
        "`ignore` takes an array, not a string",
        "write `ignore = [\"latest-tag\"]`",
    );
    check(
        "ignore = 'latest-tag, sudo'\n",
        "'latest-tag, sudo'",
        "`ignore` takes an array, not a string",
        "write `ignore = [\"latest-tag\", \"sudo\"]`",
    );
    check(
        "ignore-comments = \"no\"\n",
        "\"no\"",
        "`ignore-comments` takes `true` or `false`, not a string",
        "write `ignore-comments = false`",
    );
    check(
        "ignore-comments = \"perhaps\"\n",
        "\"perhaps\"",
        "`ignore-comments` takes `true` or `false`, not a string",
        "",
    );
    check(
        "fail-on = 3\n",
        "3",
        "`fail-on` takes a string, not an integer",
        "write `fail-on = \"3\"`",
    );
    check(
        "levels = 'error'\n",
        "'error'",
        "`levels` takes a table, not a string",
        "write `[levels]`, and below it a line for each key",
    );
    check(
        "[build]\ntarget = 2026-01-02\n",
        "2026-01-02",
        "`target` takes a string, not a date",
        "write `target = \"2026-01-02\"`",
    );
    check(
        "extends = 3\n",
        "3",
        "a path or a list of paths belongs here",
        "",
    );
}

#[test]
fn an_element_of_an_array_is_pointed_at_alone() {
    check(
        "ignore = ['sudo', 1.5]\n",
        "1.5",
        "each element of `ignore` is a string, not a number with a fraction",
        "write `\"1.5\"`",
    );
    check(
        "[build]\nplatforms = ['linux/amd64', 'linux/x/y/z']\n",
        "'linux/x/y/z'",
        &format!(
            "`linux/x/y/z` is no platform: {}",
            crate::facts::platform::SPELLING
        ),
        "",
    );
    check(
        "[[policy.golden]]\nimage = 'a'\nreplaces = ['b', true]\n",
        "true",
        "each element of `replaces` is a string, not a boolean",
        "write `\"true\"`",
    );
    check(
        "[policy.golden]\nimage = 'a'\n",
        "[policy.golden]",
        "`golden` takes an array, not a table",
        "write `[[policy.golden]]`",
    );
    check(
        "policy.golden = { image = 'a' }\n",
        "{ image = 'a' }",
        "`golden` takes an array, not a table",
        "write `golden = [{ image = 'a' }]`",
    );
}

#[test]
fn an_unknown_key_is_told_the_nearest() {
    check(
        "ignroe = []\n",
        "ignroe",
        "unknown key `ignroe`",
        "did you mean `ignore`?",
    );
    check(
        "[policy]\nlabel_schema = {}\n",
        "label_schema",
        "unknown key `label_schema`",
        "did you mean `label-schema`?",
    );
    check(
        "[policy]\ngolden = [{ image = 'x', replces = [] }]\n",
        "replces",
        "unknown key `replces`",
        "did you mean `replaces`?",
    );
    check(
        "[[overrides]]\nfiles = ['a']\nlevel = {}\n",
        "level",
        "unknown key `level`",
        "did you mean `levels`?",
    );
    check(
        "rule = {}\n",
        "rule",
        "unknown key `rule`",
        "did you mean `rules`?",
    );
}

#[test]
fn an_unknown_rule_is_pointed_at_wherever_it_is_named() {
    for text in [
        "select = ['all', 'latest-tga']\n",
        "extend-select = ['latest-tga']\n",
        "ignore = ['sudo', 'latest-tga']\n",
        "[[overrides]]\nfiles = ['a']\n[[overrides]]\nfiles = ['b']\nignore = ['latest-tga']\n",
    ] {
        let help = "did you mean `latest-tag`?";
        check(text, "'latest-tga'", "unknown rule `latest-tga`", help);
    }
    for text in [
        "[levels]\nsudo = 'off'\nlatest-tga = 'off'\n",
        "[rules.latest-tga]\n",
        "rules = { latest-tga = {} }\n",
        "[[overrides]]\nfiles = ['a']\nlevels = { latest-tga = 'off' }\n",
        "[[overrides]]\nfiles = ['a']\nrules.latest-tga.x = 1\n",
    ] {
        let help = "did you mean `latest-tag`?";
        check(text, "latest-tga", "unknown rule `latest-tga`", help);
    }
}

#[test]
fn an_option_of_a_rule_is_pointed_at() {
    check(
        "[rules.floating-tag]\nprecision = 'majr'\n",
        "'majr'",
        "`majr` is no value of this key",
        "did you mean `major`?",
    );
    check(
        "[rules.unused-stage]\ntargets = 'debug'\n",
        "'debug'",
        "`targets` takes an array, not a string",
        "write `targets = [\"debug\"]`",
    );
    check(
        "[rules.remote-admin-port]\nports = [22, 70000]\n",
        "70000",
        "`70000` is not between 0 and 65535",
        "",
    );
    check(
        "[rules.remote-admin-port]\nports = [99999999999999999999]\n",
        "99999999999999999999",
        "`99999999999999999999` is too large a number",
        "",
    );
    check(
        "[rules.whole-rootfs-copy]\nevry = true\n",
        "evry",
        "unknown key `evry`",
        "did you mean `every`?",
    );
    check(
        "[rules.syntax-error]\nfoo = 1\n",
        "foo",
        "unknown key `foo`",
        "nothing can be set here",
    );
    check(
        "rules.latest-tag = true\n",
        "true",
        "`latest-tag` takes a table, not a boolean",
        "write `[rules.latest-tag]`, and below it a line for each key",
    );
    // By another tool's name, in an override, deep inside.
    check(
        "[[overrides]]\nfiles = ['a']\n[overrides.rules.hard-coded-secret]\npatterns = { Acme = 'a(' }\n",
        "'a('",
        "not a regular expression: unclosed group",
        "",
    );
    check(
        "[[overrides]]\nfiles = ['a']\n[[overrides]]\nfiles = ['b']\nrules.whole-rootfs-copy.every = 'yes'\n",
        "'yes'",
        "`every` takes `true` or `false`, not a string",
        "write `every = true`",
    );
}

#[test]
fn values_keys_and_syntax_have_their_places() {
    check(
        "[levels]\nsudo = 'of'\n",
        "'of'",
        "`of` is no value of this key",
        "did you mean `off`?",
    );
    check(
        "[[overrides]]\nfiles = ['a']\n[[overrides]]\nignore = []\n",
        "[[overrides]]",
        "missing key `files`",
        "",
    );
    check(
        "ignore = []\nignore = ['sudo']\n",
        "ignore",
        "the key `ignore` is set already",
        "",
    );
    check(
        "exclude = ['a', 'a[b']\n",
        "'a[b'",
        "`a[b` is no pattern: unclosed character class; missing ']'",
        "",
    );
    let (_, line) = {
        let error = Config::from_toml("a = 1\n[levels]\nsudo = off\n", &Remote::default())
            .err()
            .unwrap();
        let (source, span) = error.place().unwrap();
        (error.to_string(), source.line(span.start))
    };
    assert_eq!(line, 3);
}

/// What is no TOML is told in words that do not ask for the parser's.
#[test]
fn texts_that_are_no_toml_are_told_in_plain_words() {
    for (text, message) in [
        (
            "[levels]\nsudo = off\n",
            "a text stands in quotes: `\"off\"`",
        ),
        ("[levels\n", "the `]` at the end of the heading is missing"),
        (
            "ignore = ['a'\n",
            "the `]` at the end of the list is missing",
        ),
        ("ignore = ['a' 'b']\n", "a comma is missing before this"),
        ("ignore = ['a',,]\n", "there is one comma too many"),
        ("profile =\n", "the value behind `=` is missing"),
        ("profile\n", "`=` and a value belong behind a key"),
        (
            "profile = 'strict' ignore = []\n",
            "this is too much here: each setting has a line of its own",
        ),
        (
            "profile = 'strict\n",
            "the quotes of this text do not fit together",
        ),
        ("a = 1__2\n", "this is no number; a text stands in quotes"),
    ] {
        let error = Config::parse(text).err().unwrap();
        assert_eq!(error.to_string(), message, "{text}");
        let (source, span) = error.place().unwrap();
        assert!(span.end as usize <= source.text().len());
    }
}

/// The first mistake of a file is reported, whatever the order of its keys.
#[test]
fn the_first_mistake_comes_first() {
    check(
        "select = 1\nignore = 2\n",
        "1",
        "`select` takes an array, not an integer",
        "write `select = [1]`",
    );
}

#[test]
fn options_of_several_files_meet_key_by_key() {
    let count = |allow: &str, name: &str| {
        let text = format!(
            "[rules.hard-coded-secret]\nallow = ['{allow}']\n[[overrides]]\nfiles = ['*.x']\n\
             rules.hard-coded-secret.patterns = {{ Acme = 'acme_[0-9]+' }}\n"
        );
        let only = Layer {
            select: Some(vec!["hard-coded-secret".to_owned()]),
            ..Layer::default()
        };
        let mut configs = Configs::new(Place::Text(text), only);
        let effective = configs.of_file(std::path::Path::new(name)).unwrap();
        let source = Source::new(name, "FROM a\nRUN b --key acme_0123456789\n");
        engine::lint(source, &effective.settings).diagnostics.len()
    };
    assert_eq!(
        count("other", "Dockerfile"),
        0,
        "the pattern is for other files"
    );
    assert_eq!(count("other", "Dockerfile.x"), 1);
    assert_eq!(
        count("acme", "Dockerfile.x"),
        0,
        "the file allows it for all"
    );
}

/// The keys of a policy stand twice, with and without a value that must be there.
#[test]
fn a_file_can_set_every_key_of_a_policy() {
    let names = |problem: &Problem| match problem {
        Problem::UnknownKey { known, .. } => known.clone(),
        other => panic!("{other}"),
    };
    let error = Config::from_toml("[policy]\nx = 1\n", &Remote::default())
        .err()
        .unwrap();
    let mut keys = names(&error.problem);
    keys.sort();
    let schema = schemars::schema_for!(crate::policy::Policy).to_value();
    let mut wanted: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    wanted.sort();
    assert_eq!(keys.iter().collect::<Vec<_>>(), wanted);
}

#[test]
fn the_schema_in_the_repository_is_up_to_date() {
    let schema = format!("{:#}\n", super::schema::schema());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/dlint.schema.json");
    if std::env::var_os("DLINT_BLESS").is_some() {
        std::fs::write(path, &schema).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept.replace("\r\n", "\n") == schema,
        "dlint.schema.json is out of date: run the tests with DLINT_BLESS=1"
    );
}
