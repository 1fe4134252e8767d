//! `cargo xtask soak`: the property tests with cases that no run before had.

use std::hash::{BuildHasher, Hasher};
use std::process::Command;

const USAGE: &str = "usage: cargo xtask soak [--cases N] [--rounds N] [--seed N]

  --cases N    cases of each property in a round; 20000 if not given
  --rounds N   rounds, each with another seed; until one fails if not given
  --seed N     the seed of the first round; a random one if not given";

/// What `soak` does not do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The arguments are none of its own.
    #[error("{0}\n\n{usage}", usage = USAGE)]
    Usage(String),
    /// Cargo cannot be started.
    #[error("cannot run cargo: {0}")]
    Cargo(#[from] std::io::Error),
    /// A property does not hold.
    #[error(
        "a property fails; the same cases again: cargo xtask soak --rounds 1 --cases {cases} --seed {seed}"
    )]
    Fails {
        /// The seed of the round.
        seed: u64,
        /// Its cases.
        cases: u64,
    },
}

/// Runs the property tests until one fails or the rounds are done.
pub fn run(arguments: impl Iterator<Item = String>) -> Result<(), Error> {
    let options = Options::read(arguments)?;
    let mut seed = options.seed.unwrap_or_else(random);
    for round in 1..=options.rounds.unwrap_or(u64::MAX) {
        println!("round {round}: {} cases, seed {seed}", options.cases);
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo)
            .args(["test", "--quiet", "--test", "it", "properties::"])
            .env("PROPTEST_RNG_SEED", seed.to_string())
            .env("PROPTEST_CASES", options.cases.to_string())
            .status()?;
        if !status.success() {
            return Err(Error::Fails {
                seed,
                cases: options.cases,
            });
        }
        seed = random();
    }
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
struct Options {
    cases: u64,
    rounds: Option<u64>,
    seed: Option<u64>,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, Error> {
        let mut options = Self {
            cases: 20_000,
            rounds: None,
            seed: None,
        };
        while let Some(name) = arguments.next() {
            let value = arguments.next();
            let number = value.as_deref().and_then(|v| v.parse().ok());
            let Some(number) = number else {
                return Err(Error::Usage(match value {
                    Some(value) => format!("`{value}` is no number: {name}"),
                    None => format!("`{name}` needs a number"),
                }));
            };
            match name.as_str() {
                "--cases" => options.cases = number,
                "--rounds" => options.rounds = Some(number),
                "--seed" => options.seed = Some(number),
                _ => return Err(Error::Usage(format!("unknown option `{name}`"))),
            }
        }
        Ok(options)
    }
}

/// The standard library seeds its hash maps from the operating system.
fn random() -> u64 {
    std::hash::RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Options, String> {
        Options::read(text.split_whitespace().map(str::to_owned)).map_err(|e| e.to_string())
    }

    #[test]
    fn options_are_numbers() {
        let wanted = Options {
            cases: 5,
            rounds: Some(2),
            seed: None,
        };
        assert_eq!(read("--rounds 2 --cases 5"), Ok(wanted));
        let message = |text| read(text).map_err(|e| e.lines().next().map(str::to_owned));
        assert_eq!(
            message("--seed x"),
            Err(Some("`x` is no number: --seed".to_owned()))
        );
        assert_eq!(
            message("--seed"),
            Err(Some("`--seed` needs a number".to_owned()))
        );
        assert_eq!(
            message("--dry 1"),
            Err(Some("unknown option `--dry`".to_owned()))
        );
    }

    #[test]
    fn seeds_differ() {
        assert_ne!(random(), random());
    }
}
