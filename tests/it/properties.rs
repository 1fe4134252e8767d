//! What must hold for any text at all.

use proptest::prelude::*;

use crate::checks;

/// Text that looks like a Dockerfile often enough to reach every part of the reader.
fn dockerfile() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        8 => prop::sample::select(vec![
            "FROM ", "RUN ", "COPY ", "ADD ", "ENV ", "ARG ", "LABEL ", "CMD ", "ENTRYPOINT ",
            "EXPOSE ", "USER ", "WORKDIR ", "VOLUME ", "SHELL ", "HEALTHCHECK ", "ONBUILD ",
            "STOPSIGNAL ", "MAINTAINER ", "FOO ", "from ", "run ",
        ]).prop_map(str::to_owned),
        8 => prop::sample::select(vec![
            "\n", "\n", "\n", " \\\n", "\\\n", "`\n", "\r\n", "\\\r\n", "# x\n", "#\n", "\n\n", "\t",
            " ", "<<EOF", "<<-EOF", "<<'EOF'", "EOF\n", "\nEOF\n", "[\"", "\"]", "\", \"", "'", "\"",
            "$", "${", "}", ":-", "\\", "=", "--from=", "--mount=type=cache,target=/x ", "--link ",
            "--", ",", ":", "@sha256:", "AS ", "NONE", "CMD ", "# escape=`\n", "# syntax=a\n",
            "# check=skip=all\n", "# dlint: ignore[", "]\n", "# hadolint ignore=", "\u{feff}",
            "\u{a0}", "é", "\0", "&& ", "| ", "; ", "$(", ")", "apt-get install -y curl ",
            "apt-get update ", "latest", "alpine", "python:3.12", "root", "/app ", ". ",
            "package.json ", "npm ci ", "password=hunter22 ", "80", "99999",
        ]).prop_map(str::to_owned),
        2 => "[a-zA-Z0-9./_-]{1,8}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(token, 0..40).prop_map(|t| t.concat())
}

/// `PROPTEST_CASES` tries more.
fn config() -> ProptestConfig {
    let given = ProptestConfig::default();
    ProptestConfig {
        cases: given.cases.max(2000),
        failure_persistence: None,
        ..given
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_text_is_read_and_its_spans_tile_it(text in dockerfile()) {
        checks::read(text.as_bytes());
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        checks::read(&bytes);
    }

    #[test]
    fn any_text_is_linted_and_fixed(text in dockerfile()) {
        checks::fix(text.as_bytes());
    }

    #[test]
    fn any_text_is_read_as_a_script(text in dockerfile()) {
        checks::shell(text.as_bytes());
    }
}
