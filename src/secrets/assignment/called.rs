//! Names that speak for a value elsewhere: in another attribute, on the next line, behind a host.

use std::ops::Range;

use super::calls::string_behind;
use super::{Named, judged, password};
use crate::secrets::name::{self, SecretName};

/// What the name of another value says: `name="password"` in front of `value="x"`.
pub(super) struct Called {
    pub(super) class: SecretName,
    pub(super) name: String,
    /// How many more lines it speaks for.
    pub(super) lines: u8,
    pub(super) way: Way,
}

/// Where the value of a name on another line stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// In the attribute `value` or in the text of the element.
    Attribute,
    /// On the next line, between the tags.
    Element,
    /// Behind `default`, in a block of Terraform.
    Default,
    /// Behind a host, in the JSON of composer.
    Host,
}

/// A value whose name stands on the line before, and the names that wait for the next line.
pub(super) fn on_next_line(line: &str, called: &mut Option<Called>, found: &mut Vec<Named>) {
    let text = line.trim_start();
    if let Some(c) = called.take_if(|c| c.way == Way::Element && c.lines < LINES) {
        // `<AdministratorPassword>`, then `<Value>x</Value>`
        let inner = text
            .strip_prefix("<Value>")
            .or_else(|| text.strip_prefix("<value>"));
        let start = line.len() - inner.unwrap_or(text).len();
        let text = inner.unwrap_or(text);
        let end = text.find('<').unwrap_or(text.len());
        let value = text.get(..end).unwrap_or_default().trim_end();
        if !value.is_empty() {
            push_called(line, start..start + value.len(), c, found);
        }
    }
    if let Some(c) = called.take_if(|c| c.way == Way::Host && c.lines < LINES)
        && let Some(colon) = line.find("\":")
        && let Some((value, _)) = string_behind(line, colon + 2)
    {
        push_called(line, value, c, found);
    }
    if let Some(rest) = text.strip_prefix("default")
        && rest.trim_start().starts_with('=')
        && let Some(equals) = line.find('=')
        && let Some((value, _)) = string_behind(line, equals + 1)
        && let Some(c) = called.take_if(|c| c.way == Way::Default)
    {
        push_called(line, value, c, found);
    }
    if let Some((name, _)) = text
        .strip_prefix("variable \"")
        .and_then(|t| t.split_once('"'))
        && let Some(class) = name::classify(name).filter(|c| c.exact)
    {
        let waiting = Called {
            class,
            name: name.to_owned(),
            lines: 6,
            way: Way::Default,
        };
        // `variable "name" { default = "x" }`
        let value = line.find("default").and_then(|at| {
            let equals = at + line.get(at..)?.find('=')?;
            string_behind(line, equals + 1)
        });
        match value {
            Some((value, _)) => push_called(line, value, waiting, found),
            None => *called = Some(waiting),
        }
    }
    if let Some(head) = line.trim_end().strip_suffix('{')
        && let Some(colon) = head.trim_end().strip_suffix(':')
        && let Some(name) = host_keyed(line, colon.len())
    {
        *called = Some(Called {
            class: password(),
            name: name.to_owned(),
            lines: LINES,
            way: Way::Host,
        });
    }
}

/// What composer calls tokens that stand behind a host.
pub(super) const HOST_KEYED: [&str; 4] = ["github-oauth", "gitlab-oauth", "gitlab-token", "bearer"];

pub(super) fn host_keyed(line: &str, at: usize) -> Option<&'static str> {
    let before = line.get(..at)?.trim_end_matches(['"', '\'', '\\']);
    HOST_KEYED.into_iter().find(|name| before.ends_with(name))
}

/// The parameters of CloudFormation: `ParameterKey=DbPassword,ParameterValue=x`.
pub(super) fn in_parameters(line: &str, found: &mut Vec<Named>) {
    const KEY: &str = "ParameterKey=";
    const VALUE: &str = "ParameterValue=";
    for (at, _) in line.match_indices(KEY) {
        let rest = line.get(at + KEY.len()..).unwrap_or_default();
        let Some((name, value)) = rest.split_once(',') else {
            continue;
        };
        let Some(value) = value.strip_prefix(VALUE) else {
            continue;
        };
        let value = value.trim_start_matches(['"', '\'', '\\']);
        let end = value.find(|c: char| c.is_whitespace() || "\"'\\,".contains(c));
        let start = value.as_ptr() as usize - line.as_ptr() as usize;
        if let Some(class) = name::classify(name).filter(|c| c.exact) {
            let called = Called {
                class,
                name: name.to_owned(),
                lines: LINES,
                way: Way::Attribute,
            };
            push_called(
                line,
                start..start + end.unwrap_or(value.len()),
                called,
                found,
            );
        }
    }
}

/// For how many lines a name speaks: its own and the next.
pub(super) const LINES: u8 = 1;

pub(super) fn is_attribute(name: &str) -> bool {
    matches!(
        name.rsplit('-').next().unwrap_or(name),
        "name" | "key" | "Name" | "Key" | "value" | "Value" | "val" | "string"
    )
}

/// The text of an element whose tag ends at `at`.
pub(super) fn element(line: &str, at: usize) -> Option<Range<usize>> {
    let rest = line.get(at + 1..)?;
    let end = rest.find('<')?;
    let is_tag = line.get(..at)?.rfind('<').is_some();
    (is_tag && end > 0).then_some(at + 1..at + 1 + end)
}

/// The value behind a host: `"github-oauth": {"github.com": "x"}`.
pub(super) fn behind_host(line: &str, at: usize) -> Option<Range<usize>> {
    let rest = line.get(at + 1..)?;
    let inner = rest.trim_start_matches([' ', '\\']).strip_prefix('{')?;
    let colon = inner.find(':')?;
    let value = inner.get(colon + 1..)?;
    let value = value.trim_start_matches([' ', '\\', '"', '\'']);
    let start = line.len() - value.len();
    let end = value.find(['"', '\'', '\\', '}', ','])?;
    Some(start..start + end)
}

pub(super) fn push_called(line: &str, value: Range<usize>, called: Called, found: &mut Vec<Named>) {
    let text = line.get(value.clone()).unwrap_or_default();
    if let Some(kind) = judged(&called.class, text) {
        found.push(Named::new(called.name, called.class.noun, value, kind));
    }
}
