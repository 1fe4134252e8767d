//! Makes the JSON Schema of `dlint.toml`, every rule's options in it. The program carries what is
//! made; only the tests make it, so that nobody else builds what that takes.

use std::borrow::Cow;
use std::collections::BTreeSet;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::File;
use super::file::LevelSetting;
use crate::rule::Impact;
use crate::rules::RULES;

/// The JSON Schema of `dlint.toml`.
pub(super) fn schema() -> Value {
    let generator = SchemaSettings::draft07().into_generator();
    let mut schema = generator.into_root_schema_for::<File>();
    schema.insert("title".into(), "dlint.toml".into());
    schema.to_value()
}

/// What tells most aliases from ids, families and impacts. dlint itself is stricter.
const ALIAS: &str = "[A-Z._]";

/// Aliases that look like ids.
fn plain_aliases() -> impl Iterator<Item = &'static str> {
    let aliases = RULES.iter().flat_map(|e| e.meta.aliases.iter().copied());
    aliases.filter(|a| !a.contains(|c: char| c.is_ascii_uppercase() || c == '.' || c == '_'))
}

/// A name in a selection.
pub(super) struct Selector;

impl JsonSchema for Selector {
    fn schema_name() -> Cow<'static, str> {
        "Selector".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let families: BTreeSet<&str> = RULES.iter().map(|e| e.meta.family).collect();
        let mut names: Vec<&str> = vec!["all"];
        names.extend(Impact::ALL.map(Impact::as_str));
        names.extend(families);
        names.extend(RULES.iter().map(|e| e.meta.id));
        names.extend(plain_aliases());
        // A family may be called as a rule is.
        let mut seen = BTreeSet::new();
        names.retain(|n| seen.insert(*n));
        json_schema!({
            "description": "A rule's id, another tool's name for it, a family, an impact or `all`.",
            "anyOf": [
                { "enum": names },
                { "type": "string", "pattern": ALIAS },
            ],
        })
    }
}

/// A text or a list of texts.
pub(super) struct OneOrMany;

impl JsonSchema for OneOrMany {
    fn schema_name() -> Cow<'static, str> {
        "OneOrMany".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "string" },
                { "type": "array", "items": { "type": "string" } },
            ],
        })
    }
}

/// The levels of rules.
pub(super) struct Levels;

impl JsonSchema for Levels {
    fn schema_name() -> Cow<'static, str> {
        "Levels".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let level = generator.subschema_for::<LevelSetting>();
        let properties: Map<String, Value> = RULES
            .iter()
            .map(|e| e.meta.id)
            .chain(plain_aliases())
            .map(|name| (name.to_owned(), level.clone().to_value()))
            .collect();
        json_schema!({
            "type": "object",
            "properties": properties,
            "patternProperties": { ALIAS: level },
            "additionalProperties": false,
        })
    }
}

/// The options of rules.
pub(super) struct Rules;

impl JsonSchema for Rules {
    fn schema_name() -> Cow<'static, str> {
        "Rules".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut properties = Map::new();
        for entry in &RULES {
            let mut options = (entry.options)(generator).to_value();
            let name = options.get("$ref").and_then(Value::as_str);
            let name = name.and_then(|r| r.rsplit('/').next()).unwrap_or_default();
            if let Some(definition) = generator.definitions_mut().get_mut(name)
                && let Some(definition) = definition.as_object_mut()
            {
                let page = format!("See `rules/{}/{}.md`.", entry.meta.family, entry.meta.id);
                definition.insert("description".into(), page.into());
            }
            // A rule without options takes an empty table; its Rust type says nothing of use.
            let description = json!(entry.meta.summary);
            match options.as_object_mut() {
                Some(object) if !object.contains_key("$ref") => {
                    object.insert("description".into(), description);
                }
                _ => options = json!({ "description": description, "allOf": [options] }),
            }
            properties.insert(entry.meta.id.to_owned(), options);
        }
        for alias in plain_aliases() {
            let any = || json!({ "type": "object" });
            properties.entry(alias).or_insert_with(any);
        }
        json_schema!({
            "type": "object",
            "properties": properties,
            "patternProperties": { ALIAS: { "type": "object" } },
            "additionalProperties": false,
        })
    }
}
