//! Names that tell what a stage is for.

/// Whether a stage of this name is there for others to copy from.
pub(super) fn is_producer(name: &str) -> bool {
    const NAMES: [&str; 10] = [
        "build",
        "builder",
        "compile",
        "compiler",
        "dependencies",
        "deps",
        "download",
        "downloader",
        "install",
        "installer",
    ];
    NAMES.contains(&name)
}
