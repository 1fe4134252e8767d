//! What RUN does.

pub mod cd_in_run;
pub mod shellcheck;
