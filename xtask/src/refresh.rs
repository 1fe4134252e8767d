//! `cargo xtask refresh`: compares the tables of `data/` with the public sources they come from,
//! and shows what differs.

mod images;
mod releases;
mod source;

use std::path::Path;

use similar::TextDiff;

use source::Tree;

/// Where the sources lie if nothing else is said.
const ENDOFLIFE: &str = "https://github.com/endoflife-date/endoflife.date";
const OFFICIAL_IMAGES: &str = "https://github.com/docker-library/official-images";

pub const HELP: &str = "usage: cargo xtask refresh [--write] [SOURCE]...

  endoflife=PLACE        the data of endoflife.date, for releases.toml
  official-images=PLACE  docker-library/official-images, for the entries of images.toml
  IMAGE=PLACE            the repository with the Dockerfiles of an official image, for its entry;
                         `IMAGE` alone takes the `source` of the entry

A place is a directory, a git directory or an address that `git clone` takes. Without a source, the
first two are taken from GitHub. Shows a diff; `--write` changes the files.";

/// Why a table could not be renewed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0}\n\n{HELP}")]
    Usage(String),
    #[error("{0}: {1}")]
    Io(String, std::io::Error),
    #[error("{0}: {1}")]
    Toml(&'static str, toml_edit::TomlError),
    #[error("`{0}` failed: {1}")]
    Command(String, String),
    #[error("{0}: {1}")]
    Unexpected(String, String),
}

/// Runs the chore.
pub fn run(arguments: impl Iterator<Item = String>) -> Result<(), Error> {
    let mut write = false;
    let mut sources = Vec::new();
    for argument in arguments {
        match argument.as_str() {
            "--write" => write = true,
            "-h" | "--help" => {
                println!("{HELP}");
                return Ok(());
            }
            option if option.starts_with('-') => {
                return Err(Error::Usage(format!("no option `{option}`")));
            }
            source => sources.push(source.to_owned()),
        }
    }
    if sources.is_empty() {
        sources = vec!["endoflife".into(), "official-images".into()];
    }
    let releases = Table::read("data/releases.toml")?;
    let images = Table::read("data/images.toml")?;
    let mut new_releases = releases.text.clone();
    let mut new_images = images.text.clone();
    for source in &sources {
        let (name, place) = match source.split_once('=') {
            Some((name, place)) => (name, Some(place)),
            None => (source.as_str(), None),
        };
        match name {
            "endoflife" => {
                let tree = Tree::open(place.unwrap_or(ENDOFLIFE))?;
                new_releases = releases::refresh(&new_releases, &tree)?;
            }
            "official-images" => {
                let tree = Tree::open(place.unwrap_or(OFFICIAL_IMAGES))?;
                new_images = images::refresh_names(&new_images, &tree)?;
            }
            image => {
                let place = match place {
                    Some(place) => place.to_owned(),
                    None => images::source_of(&new_images, image)?,
                };
                let tree = Tree::open(&place)?;
                new_images = images::refresh_image(&new_images, image, &tree)?;
            }
        }
    }
    releases.finish(&new_releases, write)?;
    images.finish(&new_images, write)
}

/// A file of `data/`.
struct Table {
    path: &'static str,
    text: String,
}

impl Table {
    fn read(path: &'static str) -> Result<Table, Error> {
        let text = std::fs::read_to_string(root().join(path))
            .map_err(|e| Error::Io(path.to_owned(), e))?;
        Ok(Table { path, text })
    }

    fn finish(&self, new: &str, write: bool) -> Result<(), Error> {
        let old_name = format!("a/{}", self.path);
        let new_name = format!("b/{}", self.path);
        let diff = TextDiff::from_lines(self.text.as_str(), new);
        let shown = diff.unified_diff().header(&old_name, &new_name).to_string();
        print!("{shown}");
        if write && self.text != new {
            std::fs::write(root().join(self.path), new)
                .map_err(|e| Error::Io(self.path.to_owned(), e))?;
        }
        Ok(())
    }
}

fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}

/// Puts another commit into `(commit 1a2b3c of 2026-01-02 …)` behind a name.
fn with_commit(text: &str, behind: &str, tree: &Tree) -> Result<String, Error> {
    let Some(commit) = tree.commit()? else {
        return Ok(text.to_owned());
    };
    let mut found = text.split_once(behind).and_then(|(before, after)| {
        let (between, old) = after.split_once("commit ")?;
        let end = old.match_indices([')', ' ']).nth(2)?.0;
        let rest = old.get(end..)?;
        Some(format!("{before}{behind}{between}commit {commit}{rest}"))
    });
    Ok(found.take().unwrap_or_else(|| text.to_owned()))
}
