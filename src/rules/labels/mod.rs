//! Labels.

pub mod invalid_label_key;
