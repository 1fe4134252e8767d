//! The frontend that a `# syntax=` line asks for.

use super::Facts;

impl Facts<'_> {
    /// Whether the `syntax` line asks for Docker's frontend of version 1.`minor` or later; under
    /// `labs` the version that brought a feature there counts. `None` without such a line.
    pub fn frontend_has(&self, minor: u32, labs: u32) -> Option<bool> {
        let syntax = self.file.syntax.as_ref()?;
        let image = syntax.image.split('@').next().unwrap_or_default();
        let Some((name, tag)) = image.rsplit_once(':') else {
            return Some(is_docker(image));
        };
        let (number, channel) = tag.split_once('-').unwrap_or((tag, ""));
        let needed = if channel == "labs" { labs } else { minor };
        let mut numbers = number.split('.').map(|n| n.parse::<u32>().ok());
        let is_new = match (numbers.next().flatten(), numbers.next().flatten()) {
            (Some(1), Some(minor)) => minor >= needed,
            (Some(1), None) => true,
            (Some(_), _) => false,
            (None, _) => matches!(tag, "latest" | "labs" | "master" | "master-labs"),
        };
        Some(is_docker(name) && is_new)
    }
}

fn is_docker(name: &str) -> bool {
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    matches!(name, "docker/dockerfile" | "docker/dockerfile-upstream")
}
