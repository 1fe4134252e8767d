//! The programs in `examples/`, run.

#[path = "../../examples/files_in_memory.rs"]
mod files_in_memory;
#[path = "../../examples/lint_string.rs"]
mod lint_string;
#[path = "../../examples/own_rule.rs"]
mod own_rule;

#[test]
fn a_string_is_linted_and_fixed() {
    let (lines, fixed) = lint_string::run().unwrap();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines[0].starts_with("2:23 ") && lines[0].contains("[apt-missing-yes]"),
        "{lines:?}"
    );
    assert!(fixed.contains("apt-get install -y curl"), "{fixed}");
}

#[test]
fn files_in_memory_are_read() {
    let found = files_in_memory::run("#!/bin/sh\nexec \"$@\"\n").unwrap();
    let [finding] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(finding["rule"], "root-user");
    assert_eq!(finding["severity"], "warning");
    let start = serde_json::json!({ "line": 1, "character": 5 });
    assert_eq!(finding["range"]["start"], start);
    assert_eq!(finding["span"]["start"], 20);
    let found = files_in_memory::run("#!/bin/sh\nexec gosu app \"$@\"\n").unwrap();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_rule_of_ones_own_stands_in_sarif_and_is_silenced_by_comments() {
    let results = |text: &str| {
        let sarif = own_rule::run(text).unwrap();
        let sarif: serde_json::Value = serde_json::from_slice(&sarif).unwrap();
        let run = sarif["runs"][0].clone();
        (
            run["tool"]["driver"]["rules"].clone(),
            run["results"].clone(),
        )
    };
    let found = |results: &serde_json::Value| -> Vec<(String, u64, bool)> {
        let results = results.as_array().unwrap().iter();
        let found = results.map(|r| {
            (
                r["ruleId"].as_str().unwrap().to_owned(),
                r["locations"][0]["physicalLocation"]["region"]["startLine"]
                    .as_u64()
                    .unwrap(),
                r.get("suppressions")
                    .is_some_and(|s| !s.as_array().unwrap().is_empty()),
            )
        });
        found.collect()
    };
    let own = |line, silenced| ("acme-no-telnet".to_owned(), line, silenced);

    let (rules, shown) = results("FROM a\nRUN telnet b 25\n");
    assert_eq!(found(&shown), [own(2, false)]);
    assert_eq!(rules[0]["id"], "acme-no-telnet");
    assert_eq!(
        rules[0]["helpUri"],
        "https://wiki.example.com/acme-no-telnet"
    );
    assert_eq!(rules[0]["help"]["text"], "Nobody at Acme uses telnet.");
    assert_eq!(shown[0]["ruleIndex"], 0);

    let ignored = "FROM a\n# dlint: ignore[acme-no-telnet] the old switch\nRUN telnet b 25\n";
    let (_, silenced) = results(ignored);
    assert_eq!(found(&silenced), [own(3, true)]);

    // A comment that silences nothing is unused like one that names a rule of dlint's.
    let (_, unused) = results(&ignored.replace("telnet b", "ssh b"));
    assert_eq!(found(&unused), [("unused-ignore".to_owned(), 2, false)]);
    let (_, unknown) = results(&ignored.replace("[acme-no-telnet]", "[acme-no-telnets]"));
    assert_eq!(
        found(&unknown),
        [("unknown-ignore".to_owned(), 2, false), own(3, false)]
    );
}
