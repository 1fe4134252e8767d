//! `index-confusion`: packages come from whichever of several indexes has the higher version.

use crate::facts::Node;
use crate::facts::packages::{Flag, Install, Manager, Setting};
use crate::rule::{Context, Rule, rule};

rule!(IndexConfusion);

impl Rule for IndexConfusion {
    fn check_install(&self, cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
        let facts = cx.facts;
        if install.manager == Manager::Uv && !is_unsafe(install)
            || !matches!(install.manager, Manager::Pip | Manager::Uv)
            || install.has_flag(&["--no-deps", "--require-hashes"])
        {
            return;
        }
        let named = |f: &&Flag| matches!(f.name.as_str(), "--extra-index-url");
        // One index replaced and the other added is no mixture with the public one.
        let replaced = install.has_flag(&["-i", "--index-url", "--no-index"])
            || facts.setting(node, install, "PIP_INDEX_URL") != Setting::Unset;
        let Some(flag) = install.flags.iter().find(named) else {
            return;
        };
        let address = flag.value.as_deref().unwrap_or_default();
        if replaced || is_public(address) {
            return;
        }
        cx.report(
            flag.span,
            "pip takes the highest version of either index: anyone can publish one in PyPI",
        )
        .help("use one index (`--index-url`) that also mirrors PyPI, or check hashes");
    }
}

/// Whether uv is told to do as pip does.
fn is_unsafe(install: &Install) -> bool {
    install
        .flag_value(&["--index-strategy"])
        .is_some_and(|v| v.starts_with("unsafe"))
}

/// Whether an index is a well-known public one, whose names PyPI's owners keep.
fn is_public(address: &str) -> bool {
    const KNOWN: [&str; 15] = [
        "pypi.org",
        "pypi.python.org",
        "download.pytorch.org",
        "pypi.nvidia.com",
        "pip.repos.neuron.amazonaws.com",
        "pypi.ngc.nvidia.com",
        "developer.download.nvidia",
        "www.piwheels.org",
        "wheels.vllm.ai",
        "repo.radeon.com",
        "pypi.tuna.tsinghua.edu.cn",
        "mirrors.aliyun.com",
        "alpine-wheels.github.io",
        "pytorch-extension.intel.com",
        "storage.googleapis.com/jax-releases",
    ];
    KNOWN.iter().any(|known| address.contains(known))
}
