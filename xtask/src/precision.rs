//! `cargo xtask precision FOLDER`: how many of the findings that somebody read on public files are
//! still reported, and how many of those are right.
//!
//! FOLDER holds the repositories of `testdata/precision.tsv` as `OWNER/NAME`, each checked out at the
//! commit that stands there. Whoever runs it fetches them; `--missing` prints the commands.

mod labels;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use labels::{Labels, Place, Verdict};

pub const HELP: &str =
    "usage: cargo xtask precision FOLDER [--write] [--binary DLINT] [--new RULE] [--missing]

  FOLDER          has the repositories of testdata/precision.tsv as OWNER/NAME, at their commits
  --write         write what is still reported into the list, and the numbers into the pages
  --binary DLINT  the program to measure; if not given, a release build of this tree
  --new RULE      print the findings of a rule that nobody has labelled, as lines of the list
  --missing       print the commands that fetch what FOLDER lacks";

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0}\n\n{HELP}")]
    Usage(String),
    #[error("{0}: {1}")]
    Io(String, std::io::Error),
    #[error("{0}:{1}: {2}")]
    List(&'static str, usize, String),
    #[error("`{0}` failed: {1}")]
    Command(String, String),
    #[error(
        "{0} of the repositories are missing or at another commit; `--missing` says how to get them"
    )]
    Missing(usize),
}

/// The list.
const LIST: &str = "testdata/precision.tsv";
/// Where the share of all stands.
const README: &str = "README.md";
/// The page with all numbers.
const PAGE: &str = "docs/precision.md";

/// Runs the chore.
pub fn run(arguments: impl Iterator<Item = String>) -> Result<(), Error> {
    let Some(options) = Options::read(arguments)? else {
        println!("{HELP}");
        return Ok(());
    };
    let text = read(Path::new(LIST))?;
    let mut labels = Labels::read(&text).map_err(|(line, what)| Error::List(LIST, line, what))?;
    let mut missing = 0;
    let mut reported: BTreeSet<Place> = BTreeSet::new();
    let mut present: BTreeSet<String> = BTreeSet::new();
    let mut program = options.binary.clone();
    for (repository, commit) in labels.repositories() {
        let folder = options.folder.join(&repository);
        if head(&folder).as_deref() != Some(commit.as_str()) {
            missing += 1;
            let shown = folder.display();
            if options.missing {
                println!(
                    "git init -q {shown} && git -C {shown} fetch -q --depth 1 \
                     https://github.com/{repository} {commit} && git -C {shown} checkout -q FETCH_HEAD"
                );
            }
            continue;
        }
        if options.missing {
            continue;
        }
        let program = match &program {
            Some(program) => program,
            None => program.insert(built()?),
        };
        reported.extend(findings(program, &folder, &repository, &labels.as_of)?);
        present.insert(repository);
    }
    if options.missing {
        return Ok(());
    }
    if let Some(rule) = &options.new {
        let known: BTreeSet<&Place> = labels.all.iter().map(|l| &l.place).collect();
        let of_rule = |p: &&Place| labels::rule_of(&p.code) == rule && !known.contains(p);
        for place in reported.iter().filter(of_rule) {
            let commit = labels.commit(&place.repository).unwrap_or_default();
            println!("{}", place.line(commit, "?", "reported"));
        }
        return Ok(());
    }
    for label in &mut labels.all {
        if present.contains(&label.place.repository) {
            label.reported = reported.contains(&label.place);
        }
    }
    show(&labels, &reported);
    if missing > 0 {
        return Err(Error::Missing(missing));
    }
    if options.write {
        write(Path::new(LIST), &labels.text())?;
        write_pages(&labels)?;
    }
    Ok(())
}

#[derive(Debug, Default)]
struct Options {
    folder: PathBuf,
    write: bool,
    missing: bool,
    binary: Option<PathBuf>,
    new: Option<String>,
}

impl Options {
    /// Nothing if help is asked for.
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Option<Self>, Error> {
        let mut options = Self::default();
        let mut folder = None;
        while let Some(argument) = arguments.next() {
            let mut value = || {
                let none = || Error::Usage(format!("`{argument}` needs a value"));
                arguments.next().ok_or_else(none)
            };
            match argument.as_str() {
                "-h" | "--help" => return Ok(None),
                "--write" => options.write = true,
                "--missing" => options.missing = true,
                "--binary" => options.binary = Some(absolute(&value()?)?),
                "--new" => options.new = Some(value()?),
                option if option.starts_with('-') => {
                    return Err(Error::Usage(format!("no option `{option}`")));
                }
                text if folder.is_none() => folder = Some(PathBuf::from(text)),
                text => return Err(Error::Usage(format!("`{text}` is one folder too many"))),
            }
        }
        options.folder = folder.ok_or_else(|| Error::Usage("no folder".to_owned()))?;
        Ok(Some(options))
    }
}

fn absolute(path: &str) -> Result<PathBuf, Error> {
    std::fs::canonicalize(path).map_err(|e| Error::Io(path.to_owned(), e))
}

fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|e| Error::Io(path.display().to_string(), e))
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    std::fs::write(path, text).map_err(|e| Error::Io(path.display().to_string(), e))
}

/// The commit that is checked out.
fn head(folder: &Path) -> Option<String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["rev-parse", "HEAD"])
        .output()
        .ok()?;
    // A folder without a repository of its own answers for the one around it.
    let is_own = folder.join(".git").exists() && output.status.success();
    is_own.then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Builds the program of this tree.
fn built() -> Result<PathBuf, Error> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--release", "--bin", "dlint"])
        .status();
    let done = status.map_err(|e| Error::Io("cargo".to_owned(), e))?;
    if !done.success() {
        return Err(Error::Command("cargo build".to_owned(), done.to_string()));
    }
    absolute("target/release/dlint")
}

/// What the program reports in a repository.
fn findings(
    program: &Path,
    folder: &Path,
    repository: &str,
    as_of: &str,
) -> Result<Vec<Place>, Error> {
    let failed = |what: String| Error::Command(format!("dlint in {repository}"), what);
    let output = Command::new(program)
        .args(["--isolated", "--exit-zero", "--format", "json", "--as-of"])
        .args([as_of, "."])
        .current_dir(folder)
        .output()
        .map_err(|e| failed(e.to_string()))?;
    let found: serde_json::Value =
        serde_json::from_slice(&output.stdout).map_err(|e| failed(e.to_string()))?;
    let found = found.as_array().into_iter().flatten();
    let places = found.filter_map(|finding| {
        Some(Place {
            code: finding.get("code")?.as_str()?.to_owned(),
            repository: repository.to_owned(),
            path: finding.get("file")?.as_str()?.to_owned(),
            line: u32::try_from(finding.get("line")?.as_u64()?).ok()?,
        })
    });
    Ok(places.collect())
}

fn show(labels: &Labels, reported: &BTreeSet<Place>) {
    let known: BTreeSet<&Place> = labels.all.iter().map(|l| &l.place).collect();
    let mut new: BTreeMap<&str, usize> = BTreeMap::new();
    for place in reported.iter().filter(|p| !known.contains(p)) {
        *new.entry(labels::rule_of(&place.code)).or_default() += 1;
    }
    println!("labelled reported right useful precision   new rule");
    for (rule, count) in labels.by_rule() {
        let percent = match count.reported {
            0 => "  -".to_owned(),
            all => format!("{:3} %", count.right * 100 / all),
        };
        let new = new.get(rule.as_str()).copied().unwrap_or(0);
        println!(
            "{:8} {:8} {:5} {:6}     {percent} {new:5} {rule}",
            count.labelled, count.reported, count.right, count.useful
        );
    }
    let all = labels.total();
    println!(
        "{:8} {:8} {:5} {:6} of all",
        all.labelled, all.reported, all.right, all.useful
    );
}

/// Puts the numbers into the pages of the rules and into the page of all.
fn write_pages(labels: &Labels) -> Result<(), Error> {
    let counts = labels.by_rule();
    let mut pages: Vec<PathBuf> = Vec::new();
    for family in entries(Path::new("rules"))?
        .into_iter()
        .filter(|p| p.is_dir())
    {
        pages.extend(entries(&family)?);
    }
    for path in pages {
        let rule = path.file_stem().unwrap_or_default().to_string_lossy();
        let count = counts.get(rule.as_ref()).filter(|c| c.reported > 0);
        let line = count.map(|c| format!("precision: {} of {}\n", c.right, c.reported));
        let text = read(&path)?;
        let changed = with_precision(&text, line.as_deref().unwrap_or_default());
        if changed != text {
            write(&path, &changed)?;
        }
    }
    let page = read(Path::new(PAGE))?;
    write(Path::new(PAGE), &with_table(&page, labels))?;
    let readme = read(Path::new(README))?;
    write(Path::new(README), &with_figure(&readme, labels))
}

/// The README with the share of all.
fn with_figure(readme: &str, labels: &Labels) -> String {
    const BEFORE: &str = "**It is right.** ";
    const BEHIND: &str = " findings read on public";
    let (Some((head, rest)), all) = (readme.split_once(BEFORE), labels.total()) else {
        return readme.to_owned();
    };
    let Some((_, tail)) = rest.split_once(BEHIND) else {
        return readme.to_owned();
    };
    let share = all.right * 100 / all.reported.max(1);
    let number = match all.reported {
        n if n < 1000 => n.to_string(),
        n => format!("{},{:03}", n / 1000, n % 1000),
    };
    format!("{head}{BEFORE}{share} % of {number}{BEHIND}{tail}")
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let wrong = |e| Error::Io(folder.display().to_string(), e);
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(wrong)? {
        paths.push(entry.map_err(wrong)?.path());
    }
    paths.sort();
    Ok(paths)
}

/// A page with that line in its front matter, and no other about precision.
fn with_precision(page: &str, line: &str) -> String {
    let Some((front, rest)) = page
        .strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---\n"))
    else {
        return page.to_owned();
    };
    let kept = front.lines().filter(|l| !l.starts_with("precision:"));
    let front: String = kept.map(|l| format!("{l}\n")).collect();
    format!("---\n{front}{line}---\n{rest}")
}

/// What stands around the table of the page.
const BEGIN: &str = "<!-- written by `cargo xtask precision --write` -->\n";
const END: &str = "<!-- end -->\n";

fn with_table(page: &str, labels: &Labels) -> String {
    let (Some((head, _)), Some((_, tail))) = (page.split_once(BEGIN), page.split_once(END)) else {
        return page.to_owned();
    };
    let all = labels.total();
    let false_ones = labels.all.iter().filter(|l| l.verdict == Verdict::False);
    let mended = false_ones.filter(|l| !l.reported).count();
    let mut table = format!(
        "{} findings in {} repositories are labelled. {} of them are still reported; of these {} are \
         right ({} %), {} of them worth a change at once. {mended} that were false are not reported any \
         more.\n\n| rule | labelled | right | useful |\n|---|---|---|---|\n",
        all.labelled,
        labels.repositories().len(),
        all.reported,
        all.right,
        all.right * 100 / all.reported.max(1),
        all.useful
    );
    for (rule, count) in labels.by_rule() {
        if count.reported > 0 {
            table.push_str(&format!(
                "| `{rule}` | {} | {} % | {} % |\n",
                count.reported,
                count.right * 100 / count.reported,
                count.useful * 100 / count.reported
            ));
        }
    }
    format!("{head}{BEGIN}{table}{END}{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_one_line_about_precision() {
        let page = "---\nlevel: info\n---\n# a\n";
        let once = with_precision(page, "precision: 3 of 4\n");
        assert_eq!(once, "---\nlevel: info\nprecision: 3 of 4\n---\n# a\n");
        assert_eq!(with_precision(&once, "precision: 3 of 4\n"), once);
        assert_eq!(with_precision(&once, ""), page);
    }

    #[test]
    fn the_readme_has_the_share_of_all() {
        let labels = Labels::read(
            "# as-of 2026-12-01\na/b\tc\tDockerfile\t3\tuntagged-image\tuseful\treported\n",
        );
        let readme = "a\n- **It is right.** 1 % of 2 findings read on public\nb\n";
        let new = with_figure(readme, &labels.unwrap_or_default());
        assert_eq!(new, readme.replace("1 % of 2", "100 % of 1"));
    }

    #[test]
    fn the_table_is_replaced() {
        let labels = Labels::read(
            "# as-of 2026-12-01\na/b\tc\tDockerfile\t3\tuntagged-image\tuseful\treported\n",
        );
        let page = format!("x\n{BEGIN}old\n{END}y\n");
        let new = with_table(&page, &labels.unwrap_or_default());
        assert!(
            new.starts_with("x\n") && new.ends_with("y\n") && !new.contains("old"),
            "{new}"
        );
        assert!(
            new.contains("| `untagged-image` | 1 | 100 % | 100 % |"),
            "{new}"
        );
    }
}
