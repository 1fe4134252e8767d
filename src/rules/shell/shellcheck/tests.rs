//! What is found in scripts, and where.

use crate::context::Build;
use crate::engine::{self, ActiveRule, Settings};
use crate::rule::{CodeChoice, OtherCodes};
use crate::rules;
use crate::span::Source;

/// `line:column code text` of every finding.
fn found(text: &str) -> Vec<String> {
    let mut rule = ActiveRule::new(rules::by_id(rules::SHELLCHECK).unwrap());
    rule.codes = CodeChoice {
        others: OtherCodes::All,
        ..CodeChoice::default()
    };
    let settings = Settings {
        rules: vec![rule],
        build: Build::default(),
        ..Settings::default()
    };
    let report = engine::lint(Source::new("Dockerfile", text), &settings);
    let show = |d: &crate::diagnostic::Diagnostic| {
        let at = report.source.position(d.span.start);
        let code = d.code.as_deref().unwrap();
        let text = report.source.slice(d.span);
        format!("{}:{} {code} {text}", at.line, at.column)
    };
    report.diagnostics.iter().map(show).collect()
}

#[test]
fn a_finding_stands_at_its_bytes_behind_tabs_comments_and_continuations() {
    let text = "FROM x\r\nRUN true \\\r\n# c\r\n\n\té=1; echo é $X\\\r\nY z\r\n";
    assert_eq!(found(text), ["5:14 SC2086 $X\\\r\nY"]);
    let text = "FROM x\nRUN <<-E\n\ttrue\n\t\techo $X\n\tE\nONBUILD RUN echo $Y\n";
    assert_eq!(found(text), ["4:8 SC2086 $X", "6:18 SC2086 $Y"]);
}

#[test]
fn the_shell_that_runs_the_script_decides() {
    let test = |head: &str| found(&format!("{head}\nRUN [[ -e /x ]]\n"));
    assert_eq!(test("FROM debian:12"), ["2:5 SC3010 [[ -e /x ]]"]);
    for head in [
        "FROM alpine:3",
        "FROM fedora:40",
        "FROM debian:12\nSHELL [\"/bin/bash\", \"-c\"]",
        "FROM debian:12 AS a\nSHELL [\"bash\", \"-c\"]\nFROM a",
        "# hadolint shell=bash\nFROM debian:12",
        "FROM debian:12\n# hadolint shell=/bin/bash",
        "FROM debian:12\nSHELL [\"pwsh\", \"-c\"]",
    ] {
        assert_eq!(test(head), Vec::<String>::new(), "{head}");
    }
    let heredoc = |first: &str| found(&format!("FROM debian\nRUN <<E\n{first}\n[[ -e x ]]\nE"));
    assert_eq!(heredoc("#!/bin/bash"), Vec::<String>::new());
    assert_eq!(heredoc("#!/bin/sh"), ["4:1 SC3010 [[ -e x ]]"]);
    assert_eq!(heredoc("#!/usr/bin/python"), Vec::<String>::new());
    // A comment holds for its stage only, and one before the first FROM not for a child.
    let text = "FROM debian AS a\n# hadolint shell=bash\nRUN [[ x ]]\nFROM debian\nRUN [[ -e x ]]";
    let last = found(text);
    assert_eq!(
        last.last().map(String::as_str),
        Some("5:5 SC3010 [[ -e x ]]")
    );
}

#[test]
fn what_the_dockerfile_sets_is_set() {
    let text = "ARG global\nFROM debian\nARG a\nENV b=1\nRUN echo \"$a$b$http_proxy$c$global\"";
    assert_eq!(found(text), ["5:26 SC2154 $c", "5:28 SC2154 $global"]);
    let text = "FROM debian\nENV A=/a\nARG B\nRUN rm -rf \"$A\"/* \"$B\"/*";
    assert_eq!(found(text), ["4:19 SC2115 \"$B\"/*"]);
    assert_eq!(
        found("FROM debian\nARG UID\nRUN echo \"$UID $EUID\""),
        ["3:16 SC3028 $EUID"]
    );
}

#[test]
fn comments_of_shellcheck_work_where_dockerfiles_have_them() {
    let inside =
        "FROM debian\nRUN true; \\\n # shellcheck disable=SC2086 # x\n echo $X; \\\n echo $Y";
    assert_eq!(found(inside), ["5:7 SC2086 $Y"]);
    let heredoc = "FROM debian\nRUN <<E\ntrue\n# shellcheck disable=2086\necho $X\necho $Y\n\
                   # shellcheck disable=SC2226\nln x\nE";
    assert_eq!(found(heredoc), ["6:6 SC2086 $Y"]);
}

#[test]
fn echo_with_backslashes_means_different_things() {
    let run = |echo: &str| found(&format!("FROM fedora:41\nRUN {echo}"));
    for echo in [
        r#"echo 'a\\ b'"#,
        r#"echo 'PS1="\w]\\$ "' > x"#,
        r"echo 'a\x41'",
        r"echo -n '\\;'",
    ] {
        assert_eq!(run(echo).len(), 1, "{echo}");
    }
    for echo in [
        r"echo 'a\x'",
        r"echo -e 'a\\ b'",
        r"echo -ne '\\;'",
        r#"echo "a\\ b""#,
        r"printf 'a\\ b'",
    ] {
        assert_eq!(run(echo), Vec::<String>::new(), "{echo}");
    }
    assert_eq!(found("FROM debian:12\nRUN echo 'a\\\\ b'"), [""; 0]);
}

#[test]
fn a_failure_behind_a_bang_is_lost_unless_someone_asks() {
    let text = "FROM debian\nRUN set -e; ! a | b; ! { c; }; d\n";
    let places = found(text);
    let places: Vec<&str> = places.iter().map(String::as_str).collect();
    assert_eq!(places, ["2:13 SC2251 ! a | b", "2:22 SC2251 ! { c; }"]);
    let lost = |script: &str| {
        let all = found(&format!("FROM debian\nRUN {script}\n"));
        all.iter().any(|f| f.contains("SC2251"))
    };
    for script in [
        "set -e; ! a; b",
        "set -ex; ! a | b; c",
        "set -e; ! { a; b | c; }; d",
        "set -o errexit; for i in 1 2; do ! a; done",
        "set -e; if a; then ! b; fi",
    ] {
        assert!(lost(script), "{script}");
    }
    for script in [
        "! a; b",
        "set -e; a; ! b",
        "set -e; ! a && b; c",
        "set -e; ! a || b; c",
        "set -e; if ! a; then b; fi",
        "set -e; while ! a; do b; done",
        "set -e; sh -c '! a; b'",
        "set -e; a | { ! b; }; c",
    ] {
        assert!(!lost(script), "{script}");
    }
}

#[test]
fn a_condition_of_operators_runs_both_ways_unless_its_result_is_asked_for() {
    let places = |script: &str| -> Vec<String> {
        let all = found(&format!("FROM fedora\nRUN {script}\n"));
        let of = |f: &String| Some(f.strip_suffix(" SC2015 &&")?.to_owned());
        all.iter().filter_map(of).collect()
    };
    for (script, place) in [
        ("a && b || c", "2:7"),
        ("a || b && c || { d; exit 1; }", "2:12"),
        ("a && b || { c; exit 1; } && d || { e; exit 1; }", "2:30"),
        ("x=$(a && { b; } || c); d", "2:11"),
        ("if a && b || c; d; then e; fi", "2:10"),
        ("if d; then a && ! b || sudo true; fi", "2:18"),
    ] {
        assert_eq!(places(script), [place], "{script}");
    }
    for script in [
        "a && b || exit 1",
        "a && b || c && d",
        "a && b || c || d",
        "a && [ b ] || c",
        "a && b || x=1",
        "a && b || echo c",
        "if a && b || c; then d; fi",
        "(a; b && c || d) && e",
        "echo $(a && b || c) && d",
        "for i in 1; do a && b || c; done || exit",
        "sh -c 'a && b || c'",
    ] {
        assert_eq!(places(script), Vec::<String>::new(), "{script}");
    }
}

#[test]
fn arguments_that_are_missing_or_mean_less() {
    let code = |script: &str| {
        let all = found(&format!("FROM debian\nRUN {script}\n"));
        all.join(", ")
    };
    assert_eq!(code("ln -s /x/y"), "2:5 SC2226 ln -s /x/y");
    assert_eq!(code("ln -s /x/y z; ln -t a b; ln /x/*"), "");
    assert_eq!(
        code("find -name x; find -L -name y"),
        "2:5 SC2185 find, 2:19 SC2185 find"
    );
    assert_eq!(code("find . -name x; find -L . ; find \"$D\""), "");
    assert_eq!(code("mkdir -p -m 700 a/b"), "2:14 SC2174 -m");
    assert_eq!(
        code("mkdir -p -m 700 a; mkdir -m 700 a/b; mkdir -p ../a"),
        ""
    );
}

#[test]
fn functions_that_call_each_other_over_and_over_are_soon_done() {
    for open in ["f{}() {", "function f{} {"] {
        let mut script = String::new();
        for number in 0..80 {
            let next = format!("f{}", number + 1);
            let head = open.replace("{}", &number.to_string());
            script += &format!("{head} {next}; {next}; }}; ");
        }
        let all = found(&format!("FROM fedora\nRUN {script}f0; echo $1\n"));
        assert!(all.iter().any(|f| f.contains("SC2086")), "{all:?}");
    }
}

#[test]
fn a_script_that_cannot_be_read_says_where_and_nothing_that_is_a_guess() {
    let code = |script: &str| {
        let all = found(&format!("FROM debian\nRUN {script}\n"));
        all.join(", ")
    };
    assert_eq!(code("echo $X; if x; then"), "2:20 SC1072 then");
    assert_eq!(code("echo \"a"), "2:10 SC1072 \"a");
    assert_eq!(code("a &&"), "2:7 SC1072 &&");
    assert_eq!(code("a || { b }"), "2:14 SC1072 }");
    assert_eq!(code("a; \\\n  done # x"), "3:3 SC1089 done");
    assert_eq!(code("a )"), "2:7 SC1089 )");
    // A keyword is one where a command begins, and `in` not even there.
    for read in ["a && in b", "in", "X=1 done", "X=' a ' esac && b"] {
        let codes = code(read);
        assert!(!codes.contains("SC1"), "{read}: {codes}");
    }
    for damaged in ["X=1 a \"b", "X=1 a &&", "X=1 a | ( b", "for in in a; b"] {
        let codes = code(damaged);
        assert!(codes.contains("SC1072"), "{damaged}: {codes}");
    }
    assert_eq!(code("[ a]"), "2:5 SC1073 [, 2:5 SC1072 [, 2:9 SC1020 ");
    assert_eq!(code("if a; b; fi"), "2:5 SC1049 , 2:14 SC1072 fi");
    // Not for a shell, or not the shell of this script.
    for script in [
        "{{ if .x ( }} a",
        "iex ((New-Object Net.WebClient).DownloadString('x')); [Net.X]::Y",
        "bash -c 'if a'",
    ] {
        assert!(!code(script).contains("SC10"), "{script}");
    }
    let heredoc = "FROM debian\nRUN <<E\n# shellcheck disable=SC1072\n( a\nE";
    assert_eq!(found(heredoc), Vec::<String>::new());
}

#[test]
fn codes_mean_what_they_mean_to_shellcheck() {
    let test = |script: &str| found(&format!("FROM fedora\nRUN {script}\n")).join(", ");
    assert_eq!(test("<<E; a\n\nE"), "2:5 SC2188 <<E");
    assert_eq!(
        found("FROM x\nRUN let x=1; a |& b\n"),
        ["2:5 SC3039 let", "2:9 SC2034 x", "2:16 SC3029 |&"]
    );
    let heredoc = "FROM x\nRUN <<E\n# shellcheck disable=SC3029\na |& b\nE";
    assert_eq!(found(heredoc), Vec::<String>::new());
    assert_eq!(test("export a =b"), "2:14 SC2290 =b");
    assert_eq!(
        test("/bin/bash -c 'echo $X'; bash -c 'echo $X'; echo '$X'"),
        "2:53 SC2016 '$X'"
    );
    assert_eq!(
        found("FROM x\nRUN case a in @(a|b)) c;; esac; [[ a == @(a|b) ]]\n")
            .iter()
            .filter(|f| f.contains("SC1"))
            .count(),
        0
    );
    assert_eq!(
        test("find / -type f -a \\( -name a -o -name b \\) -exec rm {} +"),
        ""
    );
}

#[test]
fn a_variable_that_commands_are_handed_is_used() {
    assert_eq!(
        found("FROM debian\nENV A=1\nRUN A=2; b"),
        Vec::<String>::new()
    );
    assert_eq!(
        found("FROM golang:1\nRUN GOPATH=/go && go get x"),
        Vec::<String>::new()
    );
    assert_eq!(found("FROM debian\nRUN A=2; b"), ["2:5 SC2034 A"]);
}

#[test]
fn a_comment_names_the_shell_for_its_script() {
    let text = "FROM debian\n# shellcheck shell=bash\nRUN [[ -e x ]]\nRUN [[ -e x ]]\n";
    assert_eq!(found(text), ["4:5 SC3010 [[ -e x ]]"]);
}

/// `code text` of what is found in a script of Bash.
fn in_bash(script: &str) -> Vec<String> {
    let all = found(&format!(
        "FROM debian\nSHELL [\"/bin/bash\", \"-c\"]\nRUN {script}\n"
    ));
    let bare = |f: &String| Some(f.split_once(' ')?.1.to_owned());
    all.iter().filter_map(bare).collect()
}

#[test]
fn conditions_are_told_by_what_their_words_can_be() {
    for (script, expected) in [
        ("true; [ a ]", "SC2078 a"),
        ("true; [ ! a ]", "SC2078 a"),
        ("true; [ 0 ]", "SC2159 0"),
        ("[[ false ]]", "SC2158 false"),
        ("[[ \"a$b\" ]]", "SC2157 a"),
        ("true; [ -z ~ ]", "SC2157 ~"),
        ("true; [ -n \"$b\"$c ]", "SC2070 \"$b\"$c"),
        ("true; [ -f *.a ]", "SC2144 *.a"),
        ("true; [ *.a -nt b ]", "SC2202 *.a"),
        ("[[ [a-z] == b ]]", "SC2203 [a-z]"),
        ("true; [ -v a* ]", "SC2208 a*"),
        ("true; [ -f {a,b} ]", "SC2200 {a,b}"),
        ("[[ $b == {a,b} ]]", "SC2201 {a,b}"),
        ("true; [ \"$@\" = a ]", "SC2198 \"$@\""),
        ("[[ -n ${a[@]} ]]", "SC2199 ${a[@]}"),
        ("true; [ a -eq \"$b\" ]", "SC2170 a"),
        ("true; [ 1.5 -eq \"$b\" ]", "SC2072 1.5"),
        ("[[ $b -lt c.d ]]", "SC2309 c.d"),
        ("true; [ \"$b\" \\< 3 ]", "SC2071 \\<"),
        ("true; [ \"$b\" < c ]", "SC2073 <"),
        ("[[ $b < 3 ]]", "SC2071 <"),
        ("true; [ \"$b\" =~ c ]", "SC2074 =~"),
        ("[[ $b =~ *c ]]", "SC2049 *c"),
        ("true; [ a = b ]", "SC2050 ="),
        ("true; [ \"a$b\" = c ]", "SC2193 ="),
        ("true; [ \"$b \" = c ]", "SC2193 ="),
        ("true; [ '' = ? ]", "SC2193 ="),
        ("true; [ \"$b\"=c ]", "SC2077 =c"),
        ("true; [ -y a ]", "SC2058 -y"),
    ] {
        let all = in_bash(script);
        assert!(all.iter().any(|f| f == expected), "{script}: {all:?}");
    }
    for script in [
        "true; [ \"$a\" ]",
        "true; [ -n \"$a\" -o -z \"$b\" ]",
        "true; [ -f a ]",
        "true; [ \"$a\" = b ]",
        "true; [ \"a$b\" = ac ]",
        "true; [ \"$a.b\" = c.b ]",
        "true; [ ~ = \"$a\" ]",
        "true; [ \"$a\" -eq -1 ]",
        "true; [ \"$a\" \\< b ]",
        "true; [ a -nt b ]",
        "[[ $a == *.b ]]",
        "[[ $a =~ ab* ]]",
        "[[ -n $a ]]",
        "test a",
    ] {
        let all = in_bash(script);
        let mut told = all.iter().filter(|f| !f.contains("SC2154"));
        let known = ["SC2166", "SC2034"];
        assert!(
            told.all(|f| known.iter().any(|c| f.starts_with(c))),
            "{script}: {all:?}"
        );
    }
}

#[test]
fn pipelines_are_found_whatever_ends_them() {
    for end in ["", "; true", " && true", " || true", "\ntrue"] {
        let text = format!("FROM debian\nRUN <<E\nls | grep x{end}\nE\n");
        assert_eq!(found(&text), ["3:1 SC2010 ls"], "{end:?}");
    }
    let nested = in_bash("echo \"$(ls | grep x; true)\"; { ls | grep y; true; }");
    assert_eq!(nested, ["SC2010 ls", "SC2010 ls"]);
}

#[test]
fn an_expansion_may_be_split_if_some_path_leaves_it_so() {
    let splits = |script: &str| in_bash(script).iter().any(|f| f.starts_with("SC2086"));
    for script in [
        "if a; then b=c; fi; d ${b:-}; e",
        "case $1 in a) b=c ;; *) d ;; esac; f ${b:-}; g",
        "a && case $1 in b) d=e ;; *) d=f ;; esac && g $d",
        "a && d=e && g $d",
        "a=b; while c; do d $a; a=$(e); done",
        "for i in a 'b c'; do d $i; done",
        "a() { b || return; c=d; }; a; e $c",
        "a() { local b=c; }; a; d $b",
        "a=b; read -r a; c $a",
    ] {
        assert!(splits(script), "{script}");
    }
    for script in [
        "if a; then b=c; else b=d; fi; e $b; f",
        "case $1 in a) b=c ;; *) exit 1 ;; esac; f ${b}; g",
        "a; d=e && g $d",
        "a || exit; b=c; d $b",
        "a=b; (a=$(c)); d $a",
        "for i in ~ b/c; do d $i; done",
        "a=; while b; do a=c; done; d $a",
        "a() { b=c; }; a; d $b",
        "a=b; a+=c; d $a",
        "((a++)); b $a",
    ] {
        assert!(!splits(script), "{script}");
    }
}

#[test]
fn commands_are_told_by_how_they_are_called() {
    for (script, expected) in [
        ("tr [a-z] b", "SC2060 [a-z]"),
        ("tr aab c", "SC2020 aab"),
        ("grep x* f", "SC2063 x*"),
        ("echo a | rm b", "SC2216 rm b"),
        ("rm a < b", "SC2217 rm a < b"),
        ("a | b < c", "SC2259 <"),
        ("a=b | c", "SC2036 a"),
        ("test a | b", "SC2266 |"),
        ("a | ! b", "SC2326 !"),
        ("printf a b", "SC2182 a"),
        ("printf '%s %s' a", "SC2183 '%s %s'"),
        ("mv a", "SC2224 mv a"),
        ("cp \"$a\"", "SC2225 cp \"$a\""),
        ("PATH=/x; a", "SC2123 PATH"),
        ("a=\"$a\"", "SC2269 a"),
        ("test a > b", "SC2065 > b"),
        ("$a = b", "SC2283 ="),
        ("a == b", "SC2284 a == b"),
        ("a += b", "SC2285 a += b"),
        ("echo abcd\tb", "SC2291 echo abcd\tb"),
        ("for i in \"$a/b\"; do c \"$i\"; done", "SC2066 \"$a/b\""),
        (".\\a b", "SC1001 "),
        ("exec a; b", "SC2093 exec a"),
        ("( [ \"$a\" ] ); b", "SC2234 ( [ \"$a\" ] )"),
    ] {
        let all = in_bash(script);
        assert!(all.iter().any(|f| f == expected), "{script}: {all:?}");
    }
    for (script, code) in [
        ("tr '[:upper:]' b", "SC202"),
        ("tr 11 b", "SC2020"),
        ("grep 'a=*' f", "SC20"),
        ("echo a | cp -i b c", "SC2216"),
        ("echo a | rm \"$(b)\"", "SC2216"),
        ("a | b 3< c", "SC2259"),
        ("printf '%s' \"$@\"", "SC218"),
        ("printf '%d%%' a b", "SC218"),
        ("mv \"$@\"; cp -t a b; mv -- a", "SC222"),
        ("PATH=/x/bin; PATH=$a; PATH=b:c", "SC2123"),
        // Modes of `chmod`, and what `sed` numbers lines with.
        ("chmod =2775 a; sed = b; c \"=d\"", "SC2283"),
        ("echo a\tb", "SC2291"),
        ("\\ls; echo a\\,b", "SC1001"),
        ("exec a; exit; exec > b", "SC2093 exec >"),
        ("echo a > b >&2; c > d >/dev/null 2>&1", "SC2261"),
        ("a && b || ! c", "SC2015"),
        ("f() { a; }; f; f() { b; }; f", "SC2218"),
        ("case *.a in b) c;; esac", "SC2194"),
        ("a=$(sudo echo b); c \"$a\"", "SC2116"),
        ("declare a+=b", "SC2034"),
    ] {
        let all = in_bash(script);
        assert!(
            !all.iter().any(|f| f.starts_with(code)),
            "{script}: {all:?}"
        );
    }
}

#[test]
fn what_stands_behind_a_bracket_or_a_keyword_ends_the_script() {
    for script in [
        "{ a; } b",
        "( a ) b",
        "if a; then b; fi c",
        "while a; do b; done c",
    ] {
        let word = script.split(' ').next_back().unwrap();
        assert_eq!(
            in_bash(script),
            ["SC1070 ".to_owned(), format!("SC1141 {word}")]
        );
    }
    for script in [
        "{ a; } > b",
        "( a ) 2>&1 | b",
        "{ a; } && b",
        "if a; then { b; } fi",
        "( a ) # b",
        "{ a; } \\\n  && b",
        "a() { b; }; a",
    ] {
        assert!(
            !in_bash(script).iter().any(|f| f.contains("SC1")),
            "{script}"
        );
    }
}

#[test]
fn hostile_scripts_are_survived() {
    let deep = format!("FROM x\nRUN {}", "( ".repeat(5_000));
    let wide = format!("FROM x\nRUN {}", "echo $x; ".repeat(2_000));
    let quotes = format!("FROM x\nRUN {}", "\"$(\"".repeat(150));
    for text in [
        deep,
        wide,
        quotes,
        "FROM x\nRUN \\".into(),
        "FROM x\nRUN é$\u{feff}`".into(),
    ] {
        found(&text);
    }
}

// What ShellCheck 0.11 says of the same.
#[test]
fn folders_of_the_system_and_curled_quotes() {
    let of = |script: &str| found(&format!("FROM debian:12\nRUN {script}\n"));
    let found_in =
        |script: &str, code: &str| of(script).iter().filter(|f| f.contains(code)).count();
    for removed in [
        "rm -rf /usr",
        "rm -R /etc/",
        "rm --recursive '/var'",
        "rm -rf -- \"/\"usr/bin",
        "rm -rf /",
    ] {
        assert_eq!(found_in(removed, "SC2114"), 1, "{removed}");
    }
    for kept in [
        "rm -f /usr",
        "rm -rf /tmp",
        "rm -rf /usr/lib",
        "rm -rf $x/usr",
        "sudo rm -rf /usr",
        "rm -rf usr",
    ] {
        assert_eq!(found_in(kept, "SC2114"), 0, "{kept}");
    }
    assert_eq!(of("echo “a” b"), ["2:10 SC1110 “", "2:12 SC1110 ”"]);
    assert_eq!(of("apk add\u{a0}curl 'a\u{a0}b'"), ["2:12 SC1018 \u{a0}"]);
    assert_eq!(of("echo \"a “b” ‘c’\""), ["2:13 SC1111 “", "2:15 SC1111 ”"]);
    assert_eq!(of("echo '“a”'"), Vec::<String>::new());
}
