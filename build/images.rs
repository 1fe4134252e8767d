//! `data/{images,releases,systems,publishers}.toml` to the tables that `src/images/table.rs`
//! includes. Its types are described there, the keys at the head of each file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;
use toml::value::Datetime;

use super::tables::{list, read, sorted, table, write};

type Images = BTreeMap<String, Image>;

#[derive(Deserialize, Default, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Image {
    source: Option<String>,
    read: Option<Datetime>,
    #[serde(default)]
    retired: bool,
    instead: Option<String>,
    product: Option<String>,
    system: Option<String>,
    default_system: Option<String>,
    shell: Option<String>,
    runs_with: Option<Vec<String>>,
    user: Option<String>,
    directory: Option<String>,
    ports: Option<Vec<u16>>,
    #[serde(default)]
    volumes: Vec<String>,
    variables: Option<Vec<String>>,
    #[serde(default)]
    major_is_release: bool,
    exact_numbers: Option<u8>,
    exact_numbers_from: Option<u64>,
    rolling: Option<bool>,
    #[serde(default)]
    plain: bool,
    #[serde(default)]
    for_builds: bool,
    #[serde(default)]
    answers_yes: bool,
    #[serde(default)]
    distribution_alone: bool,
    #[serde(default)]
    without_lists: bool,
    #[serde(default)]
    forbids_php: bool,
    #[serde(default)]
    unreleased: Vec<String>,
    #[serde(default)]
    ended: Vec<String>,
    slim: Option<Slim>,
    variants: Option<Vec<Variant>>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct Slim {
    word: String,
    without: String,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct Variant {
    #[serde(default)]
    tag: Vec<String>,
    #[serde(default)]
    path: Vec<String>,
    from: Option<String>,
    below: Option<String>,
    user: Option<String>,
    directory: Option<String>,
    ports: Option<Vec<u16>>,
    system: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Releases {
    as_of: Datetime,
    #[serde(flatten)]
    products: BTreeMap<String, Product>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Product {
    name: String,
    page: String,
    /// For `cargo xtask refresh`.
    #[serde(default, rename = "ends")]
    _ends: Option<String>,
    system: Option<String>,
    tag_word: Option<String>,
    pipefail_from: Option<String>,
    merged_usr_from: Option<String>,
    without_lists_from: Option<String>,
    archive: Option<String>,
    release: BTreeMap<String, Release>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Release {
    code: Option<String>,
    released: Option<Datetime>,
    ends: Option<Datetime>,
    advise: Option<bool>,
    archived: Option<Datetime>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Systems {
    parts: Vec<String>,
    system: Vec<System>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct System {
    id: String,
    shell: Option<String>,
    words: Vec<String>,
    #[serde(default)]
    variants: Vec<SystemVariant>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SystemVariant {
    tag: Vec<String>,
    shell: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Publisher {
    #[serde(default, rename = "source")]
    _source: Vec<String>,
    #[serde(default)]
    hub: Vec<String>,
    #[serde(default)]
    registries: Vec<String>,
}

/// Writes the tables; says what is wrong with the files.
pub(super) fn generate() -> Result<(), String> {
    let releases: Releases = read("releases")?;
    let systems: Systems = read("systems")?;
    let out = [
        releases_table(&releases)?,
        systems_table(&systems, &releases)?,
        suites_table(&read("suites")?).map_err(|e| format!("data/suites.toml: {e}"))?,
        images_tables(read("images")?, &releases).map_err(|e| format!("data/images.toml: {e}"))?,
        publishers_tables(&read("publishers")?),
    ];
    write("images.rs", &out.concat());
    Ok(())
}

fn releases_table(releases: &Releases) -> Result<String, String> {
    let date = |day: &Option<Datetime>| match day {
        Some(day) => date(day).map(|day| format!("Some({day})")),
        None => Ok("None".to_owned()),
    };
    let mut rows = Vec::new();
    let mut products = String::new();
    let mut codes: BTreeMap<&str, &str> = BTreeMap::new();
    for (id, product) in &releases.products {
        let fail = |what: &str| Err(format!("data/releases.toml: {id}: {what}"));
        if !product.page.starts_with("https://") {
            return fail("`page` is no address");
        }
        if product.release.is_empty() {
            return fail("no releases");
        }
        let mut versions = Vec::new();
        for (version, release) in &product.release {
            let numbers: Result<Vec<u64>, _> = version.split('.').map(str::parse).collect();
            let Ok(numbers) = numbers else {
                return fail(&format!("`{version}` is no version"));
            };
            versions.push((numbers, version, release));
        }
        versions.sort_by(|a, b| b.0.cmp(&a.0));
        let mut text = String::new();
        for (_, version, release) in versions {
            let code = release.code.as_deref().unwrap_or_default();
            if !code.bytes().all(|b| b.is_ascii_lowercase()) {
                return fail(&format!("`{code}` is not a lower-case word"));
            }
            if !code.is_empty() && codes.insert(code, version).is_some() {
                return fail(&format!("a second release `{code}`"));
            }
            let _ = write!(
                text,
                "Release {{ version: {version:?}, code: {code:?}, released: {}, ends: {}, advise: {}, archived: {} }}, ",
                date(&release.released)?,
                date(&release.ends)?,
                release.advise.unwrap_or(true),
                date(&release.archived)?,
            );
        }
        let _ = writeln!(
            products,
            "static {}: Product = Product {{ id: {id:?}, name: {:?}, system: OsFamily::{}, \
             tag_word: {:?}, pipefail_from: {:?}, \
             merged_usr_from: {:?}, without_lists_from: {:?}, archive: {:?}, releases: &[{text}] }};",
            constant(id),
            product.name,
            product.system.as_deref().map_or(Ok("Unknown"), family)?,
            product.tag_word.as_deref().unwrap_or_default(),
            product.pipefail_from,
            product.merged_usr_from,
            product.without_lists_from,
            product.archive,
        );
        rows.push(format!("&{}", constant(id)));
    }
    Ok(format!(
        "/// The day that the tables were made right for.\npub const DATA_DATE: Date = {};\n{products}{}",
        self::date(&releases.as_of)?,
        table(
            "The products, by their id in `data/releases.toml`.",
            "pub(super) static PRODUCTS",
            "&Product",
            &rows
        )
    ))
}

/// A day as Rust text.
pub(super) fn date(day: &Datetime) -> Result<String, String> {
    match (&day.date, &day.time) {
        (Some(d), None) => Ok(format!("Date::new({}, {}, {})", d.year, d.month, d.day)),
        _ => Err(format!("data/releases.toml: `{day}` is no day")),
    }
}

/// The name of a product's static: `PRODUCT_ALPINE_LINUX`.
fn constant(id: &str) -> String {
    format!("PRODUCT_{}", id.to_uppercase().replace('-', "_"))
}

fn systems_table(systems: &Systems, releases: &Releases) -> Result<String, String> {
    let fail = |e: String| format!("data/systems.toml: {e}");
    let mut rows = Vec::new();
    let mut words: Vec<&str> = systems.parts.iter().map(String::as_str).collect();
    for system in &systems.system {
        let family = family(&system.id).map_err(fail)?;
        let mut own: Vec<&str> = system.words.iter().map(String::as_str).collect();
        words.extend(&own);
        for product in releases.products.values() {
            if product.system.as_ref() == Some(&system.id) {
                own.extend(product.release.values().filter_map(|r| r.code.as_deref()));
            }
        }
        let usual = match &system.shell {
            Some(name) => shell(name).map_err(fail)?,
            None => "Unknown",
        };
        let mut variants = String::new();
        for variant in &system.variants {
            let shell = shell(&variant.shell).map_err(fail)?;
            let _ = write!(
                variants,
                "({}, DefaultShell::{shell}), ",
                list(&variant.tag)
            );
        }
        rows.push(format!(
            "System {{ family: OsFamily::{family}, shell: DefaultShell::{usual}, words: {}, shells: &[{variants}] }}",
            list(&own),
        ));
    }
    Ok(format!(
        "{}/// Words whose number is a part's version, sorted.\npub(super) static PART_WORDS: &[&str] = {};\n",
        table(
            "The systems, most telling first.",
            "pub(super) static SYSTEMS",
            "System",
            &rows
        ),
        sorted(&words),
    ))
}

/// The lines of an image's tags, and the systems that they were built on in turn.
type Suites = BTreeMap<String, BTreeMap<String, Vec<Suite>>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Suite {
    code: String,
    since: Option<Datetime>,
    from: Option<String>,
}

fn suites_table(images: &Suites) -> Result<String, String> {
    let numbers = |version: &str| -> Result<String, String> {
        let numbers: Result<Vec<u64>, _> = version.split('.').map(str::parse).collect();
        let numbers = numbers.map_err(|_| format!("`{version}` is no version"))?;
        Ok(format!("&{numbers:?}"))
    };
    let mut rows = Vec::new();
    for (image, lines) in images {
        let mut text = String::new();
        for (line, suites) in lines {
            let (line, kind) = match line.rsplit_once('-') {
                Some((line, "slim")) => (line, "Slim"),
                Some((line, "alpine")) => (line, "Alpine"),
                _ => (line.as_str(), "Any"),
            };
            let line = match line {
                "latest" => "&[]".to_owned(),
                line => numbers(line)?,
            };
            let mut stages = String::new();
            for suite in suites {
                let since = suite.since.as_ref().map(date).transpose()?;
                let from = suite.from.as_deref().map(numbers).transpose()?;
                let option = |text: Option<String>| match text {
                    Some(text) => format!("Some({text})"),
                    None => "None".to_owned(),
                };
                let _ = write!(
                    stages,
                    "Suite {{ code: {:?}, since: {}, from: {} }}, ",
                    suite.code,
                    option(since),
                    option(from),
                );
            }
            let _ = write!(
                text,
                "Line {{ numbers: {line}, variants: Variants::{kind}, suites: &[{stages}] }}, "
            );
        }
        rows.push(format!("({image:?}, &[{text}])"));
    }
    Ok(table(
        "What the tags without a system of Docker Official Images are built on, by image.",
        "pub(super) static SUITES",
        "(&str, &[Line])",
        &rows,
    ))
}

fn images_tables(mut images: Images, releases: &Releases) -> Result<String, String> {
    let mut official = Vec::new();
    let mut others = Vec::new();
    let mut groups = Vec::new();
    let inherited: Vec<(String, Image)> = images
        .keys()
        .map(|name| (name.clone(), inherit(&images, name)))
        .collect();
    images.extend(inherited);
    for (name, image) in &images {
        let row = image_row(name, image, releases).map_err(|e| format!("[{name:?}]: {e}"))?;
        if is_group(name) {
            groups.push((prefix(name).len(), row));
        } else if name.contains('/') {
            others.push(row);
        } else {
            official.push(row);
        }
    }
    groups.sort_by_key(|(length, _)| std::cmp::Reverse(*length));
    let groups: Vec<String> = groups.into_iter().map(|(_, row)| row).collect();
    Ok([
        table(
            "Docker Official Images, by name.",
            "pub(super) static OFFICIAL",
            "Image",
            &official,
        ),
        table(
            "Other images, by full name.",
            "pub(super) static OTHERS",
            "Image",
            &others,
        ),
        table(
            "What all images have whose full name begins so; longest first.",
            "pub(super) static GROUPS",
            "Image",
            &groups,
        ),
    ]
    .concat())
}

fn is_group(name: &str) -> bool {
    name.ends_with(['/', '*'])
}

fn prefix(name: &str) -> &str {
    name.trim_end_matches('*')
}

/// An entry with what the groups above it say.
fn inherit(images: &Images, name: &str) -> Image {
    let mut image = images.get(name).cloned().unwrap_or_default();
    let mut groups: Vec<&String> = images
        .keys()
        .filter(|group| is_group(group) && *group != name && name.starts_with(prefix(group)))
        .collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    for group in groups.into_iter().filter_map(|group| images.get(group)) {
        if image.system.is_none() && image.default_system.is_none() {
            image.system = group.system.clone();
            image.default_system = group.default_system.clone();
        }
        macro_rules! fill {
            ($($field:ident)*) => { $(if image.$field.is_none() {
                image.$field = group.$field.clone();
            })* };
        }
        fill!(source read product shell runs_with user directory ports variables exact_numbers rolling slim variants);
    }
    image
}

fn image_row(name: &str, image: &Image, releases: &Releases) -> Result<String, String> {
    if image
        .source
        .as_ref()
        .is_some_and(|s| !s.starts_with("https://"))
    {
        return Err("`source` is no address".into());
    }
    if image.read.is_some() && image.source.is_none() {
        return Err("`read` without `source`".into());
    }
    let product = match &image.product {
        Some(id) => {
            if !releases.products.contains_key(id) {
                return Err(format!("no product `{id}` in releases.toml"));
            }
            format!("Some(&{})", constant(id))
        }
        None => "None".to_owned(),
    };
    let (system, every_variant) = match (&image.system, &image.default_system) {
        (Some(_), Some(_)) => return Err("`system` and `default-system`".into()),
        (Some(system), None) => (family(system)?, true),
        (None, Some(system)) => (family(system)?, false),
        (None, None) => ("Unknown", false),
    };
    let shell = match &image.shell {
        Some(name) => format!("Some(DefaultShell::{})", shell(name)?),
        None => "None".to_owned(),
    };
    let slim = match &image.slim {
        Some(slim) => {
            let word = match slim.word.as_str() {
                "before" => "Before",
                "behind" => "Behind",
                other => return Err(format!("`word` is `{other}`")),
            };
            format!(
                "Some(Slim {{ word: SlimWord::{word}, without: {:?} }})",
                slim.without
            )
        }
        None => "None".to_owned(),
    };
    let mut variants = String::new();
    for variant in image.variants.iter().flatten() {
        if !variant.path.is_empty() && !is_group(name) {
            return Err("`path` is for names that end in `/`".into());
        }
        let release = |version: &Option<String>| -> Result<String, String> {
            let Some(version) = version else {
                return Ok("None".to_owned());
            };
            let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
            let number = |n: &str| {
                n.parse::<u64>()
                    .map_err(|_| format!("`{version}` is no release"))
            };
            Ok(format!("Some(({}, {}))", number(major)?, number(minor)?))
        };
        let system = match &variant.system {
            Some(system) => format!("Some(OsFamily::{})", family(system)?),
            None => "None".to_owned(),
        };
        let _ = write!(
            variants,
            "Variant {{ tag: {}, path: {}, from: {}, below: {}, user: {}, directory: {:?}, \
             ports: {}, system: {system} }}, ",
            list(&variant.tag),
            list(&variant.path),
            release(&variant.from)?,
            release(&variant.below)?,
            variant
                .user
                .as_deref()
                .map_or("None".to_owned(), |u| format!("Some({})", user(Some(u)))),
            variant.directory,
            variant
                .ports
                .as_ref()
                .map_or("None".to_owned(), |p| format!("Some(&{p:?})")),
        );
    }
    Ok(format!(
        "Image {{ name: {:?}, retired: {}, instead: {:?}, product: {product}, \
         system: OsFamily::{system}, every_variant: {every_variant}, shell: {shell}, runs_with: &{:?}, user: {}, \
         directory: {:?}, ports: &{:?}, volumes: {}, variables: {}, major_is_release: {}, exact_numbers: {}, \
         exact_numbers_from: {}, rolling: {}, plain: {}, for_builds: {}, answers_yes: {}, distribution_alone: {}, without_lists: {}, forbids_php: {}, unreleased: {}, ended: {}, slim: {slim}, variants: &[{variants}] }}",
        prefix(name),
        image.retired,
        image.instead,
        image.runs_with.as_deref().unwrap_or_default(),
        user(image.user.as_deref()),
        image.directory,
        image.ports.as_deref().unwrap_or_default(),
        list(&image.volumes),
        image
            .variables
            .as_ref()
            .map_or("None".to_owned(), |v| format!("Some({:?})", v.join(" "))),
        image.major_is_release,
        image.exact_numbers.unwrap_or(u8::MAX),
        image.exact_numbers_from.unwrap_or(0),
        image.rolling.unwrap_or(false),
        image.plain,
        image.for_builds,
        image.answers_yes,
        image.distribution_alone,
        image.without_lists,
        image.forbids_php,
        list(&image.unreleased),
        list(&image.ended),
    ))
}

fn user(name: Option<&str>) -> String {
    match name {
        None | Some("") => "BaseUser::Unknown".to_owned(),
        Some("root") => "BaseUser::Root".to_owned(),
        Some(name) => format!("BaseUser::NonRoot({name:?})"),
    }
}

fn family(id: &str) -> Result<&'static str, String> {
    Ok(match id {
        "alpine" => "Alpine",
        "arch" => "Arch",
        "azure-linux" => "AzureLinux",
        "busybox" => "BusyBox",
        "debian" => "Debian",
        "distroless" => "Distroless",
        "photon" => "Photon",
        "red-hat" => "RedHat",
        "suse" => "Suse",
        "wolfi" => "Wolfi",
        other => return Err(format!("no system `{other}`")),
    })
}

fn shell(id: &str) -> Result<&'static str, String> {
    Ok(match id {
        "ash" => "Ash",
        "bash" => "Bash",
        "cmd" => "Cmd",
        "dash" => "Dash",
        "none" => "None",
        other => return Err(format!("no shell `{other}`")),
    })
}

fn publishers_tables(publishers: &BTreeMap<String, Publisher>) -> String {
    let mut hub = Vec::new();
    let mut registries = Vec::new();
    for (name, publisher) in publishers {
        hub.extend(publisher.hub.iter().map(|h| format!("({h:?}, {name:?})")));
        for place in &publisher.registries {
            let (host, folder) = place.split_once('/').unwrap_or((place, ""));
            registries.push(format!("({host:?}, {folder:?}, {name:?})"));
        }
    }
    hub.sort_unstable();
    registries.sort_unstable();
    [
        table(
            "Namespaces of Docker Hub and who publishes there.",
            "pub(super) static HUB_PUBLISHERS",
            "(&str, &str)",
            &hub,
        ),
        table(
            "Registries or folders of registries where one vendor alone publishes.",
            "pub(super) static VENDOR_REGISTRIES",
            "(&str, &str, &str)",
            &registries,
        ),
    ]
    .concat()
}
