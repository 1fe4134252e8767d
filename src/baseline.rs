//! The findings that are known and not shown: `dlint baseline` lists them, `--baseline` reads the
//! list.
//!
//! Every finding is a line of the file: its fingerprint, the hash of its line, its rule, its stage
//! and its file. Lines begin with the fingerprint and are sorted, so that those that two people
//! add at a time rarely meet, and no line changes because another one comes or goes.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Component, Path, PathBuf};

use crate::emit::Fingerprint;

/// The first line of a file.
const HEAD: &str =
    "# Findings that are known and not shown, one a line; written by `dlint baseline`.\n";
/// What stands for a stage without a name.
const NO_STAGE: &str = "-";

/// One known finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// By what it is known again.
    pub print: Fingerprint,
    /// The Dockerfile, with `/`, relative to the folder of the list.
    pub path: String,
}

impl std::fmt::Display for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let stage = match self.print.stage.as_str() {
            "" => NO_STAGE,
            stage => stage,
        };
        write!(
            f,
            "{} {:08x} {} {} {}",
            self.print,
            self.print.line,
            encoded(&self.print.rule, true),
            encoded(stage, true),
            encoded(&self.path, false)
        )
    }
}

impl Entry {
    fn parse(line: &str) -> Option<Self> {
        let mut parts = line.splitn(5, ' ');
        let (hash, number) = parts.next()?.split_once(':')?;
        let line = parts.next()?;
        let rule = parts.next()?;
        let stage = parts.next()?;
        let path = parts.next()?;
        if hash.len() != 16 || line.len() != 8 || rule.is_empty() || path.is_empty() {
            return None;
        }
        Some(Self {
            print: Fingerprint {
                hash: u64::from_str_radix(hash, 16).ok()?,
                number: number.parse().ok()?,
                line: u32::from_str_radix(line, 16).ok()?,
                rule: decoded(rule)?,
                stage: if stage == NO_STAGE {
                    String::new()
                } else {
                    decoded(stage)?
                },
            },
            path: decoded(path)?,
        })
    }
}

/// What would end a line or a word of it, as in an address.
fn encoded(text: &str, word: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '%' || c.is_control() || (word && c.is_whitespace()) {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                out.push_str(&format!("%{byte:02X}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        let digits = std::str::from_utf8(&digits).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// A line of a list that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is no entry of a baseline")]
pub struct NotAnEntry {
    line: usize,
}

/// A list of known findings, and which of them were met.
#[derive(Debug, Default)]
pub struct Baseline {
    entries: Vec<Entry>,
    /// What the finding is called now that each was met as.
    met: Vec<Option<Entry>>,
    by_path: HashMap<String, Vec<usize>>,
    /// The files that are no more, once somebody asked.
    gone: Option<HashSet<String>>,
    /// The files whose findings were compared.
    seen: BTreeSet<String>,
}

impl Baseline {
    /// Reads a list.
    pub fn parse(text: &str) -> Result<Self, NotAnEntry> {
        let mut lines: BTreeSet<&str> = BTreeSet::new();
        let mut entries = Vec::new();
        for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let line = line.trim_end();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let entry = Entry::parse(line).ok_or(NotAnEntry { line: number + 1 })?;
            // A merge may leave a line twice.
            if lines.insert(line) {
                entries.push(entry);
            }
        }
        Ok(Self::of(entries))
    }

    /// A list of findings.
    pub fn of(entries: Vec<Entry>) -> Self {
        let mut by_path: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, entry) in entries.iter().enumerate() {
            by_path.entry(entry.path.clone()).or_default().push(index);
        }
        Self {
            met: vec![None; entries.len()],
            entries,
            by_path,
            gone: None,
            seen: BTreeSet::new(),
        }
    }

    /// The text of a file with these entries.
    pub fn text(entries: impl IntoIterator<Item = Entry>) -> String {
        let lines: BTreeSet<String> = entries.into_iter().map(|e| e.to_string()).collect();
        let mut text = String::from(HEAD);
        for line in lines {
            text.push_str(&line);
            text.push('\n');
        }
        text
    }

    /// Which of a file's findings are known. `exists` says of a path in the list whether there is
    /// such a file still: the entries of those that are no more are for files that nobody knew.
    ///
    /// An entry is one finding. The best fit comes first: what did not change at all; what stands
    /// in an instruction of which other lines changed, or a version; what moved to another file.
    pub fn know(
        &mut self,
        path: &str,
        prints: &[Fingerprint],
        exists: impl Fn(&str) -> bool,
    ) -> Vec<bool> {
        self.seen.insert(path.to_owned());
        let mut known = vec![false; prints.len()];
        let own = self.by_path.get(path).cloned().unwrap_or_default();
        self.fit(&own, path, prints, &mut known);
        // A file that is listed has not moved here: what is new in it is new.
        if !own.is_empty() || known.iter().all(|k| *k) {
            return known;
        }
        let by_path = &self.by_path;
        let gone = self.gone.get_or_insert_with(|| {
            let paths = by_path.keys().filter(|path| !exists(path));
            paths.cloned().collect()
        });
        let mut moved: Vec<usize> = gone
            .iter()
            .flat_map(|path| by_path.get(path).cloned().unwrap_or_default())
            .collect();
        moved.sort_unstable();
        self.fit(&moved, path, prints, &mut known);
        known
    }

    /// What of a list speaks of one file: its own entries and those of files that are no more.
    pub fn part(&self, path: &str, exists: impl Fn(&str) -> bool) -> Self {
        let mut paths: Vec<&String> = self.by_path.keys().collect();
        paths.sort_unstable();
        paths.retain(|p| *p == path || !exists(p));
        let indices = paths.iter().filter_map(|p| self.by_path.get(*p)).flatten();
        Self::of(
            indices
                .filter_map(|i| self.entries.get(*i))
                .cloned()
                .collect(),
        )
    }

    fn fit(&mut self, entries: &[usize], path: &str, prints: &[Fingerprint], known: &mut [bool]) {
        type Key = (u64, u32);
        let keys: [fn(&Fingerprint) -> Key; 2] =
            [|p| (p.hash, p.number), |p| (u64::from(p.line), 0)];
        for (pass, key) in keys.into_iter().enumerate() {
            let mut free: HashMap<Key, Vec<usize>> = HashMap::new();
            for &index in entries.iter().rev() {
                let is_free = self.met.get(index).is_some_and(Option::is_none);
                if let Some(entry) = self.entries.get(index).filter(|_| is_free) {
                    free.entry(key(&entry.print)).or_default().push(index);
                }
            }
            for (print, known) in prints.iter().zip(known.iter_mut()).filter(|(_, k)| !**k) {
                let Some(found) = free.get_mut(&key(print)) else {
                    continue;
                };
                // Hashes of different rules differ, but for chance.
                let same = |index: &usize| {
                    let entry = self.entries.get(*index);
                    entry.is_some_and(|e| e.print.rule == print.rule)
                };
                let best = found.iter().rposition(|index| {
                    let entry = self.entries.get(*index);
                    same(index)
                        && (pass == 0 || entry.is_some_and(|e| e.print.stage == print.stage))
                });
                let Some(at) = best.or_else(|| found.iter().rposition(same)) else {
                    continue;
                };
                let index = found.remove(at);
                *known = true;
                if let Some(slot) = self.met.get_mut(index) {
                    *slot = Some(Entry {
                        print: print.clone(),
                        path: path.to_owned(),
                    });
                }
            }
        }
    }

    /// The entries that nothing is left of: those of files that were linted or are no more.
    pub fn stale(&self, exists: impl Fn(&str) -> bool) -> impl Iterator<Item = &Entry> {
        let all = self.entries.iter().zip(&self.met);
        all.filter(|(_, met)| met.is_none())
            .map(|(entry, _)| entry)
            .filter(move |entry| self.seen.contains(&entry.path) || !exists(&entry.path))
    }

    /// The entries of files that are there and were not linted.
    pub fn unseen(&self, exists: impl Fn(&str) -> bool) -> impl Iterator<Item = &Entry> {
        let all = self.entries.iter().zip(&self.met);
        all.filter(|(_, met)| met.is_none())
            .map(|(entry, _)| entry)
            .filter(move |entry| !self.seen.contains(&entry.path) && exists(&entry.path))
    }

    /// The entries that were met, as they are called now.
    pub fn met(&self) -> impl Iterator<Item = &Entry> {
        self.met.iter().flatten()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// What a Dockerfile is called in a list that lies in a folder; both are absolute.
pub fn path_from(folder: &Path, file: &Path) -> String {
    let file = clean(file);
    let folder = clean(folder);
    let mut up = String::new();
    for base in folder.ancestors() {
        if let Ok(rest) = file.strip_prefix(base) {
            let parts: Vec<_> = rest.iter().map(|p| p.to_string_lossy()).collect();
            return format!("{up}{}", parts.join("/"));
        }
        up.push_str("../");
    }
    file.to_string_lossy().into_owned()
}

fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            part => out.push(part),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(rule: &str, stage: &str, hash: u64, line: u32, number: u32) -> Fingerprint {
        Fingerprint {
            rule: rule.into(),
            stage: stage.into(),
            hash,
            line,
            number,
        }
    }

    fn entry(path: &str, print: Fingerprint) -> Entry {
        let path = path.into();
        Entry { print, path }
    }

    #[test]
    fn what_is_written_is_read() {
        let entries = [
            entry("a b/Dockerfile", print("latest-tag", "", 1, 2, 1)),
            entry(
                "x\n%/é",
                print("SC2086", "build it", u64::MAX, u32::MAX, 12),
            ),
        ];
        let text = Baseline::text(entries.clone());
        assert_eq!(text.lines().count(), 3);
        assert!(text.contains("0000000000000001:1 00000002 latest-tag - a b/Dockerfile\n"));
        let read = Baseline::parse(&text).unwrap();
        assert_eq!(read.entries, entries);
        let conflict = "<<<<<<< HEAD\n";
        let error = Baseline::parse(conflict).unwrap_err().to_string();
        assert!(error.starts_with("line 1 is no entry"), "{error}");
    }

    #[test]
    fn an_entry_is_one_finding() {
        let known = print("r", "", 1, 9, 1);
        let mut all = Baseline::of(vec![entry("a", known.clone())]);
        let now = [
            known.clone(),
            print("r", "", 1, 9, 2),
            print("r", "", 2, 9, 1),
        ];
        assert_eq!(all.know("a", &now, |_| true), [true, false, false]);
        assert_eq!(all.stale(|_| true).count(), 0);
    }

    #[test]
    fn other_lines_and_names_of_stages_may_change() {
        let mut all = Baseline::of(vec![
            entry("a", print("r", "one", 1, 9, 1)),
            entry("a", print("r", "two", 2, 9, 1)),
        ]);
        // The instruction changed, the line did not; the stage's own entry is taken.
        let now = [print("r", "two", 3, 9, 1)];
        assert_eq!(all.know("a", &now, |_| true), [true]);
        let stale: Vec<&str> = all
            .stale(|_| true)
            .map(|e| e.print.stage.as_str())
            .collect();
        assert_eq!(stale, ["one"]);
        // Another rule on that line is news.
        let mut all = Baseline::of(vec![entry("a", print("r", "", 1, 9, 1))]);
        assert_eq!(all.know("a", &[print("s", "", 1, 9, 1)], |_| true), [false]);
    }

    #[test]
    fn a_file_that_moved_takes_its_entries_along_once() {
        let known = print("r", "", 1, 9, 1);
        let list = || Baseline::of(vec![entry("old", known.clone())]);
        let now = [known.clone()];
        let mut all = list();
        assert_eq!(all.know("new", &now, |p| p != "old"), [true]);
        assert_eq!(all.know("copy", &now, |p| p != "old"), [false]);
        assert_eq!(all.met().next().unwrap().path, "new");
        let mut all = list();
        assert_eq!(all.know("copy", &now, |_| true), [false]);
        assert_eq!(all.unseen(|_| true).count(), 1);
        assert_eq!(all.stale(|_| true).count(), 0);
        assert_eq!(all.stale(|_| false).count(), 1);
    }

    #[test]
    fn paths_are_relative_to_the_list() {
        let from = |folder: &str, file: &str| path_from(Path::new(folder), Path::new(file));
        assert_eq!(from("/r", "/r/a/Dockerfile"), "a/Dockerfile");
        assert_eq!(from("/r/ci", "/r/a/../Dockerfile"), "../Dockerfile");
    }
}
