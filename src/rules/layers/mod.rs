//! Build speed and the cache.

mod layers_shared;
pub mod source_before_dependencies;
pub mod stale_package_index;
pub mod volatile_early;
