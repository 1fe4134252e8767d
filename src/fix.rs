//! Fixes: edits on byte ranges, how far they can be trusted, putting them into a text, and doing so
//! until nothing changes.

pub mod apply;
pub mod converge;
mod edit;

pub use apply::apply;
pub use converge::{Candidate, Dropped, Fixable, Fixed, Why, converge};
pub use edit::{Applicability, Edit, Fix};
