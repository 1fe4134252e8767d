//! What earlier runs found, kept on disk (`--result-cache`): a file is not linted again where nothing
//! changed that its findings depend on.
//!
//! By what a result is found again: the build of dlint, all settings, the way the file is built, its
//! name and its bytes. With a result stands every question that was asked about other files, and what
//! was answered; it holds as long as the answers do.
//!
//! Not kept is what must not lie around or is cheap: results of files with secrets in them. Not used
//! are results for a file for which a policy locks rules: whoever may write to the folder could say
//! that all is well.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hasher as _};
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::args::LintArgs;
use crate::config::{self, Effective, ScriptChecker};
use crate::context::{Answered, Recorded, disk, still_hold};
use crate::diagnostic::{Diagnostic, FlowStep, Label, Severity};
use crate::digest::{self, Digest, Hasher};
use crate::emit::{INTERNAL_ERROR, Linted};
use crate::engine::{Report, Settings};
use crate::fix::{Applicability, Edit, Fix};
use crate::policy::Made;
use crate::rules;
use crate::span::{Source, Span};
use crate::suppress::{By, Suppressed};

/// How a file of results begins; then follow entries, as [`Header`] says.
const MAGIC: &[u8] = b"dlint results 1\n";
/// What builds of dlint differ in.
const BUILD: &str = concat!(env!("CARGO_PKG_VERSION"), " ", env!("DLINT_BUILD"));
/// The largest file of results that is read or written.
const MAX_BYTES: u64 = 1 << 29;
/// For how many days a result is kept that no run needs.
const KEPT_DAYS: u32 = 2;

/// What earlier runs from the current folder found, and what this one adds.
pub(super) struct Results {
    path: PathBuf,
    bytes: Vec<u8>,
    /// The entries in the bytes.
    known: HashMap<Digest, Known>,
    /// What is the same for all files of the run: the build of dlint, and what the tree makes.
    shared: Digest,
    today: u32,
    run: Mutex<Run>,
}

/// An entry: when it was needed last, in days, and where its body is.
struct Known {
    used: u32,
    body: Range<usize>,
}

/// What happened in this run.
#[derive(Default)]
struct Run {
    used: Vec<Digest>,
    new: Vec<(Digest, Vec<u8>)>,
}

/// By what the result of a file is found again.
pub(super) struct Key(Digest);

impl Results {
    /// Those of the current folder, if the options ask for them and the run may do with them.
    pub(super) fn of(args: &LintArgs, own: &Made) -> Option<Self> {
        let is_plain = !args.fix && !args.diff && args.add_ignore.is_none();
        let may = is_plain && !args.show_secrets && args.since.is_none();
        if !args.result_cache || !may {
            return None;
        }
        let folder = config::cache_folder()?.join("results");
        let here = disk::absolute(Path::new(""));
        let name = digest::hexadecimal(&digest::of(here.as_os_str().as_encoded_bytes()));
        let today = super::lint::today().days();
        let path = folder.join(name.get(..32).unwrap_or(&name));
        let shared = Hasher::new()
            .add(BUILD.as_bytes())
            .add_described(own)
            .finish();
        let today = u32::try_from(today).unwrap_or_default();
        Some(Self::read(path, shared, today))
    }

    /// Reads a file of results. What is not one, or another build's, counts as empty.
    fn read(path: PathBuf, shared: Digest, today: u32) -> Self {
        let bytes = disk::read_regular(&path, MAX_BYTES).unwrap_or_default();
        let mut known = HashMap::new();
        let mut at = head().len();
        if bytes.starts_with(&head()) {
            while let Some((header, body)) = Header::read(&bytes, at) {
                at = body.end;
                let used = header.used;
                known.insert(header.key, Known { used, body });
            }
        }
        Self {
            path,
            bytes,
            known,
            shared,
            today,
            run: Mutex::default(),
        }
    }

    /// The key of a file; `None` if its result is neither kept nor used.
    pub(super) fn key(
        &self,
        source: &Source,
        settings: &Settings,
        effective: &Effective,
    ) -> Option<Key> {
        let is_locked = settings.locked().next().is_some();
        let is_native = effective.scripts == ScriptChecker::Native;
        // A report would lead to the exceptions, which are the configuration's.
        if is_locked || !is_native || !settings.exceptions.is_empty() {
            return None;
        }
        let mut hasher = Hasher::new();
        hasher
            .add(&self.shared)
            .add(&effective.digest?)
            .add(source.path().as_os_str().as_encoded_bytes())
            .add(source.bytes())
            .add_described(&settings.build)
            .add_described(&settings.builds);
        Some(Key(hasher.finish()))
    }

    /// What is known of a file, if it still holds.
    pub(super) fn get(
        &self,
        key: &Key,
        source: Source,
        settings: &Settings,
    ) -> Result<Linted, Source> {
        let Some((stored, files)) = self.stored(key).zip(settings.files.as_deref()) else {
            return Err(source);
        };
        if !still_hold(&stored.answers, files) {
            return Err(source);
        }
        let fails = stored.fails;
        let Some((diagnostics, suppressed)) = stored.findings() else {
            return Err(source);
        };
        self.run().used.push(key.0);
        let report = Report {
            diagnostics,
            suppressed,
            fails,
            told: None,
            source,
        };
        Ok(Linted::without_secrets(report, settings.perspective))
    }

    fn stored(&self, key: &Key) -> Option<Stored> {
        let body = self.bytes.get(self.known.get(&key.0)?.body.clone())?;
        postcard::from_bytes(body).ok()
    }

    /// Keeps what was found in a file, if it may be kept.
    pub(super) fn put(&self, key: Key, linted: &Linted, asked: &Recorded) {
        let stored = asked.answers().and_then(|a| Stored::of(linted, a));
        if let Some(body) = stored.and_then(|stored| postcard::to_stdvec(&stored).ok()) {
            self.run().new.push((key.0, body));
        }
    }

    fn run(&self) -> MutexGuard<'_, Run> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many results of earlier runs still held.
    pub(super) fn held(&self) -> usize {
        self.run().used.len()
    }

    /// Writes what later runs can use. A folder that cannot be written costs time only.
    pub(super) fn save(self) -> io::Result<()> {
        let run = self
            .run
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let used: HashSet<Digest> = run.used.into_iter().collect();
        let is_old = |key: &Digest| self.known.get(key).is_some_and(|k| k.used < self.today);
        if run.new.is_empty() && !used.iter().any(is_old) {
            return Ok(());
        }
        let mut out = head();
        // What held no more has the key of what was found instead.
        let new: HashSet<&Digest> = run.new.iter().map(|(key, _)| key).collect();
        for (key, body) in &run.new {
            Header::write(*key, self.today, body, &mut out);
        }
        let mut kept: Vec<(&Digest, u32, &Range<usize>)> = self
            .known
            .iter()
            .filter(|(key, _)| !new.contains(key))
            .map(|(key, known)| match used.contains(key) {
                true => (key, self.today, &known.body),
                false => (key, known.used, &known.body),
            })
            .filter(|(_, day, _)| day + KEPT_DAYS >= self.today)
            .collect();
        kept.sort_unstable_by_key(|(key, day, _)| (std::cmp::Reverse(*day), **key));
        for (key, day, body) in kept {
            let body = self.bytes.get(body.clone()).unwrap_or_default();
            if (out.len() + body.len()) as u64 > MAX_BYTES / 2 {
                break;
            }
            Header::write(*key, day, body, &mut out);
        }
        let folder = self.path.parent().unwrap_or(Path::new(""));
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&out)?;
        // After a crash there is either what was or this, never a file of zeros.
        file.as_file().sync_data()?;
        file.persist(&self.path).map_err(|e| e.error)?;
        Ok(())
    }
}

/// What a file of results of this build begins with.
fn head() -> Vec<u8> {
    let mut head = MAGIC.to_vec();
    head.extend(digest::of(BUILD.as_bytes()));
    head
}

/// What stands before the body of an entry: its key, the day of its last use, the length of the body
/// and a checksum of it.
struct Header {
    key: Digest,
    used: u32,
}

impl Header {
    /// The entry that begins at an offset, and where its body is; `None` at the end, and where the
    /// bytes are not what was written.
    fn read(bytes: &[u8], at: usize) -> Option<(Self, Range<usize>)> {
        let rest = bytes.get(at..)?;
        let (key, rest) = rest.split_first_chunk::<32>()?;
        let (used, rest) = rest.split_first_chunk::<4>()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (sum, rest) = rest.split_first_chunk::<8>()?;
        let length = u32::from_le_bytes(*length) as usize;
        let body = rest.get(..length)?;
        if checksum(key, body) != u64::from_le_bytes(*sum) {
            return None;
        }
        let start = bytes.len() - rest.len();
        let header = Self {
            key: *key,
            used: u32::from_le_bytes(*used),
        };
        Some((header, start..start + length))
    }

    fn write(key: Digest, used: u32, body: &[u8], out: &mut Vec<u8>) {
        let Ok(length) = u32::try_from(body.len()) else {
            return;
        };
        out.extend(key);
        out.extend(used.to_le_bytes());
        out.extend(length.to_le_bytes());
        out.extend(checksum(&key, body).to_le_bytes());
        out.extend(body);
    }
}

/// Against faults of disks, not of people.
fn checksum(key: &Digest, body: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(key);
    hasher.write(body);
    hasher.finish()
}

/// The result of a file.
#[derive(Serialize, Deserialize)]
struct Stored {
    answers: Vec<Answered>,
    fails: bool,
    diagnostics: Vec<Finding>,
    /// What comments silence: the finding, the comment, the reason.
    suppressed: Vec<(Finding, Place, String)>,
}

/// A [`Span`].
type Place = (u32, u32);

/// A [`Diagnostic`], its rule by its place in the list of the same build.
#[derive(Serialize, Deserialize)]
struct Finding {
    rule: u16,
    code: Option<String>,
    severity: u8,
    span: Place,
    line: Option<u32>,
    message: String,
    labels: Vec<(Place, String)>,
    flow: Vec<(String, u32, u32, String)>,
    help: Option<String>,
    fix: Option<StoredFix>,
}

/// A [`Fix`]: its title, its place in [`GRADES`], its edits.
type StoredFix = (String, u8, Vec<(Place, String)>);

const GRADES: [Applicability; 3] = [
    Applicability::DisplayOnly,
    Applicability::Unsafe,
    Applicability::Safe,
];

fn pair(span: Span) -> Place {
    (span.start, span.end)
}

fn span((start, end): Place) -> Span {
    Span { start, end }
}

fn position<T: PartialEq>(all: &[T], one: &T) -> Option<u8> {
    let position = all.iter().position(|other| other == one)?;
    u8::try_from(position).ok()
}

impl Stored {
    /// `None` for what is not kept.
    fn of(linted: &Linted, answers: Vec<Answered>) -> Option<Self> {
        let report = linted.report();
        if linted.has_secrets() {
            return None;
        }
        let suppressed = report.suppressed.iter().map(|s| match s.by {
            By::Comment(comment) => {
                Some((Finding::of(&s.diagnostic)?, pair(comment), s.reason.clone()))
            }
            _ => None,
        });
        Some(Self {
            answers,
            fails: report.fails,
            suppressed: suppressed.collect::<Option<_>>()?,
            diagnostics: report
                .diagnostics
                .iter()
                .map(Finding::of)
                .collect::<Option<_>>()?,
        })
    }

    fn findings(self) -> Option<(Vec<Diagnostic>, Vec<Suppressed>)> {
        let suppressed = self
            .suppressed
            .into_iter()
            .map(|(finding, comment, reason)| {
                Some(Suppressed {
                    diagnostic: finding.diagnostic()?,
                    by: By::Comment(span(comment)),
                    reason,
                })
            });
        let suppressed = suppressed.collect::<Option<_>>()?;
        let diagnostics = self.diagnostics.into_iter().map(Finding::diagnostic);
        Some((diagnostics.collect::<Option<_>>()?, suppressed))
    }
}

impl Finding {
    fn of(diagnostic: &Diagnostic) -> Option<Self> {
        let Diagnostic {
            rule,
            code,
            severity,
            span,
            secret,
            fingerprint,
            line,
            message,
            labels,
            flow,
            help,
            fix,
        } = diagnostic;
        if *secret || fingerprint.is_some() || rule.id == INTERNAL_ERROR {
            return None;
        }
        let rule = rules::RULES
            .binary_search_by(|entry| entry.meta.id.cmp(rule.id))
            .ok()?;
        let flow = flow.iter().map(|step| {
            let path = step.path.to_str()?.to_owned();
            Some((path, step.line, step.column, step.message.clone()))
        });
        let fix = match fix {
            Some(fix) => {
                let edits = fix.edits.iter().map(|e| (pair(e.span), e.content.clone()));
                let grade = position(&GRADES, &fix.applicability)?;
                Some((fix.title.clone(), grade, edits.collect()))
            }
            None => None,
        };
        Some(Self {
            rule: u16::try_from(rule).ok()?,
            code: code.clone(),
            severity: position(&Severity::ALL, severity)?,
            span: pair(*span),
            line: *line,
            message: message.clone(),
            labels: labels
                .iter()
                .map(|label| (pair(label.span), label.message.clone()))
                .collect(),
            flow: flow.collect::<Option<_>>()?,
            help: help.clone(),
            fix,
        })
    }

    fn diagnostic(self) -> Option<Diagnostic> {
        let entry = rules::RULES.get(usize::from(self.rule))?;
        let severity = *Severity::ALL.get(usize::from(self.severity))?;
        let labels = self.labels.into_iter().map(|(at, message)| Label {
            span: span(at),
            message,
        });
        let flow = self.flow.into_iter();
        let flow = flow.map(|(path, line, column, message)| FlowStep {
            path: path.into(),
            line,
            column,
            message,
        });
        let fix = match self.fix {
            Some((title, grade, edits)) => {
                let edits = edits.into_iter();
                let edits = edits.map(|(at, content)| Edit::replace(span(at), content));
                let grade = *GRADES.get(usize::from(grade))?;
                Some(Fix::new(title, edits.collect(), grade))
            }
            None => None,
        };
        Some(Diagnostic {
            code: self.code,
            line: self.line,
            labels: labels.collect(),
            flow: flow.collect(),
            help: self.help,
            fix,
            ..Diagnostic::new(&entry.meta, severity, span(self.span), self.message)
        })
    }
}
