//! Instructions as written.

pub mod argument_without_equals;
pub mod bidi_control;
pub mod broken_exec_form;
pub mod comment_in_string;
pub mod definition_comment;
pub mod deprecated_maintainer;
pub mod empty_continuation;
pub mod from_as_casing;
pub mod frontend_too_old;
pub mod instruction_casing;
mod legacy;
pub mod legacy_key_value;
mod meant;
pub mod nested_onbuild;
mod refused;
pub mod sibling_env_reference;
pub mod spaced_equals;
pub mod swallowed_instruction;
pub mod swallowed_key;
pub mod syntax_error;
pub mod trailing_comment;
pub mod undefined_variable;
pub mod useless_unset;
