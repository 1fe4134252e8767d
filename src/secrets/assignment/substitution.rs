//! What `sed` puts in the place of a name.

use super::place::sed_delimiter;
use super::{Named, judged};
use crate::secrets::name;

/// What `sed` puts in the place of a name that stands for it: `s/__DB_PASSWORD__/x/`.
pub(super) fn in_substitutions(line: &str, found: &mut Vec<Named>) {
    for (at, _) in line.match_indices('s') {
        let before = line.get(..at).unwrap_or_default();
        if !before.ends_with(['\'', '"', ' ', ';']) {
            continue;
        }
        let Some(delimiter) = sed_delimiter(line, at) else {
            continue;
        };
        let start = at + 1 + delimiter.len_utf8();
        let rest = line.get(start..).unwrap_or_default();
        let Some((pattern, rest)) = rest.split_once(delimiter) else {
            continue;
        };
        let Some((value, _)) = rest.split_once(delimiter) else {
            continue;
        };
        // `s/^\(password:\).*/\1 x/` keeps the name.
        if let Some(kept) = value.strip_prefix("\\1") {
            let group = pattern.split_once('(').and_then(|(_, g)| g.split_once(')'));
            let name = group.map_or("", |(g, _)| g);
            let name = name.trim_matches(|c: char| !c.is_ascii_alphanumeric());
            let text = kept.trim_matches([' ', '"', '\'']);
            if let Some(class) = name::classify(name).filter(|c| c.exact)
                && let Some(kind) = judged(&class, text).filter(|k| k.is_secret())
            {
                let from = text.as_ptr() as usize - line.as_ptr() as usize;
                found.push(Named::new(name, class.noun, from..from + text.len(), kind));
            }
            continue;
        }
        if let Some(mut named) = stood_for(pattern, value) {
            let from = start + pattern.len() + delimiter.len_utf8();
            named.range = from..from + value.len();
            found.push(named);
        }
    }
}

/// The value that takes the place of a pattern, if that is nothing but a name that stands for it:
/// `__DB_PASSWORD__`, `{{db_password}}`, `DB_PASSWORD`.
pub fn stood_for(pattern: &str, value: &str) -> Option<Named> {
    const FRAMES: [&str; 10] = ["__", "{{", "@", "%", "$", "\\$", "<", "\\[", "##", "\\{"];
    let bare = pattern.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let ends = ["_here", "_HERE", "_PLACEHOLDER", "_placeholder"];
    let starts = ["your_", "YOUR_", "REPLACE_", "CHANGE_"];
    let stem = ends.iter().find_map(|e| bare.strip_suffix(e));
    let stem = stem.or_else(|| starts.iter().find_map(|s| bare.strip_prefix(s)));
    let is_constant = bare.contains('_')
        && bare.len() == pattern.len()
        && !bare.contains(|c: char| c.is_ascii_lowercase());
    let is_framed = FRAMES.iter().any(|f| pattern.starts_with(f)) && pattern.ends_with(ends_frame);
    let name = stem.unwrap_or(bare);
    let class =
        name::classify(name).filter(|c| (is_constant || is_framed || stem.is_some()) && c.exact)?;
    let kind = judged(&class, value).filter(|k| k.is_secret())?;
    Some(Named::new(name, class.noun, 0..value.len(), kind))
}

fn ends_frame(c: char) -> bool {
    !matches!(c, '=' | ':' | '"' | '\'')
}
