//! What may be changed and by whom, in the build and in the container.

pub mod dangerous_permissions;
mod flag;
pub mod host_network;
pub mod insecure_entitlement;
pub mod passwordless_sudo;
pub mod permission_denied;
pub mod writable_executable;
