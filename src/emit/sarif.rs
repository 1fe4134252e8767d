//! SARIF 2.1.0, with every field that GitHub code scanning reads.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::root::Root;
use super::{Fingerprint, INTERNAL_ERROR, Linted, Outcome, code, slashed};
use crate::diagnostic::{Diagnostic, FlowStep, Severity};
use crate::rule::{Impact, Level, RuleMeta};
use crate::span::{Source, Span};
use crate::suppress::{By, Suppressed};

/// GitHub's limit for descriptions, in characters.
const MOST_TEXT: usize = 1024;
/// GitHub's limit for the tags of a rule.
const MOST_TAGS: usize = 20;
/// What paths are relative to.
const ROOT: &str = "%SRCROOT%";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    invocations: [Invocation; 1],
    original_uri_base_ids: UriBaseIds,
    artifacts: Vec<Artifact>,
    results: Vec<SarifResult<'a>>,
    column_kind: &'static str,
    default_source_language: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    taxonomies: Vec<Taxonomy>,
}

/// A catalogue whose entries rules are examples of.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Taxonomy {
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'static str>,
    organization: &'static str,
    information_uri: &'static str,
    short_description: Text,
    taxa: Vec<Taxon>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Taxon {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
}

/// What a rule has to do with an entry of a catalogue.
#[derive(Serialize)]
struct Relationship {
    target: TaxonReference,
    kinds: [&'static str; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TaxonReference {
    id: String,
    index: usize,
    tool_component: ComponentReference,
}

#[derive(Serialize, Clone)]
struct ComponentReference {
    name: &'static str,
    index: usize,
}

#[derive(Serialize)]
struct UriBaseIds {
    #[serde(rename = "%SRCROOT%")]
    root: Described,
}

#[derive(Serialize)]
struct Described {
    description: Text,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
struct Markdown {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    supported_taxonomies: Vec<ComponentReference>,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    name: String,
    short_description: Text,
    full_description: Text,
    default_configuration: Configuration,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<&'static str>,
    help: Markdown,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    relationships: Vec<Relationship>,
    properties: RuleProperties,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct RuleProperties {
    tags: Vec<Cow<'static, str>>,
    precision: &'static str,
    #[serde(rename = "problem.severity")]
    problem_severity: &'static str,
    #[serde(rename = "security-severity", skip_serializing_if = "Option::is_none")]
    security_severity: Option<&'static str>,
    aliases: &'static [&'static str],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Text,
    locations: [NotificationLocation; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NotificationLocation {
    physical_location: FileLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FileLocation {
    artifact_location: ArtifactLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    location: ArtifactLocation,
    roles: [&'static str; 1],
    length: usize,
}

#[derive(Serialize, Clone)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    code_flows: Vec<CodeFlow<'a>>,
    partial_fingerprints: PartialFingerprints,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<SarifFix<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression<'a>>,
    properties: ResultProperties<'a>,
}

/// The way by which something got where it is found, through other files.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CodeFlow<'a> {
    thread_flows: [ThreadFlow<'a>; 1],
}

#[derive(Serialize)]
struct ThreadFlow<'a> {
    locations: Vec<ThreadFlowLocation<'a>>,
}

#[derive(Serialize)]
struct ThreadFlowLocation<'a> {
    location: FlowLocation<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum FlowLocation<'a> {
    /// In the file of the finding.
    Here(Location<'a>),
    /// In another one, of which only the line is known.
    There(Elsewhere),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Elsewhere {
    physical_location: LinePlace,
    message: Text,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LinePlace {
    artifact_location: ArtifactLocation,
    region: LineRegion,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LineRegion {
    start_line: u32,
    start_column: u32,
}

#[derive(Serialize)]
struct ResultProperties<'a> {
    code: &'a str,
    severity: Severity,
    #[serde(rename = "fixApplicability", skip_serializing_if = "Option::is_none")]
    applicability: Option<&'static str>,
}

#[derive(Serialize)]
struct PartialFingerprints {
    /// The name that GitHub knows findings by.
    #[serde(rename = "primaryLocationLineHash")]
    line_hash: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation<'a> {
    artifact_location: ArtifactLocation,
    region: Region<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region<'a> {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
    byte_offset: u32,
    byte_length: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<Snippet<'a>>,
}

#[derive(Serialize)]
struct Snippet<'a> {
    text: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifFix<'a> {
    description: Text,
    artifact_changes: [ArtifactChange<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange<'a> {
    artifact_location: ArtifactLocation,
    replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inserted_content: Option<Snippet<'a>>,
}

#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location<'a>>,
}

pub(super) fn write(outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
    let root = Root::find();
    let mut metas: Vec<&'static RuleMeta> = outcome
        .files
        .iter()
        .flat_map(|file| {
            let report = &file.report;
            let suppressed = report.suppressed.iter().map(|s| s.diagnostic.rule);
            report
                .diagnostics
                .iter()
                .map(|d| d.rule)
                .chain(suppressed)
                .collect::<Vec<_>>()
        })
        .collect();
    metas.sort_by_key(|meta| meta.id);
    metas.dedup_by_key(|meta| meta.id);

    let mut artifacts = Vec::with_capacity(outcome.files.len());
    let mut results = Vec::new();
    for (index, file) in outcome.files.iter().enumerate() {
        let source = &file.report.source;
        let mut location = root.location(source.path());
        artifacts.push(Artifact {
            location: location.clone(),
            roles: ["analysisTarget"],
            length: source.bytes().len(),
        });
        location.index = Some(index);
        let one = OneFile {
            file,
            source,
            location,
            root: &root,
            metas: &metas,
        };
        one.results(&mut results);
    }
    let taxonomies = Taxonomies::of(&metas);
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "dlint",
                    version: env!("CARGO_PKG_VERSION"),
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    information_uri: env!("CARGO_PKG_REPOSITORY"),
                    supported_taxonomies: taxonomies.references(),
                    rules: metas.iter().map(|m| descriptor(m, &taxonomies)).collect(),
                },
            },
            invocations: [Invocation {
                execution_successful: outcome.is_complete(),
                tool_execution_notifications: notifications(outcome, &root),
            }],
            original_uri_base_ids: UriBaseIds {
                root: Described {
                    description: Text {
                        text: "The root of the repository.".to_owned(),
                    },
                },
            },
            artifacts,
            results,
            column_kind: "unicodeCodePoints",
            default_source_language: "dockerfile",
            taxonomies: taxonomies.all,
        }],
    };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    out.write_all(b"\n")
}

fn notifications(outcome: &Outcome<'_>, root: &Root) -> Vec<Notification> {
    let failed = outcome
        .failures
        .iter()
        .map(|f| (f.path.as_path(), f.message.as_str()));
    let internal = outcome
        .findings()
        .filter(|(_, d)| d.rule.id == INTERNAL_ERROR)
        .map(|(file, d)| (file.report.source.path(), d.message.as_str()));
    failed
        .chain(internal)
        .map(|(path, message)| Notification {
            level: "error",
            message: Text {
                text: format!("{}: {message}", slashed(path)),
            },
            locations: [NotificationLocation {
                physical_location: FileLocation {
                    artifact_location: root.location(path),
                },
            }],
        })
        .collect()
}

/// The catalogues that the rules of a report are in.
struct Taxonomies {
    all: Vec<Taxonomy>,
}

/// The name of the Common Weakness Enumeration.
const CWE: &str = "CWE";
/// The name of the benchmark.
const CIS: &str = "CIS Docker Benchmark";

impl Taxonomies {
    fn of(metas: &[&'static RuleMeta]) -> Self {
        let numbers: BTreeSet<u16> = metas.iter().flat_map(|m| m.cwe).copied().collect();
        let sections: BTreeSet<Vec<u8>> = metas
            .iter()
            .flat_map(|m| m.cis)
            .map(|section| section.split('.').filter_map(|n| n.parse().ok()).collect())
            .collect();
        let cwe = Taxonomy {
            name: CWE,
            version: None,
            organization: "MITRE",
            information_uri: "https://cwe.mitre.org/",
            short_description: Text {
                text: "The Common Weakness Enumeration.".to_owned(),
            },
            taxa: numbers
                .into_iter()
                .map(|number| Taxon {
                    id: number.to_string(),
                    help_uri: Some(format!(
                        "https://cwe.mitre.org/data/definitions/{number}.html"
                    )),
                })
                .collect(),
        };
        let cis = Taxonomy {
            name: CIS,
            version: Some("1.6.0"),
            organization: "Center for Internet Security",
            information_uri: "https://www.cisecurity.org/benchmark/docker",
            short_description: Text {
                text: "Recommendations for container images, section 4.".to_owned(),
            },
            taxa: sections
                .into_iter()
                .map(|section| {
                    let parts: Vec<String> = section.iter().map(u8::to_string).collect();
                    Taxon {
                        id: parts.join("."),
                        help_uri: None,
                    }
                })
                .collect(),
        };
        let all = [cwe, cis].into_iter().filter(|t| !t.taxa.is_empty());
        Self { all: all.collect() }
    }

    fn references(&self) -> Vec<ComponentReference> {
        let names = self.all.iter().enumerate();
        names
            .map(|(index, taxonomy)| ComponentReference {
                name: taxonomy.name,
                index,
            })
            .collect()
    }

    fn relationship(&self, name: &'static str, id: String) -> Option<Relationship> {
        let index = self.all.iter().position(|t| t.name == name)?;
        let taxa = &self.all.get(index)?.taxa;
        Some(Relationship {
            target: TaxonReference {
                index: taxa.iter().position(|t| t.id == id)?,
                id,
                tool_component: ComponentReference { name, index },
            },
            // Every finding of the rule is an example of it.
            kinds: ["superset"],
        })
    }

    fn relationships(&self, meta: &RuleMeta) -> Vec<Relationship> {
        let cwe = meta.cwe.iter();
        let cwe = cwe.filter_map(|number| self.relationship(CWE, number.to_string()));
        let cis = meta.cis.iter();
        let cis = cis.filter_map(|section| self.relationship(CIS, (*section).to_owned()));
        cwe.chain(cis).collect()
    }
}

fn descriptor(meta: &'static RuleMeta, taxonomies: &Taxonomies) -> Descriptor {
    let impact = meta.impact.iter().map(|i| i.as_str());
    let mut tags: Vec<Cow<'static, str>> = impact.map(Cow::Borrowed).collect();
    // GitHub shows weaknesses by these tags.
    let weaknesses = meta.cwe.iter().map(|n| format!("external/cwe/cwe-{n:03}"));
    tags.extend(weaknesses.map(Cow::Owned));
    for tag in [meta.family].iter().chain(meta.aliases) {
        // The long keys that some tools give their rules say nothing to a reader.
        if !tags.iter().any(|known| known == tag) && tag.len() <= 32 {
            tags.push(Cow::Borrowed(tag));
        }
    }
    tags.truncate(MOST_TAGS);
    let severity = meta.level.severity();
    // Viewers want help of every rule.
    let page = if meta.page.is_empty() {
        meta.summary
    } else {
        meta.page
    };
    let page = page.split_once('\n').map_or(page, |(_, p)| p);
    let why = section(page, "Why");
    let full = match why {
        "" => meta.summary.to_owned(),
        why => format!("{} {}", meta.summary, why.replace('\n', " ")),
    };
    Descriptor {
        id: meta.id,
        name: pascal(meta.id),
        short_description: Text {
            text: clipped(&plain(meta.summary)),
        },
        full_description: Text {
            text: clipped(&plain(&full)),
        },
        default_configuration: Configuration {
            level: level(severity),
        },
        help_uri: meta.url,
        help: Markdown {
            text: page.trim().to_owned(),
            markdown: page.trim().to_owned(),
        },
        relationships: taxonomies.relationships(meta),
        properties: RuleProperties {
            tags,
            precision: match meta.level {
                Level::On(Severity::Error) => "very-high",
                Level::On(_) | Level::Configured(_) => "high",
                Level::Off(_) => "medium",
            },
            problem_severity: match severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info | Severity::Style => "recommendation",
            },
            // GitHub calls 7.0 and more high, 4.0 and more medium, the rest low.
            security_severity: meta
                .impact
                .contains(&Impact::Security)
                .then_some(match severity {
                    Severity::Error => "8.0",
                    Severity::Warning => "5.5",
                    Severity::Info => "3.0",
                    Severity::Style => "1.0",
                }),
            aliases: meta.aliases,
        },
    }
}

/// A file whose findings are written.
struct OneFile<'a, 'm> {
    file: &'a Linted,
    source: &'a Source,
    location: ArtifactLocation,
    root: &'m Root,
    metas: &'m [&'static RuleMeta],
}

impl<'a> OneFile<'a, '_> {
    fn results(&self, results: &mut Vec<SarifResult<'a>>) {
        let report = &self.file.report;
        if report.diagnostics.is_empty() && report.suppressed.is_empty() {
            return;
        }
        let prints = self.file.fingerprints();
        for (diagnostic, print) in report.diagnostics.iter().zip(prints.kept) {
            results.extend(self.result(diagnostic, None, &print));
        }
        for (suppressed, print) in report.suppressed.iter().zip(prints.suppressed) {
            // Nobody asked about it.
            if !matches!(suppressed.by, By::Unchanged) {
                results.extend(self.result(&suppressed.diagnostic, Some(suppressed), &print));
            }
        }
    }

    fn result(
        &self,
        diagnostic: &'a Diagnostic,
        suppressed: Option<&'a Suppressed>,
        print: &Fingerprint,
    ) -> Option<SarifResult<'a>> {
        let rule_index = self.metas.iter().position(|m| m.id == diagnostic.rule.id)?;
        let mut message = diagnostic.message.clone();
        if let Some(help) = &diagnostic.help {
            message.push_str("\n\n");
            message.push_str(help);
        }
        let related = diagnostic.labels.iter().enumerate();
        let fix = diagnostic.fix.as_ref();
        Some(SarifResult {
            rule_id: diagnostic.rule.id,
            rule_index,
            level: level(diagnostic.severity),
            message: Text { text: message },
            locations: [self.place(diagnostic.span, None)],
            related_locations: related
                .map(|(i, label)| Location {
                    id: Some(i + 1),
                    ..self.place(label.span, Some(label.message.clone()))
                })
                .collect(),
            code_flows: self.flows(diagnostic),
            partial_fingerprints: PartialFingerprints {
                line_hash: print.to_string(),
            },
            fixes: fix
                .map(|fix| SarifFix {
                    description: Text {
                        text: fix.title.clone(),
                    },
                    artifact_changes: [ArtifactChange {
                        artifact_location: self.location.clone(),
                        replacements: fix
                            .edits
                            .iter()
                            .map(|edit| Replacement {
                                deleted_region: self.region(edit.span, false),
                                inserted_content: (!edit.content.is_empty()).then_some(Snippet {
                                    text: &edit.content,
                                }),
                            })
                            .collect(),
                    }],
                })
                .filter(|fix| {
                    fix.artifact_changes
                        .iter()
                        .all(|c| !c.replacements.is_empty())
                })
                .into_iter()
                .collect(),
            suppressions: suppressed
                .map(|s| {
                    let (kind, location) = match &s.by {
                        By::Comment(span) => ("inSource", Some(self.place(*span, None))),
                        By::Exception(_) | By::Baseline | By::Unchanged => ("external", None),
                    };
                    Suppression {
                        kind,
                        justification: match &s.by {
                            By::Baseline => Some("it is in the baseline"),
                            _ => Some(s.reason.as_str()).filter(|r| !r.is_empty()),
                        },
                        location,
                    }
                })
                .into_iter()
                .collect(),
            properties: ResultProperties {
                code: code(diagnostic, self.file.perspective),
                severity: diagnostic.severity,
                applicability: fix.map(|f| f.applicability.as_str()),
            },
        })
    }

    /// A flow for each file that leads here.
    fn flows(&self, diagnostic: &'a Diagnostic) -> Vec<CodeFlow<'a>> {
        let flow = |step: &FlowStep| {
            let there = Elsewhere {
                physical_location: LinePlace {
                    artifact_location: self.root.location(&step.path),
                    region: LineRegion {
                        start_line: step.line,
                        start_column: step.column,
                    },
                },
                message: Text {
                    text: step.message.clone(),
                },
            };
            let here = self.place(diagnostic.span, Some(diagnostic.message.clone()));
            let locations = [FlowLocation::There(there), FlowLocation::Here(here)];
            CodeFlow {
                thread_flows: [ThreadFlow {
                    locations: locations
                        .into_iter()
                        .map(|location| ThreadFlowLocation { location })
                        .collect(),
                }],
            }
        };
        diagnostic.flow.iter().map(flow).collect()
    }

    fn place(&self, span: Span, message: Option<String>) -> Location<'a> {
        Location {
            id: None,
            physical_location: PhysicalLocation {
                artifact_location: self.location.clone(),
                region: self.region(span, true),
            },
            message: message.map(|text| Text { text }),
        }
    }

    fn region(&self, span: Span, snippet: bool) -> Region<'a> {
        let start = self.source.position(span.start);
        let end = self.source.position(span.end);
        let text = self.source.slice(span);
        Region {
            start_line: start.line,
            start_column: start.column,
            end_line: end.line,
            end_column: end.column,
            byte_offset: span.start,
            byte_length: span.len(),
            snippet: Some(Snippet { text }).filter(|_| {
                let fits = !text.is_empty() && text.len() <= MOST_TEXT;
                snippet && fits && self.file.secrets.within(span).is_empty()
            }),
        }
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Style => "note",
    }
}

impl Root {
    fn location(&self, path: &Path) -> ArtifactLocation {
        match self.place(path) {
            Ok(relative) => ArtifactLocation {
                uri: encoded(&relative),
                uri_base_id: Some(ROOT),
                index: None,
            },
            Err(absolute) => {
                let path = encoded(&absolute);
                let slash = if path.starts_with('/') { "" } else { "/" };
                ArtifactLocation {
                    uri: format!("file://{slash}{path}"),
                    uri_base_id: None,
                    index: None,
                }
            }
        }
    }
}

/// A path as part of a URI.
fn encoded(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// The text under a heading of a page.
fn section<'p>(page: &'p str, heading: &str) -> &'p str {
    let mark = format!("\n## {heading}\n");
    let Some((_, rest)) = page.split_once(&mark) else {
        return "";
    };
    rest.split("\n## ").next().unwrap_or_default().trim()
}

/// Markdown without its links.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, from)) = rest.split_once('[') {
        let link = from.split_once("](").and_then(|(label, more)| {
            let (_, after) = more.split_once(')')?;
            (!label.contains([']', '['])).then_some((label, after))
        });
        out.push_str(before);
        match link {
            Some((label, after)) => {
                out.push_str(label);
                rest = after;
            }
            None => {
                out.push('[');
                rest = from;
            }
        }
    }
    out.push_str(rest);
    out
}

/// At most as much as GitHub takes.
fn clipped(text: &str) -> String {
    if text.chars().count() <= MOST_TEXT {
        return text.to_owned();
    }
    let cut: String = text.chars().take(MOST_TEXT - 1).collect();
    format!("{}…", cut.trim_end())
}

/// `latest-tag` as `LatestTag`.
fn pascal(id: &str) -> String {
    id.split('-')
        .map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|c| c.to_ascii_uppercase());
            first.into_iter().chain(letters).collect::<String>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::rules;

    fn root() -> Root {
        Root {
            current: PathBuf::from("/r/sub"),
            root: PathBuf::from("/r"),
        }
    }

    #[test]
    fn paths_are_relative_to_the_repository() {
        let uri = |p: &str| {
            let location = root().location(Path::new(p));
            (location.uri, location.uri_base_id)
        };
        assert_eq!(uri("Dockerfile"), ("sub/Dockerfile".into(), Some(ROOT)));
        assert_eq!(
            uri("../a b/ü#?.df"),
            ("a%20b/%C3%BC%23%3F.df".into(), Some(ROOT))
        );
        assert_eq!(
            uri("/r/x%/Dockerfile"),
            ("x%25/Dockerfile".into(), Some(ROOT))
        );
        assert_eq!(
            uri("/tmp/Dockerfile"),
            ("file:///tmp/Dockerfile".into(), None)
        );
        assert_eq!(uri("<stdin>"), ("sub/%3Cstdin%3E".into(), Some(ROOT)));
    }

    #[test]
    fn descriptions_stay_within_githubs_limits() {
        let long = "é".repeat(3000);
        assert_eq!(clipped(&long).chars().count(), 1024);
        for entry in &rules::RULES {
            let rule = descriptor(&entry.meta, &Taxonomies::of(&[&entry.meta]));
            for text in [&rule.short_description, &rule.full_description] {
                assert!(!text.text.is_empty() && text.text.chars().count() <= 1024);
            }
            assert!(rule.properties.tags.len() <= 20);
        }
    }

    #[test]
    fn weaknesses_and_recommendations_are_entries_of_catalogues() {
        let metas = [
            rules::meta("dangerous-permissions"),
            rules::meta("latest-tag"),
            rules::meta("signature-check-disabled"),
            rules::meta("tls-check-disabled"),
        ];
        let taxonomies = Taxonomies::of(&metas);
        let entries = taxonomies.all.iter().map(|t| {
            let ids: Vec<&str> = t.taxa.iter().map(|taxon| taxon.id.as_str()).collect();
            (t.name, ids)
        });
        let expected = [(CWE, vec!["295", "347", "732"]), (CIS, vec!["4.8", "4.11"])];
        assert_eq!(entries.collect::<Vec<_>>(), expected);
        let rule = descriptor(metas[2], &taxonomies);
        let targets = rule.relationships.iter().map(|r| {
            let target = &r.target;
            (
                target.id.as_str(),
                target.index,
                target.tool_component.index,
            )
        });
        assert_eq!(targets.collect::<Vec<_>>(), [("347", 1, 0), ("4.11", 1, 1)]);
        assert!(
            rule.properties
                .tags
                .iter()
                .any(|t| t == "external/cwe/cwe-347")
        );
        assert!(descriptor(metas[1], &taxonomies).relationships.is_empty());
    }

    #[test]
    fn links_become_their_text() {
        assert_eq!(
            plain("see [this](https://x) and [that"),
            "see this and [that"
        );
        assert_eq!(plain("`[1](2)` x"), "`1` x");
    }
}
