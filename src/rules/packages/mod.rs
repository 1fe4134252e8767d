//! Packages: what is installed, and what installing leaves behind.

pub mod apk_cache_kept;
pub mod apt_in_script;
pub mod apt_lists_kept;
pub mod apt_missing_yes;
pub mod apt_recommends;
pub mod dnf_cache_kept;
pub mod dnf_missing_yes;
pub mod index_confusion;
mod packages_shared;
pub mod pip_cache_kept;
pub mod unpinned_apk;
pub mod unpinned_apt;
pub mod unpinned_cargo;
pub mod unpinned_dnf;
pub mod unpinned_gem;
pub mod unpinned_go;
pub mod unpinned_npm;
pub mod unpinned_pip;
pub mod unpinned_yum;
pub mod unpinned_zypper;
pub mod yarn_cache_kept;
pub mod yum_cache_kept;
pub mod yum_missing_yes;
pub mod zypper_cache_kept;
pub mod zypper_dist_upgrade;
pub mod zypper_missing_yes;
