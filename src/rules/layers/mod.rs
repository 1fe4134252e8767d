//! Build speed and the cache.

pub mod cache_mount_conflict;
mod caches;
pub mod consecutive_runs;
pub mod deleted_in_later_layer;
mod manifests_first;
pub mod missing_cache_mount;
mod paths;
mod project;
pub mod repeated_download;
pub mod source_before_dependencies;
pub mod stale_package_index;
pub mod volatile_early;
