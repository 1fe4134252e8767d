//! The crate's own code, read for the paths it names: grouped imports spread out, comments,
//! strings and test modules left out.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A file below `src` and the paths it names outside of tests.
pub struct CodeFile {
    /// `src/…/x.rs`, with `/`.
    pub path: String,
    pub text: String,
    pub paths: Vec<NamedPath>,
}

/// A path as code names it: `["crate", "facts", "Node"]`, `["std", "fs", "read"]`.
#[derive(Debug, PartialEq, Eq)]
pub struct NamedPath {
    pub line: usize,
    /// `super` and `self` are resolved: every path of this crate begins with `crate`.
    pub names: Vec<String>,
}

impl NamedPath {
    /// Whether the path is `prefix`, or lies below it.
    pub fn is_below(&self, prefix: &[&str]) -> bool {
        self.names.len() >= prefix.len() && self.names.iter().zip(prefix).all(|(a, b)| a == b)
    }
}

impl CodeFile {
    /// The module of the crate that the file belongs to.
    pub fn module(&self) -> &str {
        let path = self.path.strip_prefix("src/").unwrap();
        &path[..path.find(['/', '.']).unwrap()]
    }
}

/// All files of `src` but those that are test modules.
pub fn files() -> &'static [CodeFile] {
    static FILES: LazyLock<Vec<CodeFile>> = LazyLock::new(read_all);
    &FILES
}

fn read_all() -> Vec<CodeFile> {
    let mut files = Vec::new();
    let mut tests = BTreeSet::new();
    for entry in walkdir::WalkDir::new("src").sort_by_file_name() {
        let entry = entry.unwrap();
        let path = entry.path().to_string_lossy().replace('\\', "/");
        if !path.ends_with(".rs") {
            continue;
        }
        let text = std::fs::read_to_string(entry.path()).unwrap();
        let (paths, test_modules) = read(&path, &text);
        tests.extend(test_modules);
        files.push(CodeFile { path, text, paths });
    }
    files.retain(|file| {
        let module = module_path(&file.path);
        !(1..=module.len()).any(|n| tests.contains(&module[..n]))
    });
    files
}

/// The paths a file names, and the modules it declares for tests.
fn read(path: &str, text: &str) -> (Vec<NamedPath>, Vec<Vec<String>>) {
    let tokens: TokenStream = text.parse().unwrap_or_else(|e| panic!("{path}: {e}"));
    let mut reader = Reader {
        module: module_path(path),
        paths: Vec::new(),
        tests: Vec::new(),
    };
    reader.tokens(tokens);
    (reader.paths, reader.tests)
}

/// `src/rules/mod.rs` is `["crate", "rules"]`.
fn module_path(path: &str) -> Vec<String> {
    let path = path.strip_prefix("src/").unwrap();
    let path = path.strip_suffix(".rs").unwrap();
    let mut names = vec!["crate".to_owned()];
    names.extend(path.split('/').map(str::to_owned));
    if matches!(
        names.last().map(String::as_str),
        Some("mod" | "lib" | "main")
    ) {
        names.pop();
    }
    names
}

struct Reader {
    module: Vec<String>,
    paths: Vec<NamedPath>,
    tests: Vec<Vec<String>>,
}

impl Reader {
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            if is_test_attribute(&tokens, at) {
                at = self.skip_item(&tokens, at);
                continue;
            }
            if let (Some("mod"), Some(name)) =
                (ident(&tokens, at).as_deref(), ident(&tokens, at + 1))
                && let Some(TokenTree::Group(body)) = tokens.get(at + 2)
            {
                self.module.push(name);
                self.tokens(body.stream());
                self.module.pop();
                at += 3;
                continue;
            }
            match token {
                TokenTree::Group(group) => {
                    self.tokens(group.stream());
                    at += 1;
                }
                TokenTree::Ident(_) => at = self.path(&tokens, at, &[]),
                _ => at += 1,
            }
        }
    }

    /// Reads a path that begins at a name; gives the index behind it.
    fn path(&mut self, tokens: &[TokenTree], mut at: usize, prefix: &[String]) -> usize {
        let Some(first) = tokens.get(at) else {
            return at;
        };
        let line = first.span().start().line;
        let mut names = prefix.to_vec();
        while let Some(name) = ident(tokens, at) {
            names.push(name);
            at += 1;
            if !is_punct(tokens, at, ':') || !is_punct(tokens, at + 1, ':') {
                break;
            }
            at += 2;
            if let Some(TokenTree::Group(group)) = tokens.get(at)
                && group.delimiter() == Delimiter::Brace
            {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                let mut next = 0;
                while next < inner.len() {
                    match ident(&inner, next) {
                        Some(_) => next = self.path(&inner, next, &names),
                        None => next += 1,
                    }
                }
                return at + 1;
            }
        }
        // A name alone is no path, but in a group of imports.
        if names.len() > 1 {
            let names = self.resolve(names);
            self.paths.push(NamedPath { line, names });
        }
        if !prefix.is_empty() && ident(tokens, at).as_deref() == Some("as") {
            return at + 2;
        }
        at
    }

    fn resolve(&self, mut names: Vec<String>) -> Vec<String> {
        if !matches!(names[0].as_str(), "super" | "self") {
            return names;
        }
        let mut whole = self.module.clone();
        while let Some("super" | "self") = names.first().map(String::as_str) {
            if names.remove(0) == "super" {
                whole.pop();
            }
        }
        whole.append(&mut names);
        whole
    }

    /// The index behind an item for tests, which begins with its attribute.
    fn skip_item(&mut self, tokens: &[TokenTree], mut at: usize) -> usize {
        while is_punct(tokens, at, '#') {
            at += 2;
        }
        while let Some(token) = tokens.get(at) {
            if let (Some("mod"), Some(name)) = (ident(tokens, at).as_deref(), ident(tokens, at + 1))
                && is_punct(tokens, at + 2, ';')
            {
                let mut module = self.module.clone();
                module.push(name);
                self.tests.push(module);
            }
            at += 1;
            match token {
                TokenTree::Punct(p) if p.as_char() == ';' => break,
                TokenTree::Group(g) if g.delimiter() == Delimiter::Brace => break,
                _ => {}
            }
        }
        at
    }
}

fn ident(tokens: &[TokenTree], at: usize) -> Option<String> {
    match tokens.get(at)? {
        TokenTree::Ident(ident) => Some(ident.to_string()),
        _ => None,
    }
}

fn is_punct(tokens: &[TokenTree], at: usize, wanted: char) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == wanted)
}

/// `#[cfg(test)]`, `#[cfg(all(test, …))]`, `#[test]`.
fn is_test_attribute(tokens: &[TokenTree], at: usize) -> bool {
    let Some(TokenTree::Group(group)) = tokens.get(at + 1).filter(|_| is_punct(tokens, at, '#'))
    else {
        return false;
    };
    let text = group.stream().to_string();
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .collect();
    let is_cfg = words.first() == Some(&"cfg");
    words == ["test"] || is_cfg && words.contains(&"test") && !words.contains(&"not")
}

#[test]
fn paths_are_read_from_all_of_a_file_but_its_tests() {
    let text = r#"
        //! crate::comment
        use crate::{facts::{self, Node as N}, rule::Rule};
        use super::{super::b, c};
        #[cfg(test)]
        pub(crate) mod testing { use crate::hidden; }
        #[cfg(test)]
        mod more;
        pub(in crate::x) fn f() -> std::io::Result<()> { println!("crate::no {}", crate::late::g()) }
        mod inner { use self::d; use super::e; }
        #[cfg(all(test, unix))]
        use crate::hidden::{a};
        #[cfg(not(test))]
        use crate::shown;
    "#;
    let (paths, tests) = read("src/rules/images/x.rs", text);
    let names: Vec<String> = paths.iter().map(|p| p.names.join("::")).collect();
    let wanted = [
        "crate::facts::self",
        "crate::facts::Node",
        "crate::rule::Rule",
        "crate::rules::b",
        "crate::rules::images::c",
        "crate::x",
        "std::io::Result",
        "crate::late::g",
        "crate::rules::images::x::inner::d",
        "crate::rules::images::x::e",
        "crate::shown",
    ];
    assert_eq!(names, wanted);
    assert_eq!(paths[0].line, 3);
    assert_eq!(tests, [["crate", "rules", "images", "x", "more"]]);
}
