use super::*;
use crate::span::Source;

/// A `RUN` instruction that was read.
struct Case {
    source: Source,
    script: Script,
}

/// The text after `RUN `, continuations joined and comment lines removed.
fn join(file: &str) -> MappedText {
    let start = "RUN ".len();
    let mut mapped = MappedText::default();
    let mut at = start;
    let mut continued = false;
    for line in file[start..].split_inclusive('\n') {
        let body = line.trim_end_matches(['\n', '\r']);
        if continued && (body.trim().is_empty() || body.trim_start().starts_with('#')) {
            at += line.len();
            continue;
        }
        match body.strip_suffix('\\') {
            Some(kept) if body.len() < line.len() => {
                mapped.push(kept, at as u32);
                continued = true;
            }
            _ => {
                mapped.push(body, at as u32);
                break;
            }
        }
        at += line.len();
    }
    mapped
}

/// Reads a shell-form `RUN`.
fn run(body: &str) -> Case {
    let file = format!("RUN {body}");
    let script = parse(&join(&file), &Dialect::Sh);
    check(Case {
        source: Source::new("Dockerfile", file),
        script,
    })
}

/// Reads a text whose line breaks stay, as in a here-document.
fn lines(body: &str) -> Case {
    let file = format!("RUN <<EOF\n{body}");
    let mapped = MappedText::verbatim(body, "RUN <<EOF\n".len() as u32);
    let script = parse(&mapped, &Dialect::Bash);
    check(Case {
        source: Source::new("Dockerfile", file),
        script,
    })
}

/// What holds of every script.
fn check(case: Case) -> Case {
    let text = case.source.text();
    let fits = |span: Span| {
        assert!(
            span.end as usize <= text.len()
                && text.is_char_boundary(span.start as usize)
                && text.is_char_boundary(span.end as usize),
            "{span:?} does not fit {text:?}"
        );
    };
    let word = |word: &Word| {
        fits(word.span);
        for part in &word.parts {
            match part {
                WordPart::Literal { .. } => {}
                WordPart::Variable { span, .. }
                | WordPart::CommandSubstitution { span, .. }
                | WordPart::Other { span, .. } => fits(*span),
            }
        }
    };
    for command in &case.script.commands {
        fits(command.span);
        command.operator.iter().copied().for_each(fits);
        command.words.iter().for_each(word);
        for wrapper in &command.wrappers {
            fits(wrapper.whole);
            wrapper.words.iter().for_each(word);
        }
        for assignment in &command.assignments {
            fits(assignment.span);
            word(&assignment.value);
        }
        for redirect in &command.redirects {
            fits(redirect.span);
            word(&redirect.target);
        }
        assert!(command.frame < case.script.frames.len());
    }
    for frame in &case.script.frames {
        fits(frame.span);
        frame.words.iter().for_each(word);
    }
    for pipeline in &case.script.pipelines {
        fits(pipeline.span);
        pipeline.operators.iter().copied().for_each(fits);
    }
    for error in &case.script.errors {
        fits(error.span);
    }
    case
}

impl Case {
    fn names(&self) -> Vec<&str> {
        self.script
            .commands
            .iter()
            .map(|c| c.name.as_str())
            .collect()
    }

    fn at(&self, span: Span) -> &str {
        self.source.slice(span)
    }

    fn command(&self, name: &str) -> &Command {
        &self.script.commands[self.index(name)]
    }

    fn index(&self, name: &str) -> usize {
        self.script
            .named(name)
            .next()
            .unwrap_or_else(|| panic!("no {name} in {:?}", self.names()))
            .0
    }

    fn words(&self, name: &str) -> Vec<&str> {
        self.command(name)
            .words
            .iter()
            .map(|w| self.at(w.span))
            .collect()
    }

    fn wrappers(&self, name: &str) -> Vec<&str> {
        let wrappers = self.script.wrappers(self.index(name));
        wrappers.into_iter().map(|(name, _)| name).collect()
    }

    fn kinds(&self, name: &str) -> Vec<&FrameKind> {
        self.script
            .frames_of(self.index(name))
            .map(|(_, f)| &f.kind)
            .collect()
    }

    fn errors(&self) -> Vec<&str> {
        self.script.errors.iter().map(|e| self.at(e.span)).collect()
    }
}

#[test]
fn commands_come_with_words_and_places() {
    let case = run("apt-get update && apt-get install -y curl ; echo done");
    assert_eq!(case.names(), ["apt-get", "apt-get", "echo"]);
    let install = &case.script.commands[1];
    assert_eq!(case.at(install.span), "apt-get install -y curl");
    assert_eq!(install.span, Span::new(22, 45));
    assert_eq!(install.connector, Connector::AndAnd);
    assert_eq!(case.at(install.operator.unwrap()), "&&");
    assert_eq!(install.subcommand(), Some("install"));
    assert!(install.has_flag("-y"));
    assert_eq!(case.script.commands[2].connector, Connector::Semicolon);
    assert_eq!(case.script.commands[2].statement, 1);
    assert!(case.script.errors.is_empty());
}

#[test]
fn continuations_and_comments_keep_places() {
    let case = run(
        "apt-get install -y \\\n    # the client\n    curl \\\n\n    git=1.0 \\\r\n  && rm -rf \\\n\t/var/lib/apt/lists/*\n",
    );
    assert_eq!(
        case.words("apt-get"),
        ["apt-get", "install", "-y", "curl", "git=1.0"]
    );
    assert_eq!(case.words("rm"), ["rm", "-rf", "/var/lib/apt/lists/*"]);
    let span = case.command("apt-get").span;
    assert_eq!(
        case.at(span),
        "apt-get install -y \\\n    # the client\n    curl \\\n\n    git=1.0"
    );
    assert_eq!(case.source.position(case.command("rm").span.start).line, 6);
}

#[test]
fn a_word_across_a_continuation_is_not_contiguous() {
    let case = run("echo ab\\\ncd ef");
    let word = &case.command("echo").words[1];
    assert_eq!(word.literal(), Some("abcd"));
    assert_eq!(case.at(word.span), "ab\\\ncd");
    assert!(!word.contiguous);
    assert!(case.command("echo").words[2].contiguous);
}

#[test]
fn multi_byte_text_and_tabs_keep_places() {
    let case = run("écho\t\"grüße\"  日本 && ls\té");
    assert_eq!(case.words("écho"), ["écho", "\"grüße\"", "日本"]);
    assert_eq!(case.command("écho").words[1].literal(), Some("grüße"));
    assert_eq!(case.words("ls"), ["ls", "é"]);
}

#[test]
fn carriage_returns_at_line_ends_are_kept_out_of_spans_by_the_joined_text() {
    let case = run("a b \\\r\n  c\r\n");
    assert_eq!(case.words("a"), ["a", "b", "c"]);
}

#[test]
fn quotes_are_removed_from_values_and_kept_in_raw() {
    let case = run(r#"echo 'a b' "c d" e\ f g"h"'i' "\$x\\\"" $'t\tn' "" \n"#);
    let command = case.command("echo");
    let values: Vec<_> = command.literal_args().collect();
    assert_eq!(
        values,
        ["a b", "c d", "e f", "ghi", "$x\\\"", "t\tn", "", "n"]
    );
    assert_eq!(command.words[1].quoting, Quoting::Wholly);
    assert_eq!(command.words[3].quoting, Quoting::Bare);
    assert_eq!(command.words[4].quoting, Quoting::Partly);
    assert_eq!(command.words[4].raw, "g\"h\"'i'");
}

#[test]
fn variables_make_a_word_dynamic_and_are_listed() {
    let case = run(r#"curl "https://x/${V:-1}/$A.tgz" $B'c'"#);
    let words = &case.command("curl").words;
    assert_eq!(words[1].literal(), None);
    assert_eq!(words[1].prefix(), "https://x/");
    assert_eq!(words[1].suffix(), ".tgz");
    assert_eq!(words[1].variables().collect::<Vec<_>>(), ["V", "A"]);
    let WordPart::Variable {
        span,
        quoted,
        modified,
        ..
    } = &words[1].parts[1]
    else {
        panic!("{:?}", words[1].parts)
    };
    assert_eq!(case.at(*span), "${V:-1}");
    assert!(*quoted && *modified);
    let WordPart::Variable { span, quoted, .. } = &words[2].parts[0] else {
        panic!("{:?}", words[2].parts)
    };
    assert_eq!(case.at(*span), "$B");
    assert!(!quoted);
    assert_eq!(words[2].suffix(), "c");
}

#[test]
fn parts_after_escapes_are_found_where_they_stand() {
    let case = run(r#"echo "a \"$(b "x y")\" \$X $Y" 'q'$Z"#);
    let words = &case.command("echo").words;
    let spans: Vec<_> = words[1]
        .parts
        .iter()
        .filter_map(|p| match p {
            WordPart::Variable { span, .. } | WordPart::CommandSubstitution { span, .. } => {
                Some(case.at(*span))
            }
            _ => None,
        })
        .collect();
    assert_eq!(spans, [r#"$(b "x y")"#, "$Y"]);
    assert_eq!(words[1].prefix(), "a \"");
    assert_eq!(case.words("b"), ["b", "\"x y\""]);
}

#[test]
fn patterns_and_braces_are_told() {
    let case = run("rm -rf /var/lib/apt/lists/* '*' /a/{b,c} \"{d,e}\"");
    let words = &case.command("rm").words;
    assert!(words[2].glob && !words[2].braces);
    assert_eq!(words[2].literal(), Some("/var/lib/apt/lists/*"));
    assert!(!words[3].glob);
    assert!(words[4].braces && !words[5].braces);
}

#[test]
fn the_name_is_the_base_name_of_the_program() {
    let name = |body: &str| run(body).script.commands[0].name.clone();
    assert_eq!(name("/usr/bin/apt-get update"), "apt-get");
    assert_eq!(name("\\apt-get update"), "apt-get");
    assert_eq!(name("'apt-get' update"), "apt-get");
    assert_eq!(name("$VENV/bin/pip install x"), "pip");
    assert_eq!(name("\"${VENV}\"/bin/pip install x"), "pip");
    assert_eq!(name("$PIP install x"), "");
    assert_eq!(name("${X}pip install x"), "");
    assert_eq!(name("$(which pip) install x"), "");
}

#[test]
fn sudo_env_and_their_like_are_seen_through() {
    for (body, wrappers) in [
        ("sudo apt-get install x", &["sudo"][..]),
        ("sudo -u root -E -- apt-get install x", &["sudo"]),
        ("sudo -Eu root apt-get install x", &["sudo"]),
        ("sudo --user=root A=1 apt-get install x", &["sudo"]),
        ("env apt-get install x", &["env"]),
        ("env -i -u X A=b C=\"$d\" apt-get install x", &["env"]),
        ("/usr/bin/env - apt-get install x", &["env"]),
        ("exec apt-get install x", &["exec"]),
        ("exec -a y apt-get install x", &["exec"]),
        ("command apt-get install x", &["command"]),
        ("command -p -- apt-get install x", &["command"]),
        ("builtin apt-get install x", &["builtin"]),
        ("timeout 5 apt-get install x", &["timeout"]),
        (
            "timeout -k 5 --signal KILL 10m apt-get install x",
            &["timeout"],
        ),
        ("nice apt-get install x", &["nice"]),
        ("nice -n 19 apt-get install x", &["nice"]),
        ("nice -19 apt-get install x", &["nice"]),
        ("ionice -c3 apt-get install x", &["ionice"]),
        ("ionice -c 3 apt-get install x", &["ionice"]),
        ("nohup apt-get install x", &["nohup"]),
        ("xargs apt-get install x", &["xargs"]),
        ("xargs -r -n 1 -P4 apt-get install x", &["xargs"]),
        ("xargs -0I {} apt-get install x", &["xargs"]),
        ("time apt-get install x", &["time"]),
        ("time -p apt-get install x", &["time"]),
        ("/usr/bin/time -f %e apt-get install x", &["time"]),
        ("stdbuf -oL apt-get install x", &["stdbuf"]),
        ("stdbuf -o L apt-get install x", &["stdbuf"]),
        ("chroot /mnt apt-get install x", &["chroot"]),
        ("eatmydata apt-get install x", &["eatmydata"]),
        ("doas -u root apt-get install x", &["doas"]),
        ("su-exec root:root apt-get install x", &["su-exec"]),
        ("gosu root apt-get install x", &["gosu"]),
        (
            "setpriv --reuid=1 --regid 1 --clear-groups apt-get install x",
            &["setpriv"],
        ),
        ("runuser -u x -- apt-get install x", &["runuser"]),
        ("busybox apt-get install x", &["busybox"]),
        (
            "sudo -E env A=b nice -n 5 timeout 3 /usr/bin/apt-get install x",
            &["sudo", "env", "nice", "timeout"],
        ),
        ("! time sudo apt-get install x", &["time", "sudo"]),
    ] {
        let case = run(body);
        assert_eq!(case.names(), ["apt-get"], "{body}");
        assert_eq!(case.wrappers("apt-get"), wrappers, "{body}");
        let command = case.command("apt-get");
        assert_eq!(
            command.literal_args().collect::<Vec<_>>(),
            ["install", "x"],
            "{body}"
        );
    }
}

#[test]
fn a_wrapper_knows_its_own_words() {
    let case = run("sudo -u root A=1 nice -n 5 apt-get update");
    let command = case.command("apt-get");
    assert_eq!(
        case.at(command.span),
        "sudo -u root A=1 nice -n 5 apt-get update"
    );
    let [sudo, nice] = command.wrappers.as_slice() else {
        panic!("{:?}", command.wrappers)
    };
    assert_eq!(case.at(sudo.span), "sudo");
    assert_eq!(case.at(sudo.whole), "sudo -u root");
    assert_eq!(case.at(nice.whole), "nice -n 5");
    assert_eq!(nice.words.len(), 3);
    let [a] = command.assignments.as_slice() else {
        panic!("{:?}", command.assignments)
    };
    assert_eq!((a.name.as_str(), a.value.literal()), ("A", Some("1")));
    assert_eq!(case.at(a.value.span), "1");
    assert_eq!(a.kind, AssignmentKind::Wrapper);
}

#[test]
fn a_wrapper_without_a_command_is_the_command() {
    for (body, name) in [
        ("command -v apt-get", "command"),
        ("sudo -l", "sudo"),
        ("env", "env"),
        ("env A=b", "env"),
        ("nice", "nice"),
        ("exec > log", "exec"),
        ("timeout 5", "timeout"),
        ("xargs", "xargs"),
        ("time", "time"),
        ("env -S 'a b'", "env"),
        ("sudo $X apt-get update", ""),
    ] {
        let case = run(body);
        assert_eq!(case.names(), [name], "{body}");
    }
}

#[test]
fn assignments_are_listed_with_their_values() {
    let case = run(r#"A=1 B="x $y" C= cmd && X=2 && export D='e f' G && P+=:/x Q=(a b)"#);
    let of = |i: usize| -> Vec<(String, Option<String>, String, AssignmentKind)> {
        case.script.commands[i]
            .assignments
            .iter()
            .map(|a| {
                (
                    a.name.clone(),
                    a.value.literal().map(str::to_string),
                    case.at(a.span).to_string(),
                    a.kind,
                )
            })
            .collect()
    };
    let own = |s: &str| s.to_string();
    assert_eq!(
        of(0),
        [
            (own("A"), Some(own("1")), own("A=1"), AssignmentKind::Prefix),
            (own("B"), None, own("B=\"x $y\""), AssignmentKind::Prefix),
            (own("C"), Some(own("")), own("C="), AssignmentKind::Prefix),
        ]
    );
    assert_eq!(
        case.at(case.script.commands[0].span),
        "A=1 B=\"x $y\" C= cmd"
    );
    assert_eq!(
        of(1),
        [(own("X"), Some(own("2")), own("X=2"), AssignmentKind::Alone)]
    );
    assert_eq!(case.script.commands[1].name, "");
    assert!(case.script.commands[1].words.is_empty());
    assert_eq!(
        of(2),
        [(
            own("D"),
            Some(own("e f")),
            own("D='e f'"),
            AssignmentKind::Declared
        )]
    );
    assert_eq!(case.words("export"), ["export", "D='e f'", "G"]);
    assert_eq!(case.command("export").words[1].literal(), Some("D=e f"));
    let last = case.script.commands.last().unwrap();
    assert!(last.assignments[0].append);
    assert_eq!(case.at(last.assignments[1].value.span), "(a b)");
    assert_eq!(last.assignments[1].value.literal(), None);
}

#[test]
fn redirects_come_with_target_and_descriptor() {
    let case = run("a > x 2>&1 < \"$y\" >> z 2>/dev/null &>> both &> all <<< text b");
    let a = case.command("a");
    let found: Vec<_> = a
        .redirects
        .iter()
        .map(|r| (r.kind, r.fd, case.at(r.target.span), case.at(r.span)))
        .collect();
    assert_eq!(
        found,
        [
            (RedirectKind::Output, None, "x", "> x"),
            (RedirectKind::DupOutput, Some(2), "1", "2>&1"),
            (RedirectKind::Input, None, "\"$y\"", "< \"$y\""),
            (RedirectKind::Append, None, "z", ">> z"),
            (RedirectKind::Output, Some(2), "/dev/null", "2>/dev/null"),
            (RedirectKind::AppendBoth, None, "both", "&>> both"),
            (RedirectKind::OutputBoth, None, "all", "&> all"),
            (RedirectKind::HereString, None, "text", "<<< text"),
        ]
    );
    assert_eq!(case.words("a"), ["a", "b"]);
    assert_eq!(case.at(a.span), case.at(case.script.frames[0].span));
}

#[test]
fn pipelines_know_parts_and_operators() {
    let case = run("curl x | tar xz | { read a; echo b; } && ! d | e || f");
    assert_eq!(case.names(), ["curl", "tar", "read", "echo", "d", "e", "f"]);
    let [first, second] = case.script.pipelines.as_slice() else {
        panic!()
    };
    assert_eq!(case.at(first.span), "curl x | tar xz | { read a; echo b; }");
    assert_eq!(first.parts.len(), 3);
    assert_eq!(first.operators.len(), 2);
    assert!(first.parts[0].simple && !first.parts[2].simple);
    assert_eq!(first.parts[2].commands, 2..4);
    assert_eq!(case.at(first.parts[2].span), "{ read a; echo b; }");
    assert!(second.negated && !first.negated);
    assert_eq!(second.connector, Connector::AndAnd);
    assert!(second.or_follows);
    assert_eq!(case.command("tar").pipeline, Some((0, 1)));
    assert_eq!(case.command("tar").connector, Connector::Pipe);
    assert_eq!(case.command("read").pipeline, None);
    assert!(!case.script.in_main_shell(case.index("read")));
    assert!(!case.script.in_main_shell(case.index("tar")));
    assert!(case.script.in_main_shell(case.index("f")));
    assert_eq!(case.command("f").connector, Connector::OrOr);
    assert!(!case.command("f").or_follows);
}

#[test]
fn characters_beyond_ascii_next_to_escapes_are_read() {
    let case = run("\"\\A\\\"`\u{c00}`\"\u{1f810}");
    assert_eq!(case.names(), ["", "\u{c00}"]);
    let case = run(r#"echo "\"é $X" 'ü' $'ö\n' a\é && é() { à; }; cat <<É"#);
    let words = &case.command("echo").words;
    assert_eq!(words[1].prefix(), "\"é ");
    assert_eq!(words[2].literal(), Some("ü"));
    assert_eq!(words[3].literal(), None);
    assert_eq!(words[4].literal(), Some("aé"));
    assert_eq!(case.script.function_of(case.index("à")), Some("é"));
    let cat = case.command("cat");
    assert_eq!(cat.redirects[0].heredoc.as_ref().unwrap().delimiter, "É");
    assert_eq!(run("a\u{a0}b").words("a\u{a0}b"), ["a\u{a0}b"]);
    assert_eq!(run("$é").names(), ["$é"]);
}

#[test]
fn the_frame_of_a_substitution_has_its_delimiters() {
    let case = run(r#"echo "\"$( a )\"" `b` <(c)"#);
    let frame = |name: &str| {
        let (_, frame) = case.script.frames_of(case.index(name)).next().unwrap();
        case.at(frame.span)
    };
    assert_eq!(
        (frame("a"), frame("b"), frame("c")),
        ("$( a )", "`b`", "<(c)")
    );
}

#[test]
fn backslashes_in_backticks_are_resolved_twice() {
    let case = run(r#"x=`a \`b\` "c\\d"` "#);
    let words: Vec<_> = case.command("a").literal_args().collect();
    assert_eq!(words, ["`b`", "c\\d"]);
}

#[test]
fn substitutions_are_read_wherever_they_are() {
    let case = run(
        "echo $(a `b`) \"x $(c)\" ${X:-$(d)} <(e) $((1 + $(f))) > $(g) && Y=$(h) Z=(\"$(i)\") j",
    );
    assert_eq!(
        case.names(),
        ["echo", "a", "b", "c", "d", "e", "f", "g", "j", "h", "i"]
    );
    assert_eq!(
        case.kinds("b"),
        [
            &FrameKind::CommandSubstitution,
            &FrameKind::CommandSubstitution,
            &FrameKind::Top
        ]
    );
    assert_eq!(
        case.kinds("e"),
        [&FrameKind::ProcessSubstitution, &FrameKind::Top]
    );
    let WordPart::CommandSubstitution { span, commands, .. } =
        &case.command("echo").words[1].parts[0]
    else {
        panic!()
    };
    assert_eq!(case.at(*span), "$(a `b`)");
    assert_eq!(*commands, 1..3);
    let WordPart::CommandSubstitution { commands, .. } = &case.command("echo").words[2].parts[1]
    else {
        panic!()
    };
    assert_eq!(*commands, 3..4);
    assert_eq!(case.words("d"), ["d"]);
}

#[test]
fn compound_commands_are_frames() {
    let case = run(
        "if a; then b; elif c; then d; else e; fi > log && for x in 1 $(f); do g; done; while h; do i; done; case $x in y) j ;; *) k ;; esac; (l) || m() { n; }; { o; }",
    );
    assert_eq!(case.names().join(" "), "a b c d e f g h i j k l n o");
    assert_eq!(
        case.kinds("a"),
        [&FrameKind::Condition, &FrameKind::If, &FrameKind::Top]
    );
    assert_eq!(case.kinds("e")[0], &FrameKind::Branch);
    assert_eq!(case.kinds("f")[1], &FrameKind::Loop);
    assert_eq!(case.kinds("g")[0], &FrameKind::Body);
    assert_eq!(case.kinds("h")[0], &FrameKind::Condition);
    assert_eq!(case.kinds("k")[..2], [&FrameKind::Branch, &FrameKind::Case]);
    assert_eq!(case.kinds("l")[0], &FrameKind::Subshell);
    assert_eq!(
        case.kinds("n")[..2],
        [&FrameKind::Group, &FrameKind::Function("m".into())]
    );
    assert_eq!(case.script.function_of(case.index("n")), Some("m"));
    let frame = |name: &str, depth: usize| {
        let (_, frame) = case.script.frames_of(case.index(name)).nth(depth).unwrap();
        case.at(frame.span)
    };
    assert_eq!(
        frame("a", 1),
        "if a; then b; elif c; then d; else e; fi > log"
    );
    assert_eq!(frame("g", 1), "for x in 1 $(f); do g; done");
    assert_eq!(frame("i", 1), "while h; do i; done");
    assert_eq!(frame("l", 0), "(l)");
    assert_eq!(frame("o", 0), "{ o; }");
    assert_eq!(frame("n", 1), "m() { n; }");
    let (_, test) = case.script.frames_of(case.index("a")).nth(1).unwrap();
    assert_eq!(test.redirects[0].target.literal(), Some("log"));
    let (_, each) = case.script.frames_of(case.index("g")).nth(1).unwrap();
    assert_eq!(each.words[0].literal(), Some("1"));
    assert_eq!(each.connector, Connector::AndAnd);
}

#[test]
fn a_command_knows_whether_it_runs_in_any_case() {
    let case = run(
        "a && b || c; if d; then e; fi; { f; }; (g); h() { i; }; j | k; l || m | { n; } || (o); p &",
    );
    let conditional: Vec<_> = (0..case.script.commands.len())
        .filter(|i| case.script.is_conditional(*i))
        .map(|i| case.script.commands[i].name.as_str())
        .collect();
    assert_eq!(conditional, ["c", "e", "i", "m", "n", "o"]);
    let main: Vec<_> = (0..case.script.commands.len())
        .filter(|i| case.script.in_main_shell(*i))
        .map(|i| case.script.commands[i].name.as_str())
        .collect();
    assert_eq!(main, ["a", "b", "c", "d", "e", "f", "l"]);
    assert_eq!(case.kinds("p"), [&FrameKind::Background, &FrameKind::Top]);
}

#[test]
fn what_a_cd_reaches_ends_with_its_shell() {
    let case = run("cd /a; { cd /b; }; (cd /c; d); sh -c 'e'; cd /f | g; $(h)");
    let reaches = |from: usize, name: &str| case.script.reaches(from, case.index(name));
    let cds: Vec<_> = case.script.named("cd").map(|(i, _)| i).collect();
    assert!(reaches(cds[0], "d") && reaches(cds[0], "g") && reaches(cds[0], "h"));
    assert!(reaches(cds[1], "h"));
    assert!(reaches(cds[2], "d") && !reaches(cds[2], "h"));
    assert!(!reaches(cds[3], "g") && !reaches(cds[3], "h"));
    assert!(!reaches(cds[0], "e"));
}

#[test]
fn pipefail_holds_after_the_command_that_sets_it() {
    let pipefail = |body: &str| run(body).script.has_pipefail(0);
    assert!(!pipefail("a | b"));
    assert!(pipefail("set -o pipefail && a | b"));
    assert!(pipefail("set -euxo pipefail; a | b"));
    assert!(pipefail("set -e -o pipefail; { a | b; }"));
    assert!(pipefail("set -o errexit -o pipefail && (a | b)"));
    assert!(!pipefail("set -o pipefail && set +o pipefail && a | b"));
    assert!(!pipefail("(set -o pipefail) && a | b"));
    assert!(!pipefail("a | b; set -o pipefail"));
    assert!(!pipefail("set -o pipefail; sh -c 'a | b'"));
    assert!(pipefail("bash -o pipefail -c 'a | b'"));
    assert!(pipefail("bash -euo pipefail -c 'a | b'"));
    assert!(pipefail("bash -c 'set -o pipefail; a | b'"));
    assert!(!pipefail("x() { set -o pipefail; }; a | b"));
    assert!(pipefail("x() { set -o pipefail; a | b; }; x"));
    assert!(pipefail("if y; then set -o pipefail; fi; a | b"));
    assert!(pipefail("set -o pipefail; z $(a | b)"));
    assert!(pipefail("eval 'set -o pipefail'; a | b"));
    assert!(pipefail("set -o pipefail; eval 'a | b'"));
    assert!(pipefail("set -o pipefail; cat | { a | b; }"));
    let mut case = run("a | b");
    case.script.set_options(ShellOptions::of_words(&[
        "/bin/bash",
        "-eo",
        "pipefail",
        "-c",
    ]));
    assert!(case.script.has_pipefail(0) && case.script.options_before(0).errexit);
}

#[test]
fn a_script_given_to_a_shell_is_read_with_its_places() {
    for (body, wrappers, words) in [
        (
            "sh -c 'apt-get install x'",
            &["sh"][..],
            &["apt-get", "install", "x"][..],
        ),
        (
            "/bin/bash -lc \"apt-get install x\"",
            &["bash"],
            &["apt-get", "install", "x"],
        ),
        (
            "ash -e -c 'apt-get install x'",
            &["ash"],
            &["apt-get", "install", "x"],
        ),
        (
            "busybox sh -c 'apt-get install x'",
            &["busybox", "sh"],
            &["apt-get", "install", "x"],
        ),
        (
            "sudo -E bash -c 'apt-get install x'",
            &["sudo", "bash"],
            &["apt-get", "install", "x"],
        ),
        (
            "bash -euo pipefail -c 'apt-get install x' _ y",
            &["bash"],
            &["apt-get", "install", "x"],
        ),
        (
            "su - user -c 'apt-get install x'",
            &["su"],
            &["apt-get", "install", "x"],
        ),
        (
            "eval 'apt-get install x'",
            &["eval"],
            &["apt-get", "install", "x"],
        ),
        (
            "eval apt-get install x",
            &["eval"],
            &["apt-get", "install", "x"],
        ),
        (
            "sh -c \"sh -c 'apt-get install x'\"",
            &["sh", "sh"],
            &["apt-get", "install", "x"],
        ),
        (
            "bash -c \"apt-get install \\\"x\\\"\"",
            &["bash"],
            &["apt-get", "install", "\"x\\\""],
        ),
        (
            "bash -c \"apt-get install $P\"",
            &["bash"],
            &["apt-get", "install", "$P"],
        ),
        (
            "bash -c 'apt-get install '\"$P\"",
            &["bash"],
            &["apt-get", "install", "$P"],
        ),
        (
            "xargs sh -c 'apt-get install x'",
            &["xargs", "sh"],
            &["apt-get", "install", "x"],
        ),
        (
            "bash -c $'apt-get install x'",
            &["bash"],
            &["$'apt-get install x'"; 3],
        ),
        (
            "sh <<< 'apt-get install x'",
            &["sh"],
            &["apt-get", "install", "x"],
        ),
    ] {
        let case = run(body);
        assert_eq!(case.wrappers("apt-get"), wrappers, "{body}");
        let found = case.words("apt-get");
        let expected: Vec<&str> = words.to_vec();
        if !body.contains("\\\"") {
            assert_eq!(found, expected, "{body}");
        } else {
            assert_eq!(found[..2], expected[..2], "{body}");
            assert_eq!(
                case.command("apt-get").words[2].literal(),
                Some("x"),
                "{body}"
            );
        }
    }
}

#[test]
fn the_shell_that_is_given_a_script_is_a_command_too() {
    let case = run("sh -c 'a && b' > log | c");
    assert_eq!(case.names(), ["sh", "a", "b", "c"]);
    let sh = case.command("sh");
    assert_eq!(sh.script, Some(1..3));
    assert_eq!(sh.pipeline, Some((0, 0)));
    assert!(matches!(
        case.kinds("b")[0],
        FrameKind::Script {
            by: 0,
            process: true,
            ..
        }
    ));
    assert_eq!(case.at(case.script.frames[1].span), "a && b");
    assert_eq!(case.at(case.command("b").operator.unwrap()), "&&");
}

#[test]
fn a_script_that_is_expanded_first_has_no_syntax_errors() {
    assert!(run("bash -c \"if $COND; then a\"").script.errors.is_empty());
    let case = run("bash -c 'a; if b'");
    assert_eq!(case.errors().len(), 1);
    assert!(case.script.errors[0].is_mistake());
    assert_eq!(case.names(), ["bash", "a", "b"]);
}

#[test]
fn a_script_in_one_variable_is_not_read() {
    assert_eq!(run("sh -c \"$CMD\"").names(), ["sh"]);
    assert_eq!(run("sh script.sh").names(), ["sh"]);
    assert_eq!(
        run("eval \"$(ssh-agent -s)\"").names(),
        ["eval", "ssh-agent"]
    );
    assert_eq!(run("eval $X").names(), ["eval"]);
    assert_eq!(run("bash").names(), ["bash"]);
}

#[test]
fn a_script_with_continuations_keeps_its_places() {
    let case = run("bash -c 'apt-get update \\\n  && apt-get install \\\n  x'");
    assert_eq!(case.names(), ["bash", "apt-get", "apt-get"]);
    let install = &case.script.commands[2];
    assert_eq!(case.at(install.span), "apt-get install \\\n  x");
    assert!(install.words[1].contiguous);
}

#[test]
fn a_heredoc_is_a_redirection_with_its_body() {
    let case = lines("cat <<EOF > /x && chmod +x /x\n#!/bin/sh\nrm $A `b`\nEOF\ntail\n");
    assert_eq!(case.names(), ["cat", "b", "chmod", "tail"]);
    let cat = case.command("cat");
    assert_eq!(case.at(cat.span), "cat <<EOF > /x");
    let heredoc = cat.redirects[0].heredoc.as_ref().unwrap();
    assert_eq!(heredoc.body.text(), "#!/bin/sh\nrm $A `b`\n");
    assert!(!heredoc.quoted);
    assert_eq!(case.at(heredoc.body.span(0..9)), "#!/bin/sh");
    assert_eq!(cat.redirects[1].target.literal(), Some("/x"));
}

#[test]
fn tabs_and_quotes_of_heredocs_are_honoured() {
    let case = lines("cat <<-'E F' <<B\n\t$(no)\n\t x\n\tE F\n$(yes)\nB\n");
    assert!(!case.names().contains(&"no"));
    let [first, second] = case.command("cat").redirects.as_slice() else {
        panic!()
    };
    let (first, second) = (
        first.heredoc.as_ref().unwrap(),
        second.heredoc.as_ref().unwrap(),
    );
    assert_eq!(first.body.text(), "$(no)\n x\n");
    assert!(first.quoted && first.strip_tabs && first.delimiter == "E F");
    assert_eq!(case.at(first.body.span(6..8)), " x");
    assert_eq!(second.body.text(), "$(yes)\n");
    assert!(!second.quoted);
}

#[test]
fn a_heredoc_given_to_a_shell_is_read() {
    for body in [
        "bash <<EOF\napt-get install x\nEOF\n",
        "sh -s -- a <<'EOF'\napt-get install x\nEOF\n",
        "sudo bash -ex <<-EOF\n\tapt-get install x\n\tEOF\n",
        "bash - <<EOF\napt-get install x\nEOF\n",
    ] {
        let case = lines(body);
        assert_eq!(case.words("apt-get"), ["apt-get", "install", "x"], "{body}");
    }
    let case = lines("bash <<EOF && after\nset -x\necho \\$HOME $(a)\nEOF\n");
    assert_eq!(case.names(), ["bash", "set", "echo", "a", "after"]);
    let echo = case.command("echo");
    assert_eq!(echo.words[1].variables().collect::<Vec<_>>(), ["HOME"]);
    assert_eq!(case.at(echo.words[1].span), "$HOME");
    assert_eq!(echo.connector, Connector::Newline);
}

#[test]
fn line_breaks_join_as_such() {
    let case = lines("set -e\n# comment\na\n\nb &\nc");
    assert_eq!(case.names(), ["set", "a", "b", "c"]);
    assert_eq!(case.command("a").connector, Connector::Newline);
    let (_, background) = case.script.frames_of(2).next().unwrap();
    assert_eq!(background.connector, Connector::Newline);
    assert_eq!(case.command("c").connector, Connector::Background);
    assert!(case.script.options_before(1).errexit);
}

#[test]
fn tests_and_arithmetic_are_commands() {
    let case = run("[[ -f $x && $(a) == y* ]] && ((i = $(b) + 1)) && [ -n \"$c\" ] > z");
    assert_eq!(case.names(), ["[[", "a", "((", "b", "["]);
    assert_eq!(
        case.at(case.command("[[").span),
        "[[ -f $x && $(a) == y* ]]"
    );
    assert_eq!(
        case.words("[["),
        ["[[", "-f", "$x", "&&", "$(a)", "==", "y*", "]]"]
    );
    assert_eq!(case.at(case.command("((").span), "((i = $(b) + 1))");
    assert_eq!(case.command("((").connector, Connector::AndAnd);
}

#[test]
fn builtins_with_nodes_of_their_own_are_ordinary_commands() {
    let case = run("a=1 exit 3 > x; while b; do break; continue 2; done; return");
    assert_eq!(case.words("exit"), ["exit", "3"]);
    assert_eq!(case.at(case.command("exit").span), "a=1 exit 3 > x");
    assert_eq!(case.words("continue"), ["continue", "2"]);
    assert_eq!(case.words("return"), ["return"]);
    let case = run("declare -x A=$(b) && readonly C && local d=\"e f\"");
    assert_eq!(case.words("declare"), ["declare", "-x", "A=$(b)"]);
    assert_eq!(case.names(), ["declare", "b", "readonly", "local"]);
    assert_eq!(
        case.command("local").assignments[0].value.literal(),
        Some("e f")
    );
}

#[test]
fn aliases_are_not_replayed() {
    let case = lines("shopt -s expand_aliases\nalias q='foo bar'\nq baz\n");
    assert_eq!(case.names(), ["shopt", "alias", "q"]);
    assert_eq!(
        case.command("shopt").words[2].literal(),
        Some("expand_aliases")
    );
}

#[test]
fn whole_commands_around_an_error_are_kept() {
    let case = run("apt-get update && apt-get install \"x ; y");
    assert_eq!(case.names(), ["apt-get"]);
    assert_eq!(case.script.errors.len(), 1);
    assert!(case.errors()[0].starts_with('"') || case.errors()[0].contains("\"x ; y"));

    let case = run("a; if b; then c && d");
    assert_eq!(case.names(), ["a", "b", "c", "d"]);
    assert_eq!(case.command("d").connector, Connector::AndAnd);
    assert_eq!(case.kinds("d"), [&FrameKind::Damaged, &FrameKind::Top]);
    assert_eq!(case.words("c"), ["c"]);

    let case = run("a && ) b x | c; d");
    assert_eq!(case.names(), ["a", "b", "c", "d"]);
    assert_eq!(case.words("b"), ["b", "x"]);

    let case = run("a\n;; b");
    assert!(!case.script.errors.is_empty() || case.names() == ["a"]);
}

#[test]
fn heredoc_bodies_before_an_error_are_not_taken_for_commands() {
    let case = lines("cat <<EOF\nfoo bar\nEOF\nif a\n");
    assert_eq!(case.names(), ["cat", "a"]);
}

#[test]
fn other_languages_are_not_read() {
    let text = MappedText::verbatim("Get-Item x; cd y", 4);
    for dialect in [
        Dialect::PowerShell,
        Dialect::Cmd,
        Dialect::Unknown("python3".into()),
    ] {
        let script = parse(&text, &dialect);
        assert!(script.unread && script.commands.is_empty());
    }
    assert!(!parse(&text, &Dialect::Zsh).unread);
}

#[test]
fn the_exec_form_is_one_command() {
    let words = |file: &'static str| -> Vec<ExecWord<'static>> {
        let mut at = 0;
        file.split_inclusive(' ')
            .map(|w| {
                let start = at;
                at += w.len() as u32;
                let w = w.trim_end();
                ExecWord {
                    text: w,
                    span: Span::new(start, start + w.len() as u32),
                    mapped: None,
                }
            })
            .collect()
    };
    let script = parse_exec(&words("sudo /usr/bin/apt-get install $X && y"));
    let [command] = script.commands.as_slice() else {
        panic!()
    };
    assert_eq!(command.name, "apt-get");
    assert_eq!(
        command.literal_args().collect::<Vec<_>>(),
        ["install", "$X", "&&", "y"]
    );
    assert_eq!(command.span, Span::new(0, 37));
    assert_eq!(script.wrappers(0), [("sudo", Span::new(0, 4))]);
    assert!(parse_exec(&[]).commands.is_empty());

    let file = r#"RUN ["sh", "-c", "a && apt-get install x"]"#;
    let at = file.find("a &&").unwrap() as u32;
    let mut words = vec![
        ExecWord {
            text: "sh",
            span: Span::new(5, 9),
            mapped: None,
        },
        ExecWord {
            text: "-c",
            span: Span::new(11, 15),
            mapped: None,
        },
        ExecWord {
            text: "a && apt-get install x",
            span: Span::new(at - 1, at + 23),
            mapped: Some(MappedText::verbatim("a && apt-get install x", at)),
        },
    ];
    let script = parse_exec(&words);
    let names: Vec<_> = script.commands.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["sh", "a", "apt-get"]);
    assert_eq!(&file[script.commands[2].span.range()], "apt-get install x");
    words[2].mapped = None;
    let script = parse_exec(&words);
    assert_eq!(
        &file[script.commands[2].words[1].span.range()],
        "\"a && apt-get install x\""
    );
    assert!(!script.commands[2].words[1].contiguous);
}

#[test]
fn flags_and_operands_are_told_apart() {
    let case = run(
        "apt-get -qy -o Dpkg::Use-Pty=0 --no-install-recommends install --target-release=x -t bookworm -- -odd a=1 -",
    );
    let command = case.command("apt-get");
    assert!(command.has_flag("-y") && command.has_flag("-q") && !command.has_flag("-z"));
    assert!(command.has_flag("--no-install-recommends"));
    assert!(command.has_flag("--target-release") && !command.has_flag("--target"));
    assert!(command.has_any_flag(&["--yes", "-y"]) && !command.has_flag("-d"));
    assert_eq!(command.flag_value("-o"), Some("Dpkg::Use-Pty=0"));
    assert_eq!(command.flag_value("--target-release"), Some("x"));
    assert_eq!(command.flag_value("-t"), Some("bookworm"));
    assert_eq!(command.flag_value("-x"), None);
    let operands: Vec<_> = command
        .operands(&["-o", "-t"])
        .filter_map(Word::literal)
        .collect();
    assert_eq!(operands, ["install", "-odd", "a=1", "-"]);
    assert_eq!(case.at(command.flag("-y").unwrap().span), "-qy");
    let case = run("pip install --$X -$Y \"$Z\" --index-url=\"$U\" - -- -a");
    let flags: Vec<_> = case
        .command("pip")
        .flags()
        .map(|w| w.raw.as_str())
        .collect();
    assert_eq!(flags, ["--$X", "-$Y", "--index-url=\"$U\""]);
    assert!(case.command("pip").has_flag("--index-url"));
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    for open in [
        "(", "{ ", "$(", "${a:-", "{", "[", "`", "\"$(", "if ", "$((", "sh -c \"", "f() (",
    ] {
        let case = run(&open.repeat(100_000 / open.len()));
        assert!(case.script.commands.len() <= 100_000, "{open}");
    }
    let case = run(&"(".repeat(100_000));
    assert!(!case.script.errors.is_empty());
    let deep = format!("{}a{}", "( ".repeat(40), " )".repeat(40));
    assert_eq!(run(&deep).names(), ["a"]);
    assert_eq!(
        lines(&format!("{}a{}", "$(x ".repeat(12), ")".repeat(12)))
            .names()
            .len(),
        13
    );
    let inner = format!("sh -c '{}a{}'", "( ".repeat(48), " )".repeat(48));
    let nested = format!("{}{inner}{}", "( ".repeat(48), " )".repeat(48));
    assert!(run(&nested).names().contains(&"sh"));
    let deep = run(&"(".repeat(100_000)).script;
    assert_eq!(deep.errors[0].kind, ShellErrorKind::Limit);
}

#[test]
fn a_list_too_long_for_the_parser_is_read_in_pieces() {
    let case = run(&format!("{}b", "a && ".repeat(5_000)));
    assert_eq!(case.names().len(), 5_001);
    assert!(!case.script.errors.is_empty());
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    fn shellish() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "a",
            "apt-get",
            " ",
            " ",
            "\n",
            "\\\n",
            "\t",
            "\r",
            ";",
            "&&",
            "||",
            "|",
            "&",
            "(",
            ")",
            "{",
            "}",
            "$",
            "$(",
            "${",
            "`",
            "'",
            "\"",
            "\\",
            "<",
            "<<",
            "<<-",
            "EOF",
            "\nEOF\n",
            ">",
            "2>&1",
            "=",
            "X=",
            "[[",
            "]]",
            "((",
            "))",
            "if ",
            "then ",
            "fi",
            "for x in ",
            "do ",
            "done",
            "case ",
            "in ",
            "esac",
            "sudo ",
            "sh -c ",
            "eval ",
            "bash <<EOF\n",
            "é",
            "日本",
            "#",
            "!",
            "*",
            "~",
            "[",
            "]",
            "$X",
            "${X:-",
            "<(",
            "&>>",
            "time ",
            "export ",
            "x=(",
            "-",
            "--",
            "$'",
            "\\\"",
            "function ",
            "f() ",
            "%",
            "/",
            "1",
        ]);
        prop::collection::vec(piece, 0..40).prop_map(|v| v.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn any_text_is_read_without_panic_and_with_spans_that_fit(text in shellish()) {
            lines(&text);
            run(&text);
        }

        #[test]
        fn text_in_pieces_is_read_with_spans_that_fit(parts in prop::collection::vec(shellish(), 0..4)) {
            let file = parts.join("|~|");
            let mut mapped = MappedText::default();
            let mut at = 0;
            for part in &parts {
                mapped.push(part, at);
                at += part.len() as u32 + 3;
            }
            for dialect in [Dialect::Bash, Dialect::Zsh] {
                check(Case { script: parse(&mapped, &dialect), source: Source::new("f", file.clone()) });
            }
        }

        #[test]
        fn arbitrary_text_is_read(text in "\\PC{0,60}") {
            lines(&text);
        }
    }
}

#[test]
fn an_expansion_whose_end_is_not_clear_is_an_error() {
    for body in [
        "rm ${A&& rm \"${B}\" && ls",
        "echo ${A",
        "echo x${A:-\"${B}\"",
        "echo ${A && ls é",
        "yum install a @(\"b c",
        "apt-get install /x/*.deb($A b; ls",
    ] {
        let errors = run(body).script.errors;
        assert_eq!(errors.len(), 1, "{body}");
        assert_eq!(errors[0].kind, ShellErrorKind::Unclear);
    }
    for body in [
        "echo ${A}",
        "echo ${A:-\"x\"} \"${B}\"",
        "echo '\"' \"'\" \\\" it\\'s \"\\\"\" @(a|b) $(ls | (cat))",
        "echo ${A:-\\\"}",
        "echo \\${A",
        "echo '${A'",
    ] {
        assert_eq!(run(body).script.errors, [], "{body}");
    }
}

#[test]
fn prefix_words_by_the_thousand_are_one_thing_that_is_not_read() {
    let many = |word: &str| format!("{}true", word.repeat(10_000));
    for word in [
        "time ",
        "time -p ! ",
        "coproc ",
        "A=1 ",
        "for i in a; do ",
        "case x in x) ",
        "select i in a; do ",
        "done; ",
    ] {
        let script = run(&many(word)).script;
        let kinds: Vec<_> = script.errors.iter().map(|e| e.kind).collect();
        assert_eq!(kinds, [ShellErrorKind::Limit], "{word}");
        assert!(script.commands.is_empty(), "{word}");
    }
    // Programs that run others are words of one command, which is kept.
    for word in [
        "env ",
        "sudo ",
        "exec ",
        "command builtin ",
        "xargs ",
        "nice ",
    ] {
        let script = run(&many(word)).script;
        let kinds: Vec<_> = script.errors.iter().map(|e| e.kind).collect();
        assert_eq!(kinds, [ShellErrorKind::Limit], "{word}");
        assert_eq!(script.commands.len(), 1, "{word}");
        assert!(script.commands[0].wrappers.is_empty(), "{word}");
    }
}

#[test]
fn a_script_that_is_too_long_is_not_read() {
    let script = run(&"echo a; ".repeat(200_000)).script;
    assert_eq!(script.errors.len(), 1);
    assert_eq!(script.errors[0].kind, ShellErrorKind::Limit);
    assert!(script.commands.is_empty());
}
