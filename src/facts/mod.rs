//! What follows from a file: the answers that rules read.

pub mod image;
