//! Build speed and the cache.

pub mod cache_mount_conflict;
pub mod consecutive_runs;
pub mod deleted_in_later_layer;
pub mod missing_cache_mount;
mod paths;
pub mod source_before_dependencies;
pub mod stale_package_index;
pub mod volatile_early;
