//! COPY, ADD and the build context.

pub mod copy_without_link;
mod files_shared;
pub mod ignored_copy;
pub mod missing_dockerignore;
pub mod whole_context_copy;
