//! The policies that buildx evaluates for every source of a build: `Dockerfile.rego` beside a
//! Dockerfile, and those that somebody names. What they decide without asking a registry is known
//! before the build.

#[cfg(feature = "rego")]
mod evaluate;
pub mod export;
#[cfg(feature = "rego")]
mod faults;
#[cfg(feature = "rego")]
mod functions;
#[cfg(feature = "rego")]
mod import;
mod input;
#[cfg(feature = "rego")]
mod rewrite;

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

pub use input::{Env, Input, Source};

use crate::context::Files;

/// A policy's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildPolicy {
    /// Where it lies.
    pub path: PathBuf,
    /// What it says.
    pub text: String,
}

/// How many bytes a policy may have.
pub const MOST_BYTES: u64 = 128 << 10;

/// What a policy comes to for a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It allows it.
    Allowed,
    /// It refuses it, with these messages.
    Refused(Vec<String>),
    /// That depends on these fields and functions, which only a registry, a server or a build
    /// knows.
    Asks(Vec<String>),
    /// It decides nothing, and the build fails.
    Undecided,
    /// It decides something that buildx cannot read, and the build fails.
    Malformed(String),
    /// Nobody here can say.
    Unjudged(String),
}

/// A kind of fault in a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// It cannot be read, or buildx cannot evaluate it.
    Broken,
    /// It decides nothing.
    NoDecision,
    /// A message that no refusal shows.
    LostMessage,
    /// It refuses the folder that a build is started from.
    RefusesLocal,
    /// It refuses the images of `# syntax` lines, for want of a digest.
    RefusesFrontend,
    /// It allows what its own messages refuse.
    IgnoredMessage,
}

/// A fault in a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFault {
    /// Its kind.
    pub kind: FaultKind,
    /// Where it stands, in bytes.
    pub range: Range<u32>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// What came of a policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judgement {
    /// A verdict for each source.
    pub verdicts: Vec<Verdict>,
    /// What is wrong with the policy.
    pub faults: Vec<PolicyFault>,
}

/// Evaluates a policy for the sources of a build. It reads its own files from a folder, the build
/// context.
pub fn judge(
    policy: &BuildPolicy,
    env: &Env,
    sources: &[Source],
    files: &Arc<dyn Files>,
    folder: &std::path::Path,
) -> Judgement {
    #[cfg(feature = "rego")]
    {
        faults::judge(policy, env, sources, files, folder)
    }
    #[cfg(not(feature = "rego"))]
    {
        let _ = (policy, env, files, folder);
        let unjudged = Verdict::Unjudged("dlint was built without the feature `rego`".to_owned());
        Judgement {
            verdicts: vec![unjudged; sources.len()],
            faults: Vec::new(),
        }
    }
}

/// A policy of buildx as one of dlint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// What could be read.
    pub policy: super::Policy,
    /// What could not.
    pub left_out: Vec<String>,
}

/// Reads a policy of buildx that is a list of registries and images.
pub fn import(name: &str, text: &str) -> Result<Imported, String> {
    #[cfg(feature = "rego")]
    {
        import::import(name, text)
    }
    #[cfg(not(feature = "rego"))]
    {
        let _ = (name, text);
        Err("dlint was built without the feature `rego`".to_owned())
    }
}

/// Whether policies can be evaluated at all.
pub const fn is_available() -> bool {
    cfg!(feature = "rego")
}
