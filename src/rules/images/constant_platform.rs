//! `constant-platform`: a FROM for one platform only.

use crate::facts::Stage;
use crate::facts::platform::Platform;
use crate::rule::{Context, Rule, rule};
use crate::syntax::Kind;
use crate::syntax::word::Template;

rule!(ConstantPlatform);

impl Rule for ConstantPlatform {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        let Some(word) = stage.from.flag_value("platform") else {
            return;
        };
        let template = Template::parse(word.as_str(), cx.file().escape.char());
        let Some(text) = template.ok().and_then(|t| t.literal()) else {
            return;
        };
        let Some(platform) = Platform::parse(&text) else {
            return;
        };
        // The name says that the stage is for this platform: others may stand beside it.
        let name = stage.name.as_deref().unwrap_or_default();
        let os = platform.os.as_deref().unwrap_or("linux");
        let architecture = platform.architecture.as_deref().unwrap_or("amd64");
        if name.contains(os) || name.contains(architecture) {
            return;
        }
        // So does the image, or the folder of the file.
        let words = || {
            let path = cx.facts.source.path().components().rev().take(4);
            let path = path.filter_map(|c| c.as_os_str().to_str());
            let image = match &stage.from.kind {
                Kind::From(from) => Some(from.image.as_str()),
                _ => None,
            };
            path.chain(image)
        };
        if !cx.buildkit && words().any(|w| names_architecture(w, architecture)) {
            return;
        }
        cx.report(word.span, format!("the platform is always `{text}`"))
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
