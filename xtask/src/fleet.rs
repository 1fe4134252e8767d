//! `cargo xtask fleet N`: the facts of N repositories, as `dlint bases --format jsonl` writes them, to
//! measure how long it takes to put them together.

use std::io::{self, BufWriter, Write};

/// Images that are taken, and their tiers.
const IMAGES: [(&str, &str, &str, &str); 6] = [
    ("docker.io", "library", "node", "official"),
    ("docker.io", "library", "python", "official"),
    ("mcr.microsoft.com", "dotnet", "aspnet", "verified"),
    ("registry.example.com", "golden", "openjdk", "golden"),
    ("registry.example.com", "golden", "node", "golden"),
    ("docker.io", "someone", "tool", "community"),
];

/// Writes five uses for each repository.
pub fn run(mut arguments: impl Iterator<Item = String>) -> Result<(), String> {
    let number = arguments.next().and_then(|n| n.parse::<usize>().ok());
    let number = number.ok_or("write the number of repositories")?;
    let mut out = BufWriter::new(io::stdout().lock());
    for repository in 0..number {
        for file in 0..5 {
            let at = (repository * 7 + file * 3) % IMAGES.len();
            let (registry, account, name, tier) = IMAGES[at];
            let tag = 10 + (repository + file) % 15;
            let made = format!("registry.example.com/team-{repository}/service-{file}:1");
            let written = writeln!(
                out,
                "{{\"file\":\"service-{file}/Dockerfile\",\"line\":1,\"column\":6,\"stage\":\"0\",\
                 \"final\":true,\"by\":\"from\",\"image\":{{\"written\":\"{registry}/{account}/{name}:{tag}\",\
                 \"registry\":\"{registry}\",\"account\":\"{account}\",\"name\":\"{name}\",\
                 \"tag\":\"{tag}\",\"digest\":null}},\"tier\":\"{tier}\",\"precision\":\"major\",\
                 \"makes\":[\"{made}\"],\"repository\":\"team-{repository}/repository\"}}"
            );
            written.map_err(|e| e.to_string())?;
        }
    }
    out.flush().map_err(|e| e.to_string())
}
