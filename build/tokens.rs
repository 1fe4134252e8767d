//! `data/tokens.toml` to the table that `src/secrets/token.rs` includes.

use serde::Deserialize;

use super::tables::{read, table, write};

#[derive(Deserialize)]
struct Tokens {
    token: Vec<Token>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    what: String,
    keyword: String,
    parts: Vec<String>,
    checksum: Option<String>,
    before: Option<String>,
    #[serde(default)]
    starts: String,
    #[serde(default)]
    random: bool,
}

/// Writes the table; says what is wrong with the file.
pub(super) fn generate() -> Result<(), String> {
    let tokens: Tokens = read("tokens")?;
    let mut rows = Vec::new();
    for token in &tokens.token {
        rows.push(row(token).map_err(|e| format!("data/tokens.toml: `{}`: {e}", token.keyword))?);
    }
    let text = table(
        "The formats, in the order in which they are tried.",
        "pub static PROVIDERS",
        "Provider",
        &rows,
    );
    write("tokens.rs", &text);
    Ok(())
}

fn row(token: &Token) -> Result<String, String> {
    let mut parts = String::new();
    for part in &token.parts {
        let text = part.strip_prefix('\'').and_then(|p| p.strip_suffix('\''));
        let part = match text {
            Some(text) => format!("Part::Text({text:?}), "),
            None => format!("Part::Run({}), ", run(part)?),
        };
        parts.push_str(&part);
    }
    let before = match &token.before {
        Some(before) => format!("Some(({}))", run(before)?),
        None => "None".to_owned(),
    };
    let check = match token.checksum.as_deref() {
        Some("crc-32") => "Crc",
        None if token.random => "Random",
        None => "None",
        Some(other) => return Err(format!("no checksum `{other}`")),
    };
    Ok(format!(
        "Provider {{ what: {:?}, keyword: {:?}, before: {before}, starts: {:?}, parts: &[{parts}], \
         check: Check::{check} }}",
        token.what, token.keyword, token.starts,
    ))
}

/// `url 20-64` to an alphabet, the least and the most.
fn run(text: &str) -> Result<String, String> {
    let (alphabet, length) = text
        .split_once(' ')
        .ok_or(format!("`{text}` has no length"))?;
    let alphabet = match alphabet {
        "digits" => "Digits",
        "hex" => "Hex",
        "any-hex" => "AnyHex",
        "lower" => "Lower",
        "upper" => "Upper",
        "base32" => "Base32",
        "letters" => "Letters",
        "alnum" => "Alnum",
        "name" => "Name",
        "url" => "Url",
        "dotted" => "Dotted",
        "base64" => "Base64",
        "tilde" => "Tilde",
        "padded" => "Padded",
        "raw64" => "Raw64",
        other => return Err(format!("no alphabet `{other}`")),
    };
    let (min, max) = length.split_once('-').unwrap_or((length, length));
    let number = |n: &str| {
        n.parse::<u16>()
            .map_err(|_| format!("`{length}` is no length"))
    };
    let (min, max) = (number(min)?, number(max)?);
    if min > max {
        return Err(format!("`{length}` ends before it begins"));
    }
    Ok(format!("Alphabet::{alphabet}, {min}, {max}"))
}
