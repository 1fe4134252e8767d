//! What the file builds on.

pub mod constant_platform;
pub mod invalid_base_reference;
pub mod redundant_target_platform;
pub mod undefined_from_argument;
