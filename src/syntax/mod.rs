//! Text to `File`: a lossless, error-tolerant reader of the Dockerfile language as BuildKit reads it.

pub mod expand;
