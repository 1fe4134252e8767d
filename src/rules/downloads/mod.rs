//! Where what is built comes from: connections, signatures, digests.

pub mod clear_text_download;
pub mod download_in_run;
mod installed;
pub mod missing_certificates;
pub mod missing_ssh_key;
mod removal;
pub mod signature_check_disabled;
pub mod tls_check_disabled;
pub mod unverified_download;
pub mod vanishing_download;
pub mod weak_tls;
