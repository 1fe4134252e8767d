//! COPY, ADD and the build context.

pub mod add_instead_of_copy;
pub mod change_behind_volume;
pub mod chown_in_own_layer;
pub mod copied_archive;
pub mod copy_without_link;
pub mod dead_host;
pub mod directory_over_symlink;
pub mod exclude_top_level_only;
pub mod folder_without_x;
pub mod ignored_copy;
pub mod link_owner_by_name;
pub mod linked_copy_over_symlink;
pub mod literal_tilde;
pub mod many_sources_to_file;
pub mod missing_dockerignore;
pub mod missing_script;
pub mod missing_source;
pub mod mount_owner;
pub mod parent_path;
pub mod relative_copy_destination;
pub mod remote_add_without_checksum;
pub mod script_interpreter;
pub mod script_line_ends;
pub mod script_not_executable;
pub mod still_packed;
pub mod whole_context_copy;
mod whole_copies;
