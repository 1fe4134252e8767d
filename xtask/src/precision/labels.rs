//! The list of labelled findings.

use std::collections::BTreeMap;

/// Where a finding stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub code: String,
    pub repository: String,
    pub path: String,
    pub line: u32,
}

impl Place {
    /// The line of the list.
    pub fn line(&self, commit: &str, verdict: &str, state: &str) -> String {
        let Self {
            code,
            repository,
            path,
            line,
        } = self;
        format!("{repository}\t{commit}\t{path}\t{line}\t{code}\t{verdict}\t{state}")
    }
}

/// What a maintainer would say of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is right, and worth a change at once.
    Useful,
    /// It is right, and can wait.
    Minor,
    /// It is wrong, or does not apply there.
    False,
}

impl Verdict {
    fn of(text: &str) -> Option<Self> {
        match text {
            "useful" => Some(Self::Useful),
            "minor" => Some(Self::Minor),
            "false" => Some(Self::False),
            _ => None,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Useful => "useful",
            Self::Minor => "minor",
            Self::False => "false",
        }
    }
}

/// A finding that somebody read.
#[derive(Debug, Clone)]
pub struct Label {
    pub place: Place,
    pub commit: String,
    pub verdict: Verdict,
    /// Whether it was reported when the numbers were last written.
    pub reported: bool,
}

/// The labels of a rule, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    pub labelled: usize,
    pub reported: usize,
    /// Of those that are reported.
    pub right: usize,
    pub useful: usize,
}

impl Count {
    fn add(&mut self, label: &Label) {
        self.labelled += 1;
        if label.reported {
            self.reported += 1;
            self.right += usize::from(label.verdict != Verdict::False);
            self.useful += usize::from(label.verdict == Verdict::Useful);
        }
    }
}

/// The list.
#[derive(Debug, Default)]
pub struct Labels {
    /// The comments at its head.
    head: String,
    /// The day to judge for.
    pub as_of: String,
    pub all: Vec<Label>,
}

/// The rule that a code is of: codes of ShellCheck are those of one rule.
pub fn rule_of(code: &str) -> &str {
    let is_shellcheck = code
        .strip_prefix("SC")
        .is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
    if is_shellcheck { "shellcheck" } else { code }
}

impl Labels {
    /// Reads a list; what is wrong with it comes with the number of the line.
    pub fn read(text: &str) -> Result<Self, (usize, String)> {
        let mut labels = Self::default();
        for (number, line) in text.lines().enumerate() {
            let wrong = |what: &str| (number + 1, what.to_owned());
            if line.starts_with('#') {
                labels.head.push_str(line);
                labels.head.push('\n');
                if let Some(day) = line.strip_prefix("# as-of ") {
                    labels.as_of = day.trim().to_owned();
                }
                continue;
            }
            let parts: Vec<&str> = line.split('\t').collect();
            let &[repository, commit, path, at, code, verdict, state] = parts.as_slice() else {
                return Err(wrong("not seven columns"));
            };
            labels.all.push(Label {
                place: Place {
                    code: code.to_owned(),
                    repository: repository.to_owned(),
                    path: path.to_owned(),
                    line: at.parse().map_err(|_| wrong("no line number"))?,
                },
                commit: commit.to_owned(),
                verdict: Verdict::of(verdict).ok_or_else(|| wrong("no verdict"))?,
                reported: match state {
                    "reported" => true,
                    "gone" => false,
                    _ => return Err(wrong("neither `reported` nor `gone`")),
                },
            });
        }
        if labels.as_of.is_empty() {
            return Err((1, "no `# as-of DAY`".to_owned()));
        }
        Ok(labels)
    }

    /// The text of the list, sorted by rule.
    pub fn text(&self) -> String {
        let mut all: Vec<&Label> = self.all.iter().collect();
        all.sort_by(|a, b| {
            let key = |l: &Label| (rule_of(&l.place.code).to_owned(), l.place.clone());
            key(a).cmp(&key(b))
        });
        let mut text = self.head.clone();
        for label in all {
            let state = if label.reported { "reported" } else { "gone" };
            let line = label
                .place
                .line(&label.commit, label.verdict.as_str(), state);
            text.push_str(&line);
            text.push('\n');
        }
        text
    }

    /// The repositories and their commits.
    pub fn repositories(&self) -> BTreeMap<String, String> {
        let pairs = self.all.iter();
        pairs
            .map(|l| (l.place.repository.clone(), l.commit.clone()))
            .collect()
    }

    /// The commit of a repository.
    pub fn commit(&self, repository: &str) -> Option<&str> {
        let found = self.all.iter().find(|l| l.place.repository == repository);
        found.map(|l| l.commit.as_str())
    }

    /// The counts of each rule.
    pub fn by_rule(&self) -> BTreeMap<String, Count> {
        let mut counts: BTreeMap<String, Count> = BTreeMap::new();
        for label in &self.all {
            let rule = rule_of(&label.place.code).to_owned();
            counts.entry(rule).or_default().add(label);
        }
        counts
    }

    /// The counts of all rules.
    pub fn total(&self) -> Count {
        let mut count = Count::default();
        self.all.iter().for_each(|l| count.add(l));
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "\
# as-of 2026-12-01
a/b\tc\tDockerfile\t3\tSC2086\tfalse\treported
a/b\tc\tDockerfile\t1\tlatest-tag\tuseful\treported
a/b\tc\tDockerfile\t2\tlatest-tag\tfalse\tgone
";

    #[test]
    fn counts_are_of_what_is_reported() {
        let labels = Labels::read(LIST).unwrap_or_default();
        let counts = labels.by_rule();
        let count = |labelled, reported, right, useful| Count {
            labelled,
            reported,
            right,
            useful,
        };
        assert_eq!(counts.get("latest-tag"), Some(&count(2, 1, 1, 1)));
        assert_eq!(counts.get("shellcheck"), Some(&count(1, 1, 0, 0)));
        assert_eq!(labels.total(), count(3, 2, 1, 1));
    }

    #[test]
    fn the_list_is_sorted_by_rule() {
        let labels = Labels::read(LIST).unwrap_or_default();
        let text = labels.text();
        assert!(
            text.starts_with("# as-of 2026-12-01\na/b\tc\tDockerfile\t1\tlatest-tag"),
            "{text}"
        );
        assert!(text.ends_with("SC2086\tfalse\treported\n"), "{text}");
    }

    #[test]
    fn mistakes_are_named_by_their_line() {
        let wrong = |text: &str| Labels::read(text).map(|_| ()).map_err(|(line, _)| line);
        assert_eq!(wrong("# as-of 2026-12-01\na\tb\n"), Err(2));
        assert_eq!(wrong("a/b\tc\td\t1\te\tuseful\treported\n"), Err(1));
        assert_eq!(
            wrong("# as-of x\na/b\tc\td\t1\te\tgood\treported\n"),
            Err(2)
        );
    }
}
