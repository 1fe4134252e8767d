//! `cargo xtask fixes FOLDER`: every Dockerfile of a folder is fixed, and what that does to it shown.

use std::process::Command;

const USAGE: &str = "usage: cargo xtask fixes FOLDER";

/// What `fixes` does not do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The arguments are none of its own.
    #[error("{USAGE}")]
    Usage,
    /// Cargo or the folder cannot be had.
    #[error("{0}")]
    Run(#[from] std::io::Error),
    /// Fixes break files.
    #[error("fixes break files, or none were found")]
    Broken,
}

/// Fixes all files of the folder, in memory.
pub fn run(mut arguments: impl Iterator<Item = String>) -> Result<(), Error> {
    let (Some(folder), None) = (arguments.next(), arguments.next()) else {
        return Err(Error::Usage);
    };
    let folder = std::fs::canonicalize(folder)?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["test", "--quiet", "--test", "it", "--"])
        .args(["--exact", "fixes::fixes_hold_on_real_files", "--nocapture"])
        .env("DLINT_FIXES_FOLDER", folder)
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(Error::Broken)
    }
}
