//! The variables that official images set.

use super::ImageRef;
use super::table::Image;

/// What an image makes of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageVariable {
    /// It sets it.
    Set,
    /// It may set it: its environment is not known.
    Perhaps,
    /// It does not set it.
    Unset,
}

/// What a container's shell knows and an image hardly ever sets: the user's home directory and the
/// like come into being with the process, after BuildKit has expanded the instruction.
const OF_THE_SHELL: [&str; 12] = [
    "EUID", "GID", "HOME", "HOSTNAME", "LOGNAME", "OLDPWD", "OSTYPE", "PPID", "PWD", "SHLVL",
    "UID", "USER",
];

/// Lists of directories that programs search besides their own, which an image sets only if it is
/// about them: what its current releases do not set, older ones did not set either.
const SEARCH_LISTS: [&str; 14] = [
    "CLASSPATH",
    "CMAKE_PREFIX_PATH",
    "CPATH",
    "C_INCLUDE_PATH",
    "GEM_PATH",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "LIBRARY_PATH",
    "MANPATH",
    "NODE_PATH",
    "PERL5LIB",
    "PKG_CONFIG_PATH",
    "PYTHONPATH",
    "RUBYLIB",
];

/// Whether a variable holds a port: an image that sets one is about it, as with search lists.
fn is_port(name: &str) -> bool {
    name == "PORT" || name.ends_with("_PORT")
}

/// What an image makes of a variable other than `PATH`, as far as its publisher says.
pub fn image_variable(image: &ImageRef, name: &str) -> ImageVariable {
    let Some(variables) = Image::of(image).and_then(|entry| entry.variables) else {
        return ImageVariable::Perhaps;
    };
    if variables.split(' ').any(|v| v == name && !name.is_empty()) {
        ImageVariable::Set
    } else if variables.is_empty()
        || OF_THE_SHELL.contains(&name)
        || SEARCH_LISTS.contains(&name)
        || is_port(name)
    {
        // Older and newer releases set other variables; nobody sets those of the shell.
        ImageVariable::Unset
    } else {
        ImageVariable::Perhaps
    }
}
