//! The stages of a file.

pub mod duplicate_stage_name;
pub mod instruction_before_from;
mod producer;
pub mod reserved_stage_name;
pub mod self_reference;
pub mod stage_by_index;
pub mod stage_name_casing;
pub mod unknown_stage;
pub mod unused_stage;
pub mod whole_rootfs_copy;
