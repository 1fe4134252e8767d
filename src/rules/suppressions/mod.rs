//! Ignore comments.

pub mod unused_ignore;
