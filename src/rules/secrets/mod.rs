//! Secrets that end in the image, its history or the repository.

pub mod copied_key_file;
pub mod credential_on_command_line;
pub mod credential_setup;
pub mod hard_coded_secret;
mod judgement;
pub mod key_made_in_build;
pub mod readable_secret_mount;
pub mod secret_in_arg;
pub mod secret_in_env;
pub mod secret_mount_leak;
pub mod secret_removed_later;
