//! `dlint migrate`.

use std::fs::OpenOptions;
use std::path::Path;

use super::args::MigrateArgs;
use super::{Status, Trouble, output};
use crate::config;

pub(super) fn run(args: &MigrateArgs) -> Result<Status, Trouble> {
    let file = match &args.file {
        Some(file) => file.clone(),
        None => config::hadolint_file(Path::new("")).ok_or_else(|| Trouble::Usage {
            message: "no .hadolint.yaml here or in hadolint's other places".to_owned(),
            help: Some("name the file".to_owned()),
        })?,
    };
    let text = config::migrate(&file)?;
    let Some(target) = &args.output else {
        output::stdout(|out| out.write_all(text.as_bytes()))?;
        return Ok(Status::Clean);
    };
    // What someone wrote is not overwritten.
    let result = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(target)
        .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()));
    result.map_err(|error| Trouble::Output {
        place: target.display().to_string(),
        error,
    })?;
    Ok(Status::Clean)
}
