//! What the container will be: its user, directory, ports, command and health check.

pub mod dangerous_workdir;
pub mod debug_setting;
pub mod docker_socket;
mod duplicate;
pub mod duplicate_cmd;
pub mod duplicate_entrypoint;
pub mod duplicate_healthcheck;
pub mod exec_form_one_string;
pub mod exec_form_variable;
pub mod expose_host_port;
pub mod expose_protocol_casing;
pub mod healthcheck_always_true;
pub mod ignored_arguments;
pub mod invalid_port;
mod listening;
pub mod missing_expose;
pub mod missing_healthcheck;
pub mod missing_user;
pub mod missing_workdir;
pub mod non_numeric_user;
pub mod relative_workdir;
pub mod remote_admin_port;
pub mod root_user;
pub mod shell_form_command;
mod start;
pub mod wrong_start_directory;
