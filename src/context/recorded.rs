//! Files that note what they were asked, so that it can be seen later whether the answers still hold.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::files::{Entry, FileKind, Files};
use crate::digest;

/// Other files, with a note of every question and its answer.
#[derive(Clone)]
pub struct Recorded {
    files: Arc<dyn Files>,
    asked: Arc<Mutex<Asked>>,
}

#[derive(Default)]
struct Asked {
    answers: BTreeMap<(String, Question), Answer>,
    /// A path that was asked about cannot be written down.
    is_incomplete: bool,
}

/// What can be asked about a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Question {
    Kind,
    Entry,
    Executable,
    Resolve,
    Dockerfile,
    Read(u64),
    List(u64),
    Matching(String, u64),
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Answer {
    Nothing,
    Kind(FileKind),
    Flag(bool),
    Path(String),
    /// The first half of a SHA-256.
    Digest([u8; 16]),
    /// A path that cannot be written down, which is like no other.
    Unwritten,
}

/// What files answered to one question, in the order of [`Recorded::answers`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// How many bytes of its path are those of the question before.
    shared: u32,
    rest: String,
    question: Question,
    answer: Answer,
}

impl Recorded {
    /// Notes what these files are asked.
    pub fn new(files: Arc<dyn Files>) -> Self {
        Self {
            files,
            asked: Arc::default(),
        }
    }

    /// What was asked so far, and answered; `None` if that cannot be written down.
    pub fn answers(&self) -> Option<Vec<Answered>> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.is_incomplete {
            return None;
        }
        let mut before = "";
        let answers = asked.answers.iter().map(|((path, question), answer)| {
            let shared = shared(before, path);
            before = path;
            Answered {
                shared: shared as u32,
                rest: path.get(shared..).unwrap_or_default().to_owned(),
                question: question.clone(),
                answer: answer.clone(),
            }
        });
        Some(answers.collect())
    }

    fn note(&self, path: &Path, question: Question, answer: Answer) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        match path.to_str() {
            Some(path) if answer != Answer::Unwritten => {
                asked.answers.insert((path.to_owned(), question), answer);
            }
            _ => asked.is_incomplete = true,
        }
    }
}

/// Whether files answer as they did; if they were asked the same, they need not be asked it again.
pub fn still_hold(answers: &[Answered], files: &dyn Files) -> bool {
    let mut path = String::new();
    answers.iter().all(|answered| {
        if !path.is_char_boundary(answered.shared as usize) {
            return false;
        }
        path.truncate(answered.shared as usize);
        path.push_str(&answered.rest);
        answered.question.ask(Path::new(&path), files) == answered.answer
    })
}

/// How many bytes two paths begin with alike, up to a whole character.
fn shared(a: &str, b: &str) -> usize {
    let pairs = a.char_indices().zip(b.chars());
    let differs = pairs.into_iter().find(|((_, a), b)| a != b);
    differs.map_or(a.len().min(b.len()), |((at, _), _)| at)
}

impl Question {
    fn ask(&self, path: &Path, files: &dyn Files) -> Answer {
        match self {
            Question::Kind => Answer::of_kind(files.kind(path)),
            Question::Entry => Answer::of_kind(files.entry(path)),
            Question::Executable => files
                .is_executable(path)
                .map_or(Answer::Nothing, Answer::Flag),
            Question::Resolve => Answer::of_path(files.resolve(path).as_deref()),
            Question::Dockerfile => Answer::Flag(files.has_dockerfile(path)),
            Question::Read(limit) => Answer::of_content(files.read(path, *limit).as_deref()),
            Question::List(limit) => Answer::of_entries(&files.list(path, length(*limit))),
            Question::Matching(pattern, limit) => {
                Answer::of_names(&files.matching(path, pattern, length(*limit)))
            }
        }
    }
}

fn length(limit: u64) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

impl Answer {
    fn of_kind(kind: Option<FileKind>) -> Self {
        kind.map_or(Answer::Nothing, Answer::Kind)
    }

    fn of_path(path: Option<&Path>) -> Self {
        match path.map(Path::to_str) {
            None => Answer::Nothing,
            Some(None) => Answer::Unwritten,
            Some(Some(path)) => Answer::Path(path.to_owned()),
        }
    }

    fn of_content(content: Option<&[u8]>) -> Self {
        let Some(content) = content else {
            return Answer::Nothing;
        };
        Self::of_digest(digest::of(content))
    }

    fn of_digest(digest: digest::Digest) -> Self {
        let mut half = [0; 16];
        half.iter_mut()
            .zip(digest)
            .for_each(|(to, from)| *to = from);
        Answer::Digest(half)
    }

    /// The order in which a directory gives its entries does not count.
    fn of_entries(entries: &[Entry]) -> Self {
        let mut sorted: Vec<(&str, FileKind)> =
            entries.iter().map(|e| (e.name.as_str(), e.kind)).collect();
        sorted.sort_unstable_by_key(|(name, _)| *name);
        Self::of_digest(digest::Hasher::new().add_described(&sorted).finish())
    }

    fn of_names(names: &[String]) -> Self {
        let mut sorted: Vec<&String> = names.iter().collect();
        sorted.sort_unstable();
        Self::of_digest(digest::Hasher::new().add_described(&sorted).finish())
    }
}

impl Files for Recorded {
    fn kind(&self, path: &Path) -> Option<FileKind> {
        let kind = self.files.kind(path);
        self.note(path, Question::Kind, Answer::of_kind(kind));
        kind
    }

    fn read(&self, path: &Path, limit: u64) -> Option<Vec<u8>> {
        let content = self.files.read(path, limit);
        let answer = Answer::of_content(content.as_deref());
        self.note(path, Question::Read(limit), answer);
        content
    }

    fn list(&self, directory: &Path, limit: usize) -> Vec<Entry> {
        let entries = self.files.list(directory, limit);
        let answer = Answer::of_entries(&entries);
        self.note(directory, Question::List(limit as u64), answer);
        entries
    }

    fn matching(&self, directory: &Path, pattern: &str, limit: usize) -> Vec<String> {
        let names = self.files.matching(directory, pattern, limit);
        let question = Question::Matching(pattern.to_owned(), limit as u64);
        self.note(directory, question, Answer::of_names(&names));
        names
    }

    fn entry(&self, path: &Path) -> Option<FileKind> {
        let kind = self.files.entry(path);
        self.note(path, Question::Entry, Answer::of_kind(kind));
        kind
    }

    fn is_executable(&self, path: &Path) -> Option<bool> {
        let flag = self.files.is_executable(path);
        let answer = flag.map_or(Answer::Nothing, Answer::Flag);
        self.note(path, Question::Executable, answer);
        flag
    }

    fn resolve(&self, path: &Path) -> Option<PathBuf> {
        let resolved = self.files.resolve(path);
        let answer = Answer::of_path(resolved.as_deref());
        self.note(path, Question::Resolve, answer);
        resolved
    }

    fn has_dockerfile(&self, name: &Path) -> bool {
        let has = self.files.has_dockerfile(name);
        self.note(name, Question::Dockerfile, Answer::Flag(has));
        has
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Memory;

    /// What every question about some paths answers, asked of these files.
    fn ask(files: &dyn Files) {
        for path in ["a", "a/ä.txt", "a/äb.txt", "gone", ""] {
            let path = Path::new(path);
            files.kind(path);
            files.entry(path);
            files.is_executable(path);
            files.resolve(path);
            files.has_dockerfile(path);
            files.read(path, 9);
            files.list(path, 9);
            files.matching(path, "*.txt", 9);
        }
    }

    fn memory() -> Memory {
        let memory = Memory::new().with("a/ä.txt", "1").with("a/äb.txt", "2");
        memory.with("a/deep/b", "")
    }

    #[test]
    fn answers_hold_until_one_of_them_changes() {
        let recorded = Recorded::new(Arc::new(memory()));
        ask(&recorded);
        let answers = recorded.answers().unwrap();
        assert_eq!(answers.len(), 5 * 8);
        assert!(still_hold(&answers, &memory()));
        // A file that nobody asked about, in a folder that nobody listed.
        assert!(still_hold(&answers, &memory().with("a/deep/c", "")));
        assert!(!still_hold(&answers, &memory().with("a/äb.txt", "3")));
        assert!(!still_hold(&answers, &memory().with("a/b.txt", "")));
        assert!(!still_hold(&answers, &memory().with("gone", "")));
        assert!(!still_hold(&answers, &Memory::new()));
    }

    #[test]
    fn every_question_is_noted_by_itself() {
        let questions: [fn(&dyn Files); 8] = [
            |f| {
                let _ = f.kind(Path::new("gone"));
            },
            |f| {
                let _ = f.entry(Path::new("gone"));
            },
            |f| {
                let _ = f.is_executable(Path::new("gone"));
            },
            |f| {
                let _ = f.resolve(Path::new("gone"));
            },
            |f| {
                let _ = f.has_dockerfile(Path::new("gone"));
            },
            |f| {
                let _ = f.read(Path::new("gone"), 9);
            },
            |f| {
                let _ = f.list(Path::new(""), 9);
            },
            |f| {
                let _ = f.matching(Path::new(""), "g*", 9);
            },
        ];
        /// Says of every question whether there is the file `gone`.
        struct Fake(bool);
        impl Files for Fake {
            fn kind(&self, _: &Path) -> Option<FileKind> {
                self.0.then_some(FileKind::File)
            }
            fn read(&self, _: &Path, _: u64) -> Option<Vec<u8>> {
                self.0.then(Vec::new)
            }
            fn list(&self, _: &Path, _: usize) -> Vec<Entry> {
                let name = "gone".to_owned();
                let kind = FileKind::File;
                self.0.then_some(Entry { name, kind }).into_iter().collect()
            }
            fn is_executable(&self, _: &Path) -> Option<bool> {
                self.0.then_some(true)
            }
        }
        for (number, question) in questions.into_iter().enumerate() {
            let recorded = Recorded::new(Arc::new(Fake(false)));
            question(&recorded);
            let answers = recorded.answers().unwrap();
            assert_eq!(answers.len(), 1, "{number}");
            assert!(still_hold(&answers, &Fake(false)), "{number}");
            assert!(!still_hold(&answers, &Fake(true)), "{number}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_no_text_makes_the_note_incomplete() {
        use std::os::unix::ffi::OsStrExt;

        let recorded = Recorded::new(Arc::new(Memory::new()));
        recorded.kind(Path::new(std::ffi::OsStr::from_bytes(b"\xff")));
        assert_eq!(recorded.answers(), None);
    }
}
