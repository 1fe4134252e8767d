//! What RUN does.

pub mod bash_script_in_sh;
pub mod cd_in_run;
pub mod curl_and_wget;
pub mod failing_command;
pub mod foreign_option;
pub mod heredoc_candidate;
pub mod hidden_failure;
pub mod lost_shell_state;
pub mod missing_pipefail;
pub mod missing_program;
pub mod missing_shell;
pub mod noisy_wget;
pub mod pipe_to_shell;
pub mod pointless_command;
pub mod redirected_version;
pub mod run_together;
pub mod run_without_shell;
pub mod sh_symlink;
pub mod shellcheck;
pub mod silent_download_failure;
pub mod sudo;
pub mod unknown_shell_option;
pub mod unread_script;
pub mod useradd_large_uid;
