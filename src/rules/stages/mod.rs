//! The stages of a file.

pub mod build_platform_binary;
pub mod build_tools_in_final_stage;
pub mod duplicate_stage_name;
pub mod instruction_before_from;
pub mod missing_multi_stage;
pub mod missing_output;
mod producer;
pub mod reserved_stage_name;
pub mod self_reference;
pub mod stage_by_index;
pub mod stage_name_casing;
mod toolchain;
pub mod unknown_stage;
pub mod unused_stage;
pub mod whole_rootfs_copy;
