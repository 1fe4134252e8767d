use super::*;

const SHA: &str = "sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

/// `${X}` stands for one variable of unknown value.
fn image(text: &str) -> ImageRef {
    ImageRef::parse(&text.replace("${X}", "\u{E000}").replace("SHA", SHA))
}

#[test]
fn names_are_normalised_as_the_engine_does() {
    // input, registry, repository, familiar name
    for (text, registry, repository, familiar) in [
        ("python", "docker.io", "library/python", "python"),
        ("library/python", "docker.io", "library/python", "python"),
        ("docker.io/python", "docker.io", "library/python", "python"),
        (
            "index.docker.io/python",
            "docker.io",
            "library/python",
            "python",
        ),
        ("index.docker.io/a/b", "docker.io", "a/b", "a/b"),
        ("docker.io/a/b", "docker.io", "a/b", "a/b"),
        ("a/b", "docker.io", "a/b", "a/b"),
        ("a/b/c", "docker.io", "a/b/c", "a/b/c"),
        ("library/a/b", "docker.io", "library/a/b", "library/a/b"),
        (
            "other/library",
            "docker.io",
            "other/library",
            "other/library",
        ),
        ("localhost/a", "localhost", "a", "localhost/a"),
        (
            "localhost:5000/a",
            "localhost:5000",
            "a",
            "localhost:5000/a",
        ),
        ("LOCALDOMAIN/a/b", "LOCALDOMAIN", "a/b", "LOCALDOMAIN/a/b"),
        ("Foo/bar", "Foo", "bar", "Foo/bar"),
        ("ghcr.io/a/b", "ghcr.io", "a/b", "ghcr.io/a/b"),
        ("test:5000/repo", "test:5000", "repo", "test:5000/repo"),
        (
            "127.0.0.1:8000/a",
            "127.0.0.1:8000",
            "a",
            "127.0.0.1:8000/a",
        ),
        (
            "[2001:db8::1]/repo",
            "[2001:db8::1]",
            "repo",
            "[2001:db8::1]/repo",
        ),
        ("[::1]:5000/repo", "[::1]:5000", "repo", "[::1]:5000/repo"),
        // Without a slash, a dot makes no registry.
        ("test.com", "docker.io", "library/test.com", "test.com"),
        ("localhost", "docker.io", "library/localhost", "localhost"),
        ("foo_bar.com/x", "foo_bar.com", "x", "foo_bar.com/x"),
    ] {
        let r = image(text);
        assert_eq!(r.registry.known(), Some(registry), "{text}");
        assert_eq!(r.repository.known(), Some(repository), "{text}");
        assert_eq!(r.familiar_name(), familiar, "{text}");
        assert!(r.is_untagged(), "{text}");
        assert_eq!(r.to_string(), format!("{registry}/{repository}:latest"));
    }
}

#[test]
fn tag_and_digest_are_found_alone_and_together() {
    for (text, repository, tag, digest) in [
        ("test.com:5000", "library/test.com", Some("5000"), None),
        ("repo:Tag_1.0-x", "library/repo", Some("Tag_1.0-x"), None),
        ("repo@SHA", "library/repo", None, Some(SHA)),
        ("repo:tag@SHA", "library/repo", Some("tag"), Some(SHA)),
        ("test:5000/repo:5050", "repo", Some("5050"), None),
        ("test:5000/repo:tag@SHA", "repo", Some("tag"), Some(SHA)),
        (
            "[2001:db8::1]:5000/repo:tag@SHA",
            "repo",
            Some("tag"),
            Some(SHA),
        ),
        (
            "b.gcr.io/test.example.com/my-app:test.example.com",
            "test.example.com/my-app",
            Some("test.example.com"),
            None,
        ),
    ] {
        let r = image(text);
        assert_eq!(r.repository.known(), Some(repository), "{text}");
        assert_eq!(r.tag.as_ref().and_then(Part::known), tag, "{text}");
        assert_eq!(r.digest.as_ref().and_then(Part::known), digest, "{text}");
        assert_eq!(r.is_pinned_by_digest(), digest.is_some(), "{text}");
        assert_eq!(r.validity, Ok(()), "{text}");
        let at = |range: &Option<std::ops::Range<usize>>| {
            range.clone().map(|range| r.text[range].to_owned())
        };
        assert_eq!(at(&r.ranges.tag).as_deref(), tag, "{text}");
        assert_eq!(at(&r.ranges.digest).as_deref(), digest, "{text}");
    }
}

#[test]
fn ranges_point_at_the_parts_as_written() {
    let r = image("docker.io/python:3.12@SHA");
    assert_eq!(&r.text[r.ranges.registry.clone().unwrap()], "docker.io");
    assert_eq!(&r.text[r.ranges.repository.clone()], "python");
    assert_eq!(r.ranges.tag, Some(17..21));
    assert!(r.registry_explicit);
    assert!(!image("python").registry_explicit);
}

#[test]
fn valid_references_are_accepted() {
    for text in [
        "test_com",
        "debian",
        "a",
        "d/docker",
        "docker---rules/docker",
        "dock__er/docker",
        "192.168.1.1",
        "192.168.1.1:5000/repo:5050",
        "xn--n3h.com/myimage:xn--n3h.com",
        "docker.io/1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a",
        "thisisthesongthatneverendsitgoesonandonandonthisisthesongthatnev",
        "Docker/docker",
        "[fc00:1:2:3:4:5:6:7]:5000/library/debian",
        "[2001:db8::]:5000/repo",
        "sub-dom1.foo.com/bar/baz/quux:some-long-tag",
        "foo/foo_bar.com:8080",
        "scratch",
    ] {
        assert_eq!(image(text).validity, Ok(()), "{text}");
    }
    let longest = format!("example.com/{}:tag", "a".repeat(255));
    assert_eq!(image(&longest).validity, Ok(()));
}

#[test]
fn invalid_references_are_refused_where_they_go_wrong() {
    let wrong_length = format!("repo@sha256:{}", "f".repeat(34));
    let long_name = format!("example.com/{}:tag", "a".repeat(256));
    let long_tag = format!("repo:{}", "a".repeat(129));
    for (text, at) in [
        ("", Some(0)),
        (":justtag", Some(0)),
        ("@SHA", Some(0)),
        (wrong_length.as_str(), None),
        ("repo@md5:d41d8cd98f00b204e9800998ecf8427e", None),
        ("repo@SHA0", None),
        ("Uppercase:tag", Some(0)),
        ("docker/Docker", Some(7)),
        ("test:5000/Uppercase/lowercase:tag", Some(10)),
        (long_name.as_str(), Some(12 + 255)),
        (long_tag.as_str(), Some(5 + 128)),
        ("aa/asdf$$^/aa", Some(7)),
        ("python:", None),
        ("python:3.12:1", None),
        ("python 3", Some(6)),
        ("python:-3", None),
        ("[2001:db8::1]", None),
        ("[2001:db8::1]:5000", None),
        ("[fe80::1%eth0]:5000/repo", None),
        ("fc00::1:5000/debian", None),
        ("https://github.com/docker/docker", None),
        ("-docker", Some(0)),
        ("docker-/docker", None),
        ("docker///docker", None),
        ("docker/", None),
        ("____/____", None),
        ("_docker/_docker", None),
        ("dock..er/docker", None),
        ("dock_.er/docker", None),
        (
            "1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a",
            Some(0),
        ),
        ("pythön", Some(4)),
        ("$IMAGE", Some(0)),
    ] {
        let error = image(text).validity.expect_err(text);
        assert!(error.at <= image(text).text.len(), "{text}");
        if let Some(at) = at {
            assert_eq!(error.at, at, "{text}: {error}");
        }
    }
}

/// Whether `container_image_dist_ref`, which reads the grammar of distribution/reference, takes a
/// text. It counts the registry as part of the 255 characters, which the engine does not.
fn witness_accepts(text: &str) -> Option<bool> {
    use container_image_dist_ref::err::Kind;
    match container_image_dist_ref::ImgRef::new(text) {
        Ok(_) => Some(true),
        Err(e) if matches!(e.kind(), Kind::HostOrPathTooLong | Kind::NameTooLong) => None,
        Err(_) => Some(false),
    }
}

/// What `dockerfile-parser` makes of a text, its two faults corrected: it takes an upper-case
/// word before the first slash for a namespace, and leaves a tag before a digest in the name.
fn witness_parts(text: &str) -> (Option<String>, String, Option<String>, Option<String>) {
    let split = dockerfile_parser::ImageRef::parse(text);
    let (image, tag) = match split.image.split_once(':') {
        Some((image, tag)) => (image.to_owned(), Some(tag.to_owned())),
        None => (split.image, split.tag),
    };
    (split.registry, image, tag, split.hash)
}

fn our_parts(r: &ImageRef) -> (Option<String>, String, Option<String>, Option<String>) {
    let at = |range: &std::ops::Range<usize>| r.text[range.clone()].to_owned();
    let ranges = &r.ranges;
    (
        ranges.registry.as_ref().map(at),
        at(&ranges.repository),
        ranges.tag.as_ref().map(at),
        ranges.digest.as_ref().map(at),
    )
}

#[test]
fn an_enormous_text_is_refused_quickly() {
    let text = "a/".repeat(100_000);
    assert!(ImageRef::parse(&text).validity.is_err());
}

#[test]
fn variables_hide_what_they_may_bring() {
    // text; hidden: registry, repository; tag and digest: none, known or hidden
    const N: char = '-';
    const K: char = 'k';
    const H: char = 'h';
    for (text, registry, repository, tag, digest) in [
        ("${X}", true, true, H, H),
        ("${X}:3", true, true, K, N),
        ("${X}@SHA", true, true, N, K),
        ("${X}-slim", true, true, H, N),
        ("${X}python", true, true, N, N),
        ("${X}python:3", true, true, K, N),
        ("${X}/python:3", true, true, K, N),
        ("${X}/python", true, true, N, N),
        ("my${X}/app:1", true, true, K, N),
        ("${X}.example.com/python:3", true, false, K, N),
        ("localhost:${X}/python:3", true, false, K, N),
        ("ghcr.io/${X}/app:1", false, true, K, N),
        ("team/${X}:1", false, true, K, N),
        ("team/${X}", false, true, H, H),
        ("python${X}", false, true, H, H),
        ("python:${X}", false, false, H, H),
        ("python:3.12${X}", false, false, H, H),
        ("python:${X}-slim", false, false, H, N),
        ("python:${X}@SHA", false, false, H, K),
        ("python@${X}", false, false, N, H),
        ("python@sha256:${X}", false, false, N, H),
    ] {
        let r = image(text);
        let state = |part: &Option<Part>| {
            part.as_ref()
                .map_or(N, |p| if p.is_hidden() { H } else { K })
        };
        assert_eq!(r.registry.is_hidden(), registry, "{text}: registry");
        assert_eq!(r.repository.is_hidden(), repository, "{text}: repository");
        assert_eq!(r.is_hidden(), registry || repository, "{text}");
        assert_eq!(state(&r.tag), tag, "{text}: tag");
        assert_eq!(state(&r.digest), digest, "{text}: digest");
        assert_eq!(r.validity, Ok(()), "{text}");
    }
}

#[test]
fn what_can_be_seen_of_a_hidden_part_is_kept() {
    let r = image("${X}/python:1.2-${X}");
    assert_eq!(r.repository, Part::Hidden("python".into()));
    assert_eq!(r.tag, Some(Part::Hidden("1.2-\u{E000}".into())));
    assert_eq!(r.to_string(), "…/python:1.2-…");
    assert_eq!(image("team/${X}").to_string(), "docker.io/team/…");
    assert_eq!(image("ghcr.io/${X}/app").familiar_name(), "ghcr.io/…/app");
}

#[test]
fn the_effective_tag_is_latest_only_if_nothing_else_is_said() {
    for (text, tag) in [
        ("python", Some("latest")),
        ("python:3", Some("3")),
        ("python@SHA", None),
        ("python:3@SHA", Some("3")),
        ("python:${X}", None),
        ("python${X}", None),
        ("${X}/python", Some("latest")),
    ] {
        assert_eq!(image(text).effective_tag(), tag, "{text}");
    }
    assert_eq!(image("python:3@SHA").precision(), Some(Precision::Digest));
    assert_eq!(image("python:3").precision(), Some(Precision::Major));
    assert_eq!(image("python:${X}").precision(), None);
}

#[test]
fn the_same_repository_is_seen_through_spelling() {
    let same = |a: &str, b: &str| image(a).same_repository(&image(b));
    assert!(same("python:3", "docker.io/library/python@SHA"));
    assert!(same("index.docker.io/a/b", "a/b"));
    assert!(!same("python", "ghcr.io/library/python"));
    assert!(!same("${X}/python", "${X}/python"));
}

#[test]
fn another_tag_keeps_the_name_as_written() {
    assert_eq!(
        image("docker.io/python:3@SHA").with_tag("3.12").text,
        "docker.io/python:3.12"
    );
    assert_eq!(image("${X}/python").with_tag("3").text, "\u{E000}/python:3");
}

#[test]
fn host_and_port_come_from_the_registry() {
    assert_eq!(image("a").host_and_port(), Some(("docker.io", None)));
    assert_eq!(
        image("[::1]:5000/a").host_and_port(),
        Some(("[::1]", Some(5000)))
    );
    assert_eq!(image("${X}/a").host_and_port(), None);
}

#[test]
fn only_the_bare_word_is_scratch() {
    assert!(image("scratch").is_scratch());
    assert!(!image("scratch:latest").is_scratch());
    assert!(!image("library/scratch").is_scratch());
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str) -> Result<(), TestCaseError> {
        let r = ImageRef::parse(text);
        let ranges = [
            r.ranges.registry.clone(),
            Some(r.ranges.repository.clone()),
            r.ranges.tag.clone(),
            r.ranges.digest.clone(),
        ];
        let first = text.split('/').next().unwrap_or_default();
        if !text.contains(HIDDEN) && !first.contains(char::is_uppercase) {
            prop_assert_eq!(our_parts(&r), witness_parts(text));
        }
        // A valid digest of the grammar may still have an algorithm that the engine does not know,
        // and the engine takes any hexadecimal digits and colons in brackets.
        if !text.contains(HIDDEN) && r.validity.is_ok() && !text.contains('[') {
            prop_assert_ne!(witness_accepts(text), Some(false), "{}", text);
        }
        if witness_accepts(text) == Some(true) && !text.contains('@') {
            prop_assert_eq!(r.validity, Ok(()), "{}", text);
        }
        let mut last = 0;
        for range in ranges.into_iter().flatten() {
            prop_assert!(r.text.get(range.clone()).is_some());
            prop_assert!(last <= range.start);
            last = range.end;
        }
        prop_assert_eq!(last, text.len());
        if let Err(error) = r.validity {
            prop_assert!(error.at <= text.len());
        } else if !text.contains(HIDDEN) {
            // What the engine takes is the same image in its full form.
            let again = ImageRef::parse(&r.to_string());
            prop_assert!(again.same_repository(&r));
            prop_assert_eq!(again.validity, Ok(()));
            prop_assert_eq!(again.to_string(), r.to_string());
        }
        let _ = (
            r.familiar_name(),
            r.to_string(),
            r.precision(),
            r.host_and_port(),
            r.with_tag("x"),
        );
        let _ = (
            publisher(&r),
            default_user(&r),
            default_workdir(&r),
            default_ports(&r),
            default_shell(&r),
        );
        Ok(())
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in ".{0,60}") {
            check(&text)?;
        }

        #[test]
        fn no_near_reference_is_too_odd(text in "[a-cA0-1:@/._\\[\\]%\\-\u{E000}é]{0,40}") {
            check(&text)?;
        }

        #[test]
        fn references_survive_a_round_trip(
            text in "((localhost|a\\.b|x:80|\\[::1\\]:5000|Up)/)?[a-z]{1,5}(/[a-z0-9]{1,5}){0,2}(:[a-zA-Z0-9_][a-z0-9.-]{0,8})?(@sha256:[0-9a-f]{64})?"
        ) {
            prop_assert_eq!(ImageRef::parse(&text).validity, Ok(()));
            check(&text)?;
        }
    }
}
