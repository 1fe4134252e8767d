//! `dlint bases`: what is listed, in which forms, and what follows from it.

use crate::cli::{project, run};

const BAKE: &str = "target \"base\" {\n  context = \"base\"\n  tags = [\"registry.example.com/base:2\"]\n}\n\
                    target \"app\" {\n  context = \"app\"\n  tags = [\"shop/app\"]\n}\n";

fn tree() -> tempfile::TempDir {
    project(&[
        ("docker-bake.hcl", BAKE),
        ("base/Dockerfile", "FROM debian:12-slim\n"),
        (
            "app/Dockerfile",
            "# syntax=docker/dockerfile:1\nARG V=20\nFROM node:${V}-alpine AS build\n\
             RUN --mount=from=busybox:1.36,target=/b true\n\
             FROM registry.example.com/base:2\nCOPY --from=build /a /a\n\
             COPY --from=ghcr.io/astral-sh/uv:0.4 /uv /uv\n",
        ),
        (
            "tool/Dockerfile",
            "ARG IMAGE\nFROM ${IMAGE}\nFROM someone/tool@sha256:0000000000000000000000000000000000000000000000000000000000000000\nFROM scratch\n",
        ),
        (
            "dlint.toml",
            "policy.trusted-registries = ['ghcr.io']\n[[policy.golden]]\nimage = 'golden/*'\n",
        ),
        ("g/Dockerfile", "FROM golden/java:1907\n"),
        (
            "compose.yaml",
            "services:\n  top:\n    image: shop/top\n    build: top\n",
        ),
        ("top/Dockerfile", "FROM shop/app:latest\n"),
    ])
}

#[test]
fn every_image_is_listed_with_its_parts_and_who_vets_it() {
    let folder = tree();
    let ran = run(
        folder.path(),
        &["bases", "--format", "csv", "--as-of", "2026-11-30"],
    );
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let zeros = "0".repeat(64);
    let expected = format!(
        "repository,file,line,stage,final,by,registry,account,name,tag,digest,tier,precision,end_of_life,makes,dated\n\
         ,app/Dockerfile,1,,false,syntax,docker.io,docker,dockerfile,1,,verified,major,,shop/app,\n\
         ,app/Dockerfile,3,build,false,from,docker.io,library,node,20-alpine,,official,major,2026-04-30,shop/app,\n\
         ,app/Dockerfile,4,build,false,mount,docker.io,library,busybox,1.36,,official,minor,,shop/app,\n\
         ,app/Dockerfile,5,1,true,from,registry.example.com,,base,2,,own,major,,shop/app,\n\
         ,app/Dockerfile,7,1,false,copy,ghcr.io,astral-sh,uv,0.4,,trusted,minor,,shop/app,\n\
         ,base/Dockerfile,1,0,true,from,docker.io,library,debian,12-slim,,official,major,,registry.example.com/base:2,\n\
         ,g/Dockerfile,1,0,true,from,docker.io,golden,java,1907,,golden,date,,,2019-07-01\n\
         ,tool/Dockerfile,2,0,false,from,…,,…,…,…,unknown,unknown,,,\n\
         ,tool/Dockerfile,3,1,false,from,docker.io,someone,tool,,sha256:{zeros},community,digest,,,\n\
         ,top/Dockerfile,1,0,true,from,docker.io,shop,app,latest,,own,latest,,shop/top,\n"
    );
    assert_eq!(ran.out, expected);
}

#[test]
fn a_change_is_followed_to_what_is_rebuilt() {
    let folder = tree();
    let out = |arguments: &[&str]| run(folder.path(), &[&["bases"], arguments].concat()).out;
    let order = "base/Dockerfile\napp/Dockerfile\ng/Dockerfile\ntool/Dockerfile\ntop/Dockerfile\n";
    assert_eq!(out(&["--order"]), order);
    let impact = "base/Dockerfile\napp/Dockerfile\ntop/Dockerfile\n";
    assert_eq!(out(&["--impact", "debian"]), impact);
    assert_eq!(out(&["--impact", "debian:12-slim"]), impact);
    assert_eq!(out(&["--impact", "debian:11"]), "");
    assert_eq!(out(&["--impact", "shop/app"]), "top/Dockerfile\n");
    let why = out(&["why", "registry.example.com/base:2"]);
    assert_eq!(
        why,
        "app/Dockerfile:5:6: registry.example.com/base:2: the final image is built on it (stage 1)\n  \
         shop/app is used by top/Dockerfile:1\n"
    );
    let nothing = run(folder.path(), &["bases", "why", "debain"]);
    assert_eq!(nothing.code, 2);
    assert!(
        nothing.err.contains("did you mean `debian`?"),
        "{}",
        nothing.err
    );
}

#[test]
fn a_table_fits_the_terminal() {
    let folder = tree();
    let ran = run(folder.path(), &["bases"]);
    for line in ran.out.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let last = "10 images in 5 files:\n\
                1 golden, 2 own, 3 official, 1 verified, 1 trusted, 1 community, 1 unknown\n";
    assert!(ran.out.ends_with(last), "{}", ran.out);
}

#[test]
fn reports_are_put_together_and_compared() {
    let folder = tree();
    let path = folder.path();
    let before = "before.jsonl";
    let arguments = [
        "bases",
        "g",
        "--repository",
        "r",
        "--format",
        "jsonl",
        "--output",
        before,
    ];
    assert_eq!(run(path, &arguments).code, 0);
    std::fs::write(path.join("g/Dockerfile"), "FROM openjdk:11\n").unwrap();
    let changed = run(
        path,
        &["bases", "g", "--repository", "r", "--since", before],
    );
    assert_eq!(
        changed.out,
        "r:g/Dockerfile: golden/java:1907 (golden) → openjdk:11 (official)\n\
         moved to golden: 0, moved away: 1, left: 1 of 1\n"
    );
    let merged = run(
        path,
        &["bases", "--merge", before, before, "--format", "csv"],
    );
    assert_eq!(merged.out.lines().count(), 3);
    std::fs::write(path.join("wrong.jsonl"), "{}\n").unwrap();
    let wrong = run(path, &["bases", "--merge", "wrong.jsonl"]);
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.err.contains("wrong.jsonl: line 1, column"),
        "{}",
        wrong.err
    );
}

#[test]
fn pictures_are_well_formed_whatever_names_hold() {
    let folder = project(&[
        ("a\"b/Dockerfile", "FROM debian\n"),
        ("c/Dockerfile", "FROM debian\n"),
    ]);
    let out = |format: &str| run(folder.path(), &["bases", "--format", format]).out;
    let mermaid = out("mermaid");
    assert!(mermaid.starts_with("flowchart LR\n") && mermaid.contains("a#quot;b/Dockerfile"));
    assert!(out("dot").contains("label=\"a\\\"b/Dockerfile\""));
    let json: serde_json::Value = serde_json::from_str(&out("json")).unwrap();
    assert_eq!(json["uses"].as_array().unwrap().len(), 2);
}

#[test]
fn the_page_asks_nobody_for_anything_and_holds_what_it_shows() {
    let folder = project(&[
        (
            "Dockerfile",
            "FROM debian:12 AS </script><script>alert(1)</script>\nFROM golden/java:1907\n",
        ),
        ("a</script>/Dockerfile", "FROM node:20\n"),
        ("dlint.toml", "[[policy.golden]]\nimage = 'golden/*'\n"),
    ]);
    let ran = run(
        folder.path(),
        &["bases", "--format", "html", "--as-of", "2026-11-30"],
    );
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let page = &ran.out;
    assert!(page.contains("default-src 'none'"));
    // The one address names the elements of a drawing.
    let addresses = page.matches("http").count() - page.matches("http-equiv").count();
    assert_eq!(
        addresses,
        page.matches("http://www.w3.org/2000/svg").count()
    );
    assert_eq!(page.matches("</script>").count(), 2);
    let data = page.split("id=\"data\">").nth(1).unwrap();
    let data = data.split("</script>").next().unwrap();
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    assert_eq!(data["uses"].as_array().unwrap().len(), 3);
    assert_eq!(data["uses"][1]["dated"], "2019-07-01");
    assert_eq!(data["uses"][2]["file"], "a</script>/Dockerfile");
    assert_eq!(data["edges"].as_array().unwrap().len(), 3);
}

#[test]
fn catalogues_get_facts_about_each_repository() {
    let folder = tree();
    let arguments = [
        "bases",
        "--as-of",
        "2026-11-30",
        "--repository",
        "team/shop",
        "--format",
    ];
    let ran = run(folder.path(), &[&arguments[..], &["backstage"]].concat());
    let all: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let [one] = all.as_array().unwrap().as_slice() else {
        panic!("{all}");
    };
    assert_eq!(one["entity"]["name"], "team-shop");
    assert_eq!(one["timestamp"], "2026-11-30T00:00:00.000Z");
    let facts = &one["facts"];
    assert_eq!(facts["goldenBaseImages"], 1);
    assert_eq!(facts["finalImages"], 4);
    assert_eq!(facts["finalImagesOnGolden"], 3);
    assert_eq!(facts["allFinalImagesOnGolden"], false);
    assert_eq!(facts["endOfLifeBaseImages"], 1);
    assert_eq!(facts["digestPinnedBaseImages"], 1);
}

#[test]
fn alternatives_say_what_each_gives_and_costs() {
    let policy = "[[policy.golden]]\nimage = 'golden/node:22'\nreplaces = ['node']\n";
    let folder = project(&[("dlint.toml", policy)]);
    let ran = run(folder.path(), &["bases", "alternatives", "node:22"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let heads: Vec<&str> = ran
        .out
        .lines()
        .filter(|l| !l.is_empty() && !l.starts_with(' '))
        .collect();
    assert_eq!(
        heads,
        [
            "node:22: Node.js",
            "golden: golden/node:22",
            "full: node:22  (asked for)",
            "slim: node:22-slim",
            "alpine: node:22-alpine",
            "distroless: gcr.io/distroless/nodejs22-debian13",
            "hardened: dhi.io/node:22",
            "chainguard: cgr.dev/chainguard/node",
            "ubi: registry.access.redhat.com/ubi9/nodejs-22-minimal",
        ]
    );
    assert_eq!(ran.out.matches("  gives: ").count(), 7);
    let ran = run(
        folder.path(),
        &["bases", "alternatives", "--format", "json", "node:18"],
    );
    let all: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(all["alternatives"][3]["only_versions"][0], "20");
    let ran = run(folder.path(), &["bases", "alternatives", "someone/tool"]);
    assert_eq!(ran.code, 2);
}

#[test]
fn facts_of_a_fleet_are_put_together_quickly() {
    let line = |repository: usize, file: usize| {
        format!(
            "{{\"file\":\"service-{file}/Dockerfile\",\"line\":1,\"column\":6,\"stage\":\"0\",\"final\":true,\
             \"by\":\"from\",\"image\":{{\"written\":\"node:{tag}\",\"registry\":\"docker.io\",\"account\":\"library\",\
             \"name\":\"node\",\"tag\":\"{tag}\",\"digest\":null}},\"tier\":\"official\",\"precision\":\"major\",\
             \"makes\":[\"r.example.com/team-{repository}/service-{file}:1\"],\"repository\":\"team-{repository}/repo\"}}\n",
            tag = 10 + (repository + file) % 15,
        )
    };
    // A tenth of a fleet: this build has no optimisation. CONTRIBUTING.md says how the whole is measured.
    let all: String = (0..1_000)
        .flat_map(|r| (0..5).map(move |f| line(r, f)))
        .collect();
    let folder = project(&[("fleet.jsonl", &all)]);
    for format in ["table", "csv", "json", "mermaid", "html", "backstage"] {
        let start = std::time::Instant::now();
        let ran = run(
            folder.path(),
            &["bases", "--merge", "--format", format, "fleet.jsonl"],
        );
        assert_eq!(ran.code, 0, "{format}: {}", ran.err);
        let seconds = start.elapsed().as_secs_f32();
        assert!(seconds < 20.0, "{format}: {seconds} s");
    }
}
