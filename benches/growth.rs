//! How the time grows with the size of a file: four times the text should take four times as
//! long. A ratio near sixteen is a quadratic path.

#![allow(clippy::print_stdout, missing_docs)]

use std::time::Instant;

use dlint::engine::{self, ActiveRule, Settings};
use dlint::span::Source;

/// Lints a text of some repeats and one of four times as many, and prints how much longer that
/// took.
fn growth(name: &str, text: impl Fn(usize) -> String) {
    let settings = Settings::with_rules(dlint::rules::RULES.iter().map(ActiveRule::new));
    let time = |n: usize| {
        let source = Source::new("Dockerfile", text(n));
        let bytes = source.text().len();
        let start = Instant::now();
        engine::lint(source, &settings);
        (bytes, start.elapsed())
    };
    time(1_000);
    let (_, small) = time(5_000);
    let (bytes, large) = time(20_000);
    let ratio = large.as_secs_f64() / small.as_secs_f64();
    let speed = bytes as f64 / large.as_secs_f64() / 1e6;
    let mark = if ratio > 8.0 {
        "  <-- more than linear"
    } else {
        ""
    };
    println!(
        "{name:16} 5,000: {small:9.1?}  20,000: {large:9.1?}  ratio {ratio:4.1}  {speed:6.1} MB/s{mark}"
    );
}

fn main() {
    growth("RUN", |n| {
        format!("FROM a\n{}", "RUN apt-get update && echo x\n".repeat(n))
    });
    growth("one RUN, &&", |n| {
        format!("FROM a\nRUN true{}\n", " \\\n && echo x".repeat(n))
    });
    growth("one RUN, ;", |n| {
        format!("FROM a\nRUN {}\n", "echo x; \\\n".repeat(n))
    });
    growth("one RUN, words", |n| {
        format!("FROM a\nRUN apt-get install {}\n", "pkg \\\n".repeat(n))
    });
    growth("one RUN, pipes", |n| {
        format!("FROM a\nRUN true{}\n", " | cat".repeat(n))
    });
    growth("RUN time time", |n| {
        format!("FROM a\nRUN {}true\n", "time ".repeat(n))
    });
    growth("RUN coproc", |n| {
        format!("FROM a\nRUN {}true\n", "coproc ".repeat(n))
    });
    growth("RUN env env", |n| {
        format!("FROM a\nRUN {}true\n", "env ".repeat(n))
    });
    growth("RUN A=1 A=1", |n| {
        format!("FROM a\nRUN {}true\n", "A=1 ".repeat(n))
    });
    growth("nested for", |n| {
        let (open, close) = ("for i in a; do ".repeat(n), "done; ".repeat(n));
        format!("FROM a\nRUN {open}true; {close}\n")
    });
    growth("nested case", |n| {
        let (open, close) = ("case x in x) ".repeat(n), ";; esac ".repeat(n));
        format!("FROM a\nRUN {open}true {close}\n")
    });
    growth("done; done;", |n| {
        format!("FROM a\nRUN {}\n", "done; ".repeat(n))
    });
    growth("RUN sh -c", |n| {
        format!("FROM a\nRUN true{}\n", " && sh -c 'a && b | c'".repeat(n))
    });
    growth("one heredoc", |n| {
        format!("FROM a\nRUN <<E\n{}E\n", "echo a\n".repeat(10 * n))
    });
    growth("stages", |n| {
        (0..n)
            .map(|i| format!("FROM a AS s{i}\nRUN x\nUSER y\n"))
            .collect()
    });
    growth("chain of stages", |n| {
        let chain: String = (1..n)
            .map(|i| format!("FROM s{} AS s{i}\nRUN echo $X\n", i - 1))
            .collect();
        format!("FROM a AS s0\n{chain}")
    });
    growth("ENV", |n| {
        let env: String = (0..n).map(|i| format!("ENV V{i}=$V{}\n", i / 2)).collect();
        format!("FROM scratch\n{env}")
    });
    growth("ARG", |n| {
        let args: String = (0..n).map(|i| format!("ARG V{i}=1\n")).collect();
        format!("{args}FROM a\n{args}")
    });
    growth("COPY", |n| {
        format!("FROM a\n{}", "COPY a b c /d/\n".repeat(n))
    });
    growth("COPY . and npm", |n| {
        format!("FROM node\n{}", "COPY . .\nRUN npm ci\n".repeat(n))
    });
    growth("WORKDIR", |n| {
        format!("FROM a\n{}", "WORKDIR a\n".repeat(n.min(5_000)))
    });
    growth("CMD", |n| format!("FROM a\n{}", "CMD x\n".repeat(n)));
    growth("EXPOSE", |n| {
        format!("FROM a\nEXPOSE {}\n", "80 ".repeat(n))
    });
    growth("comments", |n| {
        format!("FROM a\nRUN a \\\n{} b\n", "# c\n".repeat(n))
    });
    growth("comments in \"", |n| {
        format!("FROM a\nRUN echo \"a \\\n{}b\"\n", "# c\nd \\\n".repeat(n))
    });
    growth("heredocs", |n| {
        format!("FROM a\n{}", "RUN <<E\nx\nE\n".repeat(n))
    });
    growth("open heredocs", |n| {
        format!("FROM a\n{}", "RUN x <<E\n".repeat(n))
    });
    growth("errors", |n| format!("FROM a\n{}", "RUNN x\n".repeat(n)));
    growth("flags", |n| {
        format!("FROM a\nRUN {}x\n", "--mount=type=ssh ".repeat(n))
    });
    growth("pairs", |n| format!("FROM a\nENV {}\n", "a=b ".repeat(n)));
    growth("names alike", |n| {
        let stages: String = (0..n).map(|i| format!("FROM a AS build{i:08}\n")).collect();
        let copies: String = (0..n)
            .map(|i| format!("COPY --from=buile{i:08} /a /b\n"))
            .collect();
        format!("{stages}{copies}")
    });
    growth("variables alike", |n| {
        let env: String = (0..n).map(|i| format!("ENV NAME{i:08}=1\n")).collect();
        let labels: String = (0..n)
            .map(|i| format!("LABEL a{i}=$NAMX{i:08}\n"))
            .collect();
        format!("FROM scratch\n{env}{labels}")
    });
    growth("ENV that adds", |n| {
        format!("FROM a\nENV P=/a\n{}", "ENV P=$P:/x\n".repeat(n))
    });
    growth("chain with ENV", |n| {
        let chain: String = (1..n)
            .map(|i| format!("FROM s{} AS s{i}\nENV A{i}=1\n", i - 1))
            .collect();
        format!("FROM a AS s0\n{chain}")
    });
    growth("unknown ignores", |n| {
        let names: Vec<String> = (0..n).map(|i| format!("rule-{i}")).collect();
        format!("# dlint: ignore[{}]\nFROM a\n", names.join(","))
    });
    growth("ONBUILD ENV", |n| {
        let lines: String = (1..n)
            .map(|i| format!("ONBUILD ENV V{i}=$V{}\n", i - 1))
            .collect();
        format!("FROM a\n{lines}")
    });
    growth("ONBUILD in use", |n| {
        let lines: String = (1..n)
            .map(|i| format!("ONBUILD ENV V{i}=$V{}\n", i - 1))
            .collect();
        format!("FROM a AS b\n{lines}FROM b\n")
    });
    growth("distinct RUN", |n| {
        let lines: String = (0..n).map(|i| format!("RUN echo {i}\n")).collect();
        format!("FROM a\n{lines}")
    });
    growth("one RUN, installs", |n| {
        let installs: String = (0..n)
            .map(|i| format!(" && apt-get install -y p{i}"))
            .collect();
        format!("FROM debian:12\nRUN apt-get update{installs}\n")
    });
    // What a rule asks of each of them it has to ask of what stands before or behind it.
    for (name, head, line) in [
        (
            "updates",
            "FROM debian:12",
            "RUN apt-get update && echo x\n",
        ),
        ("installs by pip", "FROM python:3", "RUN pip install p@\n"),
        ("installs by npm", "FROM node:20", "RUN npm install -g p@\n"),
        ("installs by gem", "FROM ruby", "RUN gem install g@\n"),
        (
            "downloads",
            "FROM debian:12",
            "RUN curl -o f@ https://a.example/f@\nRUN rm f@\n",
        ),
        (
            "downloads kept",
            "FROM debian:12",
            "RUN curl -o f@ https://a.example/f@\n",
        ),
        (
            "as a user",
            "FROM debian:12\nUSER app",
            "RUN apt-get install -y p@\n",
        ),
        (
            "removed files",
            "FROM debian:12",
            "COPY f@ /f@\nRUN rm -f /g@\n",
        ),
        (
            "ADD of URL",
            "FROM debian:12",
            "ADD https://a.example/f@ /f@\n",
        ),
        (
            "clones",
            "FROM debian:12",
            "RUN git clone https://a.example/b@\n",
        ),
        ("secrets", "FROM a", "ENV API_TOKEN@=abcdef0123456789@\n"),
        (
            "secret ARG",
            "FROM a",
            "ARG PASSWORD@\nRUN login --password $PASSWORD@\n",
        ),
        ("users", "FROM debian:12", "RUN useradd u@\nUSER u@\n"),
        (
            "SHELL",
            "FROM a",
            "SHELL [\"/bin/bash\", \"-c\"]\nRUN echo @ | cat\n",
        ),
        ("VOLUME", "FROM a", "VOLUME /v@\nRUN touch /v@/x\n"),
        ("chown", "FROM a", "COPY f@ /f@\nRUN chown -R u /f@\n"),
        (
            "copies and npm",
            "FROM a",
            "COPY .npmrc /x@/.npmrc\nRUN npm ci\n",
        ),
        (
            "bare ignores",
            "FROM a",
            "# hadolint ignore=DL3008\nRUN apt-get install p@\n",
        ),
    ] {
        growth(name, |n| {
            let lines: String = (0..n).map(|i| line.replace('@', &i.to_string())).collect();
            format!("{head}\n{lines}")
        });
    }
    growth("ignores", |n| {
        let pair = "# dlint: ignore[latest-tag]\nRUN x\n";
        format!("FROM a\n{}", pair.repeat(n))
    });
}
