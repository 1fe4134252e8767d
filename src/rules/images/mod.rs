//! What the file builds on.

pub mod floating_tag;
mod images_shared;
pub mod latest_tag;
pub mod undigested_image;
pub mod untagged_image;
