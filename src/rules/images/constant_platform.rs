//! `constant-platform`: a FROM for one platform only.

use crate::facts::platform::Platform;
use crate::facts::{Facts, Stage};
use crate::rule::{Context, Rule, rule};
use crate::syntax::{Kind, Word};

rule!(ConstantPlatform);

impl Rule for ConstantPlatform {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        let Some(constant) = of_stage(cx.facts, stage) else {
            return;
        };
        // The image or the folder of the file may say that the stage is for this platform.
        let words = || {
            let path = cx.facts.source.path().components().rev().take(4);
            let path = path.filter_map(|c| c.as_os_str().to_str());
            let image = match &stage.from.kind {
                Kind::From(from) => Some(from.image.as_str()),
                _ => None,
            };
            path.chain(image)
        };
        if !words().any(|w| names_architecture(w, &constant.architecture)) {
            constant.report(cx);
        }
    }
}

/// The platform that a FROM asks for in every build.
pub(crate) struct ConstantPlatformOf<'a> {
    word: &'a Word,
    text: String,
    architecture: String,
}

/// The constant platform of a stage whose name does not say it: where it does, others may stand
/// beside it.
pub(crate) fn of_stage<'a>(facts: &Facts<'a>, stage: &Stage<'a>) -> Option<ConstantPlatformOf<'a>> {
    let word = stage.from.flag_value("platform")?;
    let text = facts.literal(word)?;
    let platform = Platform::parse(&text)?;
    let name = stage.name.as_deref().unwrap_or_default();
    let os = platform.os.as_deref().unwrap_or("linux");
    let architecture = platform.architecture.as_deref().unwrap_or("amd64");
    if name.contains(os) || name.contains(architecture) {
        return None;
    }
    let architecture = architecture.to_owned();
    Some(ConstantPlatformOf {
        word,
        text,
        architecture,
    })
}

impl ConstantPlatformOf<'_> {
    /// Reports it.
    pub(crate) fn report(&self, cx: &mut Context<'_>) {
        let message = format!("the platform is always `{}`", self.text);
        cx.report(self.word.span, message)
            .help("leave it out, or use `$BUILDPLATFORM` or an argument");
    }
}

/// Whether a name says an architecture: `arm64v8/ruby`, `docker-arm64`, `jetson`.
fn names_architecture(name: &str, architecture: &str) -> bool {
    let names: &[&str] = match architecture {
        "amd64" => &["amd64", "x86_64", "x64"],
        "arm64" => &["arm64", "aarch64", "jetpack"],
        "arm" => &["arm32", "armhf", "armv7", "armv6"],
        "386" => &["i386", "i686", "386"],
        other => return name.contains(other),
    };
    let name = name.to_ascii_lowercase();
    names.iter().any(|known| name.contains(known))
}
