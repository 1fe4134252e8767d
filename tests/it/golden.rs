//! An organisation's golden images, `testdata/golden`: definitions are judged as definitions, an
//! application passes on the golden images and fails on the vendor's.

use std::path::Path;

use dlint::config::{Configs, Layer, Place};
use dlint::engine;
use dlint::fix::Applicability;
use dlint::span::Source;

const PROJECT: &str = "testdata/golden";

/// The file of the project, perhaps with other contents, and its findings on golden images.
fn lint(file: &str, change: impl Fn(String) -> String) -> (engine::Settings, engine::Report) {
    let path = Path::new(PROJECT).join(file);
    let text = change(std::fs::read_to_string(&path).unwrap());
    let select = ["non-golden-base", "golden-definition"].map(str::to_owned);
    let only = Layer {
        select: Some(select.to_vec()),
        ..Layer::default()
    };
    let effective = Configs::new(Place::Nearest, only).of_file(&path).unwrap();
    let settings = effective.settings.clone();
    let report = engine::lint(Source::new(path, text), &settings);
    (settings, report)
}

fn findings(report: &engine::Report) -> Vec<String> {
    let show = |d: &dlint::diagnostic::Diagnostic| {
        let help = d.help.as_deref().unwrap_or_default();
        format!("{}[{}]: {} ({help})", d.severity, d.rule.id, d.message)
    };
    report.diagnostics.iter().map(show).collect()
}

/// The application before there were golden images.
fn on_the_vendors(text: String) -> String {
    text.replace(
        "golden/dotnetcore-sdk:3.0",
        "mcr.microsoft.com/dotnet/core/sdk:3.0.100",
    )
    .replace(
        "golden/aspnet-core:3.0",
        "mcr.microsoft.com/dotnet/core/aspnet:3.0",
    )
}

#[test]
fn the_application_passes_on_the_golden_images() {
    let (_, report) = lint("app/Dockerfile", |text| text);
    assert_eq!(findings(&report), Vec::<String>::new());
}

#[test]
fn the_application_fails_on_the_vendors_images_and_is_told_the_golden_ones() {
    let (_, report) = lint("app/Dockerfile", on_the_vendors);
    assert_eq!(
        findings(&report),
        [
            "error[non-golden-base]: `mcr.microsoft.com/dotnet/core/sdk:3.0.100` is not golden: \
             `golden/dotnetcore-sdk:3.0` replaces it \
             (build on the golden image `golden/dotnetcore-sdk:3.0`)",
            "error[non-golden-base]: `mcr.microsoft.com/dotnet/core/aspnet:3.0` is not golden: \
             `golden/aspnet-core:3.0` replaces it \
             (build on the golden image `golden/aspnet-core:3.0`)",
        ]
    );
}

#[test]
fn the_fix_puts_the_application_on_the_golden_images() {
    let (settings, report) = lint("app/Dockerfile", on_the_vendors);
    let fixed = engine::fix(report, &settings, Applicability::Unsafe);
    let golden = std::fs::read_to_string(Path::new(PROJECT).join("app/Dockerfile")).unwrap();
    assert_eq!(fixed.report.source.text(), golden);
}

#[test]
fn definitions_are_judged_as_definitions() {
    let (_, sdk) = lint("golden/dotnetcore-sdk/Dockerfile", |text| text);
    assert_eq!(findings(&sdk), Vec::<String>::new());
    // The minor version of the base brings patches with each rebuild: a note.
    let (_, runtime) = lint("golden/aspnet-core/Dockerfile", |text| text);
    assert_eq!(
        findings(&runtime),
        [
            "info[golden-definition]: `mcr.microsoft.com/dotnet/core/aspnet:3.0` moves with \
             every patch (name one release, down to its patch, so that updates come when you say)"
        ]
    );
}

#[test]
fn a_definition_needs_a_known_publisher_an_exact_base_and_labels() {
    let (_, report) = lint("golden/dotnetcore-sdk/Dockerfile", |text| {
        text.replace(
            "mcr.microsoft.com/dotnet/core/sdk:3.0.100",
            "someone/sdk:latest",
        )
        .replace("LABEL owner", "LABEL author")
    });
    let rules: Vec<String> = findings(&report)
        .iter()
        .map(|f| f.split(" (").next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(
        rules,
        [
            "error[golden-definition]: the golden image lacks the label `owner`",
            "error[golden-definition]: `someone/sdk` is neither an official image nor a verified \
             publisher's nor golden",
            "warning[golden-definition]: `someone/sdk:latest` moves with every release",
        ]
    );
}
