//! `constant-platform`: a FROM for one platform only.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::Stage;
use crate::facts::platform::Platform;
use crate::rule::{Context, Rule};
use crate::syntax::expand::Template;

/// See `rules/images/constant-platform.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConstantPlatform {}

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
        cx.report(word.span, format!("the platform is always `{text}`"))
            .help("leave it out, or use `$BUILDPLATFORM` or an argument");
    }
}
