//! Image references: their parts, their tags, and what is known of the images they name.

mod alternatives;
mod archives;
mod base;
mod defaults;
mod development;
mod libc;
mod lifetimes;
mod options;
mod programs;
mod publishers;
mod reference;
mod registry;
mod runtimes;
mod table;
mod tag;
mod users;
mod variables;

pub use alternatives::{Alternative, Kind, alternatives};
pub use archives::{GoneSuite, gone_suite, names_gone_suite, replacement};
pub use base::{BaseRelease, base_release, moving_release, sh_has_pipefail};
pub use defaults::{
    BaseUser, DefaultShell, OsFamily, default_ports, default_shell, default_user, default_workdir,
    inherited_shell, is_windows, os_family,
};
pub use development::{Development, development};
pub use libc::{bridges_glibc, compiled_package, is_glibc_download, needs_glibc, speaks_of_glibc};
pub use lifetimes::{EndOfLife, end_of_life, newest_release};
pub use options::{
    Foreign, Recommended, Removed, foreign_options, is_too_old, kept_program, recommended,
    removed_options,
};
pub use programs::{
    PackageSystem, Presence, ProgramSet, application_folder, is_known_program, known_program,
    lacks_user, may_be_in_base, package_brings, package_of, program,
};
pub use publishers::{Publisher, official_name, prefixed_official, publisher};
pub use reference::{DOCKER_HUB, HIDDEN, ImageRef, InvalidReference, Part, Ranges};
pub use registry::{is_listed_insecure, is_plain_http_suspect};
pub use runtimes::{Runtime, RuntimeVersion, newest_needs, version_needs};
pub use table::{
    DATA_DATE, Slim, SlimWord, answers_yes, forbids_php, is_code_name, is_code_name_since,
    is_distribution_alone, is_for_builds, is_plain, is_release_line, is_rolling, is_without_lists,
    slim, unreleased, volumes,
};
pub use tag::{Precision, Tag, tag_date};
pub use users::{BaseAccount, base_account};
pub use variables::{ImageVariable, image_variable};

use reference::LIBRARY;

#[cfg(test)]
mod tests;
