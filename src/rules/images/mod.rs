//! What the file builds on.

pub mod archive_gone;
pub mod constant_platform;
pub mod deprecated_base;
pub mod development_base;
pub mod end_of_life_base;
pub mod floating_tag;
pub mod golden_definition;
pub mod heavy_base;
pub mod insecure_registry;
pub mod invalid_base_reference;
pub mod latest_tag;
mod moving;
pub mod non_golden_base;
pub mod pin_without_updater;
pub mod platform_argument_default;
mod precision;
pub mod redundant_target_platform;
pub mod undefined_from_argument;
pub mod undigested_image;
pub mod unreleased_suite;
pub mod untagged_image;
pub mod untrusted_registry;
pub mod unvetted_publisher;
