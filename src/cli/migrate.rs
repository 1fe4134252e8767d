//! `dlint migrate`.

use std::fs::OpenOptions;
use std::path::Path;

use super::args::MigrateArgs;
use super::{Status, Trouble, output};
use crate::config::{
    self,
    import::{self, Fate, Imported, Tool},
};

pub(super) fn run(args: &MigrateArgs) -> Result<Status, Trouble> {
    let mut files = args.file.clone();
    if files.is_empty() {
        files = import::files_in(Path::new(""));
        if !files
            .iter()
            .any(|f| Tool::of_file(f) == Some(Tool::Hadolint))
        {
            files.extend(config::hadolint_file(Path::new("")));
        }
    }
    if files.is_empty() {
        return Err(Trouble::Usage {
            message:
                "no .hadolint.yaml here or in hadolint's other places, and no configuration of \
                      tally, droast, trivy, checkov or KICS"
                    .to_owned(),
            help: Some("name the file".to_owned()),
        });
    }
    let mut imported = Imported::default();
    for file in &files {
        imported.add(file)?;
    }
    // hadolint's own has more that dlint says too: labels, registries, formats.
    let text = match files.as_slice() {
        [only] if Tool::of_file(only) == Some(Tool::Hadolint) => config::migrate(only)?,
        _ => import::text_of(&imported),
    };
    write(args.output.as_deref(), &text)?;
    if !args.quiet {
        tell(&imported);
    }
    Ok(Status::Clean)
}

fn write(target: Option<&Path>, text: &str) -> Result<(), Trouble> {
    let Some(target) = target else {
        return output::stdout(|out| out.write_all(text.as_bytes()));
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
    })
}

/// Says what became of each name, and what is new.
fn tell(imported: &Imported) {
    let off = imported.off.iter().map(|(name, _)| name);
    let levels = imported.levels.iter().map(|(name, _)| name);
    let mut names: Vec<&String> = off.chain(levels).chain(&imported.only).collect();
    names.sort();
    names.dedup();
    for name in names {
        let line = match fate(name) {
            Fate::Kept => format!("kept     {name}"),
            Fate::Renamed(ids) => format!("renamed  {name} to {}", ids.join(", ")),
            Fate::Lost(None) => format!("lost     {name}: no rule stands for it"),
            Fate::Lost(Some(reason)) => format!("lost     {name}: {reason}"),
        };
        output::note(&line);
    }
    for note in &imported.notes {
        output::note(&format!("lost     {note}"));
    }
    let gained = import::gained(&imported.tools);
    for id in &gained {
        output::note(&format!("gained   {id}"));
    }
}

fn fate(name: &str) -> Fate {
    import::fate(name)
}
