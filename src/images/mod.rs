//! Image references: their parts, their tags, and what is known of the images they name.

mod defaults;
mod lifetimes;
mod publishers;
mod reference;
mod registry;
mod tag;
mod variables;

pub use defaults::{
    BaseUser, DefaultShell, OsFamily, default_ports, default_shell, default_user, default_workdir,
    is_windows, os_family,
};
pub use lifetimes::{EndOfLife, end_of_life};
pub use publishers::{
    OFFICIAL_IMAGES, Publisher, RETIRED_OFFICIAL_IMAGES, official_name, publisher,
};
pub use reference::{DOCKER_HUB, HIDDEN, ImageRef, InvalidReference, Part, Ranges};
pub use registry::is_plain_http_suspect;
pub use tag::{Precision, Tag};
pub use variables::{ImageVariable, image_variable};

#[cfg(test)]
mod tests;
