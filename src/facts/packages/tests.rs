use super::*;
use crate::shell::Dialect;
use crate::span::MappedText;

fn installs(text: &str) -> Vec<Install> {
    let mapped = MappedText::verbatim(text, 0);
    of(&crate::shell::parse(&mapped, &Dialect::Sh))
}

fn only(text: &str) -> Install {
    let mut found = installs(text);
    assert_eq!(found.len(), 1, "{text}: {found:#?}");
    found.remove(0)
}

/// `name operator version` of each package.
fn packages(text: &str) -> Vec<String> {
    only(text)
        .packages
        .iter()
        .map(|p| match &p.version {
            Some(v) => format!("{} {} {}", p.name, v.operator, v.text),
            None => p.name.clone(),
        })
        .collect()
}

fn action(text: &str) -> (Manager, Action) {
    let install = only(text);
    (install.manager, install.action)
}

#[test]
fn values_of_options_are_no_packages() {
    let text = "apt-get -o Dpkg::Use-Pty=0 install -qy -t bookworm-backports --no-install-recommends curl git=1:2.* foo/stable bar:amd64 ./x.deb gone-";
    assert_eq!(
        packages(text),
        ["curl", "git = 1:2.*", "foo / stable", "bar", "./x.deb"]
    );
    let install = only(text);
    assert!(install.has_flag(&["-y"]));
    assert_eq!(install.flag_value(&["-t"]), Some("bookworm-backports"));
    assert_eq!(install.verb, "install");
    assert_eq!(install.packages.last().unwrap().origin, PackageOrigin::Path);
}

#[test]
fn spans_point_at_words() {
    let text = "apt-get update && apt-get install -y 'curl'";
    let found = installs(text);
    assert_eq!(found[0].action, Action::Update);
    assert_eq!(found[1].command, 1);
    let slice = |span: Span| &text[span.range()];
    assert_eq!(slice(found[1].packages[0].span), "'curl'");
    assert_eq!(slice(found[1].verb_span), "install");
    assert_eq!(slice(found[0].span), "apt-get update");
}

#[test]
fn what_a_variable_hides_is_unknown() {
    let install = only("apt-get install $PKGS curl=${V} $(cat list) lib${N}");
    let hidden: Vec<bool> = install.packages.iter().map(Package::is_hidden).collect();
    assert_eq!(hidden, [true; 4]);
    assert_eq!(install.packages[0].origin, PackageOrigin::Unknown);
    assert_eq!(install.packages[1].name, "curl");
    assert!(only("xargs apt-get install -y").more);
}

#[test]
fn apk_versions_have_several_operators() {
    assert_eq!(
        packages("apk --no-cache add -t .build-deps curl=8.1 gcc~12 x>1 y>=2 z@edge !bad"),
        ["curl = 8.1", "gcc ~ 12", "x", "y", "z"]
    );
    assert_eq!(packages("apk add 'x>1' 'y>=2'"), ["x > 1", "y >= 2"]);
}

#[test]
fn rpm_versions_are_told_from_names() {
    assert_eq!(
        packages(
            "yum install -y --enablerepo epel java-11-openjdk gcc-toolset-11 httpd-2.4.6-97.el7 python3-3.6.8 @dev"
        ),
        [
            "java-11-openjdk",
            "gcc-toolset-11",
            "httpd - 2.4.6-97.el7",
            "python3 - 3.6.8",
            "dev"
        ]
    );
    assert_eq!(packages("dnf module install nodejs:18"), ["nodejs : 18"]);
}

#[test]
fn pip_knows_requirement_files_and_specifiers() {
    let install = only("python3 -m pip install --no-cache-dir -r requirements.txt -c c.txt");
    assert_eq!(install.manager, Manager::Pip);
    assert_eq!(install.action, Action::Restore);
    assert_eq!(install.files[0].path, "requirements.txt");
    assert!(install.files[1].constraint);
    assert!(install.packages.is_empty());
    assert_eq!(
        packages(
            "pip3.11 install -U pip 'flask[async]>=2,<3' x==1 git+https://h/a/b@v1#egg=b -e ."
        ),
        [
            "pip",
            "flask >= 2,<3",
            "x == 1",
            "git+https://h/a/b@v1#egg=b @ v1",
            "."
        ]
    );
    assert!(only("pip install -e .[dev]").installs_source());
    assert!(only("pip install '.[dev]'").installs_source());
    assert_eq!(action("pip install -rreq.txt").1, Action::Restore);
}

#[test]
fn composer_takes_a_version_behind_a_space() {
    assert_eq!(
        packages("composer require a/b 6.2.0 c/d:^1 'e/f ^2' g/h ext-intl i/j 'dev-main'"),
        [
            "a/b   6.2.0",
            "c/d : ^1",
            "e/f   ^2",
            "g/h",
            "ext-intl",
            "i/j   dev-main"
        ]
    );
}

#[test]
fn npm_without_packages_installs_the_manifest() {
    use Action::*;
    for (text, wanted) in [
        ("npm ci --omit dev", Restore),
        ("npm install", Restore),
        ("npm i --prefix app", Restore),
        ("npm install express@4", Install),
        ("npm install -g", Install),
        ("npm run build", Other),
        ("npm cache clean --force", Clean),
    ] {
        assert_eq!(action(text), (Manager::Npm, wanted), "{text}");
    }
    assert_eq!(
        packages("npm i -g @angular/cli@17 yarn user/repo#v1 --registry https://r"),
        ["@angular/cli @ 17", "yarn", "user/repo#v1 # v1"]
    );
    assert!(only("npm i -g yarn").is_global());
}

#[test]
fn managers_that_need_no_verb() {
    use Action::*;
    assert_eq!(action("yarn --frozen-lockfile"), (Manager::Yarn, Restore));
    assert_eq!(action("yarn --version"), (Manager::Yarn, Other));
    assert_eq!(action("yarn build"), (Manager::Yarn, Other));
    assert_eq!(action("bundle"), (Manager::Bundler, Restore));
    assert_eq!(
        action("bundle config set without dev"),
        (Manager::Bundler, Other)
    );
}

#[test]
fn restoring_is_told_from_building() {
    use Action::*;
    use Manager::*;
    for (text, wanted) in [
        ("go mod download", (Go, Restore)),
        ("go build -o /bin/x ./cmd", (Go, Build)),
        ("go install example.com/x@latest", (Go, Install)),
        ("cargo fetch", (Cargo, Restore)),
        ("cargo +nightly build --release", (Cargo, Build)),
        ("cargo chef cook --recipe-path r.json", (Cargo, Restore)),
        ("cargo install --path .", (Cargo, Build)),
        ("./mvnw -B dependency:go-offline", (Maven, Restore)),
        ("mvn -f pom.xml clean package", (Maven, Build)),
        ("./gradlew dependencies --no-daemon", (Gradle, Restore)),
        ("gradle build -x test", (Gradle, Build)),
        ("dotnet restore a.csproj", (Dotnet, Restore)),
        ("dotnet publish -c Release", (Dotnet, Build)),
        ("uv sync --frozen", (Uv, Restore)),
        ("uv pip install -r r.txt", (Uv, Restore)),
        ("poetry install --no-root", (Poetry, Restore)),
        ("composer install --no-dev", (Composer, Restore)),
        ("php -d x composer.phar install", (Composer, Restore)),
        ("mix deps.get --only prod", (Mix, Restore)),
        ("conda env create -f env.yml", (Conda, Restore)),
        ("conda install -y -c x numpy=1.2", (Conda, Install)),
        ("npx pnpm@9 install", (Pnpm, Restore)),
        ("pacman -Syu --noconfirm git", (Pacman, Install)),
        ("pacman -Syu", (Pacman, Upgrade)),
        ("pacman -Sy", (Pacman, Update)),
        ("gem install -v 1.2 bundler", (Gem, Install)),
    ] {
        assert_eq!(action(text), wanted, "{text}");
    }
    assert_eq!(packages("gem install -v 1.2 bundler"), ["bundler  1.2"]);
}

#[test]
fn python_that_runs_something_else_is_no_manager() {
    assert!(installs("python3 setup.py install").is_empty());
    assert!(installs("python -c 'import pip'").is_empty());
    assert!(installs("echo apt-get install").is_empty());
}
