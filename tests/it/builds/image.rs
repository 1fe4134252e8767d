//! What is in an image: its files as a container sees them, and its configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use serde_json::Value;

/// The files and the configuration of an image.
pub(super) struct Image {
    /// By path, without a slash in front or behind.
    files: BTreeMap<String, Entry>,
    /// Without the times and the history of its making.
    config: Value,
}

/// A file, folder or link. Times are left out: two builds never agree on them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    kind: tar::EntryType,
    mode: u32,
    owner: (u64, u64),
    /// Where a link leads; for a hard link the path of its file.
    link: String,
    content: Vec<u8>,
    /// The extended attributes.
    attributes: BTreeMap<String, Vec<u8>>,
}

/// What a name begins with that stands for a file which an upper layer removed.
const WHITEOUT: &str = ".wh.";
/// The name that stands for all that lower layers have in the folder.
const OPAQUE: &str = ".wh..wh..opq";

impl Image {
    /// Reads the tar of an OCI layout that holds one image with layers that are not compressed.
    pub(super) fn read(layout: &[u8]) -> Self {
        let mut blobs: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for entry in tar::Archive::new(layout).entries().unwrap() {
            let mut entry = entry.unwrap();
            let path = entry.path().unwrap().to_str().unwrap().to_owned();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            blobs.insert(path, content);
        }
        let json = |path: &str| -> Value { serde_json::from_slice(&blobs[path]).unwrap() };
        let blob = |digest: &Value| {
            let digest = digest.as_str().unwrap().replace(':', "/");
            format!("blobs/{digest}")
        };
        let mut manifest = json("index.json");
        // An index may name another.
        while manifest["manifests"].is_array() {
            let inner = manifest["manifests"].as_array().unwrap();
            assert_eq!(inner.len(), 1, "{manifest}");
            manifest = json(&blob(&inner[0]["digest"]));
        }
        let mut config = json(&blob(&manifest["config"]["digest"]));
        for made in ["created", "history", "rootfs"] {
            config.as_object_mut().unwrap().remove(made);
        }
        let mut files = BTreeMap::new();
        for layer in manifest["layers"].as_array().unwrap() {
            assert!(
                layer["mediaType"].as_str().unwrap().ends_with("tar"),
                "{layer}"
            );
            add_layer(&mut files, &blobs[&blob(&layer["digest"])]);
        }
        Self { files, config }
    }

    /// How another image differs, a line for each difference.
    pub(super) fn differences(&self, other: &Self) -> Vec<String> {
        let mut found = Vec::new();
        let paths: BTreeSet<&String> = self.files.keys().chain(other.files.keys()).collect();
        for path in paths {
            match (self.files.get(path), other.files.get(path)) {
                (Some(one), Some(two)) if one != two => found.push(format!(
                    "file /{path}: {} instead of {}",
                    two.shown(),
                    one.shown()
                )),
                (Some(_), None) => found.push(format!("file /{path}: gone")),
                (None, Some(two)) => found.push(format!("file /{path}: new, {}", two.shown())),
                _ => {}
            }
        }
        compare("config", &self.config, &other.config, &mut found);
        found
    }
}

fn add_layer(files: &mut BTreeMap<String, Entry>, layer: &[u8]) {
    let remove_below = |files: &mut BTreeMap<String, Entry>, folder: &str| {
        files.retain(|path, _| !path.starts_with(folder));
    };
    let mut added = Vec::new();
    for entry in tar::Archive::new(layer).entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_str().unwrap().to_owned();
        let path = path.trim_start_matches("./").trim_matches('/').to_owned();
        let (folder, name) = match path.rsplit_once('/') {
            Some((folder, name)) => (format!("{folder}/"), name),
            None => (String::new(), path.as_str()),
        };
        // What a layer removes is what those below it have, whatever comes first in it.
        if name == OPAQUE {
            remove_below(files, &folder);
            continue;
        }
        if let Some(gone) = name.strip_prefix(WHITEOUT) {
            let gone = format!("{folder}{gone}");
            files.remove(&gone);
            remove_below(files, &format!("{gone}/"));
            continue;
        }
        let extensions = entry.pax_extensions().unwrap();
        let attributes = extensions.into_iter().flatten().filter_map(|extension| {
            let extension = extension.unwrap();
            let name = extension.key().unwrap().strip_prefix("SCHILY.xattr.")?;
            Some((name.to_owned(), extension.value_bytes().to_vec()))
        });
        let attributes = attributes.collect();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        let header = entry.header();
        let link = entry.link_name().unwrap();
        let read = Entry {
            kind: header.entry_type(),
            mode: header.mode().unwrap() & 0o7777,
            owner: (header.uid().unwrap(), header.gid().unwrap()),
            link: link.map_or_else(String::new, |link| link.to_str().unwrap().to_owned()),
            content,
            attributes,
        };
        added.push((path, read));
    }
    for (path, entry) in added {
        if path.is_empty() {
            continue;
        }
        // A file in the place of a folder takes what was in it away.
        if !entry.kind.is_dir() {
            remove_below(files, &format!("{path}/"));
        }
        files.insert(path, entry);
    }
}

impl Entry {
    fn shown(&self) -> String {
        let content = match std::str::from_utf8(&self.content) {
            Ok(text) if text.len() < 80 => format!("{text:?}"),
            _ => format!("{} bytes", self.content.len()),
        };
        let (user, group) = self.owner;
        let attributes: Vec<&String> = self.attributes.keys().collect();
        format!(
            "{:?} {:o} {user}:{group} {:?} {content} {attributes:?}",
            self.kind, self.mode, self.link
        )
    }
}

fn compare(at: &str, one: &Value, two: &Value, found: &mut Vec<String>) {
    match (one, two) {
        (Value::Object(one), Value::Object(two)) => {
            let keys: BTreeSet<&String> = one.keys().chain(two.keys()).collect();
            for key in keys {
                let at = format!("{at}.{key}");
                match (one.get(key), two.get(key)) {
                    (Some(one), Some(two)) => compare(&at, one, two, found),
                    (Some(one), None) => found.push(format!("{at}: gone, was {one}")),
                    (None, Some(two)) => found.push(format!("{at}: new, {two}")),
                    (None, None) => {}
                }
            }
        }
        _ if one != two => found.push(format!("{at}: {two} instead of {one}")),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A layer of files, each with its content.
    fn layer(files: &[(&str, &str)]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (path, content) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            header.set_uid(0);
            header.set_gid(0);
            builder
                .append_data(&mut header, path, content.as_bytes())
                .unwrap();
        }
        builder.into_inner().unwrap()
    }

    fn image(layers: &[Vec<u8>], config: Value) -> Image {
        let mut files = BTreeMap::new();
        for layer in layers {
            add_layer(&mut files, layer);
        }
        Image { files, config }
    }

    #[test]
    fn upper_layers_replace_and_remove_what_lower_ones_have() {
        let base = layer(&[("a/x", "1"), ("a/y", "2"), ("b/x", "3"), ("c", "4")]);
        let top = layer(&[
            ("a/.wh.x", ""),
            ("b/.wh..wh..opq", ""),
            ("b/z", "5"),
            ("c", "6"),
        ]);
        let flat = layer(&[("a/y", "2"), ("b/z", "5"), ("c", "6")]);
        let (one, two) = (
            image(&[base, top], Value::Null),
            image(&[flat], Value::Null),
        );
        assert_eq!(one.differences(&two), Vec::<String>::new());
    }

    #[test]
    fn each_difference_is_told() {
        let config = |author: &str| serde_json::json!({"author": author, "config": {"Cmd": ["a"]}});
        let one = image(&[layer(&[("a", "1"), ("b", "2")])], config("x"));
        let two = image(&[layer(&[("a", "9"), ("c", "2")])], config("y"));
        let found = one.differences(&two);
        for start in [
            "file /a: ",
            "file /b: gone",
            "file /c: new",
            "config.author: ",
        ] {
            assert!(found.iter().any(|f| f.starts_with(start)), "{found:?}");
        }
        assert_eq!(found.len(), 4, "{found:?}");
    }
}
