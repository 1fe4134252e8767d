//! The stages of a file.

pub mod whole_rootfs_copy;
