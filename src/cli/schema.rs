//! `dlint schema`.

use super::{Status, Trouble, output};
use crate::config;

pub(super) fn run() -> Result<Status, Trouble> {
    output::stdout(|out| out.write_all(config::SCHEMA.as_bytes()))?;
    Ok(Status::Clean)
}
