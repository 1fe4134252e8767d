//! What the file builds on.

mod images_shared;
pub mod untagged_image;
