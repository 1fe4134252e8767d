//! Ignore comments.

pub mod expired_exception;
pub mod ignore_pragma;
pub mod ignore_without_reason;
pub mod unknown_ignore;
pub mod unused_exception;
pub mod unused_ignore;
pub mod weakened_policy;
