//! Labels.

pub mod empty_label;
pub mod invalid_label_key;
pub mod label_not_email;
pub mod label_not_git_hash;
pub mod label_not_rfc3339;
pub mod label_not_semver;
pub mod label_not_spdx;
pub mod label_not_url;
pub mod missing_label;
pub mod stale_base_label;
pub mod unexpected_label;
mod values;
