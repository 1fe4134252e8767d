//! What the file builds on.

mod images_shared;
pub mod latest_tag;
pub mod untagged_image;
