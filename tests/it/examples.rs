//! The programs in `examples/`, run.

#[path = "../../examples/files_in_memory.rs"]
mod files_in_memory;
#[path = "../../examples/lint_string.rs"]
mod lint_string;

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
