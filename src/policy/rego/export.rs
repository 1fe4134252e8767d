//! Writes a policy as one that buildx evaluates, so that the same list holds at commit, in CI and
//! in the build.

use serde_json::json;

use crate::policy::{Bases, Exception, Golden, Mode, Policy, StageKind};

/// The rules whose exceptions let an image through.
const ABOUT_IMAGES: [&str; 4] = [
    "deprecated-base",
    "non-golden-base",
    "untrusted-registry",
    "unvetted-publisher",
];

/// The functions that read patterns of images and ranges of tags as dlint does.
const FUNCTIONS: &str = r#"
# Names and tags with `*` for any text, in full or as people write them.
named(pattern) if glob.match(pattern, null, input.image.repo)

named(pattern) if glob.match(pattern, null, input.image.fullRepo)

# The numbers of the version in a tag: [3, 12] of `3.12-alpine3.20`.
version(tag) := numbers_of(found[0]) if found := regex.find_n(`[0-9]+([.-][0-9]+)*`, tag, 1)

numbers_of(text) := [number_of(n) | some n in regex.split(`[.-]`, text)]

number_of(digits) := to_number(trim_left(digits, "0")) if trim_left(digits, "0") != ""

number_of(digits) := 0 if trim_left(digits, "0") == ""

tagged(pattern) if {
	not regex.match(`^[<>=]`, pattern)
	glob.match(pattern, null, input.image.tag)
}

tagged(pattern) if {
	regex.match(`^[<>=]`, pattern)
	numbers := version(input.image.tag)
	every part in split(pattern, ",") {
		within(numbers, trim_space(part))
	}
}

within(numbers, part) if {
	m := regex.find_all_string_submatch_n(`^(<=|>=|<|>|=) *([0-9.-]+)$`, part, 1)[0]
	holds(m[1], order(numbers, numbers_of(m[2])))
}

holds("<", c) if c < 0

holds("<=", c) if c <= 0

holds("=", c) if c == 0

holds(">=", c) if c >= 0

holds(">", c) if c > 0

# Less than, equal to or more than 0; the shorter version lacks zeros.
order(a, b) := found[0] if {
	found := differences(a, b)
	count(found) > 0
}

order(a, b) := 0 if count(differences(a, b)) == 0

differences(a, b) := [d |
	some i in numbers.range(0, max([count(a), count(b)]) - 1)
	d := at(a, i) - at(b, i)
	d != 0
]

at(numbers, i) := numbers[i] if i < count(numbers)

at(numbers, i) := 0 if i >= count(numbers)
"#;

/// The policy as Rego. What cannot be said there stands in comments.
pub fn write(policy: &Policy) -> String {
    let mut out = String::from(
        "# Written by `dlint policy export --rego`. buildx evaluates it beside the Dockerfile of its\n\
         # name; `dlint policy import` reads it back.\n",
    );
    for note in notes(policy) {
        out.push_str("#\n");
        for line in wrapped(&note) {
            out.push_str(&format!("# {line}\n"));
        }
    }
    out.push_str("\npackage docker\n\ndefault allow := false\n\n");
    out.push_str("# The folders that the build is started from, downloads, repositories.\n");
    out.push_str("allow if input.local\n\nallow if input.http\n\nallow if input.git\n\n");
    out.push_str("# The images of `# syntax` lines.\n");
    out.push_str(
        "allow if input.image.fullRepo in [\"docker.io/docker/dockerfile\", \"docker.io/docker/dockerfile-upstream\"]\n",
    );
    let lets_any = policy.golden.is_empty() && policy.trusted_registries.is_empty()
        || policy.build_stages == Bases::Any && policy.trusted_registries.is_empty()
        || policy.mode != Mode::Enforce;
    if lets_any {
        out.push_str("\nallow if input.image\n");
    }
    if !policy.golden.is_empty() {
        out.push_str("\n# The golden images.\ngolden := [\n");
        for golden in &policy.golden {
            out.push_str(&format!("\t{},\n", entry(golden)));
        }
        out.push_str("]\n\nallow if is_golden\n");
        out.push_str(IS_GOLDEN);
    }
    if !policy.trusted_registries.is_empty() {
        out.push_str("\n# The registries that may be used, or parts of them.\n");
        out.push_str(&format!(
            "trusted_registries := {}\n\nallow if is_trusted\n",
            json!(policy.trusted_registries)
        ));
        out.push_str(IS_TRUSTED);
    } else if policy.build_stages == Bases::Trusted && !policy.golden.is_empty() {
        out.push_str("\n# Docker's official images, for build stages.\n");
        out.push_str("allow if startswith(input.image.fullRepo, \"docker.io/library/\")\n");
    }
    let excepted: Vec<&Exception> = policy.exceptions.iter().filter(|e| is_said(e)).collect();
    if !excepted.is_empty() {
        out.push_str("\n# Exceptions.\nexceptions := [\n");
        for exception in excepted {
            if let Some(until) = exception.until {
                out.push_str(&format!("\t# until {until}\n"));
            }
            let images = json!(exception.images);
            let (rule, reason) = (json!(exception.rule), json!(exception.reason));
            out.push_str(&format!(
                "\t{{\"rule\": {rule}, \"images\": {images}, \"reason\": {reason}}},\n"
            ));
        }
        out.push_str("]\n\nallow if {\n\tsome exception in exceptions\n\tsome image in exception.images\n\tmatches(image)\n}\n");
    }
    let allowed: Vec<&str> = policy.golden.iter().map(|g| g.image.as_str()).collect();
    let mut list = allowed
        .iter()
        .take(5)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    if allowed.len() > 5 {
        list.push_str(", …");
    }
    let help = match (list.as_str(), policy.trusted_registries.is_empty()) {
        ("", true) => String::new(),
        ("", false) => " is in no trusted registry".to_owned(),
        (list, _) => format!(" is not a golden image: build on {list}"),
    };
    let format = json!(format!("%s{}", help.replace('%', "%%")));
    out.push_str(&format!(
        "\ndeny_msg contains msg if {{\n\tnot allow\n\tinput.image\n\tmsg := sprintf({format}, [input.image.ref])\n}}\n"
    ));
    out.push_str("\ndecision := {\"allow\": allow, \"deny_msg\": deny_msg}\n");
    let has_patterns = !policy.golden.is_empty() || policy.exceptions.iter().any(is_said);
    if has_patterns {
        out.push_str(MATCHES);
        out.push_str(FUNCTIONS);
    }
    out
}

const IS_GOLDEN: &str = r#"
is_golden if {
	some entry in golden
	matches(entry.image)
	not entry.tags
}

is_golden if {
	some entry in golden
	matches(entry.image)
	some pattern in entry.tags
	tagged(pattern)
}
"#;

/// A pattern with tag and digest. A digest decides alone which bits these are.
const MATCHES: &str = r#"
# An image as a pattern names it: `name`, `name:tag`, `name@sha256:…`.
matches(text) if {
	not contains(text, "@")
	m := regex.find_all_string_submatch_n(`^(.*/)?([^/:]+)$`, text, 1)[0]
	named(concat("", [m[1], m[2]]))
}

matches(text) if {
	not contains(text, "@")
	m := regex.find_all_string_submatch_n(`^((?:.*/)?[^/:]+):([^/:]+)$`, text, 1)[0]
	named(m[1])
	glob.match(m[2], null, input.image.tag)
}

matches(text) if {
	m := regex.find_all_string_submatch_n(`^((?:.*/)?[^/:@]+)(?::[^/@]+)?@(.+)$`, text, 1)[0]
	named(m[1])
	input.image.isCanonical
	input.image.checksum == m[2]
}
"#;

const IS_TRUSTED: &str = r#"
is_trusted if {
	some entry in trusted_registries
	not contains(entry, "/")
	glob.match(hub(entry), null, lower(input.image.host))
}

is_trusted if {
	some entry in trusted_registries
	contains(entry, "/")
	full := concat("", [hub(split(entry, "/")[0]), substring(entry, indexof(entry, "/"), -1)])
	some pattern in [full, concat("", [full, "/*"])]
	glob.match(pattern, null, input.image.fullRepo)
}

# The names that people give Docker Hub.
hub(host) := "docker.io" if {
	lower(host) in ["index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", "hub.docker.com"]
} else := lower(host)
"#;

/// An entry of the golden list.
fn entry(golden: &Golden) -> String {
    let mut parts = vec![format!("\"image\": {}", json!(golden.image))];
    let tags: Vec<String> = golden.allowed().iter().map(|t| t.to_string()).collect();
    if !tags.is_empty() {
        parts.push(format!("\"tags\": {}", json!(tags)));
    }
    if !golden.replaces.is_empty() {
        parts.push(format!("\"replaces\": {}", json!(golden.replaces)));
    }
    for (key, value) in [("owner", &golden.owner), ("docs", &golden.docs)] {
        if let Some(value) = value {
            parts.push(format!("\"{key}\": {}", json!(value)));
        }
    }
    format!("{{{}}}", parts.join(", "))
}

/// Whether an exception can be said: it is about images, wherever they are used.
fn is_said(exception: &Exception) -> bool {
    ABOUT_IMAGES.contains(&exception.rule.as_str())
        && exception.files.is_empty()
        && !exception.images.is_empty()
}

/// What the Rego does not say.
fn notes(policy: &Policy) -> Vec<String> {
    let mut notes = Vec::new();
    let mut add = |note: &str| notes.push(note.to_owned());
    if !policy.golden.is_empty() {
        add(
            "buildx does not tell the base of a stage from an image that files are copied from, nor a \
             final stage from others: every image is judged alike.",
        );
    }
    if policy.golden.iter().any(|g| g.stages.is_some()) {
        let of = |kind: StageKind| {
            let images = policy.golden.iter().filter(|g| g.stages == Some(kind));
            images
                .map(|g| g.image.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        };
        for (kind, word) in [(StageKind::Build, "build"), (StageKind::Final, "final")] {
            let images = of(kind);
            if !images.is_empty() {
                add(&format!("Not said here: only for {word} stages: {images}."));
            }
        }
    }
    if !policy.golden.is_empty() && !policy.trusted_registries.is_empty() {
        add(
            "Images of trusted registries pass: files may be copied from them. That final stages build \
             on golden images is for dlint to check.",
        );
    }
    if policy.build_stages == Bases::Trusted && policy.trusted_registries.is_empty() {
        add("Not said here: the verified publishers that build stages may build on.");
    }
    if policy.final_digest {
        add("Not said here: the base of a final stage needs a digest.");
    }
    if policy.final_runtime {
        add("Not said here: final stages build on no image that is for building.");
    }
    match policy.mode {
        Mode::Enforce => {}
        Mode::Audit | Mode::Warn => {
            add("The policy is not enforced yet (`mode`): every image is allowed.");
        }
    }
    if let Some(day) = policy.effective {
        add(&format!(
            "Not said here: it counts from {day} on. Put the file in its place then."
        ));
    }
    for golden in &policy.golden {
        if let Some(deprecated) = &golden.deprecated {
            let until = deprecated.until.map(|d| format!(" until {d}"));
            let successor = deprecated.successor.as_ref();
            let successor = successor.map(|s| format!(", use {s}"));
            add(&format!(
                "Not said here: {} is deprecated{}{}.",
                golden.image,
                until.unwrap_or_default(),
                successor.unwrap_or_default()
            ));
        }
        if let Some(number) = golden.newest {
            add(&format!(
                "The newest {number} tags of {} are listed as they are now.",
                golden.image
            ));
        }
    }
    let left: Vec<&Exception> = policy.exceptions.iter().filter(|e| !is_said(e)).collect();
    for exception in left {
        add(&format!(
            "Not said here: the exception from {} for {}: {}.",
            exception.rule,
            [exception.files.join(", "), exception.images.join(", ")]
                .iter()
                .filter(|t| !t.is_empty())
                .cloned()
                .collect::<Vec<_>>()
                .join(", "),
            exception.reason
        ));
    }
    if policy
        .exceptions
        .iter()
        .any(|e| is_said(e) && e.until.is_some())
    {
        add("Not said here: on which day an exception ends.");
    }
    if !policy.label_schema.is_empty() || policy.strict_labels {
        add("Not said here: the labels of the image that is built.");
    }
    if !policy.insecure_registries.is_empty() {
        add("Not said here: the registries that are reached over plain HTTP.");
    }
    notes
}

/// A note in lines of a comment; nothing in it ends one.
fn wrapped(note: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in note.split_whitespace() {
        let is_full = lines.last().is_some_and(|l| l.len() + word.len() > 96);
        if is_full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
