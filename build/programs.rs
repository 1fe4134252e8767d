//! `data/programs.toml` and `data/managers.toml` to the tables that `src/facts/program.rs`,
//! `src/shell/wrappers.rs` and `src/facts/packages/grammar.rs` include.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

use super::pascal;
use super::tables::{list, read, table, write};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Program {
    kind: Option<Kind>,
    #[serde(default)]
    daemon: bool,
    #[serde(default)]
    switches_user: bool,
    port: Option<u16>,
    #[serde(default)]
    client: bool,
    #[serde(default)]
    brings_files: bool,
    #[serde(default)]
    needs_root: bool,
    wrapper: Option<Wrapper>,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Tool,
    Runtime,
    ScriptRunner,
    ApplicationServer,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrapper {
    #[serde(default)]
    valued: Vec<String>,
    #[serde(default)]
    quits: Vec<String>,
    #[serde(default)]
    operands: usize,
    #[serde(default)]
    assigns: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Manager {
    like: Option<String>,
    programs: Vec<String>,
    #[serde(default)]
    valued: Vec<String>,
    #[serde(default)]
    package_files: Vec<String>,
    #[serde(default)]
    constraint_files: Vec<String>,
    #[serde(default)]
    verbs: BTreeMap<Action, Vec<String>>,
}

#[derive(Deserialize, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "kebab-case")]
enum Action {
    Update,
    Install,
    InstallOrRestore,
    Restore,
    Upgrade,
    Remove,
    Clean,
    Build,
}

/// Writes the tables; says what is wrong with the files.
pub(super) fn generate() -> Result<(), String> {
    let programs: BTreeMap<String, Program> = read("programs")?;
    let mut wrappers = Vec::new();
    let mut known = Vec::new();
    for (name, program) in &programs {
        if let Some(wrapper) = &program.wrapper {
            wrappers.push(format!(
                "Spec {{ name: {name:?}, valued: {}, quits: {}, operands: {}, assigns: {} }}",
                list(&wrapper.valued),
                list(&wrapper.quits),
                wrapper.operands,
                wrapper.assigns,
            ));
        }
        let kind = match &program.kind {
            Some(kind) => format!("Some(ProgramKind::{kind:?})"),
            None => "None".to_owned(),
        };
        known.push(format!(
            "KnownProgram {{ name: {name:?}, kind: {kind}, daemon: {}, switches_user: {}, \
             port: {:?}, client: {}, brings_files: {}, needs_root: {} }}",
            program.daemon,
            program.switches_user,
            program.port,
            program.client,
            program.brings_files,
            program.needs_root,
        ));
    }
    write(
        "wrappers.rs",
        &table("The wrappers, by name.", "static SPECS", "Spec", &wrappers),
    );
    write(
        "programs.rs",
        &table(
            "The programs, by name.",
            "static PROGRAMS",
            "KnownProgram",
            &known,
        ),
    );
    let managers = managers(&read("managers")?).map_err(|e| format!("data/managers.toml: {e}"))?;
    write("managers.rs", &managers);
    Ok(())
}

fn managers(managers: &BTreeMap<String, Manager>) -> Result<String, String> {
    let mut programs: BTreeMap<&str, &str> = BTreeMap::new();
    let mut arms = String::new();
    for (id, manager) in managers {
        for program in &manager.programs {
            if programs.insert(program, id).is_some() {
                return Err(format!("`{program}` twice"));
            }
        }
        let words = match &manager.like {
            Some(like) => managers
                .get(like)
                .ok_or(format!("{id}: no manager `{like}`"))?,
            None => manager,
        };
        let mut files = String::new();
        for (flags, limits) in [
            (&words.package_files, false),
            (&words.constraint_files, true),
        ] {
            for flag in flags {
                let _ = write!(files, "({flag:?}, {limits}), ");
            }
        }
        let verbs = verbs(words).map_err(|e| format!("{id}: {e}"))?;
        let _ = writeln!(
            arms,
            "        Manager::{} => &Words {{ valued: {}, files: &[{files}], verbs: &[{verbs}] }},",
            pascal(id),
            list(&words.valued),
        );
    }
    let rows: Vec<String> = programs
        .iter()
        .map(|(program, id)| format!("({program:?}, Manager::{})", pascal(id)))
        .collect();
    Ok(format!(
        "{}/// The words of a manager.\nfn words(manager: Manager) -> &'static Words {{\n    \
         match manager {{\n{arms}    }}\n}}\n",
        table(
            "The managers by the names of their programs.",
            "static PROGRAMS",
            "(&str, Manager)",
            &rows
        ),
    ))
}

/// The verbs in order: first word, second word, action, whether it restores too.
fn verbs(manager: &Manager) -> Result<String, String> {
    let mut rows: BTreeMap<(&str, &str), Action> = BTreeMap::new();
    for (action, verbs) in &manager.verbs {
        for verb in verbs {
            let words = verb.split_once(' ').unwrap_or((verb, ""));
            if rows.insert(words, *action).is_some() {
                return Err(format!("`{verb}` twice"));
            }
        }
    }
    let mut out = String::new();
    for ((first, second), action) in &rows {
        if !second.is_empty() && rows.contains_key(&(first, "")) {
            return Err(format!("`{first}` alone and with `{second}`"));
        }
        let (action, restores) = match action {
            Action::InstallOrRestore => ("Install".to_owned(), true),
            action => (format!("{action:?}"), false),
        };
        let _ = write!(
            out,
            "({first:?}, {second:?}, Action::{action}, {restores}), "
        );
    }
    Ok(out)
}
