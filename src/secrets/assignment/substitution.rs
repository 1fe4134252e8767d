//! What `sed` puts in the place of a name.

use super::place::sed_delimiter;
use super::{Named, judged};
use crate::secrets::name;

/// What `sed` puts in the place of a name that stands for it: `s/__DB_PASSWORD__/x/`.
pub(super) fn in_substitutions(line: &str, found: &mut Vec<Named>) {
    const FRAMES: [&str; 4] = ["__", "{{", "@", "%"];
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
                found.push(Named {
                    name: name.to_owned(),
                    noun: class.noun,
                    range: from..from + text.len(),
                    kind,
                    is_bare: false,
                });
            }
            continue;
        }
        let bare = pattern.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let stem = bare
            .strip_suffix("_here")
            .or_else(|| bare.strip_suffix("_HERE"));
        let is_framed = FRAMES.iter().any(|f| pattern.starts_with(f)) || stem.is_some();
        let name = stem.unwrap_or(bare);
        let Some(class) = name::classify(name).filter(|c| is_framed && c.exact) else {
            continue;
        };
        if let Some(kind) = judged(&class, value).filter(|k| k.is_secret()) {
            let from = start + pattern.len() + delimiter.len_utf8();
            found.push(Named {
                name: name.to_owned(),
                noun: class.noun,
                range: from..from + value.len(),
                kind,
                is_bare: false,
            });
        }
    }
}
