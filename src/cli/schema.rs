//! `dlint schema`.

use super::{Status, Trouble, output};
use crate::config;

pub(super) fn run() -> Result<Status, Trouble> {
    output::stdout(|out| {
        serde_json::to_writer_pretty(&mut *out, &config::schema())?;
        out.write_all(b"\n")
    })?;
    Ok(Status::Clean)
}
