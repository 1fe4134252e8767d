//! The labelled findings, and the numbers that pages take from them.

use std::collections::{BTreeMap, BTreeSet};

use dlint::rule::Level;
use dlint::rules;

const LIST: &str = include_str!("../../testdata/precision.tsv");
/// From how many labels on the share of a rule says something.
const ENOUGH: usize = 20;

/// A line of the list.
struct Label<'a> {
    place: [&'a str; 5],
    verdict: &'a str,
    state: &'a str,
}

fn labels() -> Vec<Label<'static>> {
    let lines = LIST.lines().filter(|l| !l.starts_with('#'));
    lines
        .map(|line| {
            let parts: Vec<&str> = line.split('\t').collect();
            let &[repository, commit, path, at, code, verdict, state] = parts.as_slice() else {
                panic!("{line}");
            };
            Label {
                place: [repository, commit, path, at, code],
                verdict,
                state,
            }
        })
        .collect()
}

fn rule_of(code: &str) -> &str {
    if rules::is_code(code) {
        "shellcheck"
    } else {
        code
    }
}

/// Of what is still reported: how many are right, and how many there are.
fn counts() -> BTreeMap<String, (usize, usize)> {
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for label in labels().iter().filter(|l| l.state == "reported") {
        let [.., code] = label.place;
        let count = counts.entry(rule_of(code).to_owned()).or_default();
        count.0 += usize::from(label.verdict != "false");
        count.1 += 1;
    }
    counts
}

#[test]
fn the_list_is_in_order() {
    let mut seen = BTreeSet::new();
    let mut commits: BTreeMap<&str, &str> = BTreeMap::new();
    for label in labels() {
        let [repository, commit, _, at, code] = label.place;
        assert!(seen.insert(label.place), "{:?} twice", label.place);
        assert!(at.parse::<u32>().is_ok_and(|n| n > 0), "{:?}", label.place);
        assert!(rules::by_id(rule_of(code)).is_some(), "no rule `{code}`");
        assert!(["useful", "minor", "false"].contains(&label.verdict));
        assert!(["reported", "gone"].contains(&label.state));
        assert_eq!(commit.len(), 40, "{:?}", label.place);
        assert_eq!(*commits.entry(repository).or_insert(commit), commit);
    }
    assert!(seen.len() >= 600 && commits.len() >= 80);
}

#[test]
fn pages_say_what_the_list_says() {
    let counts = counts();
    for entry in &rules::RULES {
        let listed = counts.get(entry.meta.id).copied();
        let page = entry.meta.precision;
        let page = page.map(|p| (usize::from(p.right), usize::from(p.labelled)));
        assert_eq!(
            page, listed,
            "{}: cargo xtask precision --write",
            entry.meta.id
        );
    }
    let page = std::fs::read_to_string("docs/precision.md").unwrap();
    let right: usize = counts.values().map(|c| c.0).sum();
    let all: usize = counts.values().map(|c| c.1).sum();
    let says = format!("{all} of them are still reported; of these {right} are");
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words(&page).contains(&says), "no `{says}`");
    let readme = std::fs::read_to_string("README.md").unwrap();
    let says = format!(
        "{} % of {},{:03} findings",
        right * 100 / all,
        all / 1000,
        all % 1000
    );
    assert!(readme.contains(&says), "no `{says}`");
}

#[test]
fn rules_of_the_recommended_profile_are_right_nine_times_of_ten() {
    for (rule, (right, all)) in counts() {
        let is_on = rules::by_id(&rule).is_some_and(|e| matches!(e.meta.level, Level::On(_)));
        if is_on && all >= ENOUGH {
            assert!(right * 10 >= all * 9, "{rule}: {right} of {all}");
        }
    }
}
