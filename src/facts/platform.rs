//! Platforms as `--platform` takes them: `linux/arm64/v8`. After `platforms.Parse` of containerd.

use std::fmt;

/// How a platform is written, for those who wrote none.
pub const SPELLING: &str = "write `os/architecture`, for example `linux/arm64`";

/// A platform, its parts in their usual spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform {
    /// The operating system; none if only an architecture is given.
    pub os: Option<String>,
    /// The architecture; none if only an operating system is given.
    pub architecture: Option<String>,
    /// The variant of the architecture; empty where it is the usual one or none is given.
    pub variant: String,
    /// The version of the operating system; empty if none is given.
    pub os_version: String,
}

const SYSTEMS: [&str; 17] = [
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "windows",
    "zos",
];

const ARCHITECTURES: [&str; 24] = [
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "arm64",
    "arm64be",
    "armbe",
    "loong64",
    "mips",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "mipsle",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

impl Platform {
    /// Reads a platform; `None` if BuildKit refuses it.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('/').collect();
        let (first, rest) = parts.split_first()?;
        let (os, options) = match first.split_once('(') {
            Some((os, options)) => (os, options.strip_suffix(')')?),
            None => (*first, ""),
        };
        let is_os = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let is_part = |c: char| is_os(c) || c == '.';
        let is_option = |c: char| is_part(c) || c == '%' || c == '+';
        let fits = !os.is_empty()
            && os.chars().all(is_os)
            && options.chars().all(is_option)
            && rest.len() <= 2
            && rest.iter().all(|p| !p.is_empty() && p.chars().all(is_part));
        if !fits {
            return None;
        }
        let os = match os.to_ascii_lowercase() {
            mac if mac == "macos" => "darwin".to_owned(),
            os => os,
        };
        let os_version = options.split('+').next().unwrap_or_default().to_owned();
        if let Some(architecture) = rest.first() {
            let variant = rest.get(1).copied().unwrap_or_default();
            let (architecture, variant) = architecture_of(architecture, variant);
            return Some(Self {
                os: Some(os),
                architecture: Some(architecture),
                variant,
                os_version,
            });
        }
        if SYSTEMS.contains(&os.as_str()) {
            return Some(Self {
                os: Some(os),
                architecture: None,
                variant: String::new(),
                os_version,
            });
        }
        let (architecture, variant) = architecture_of(first, "");
        ARCHITECTURES
            .contains(&architecture.as_str())
            .then_some(Self {
                os: None,
                architecture: Some(architecture),
                variant,
                os_version,
            })
    }
}

/// `os(version)/architecture/variant`, as BuildKit writes `TARGETPLATFORM`.
impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.os.as_deref().unwrap_or("linux"))?;
        if !self.os_version.is_empty() {
            write!(f, "({})", self.os_version)?;
        }
        write!(f, "/{}", self.architecture.as_deref().unwrap_or("amd64"))?;
        if self.variant.is_empty() {
            Ok(())
        } else {
            write!(f, "/{}", self.variant)
        }
    }
}

/// An architecture and its variant in their usual spelling.
fn architecture_of(architecture: &str, variant: &str) -> (String, String) {
    let architecture = architecture.to_ascii_lowercase();
    let variant = variant.to_ascii_lowercase();
    let (architecture, variant) = match (architecture.as_str(), variant.as_str()) {
        ("i386", _) => ("386", ""),
        ("x86_64" | "x86-64" | "amd64", "v1") => ("amd64", ""),
        ("x86_64" | "x86-64", variant) => ("amd64", variant),
        ("aarch64" | "arm64", "8" | "v8" | "v8.0") => ("arm64", ""),
        ("aarch64" | "arm64", "9" | "9.0" | "v9.0") => ("arm64", "v9"),
        ("aarch64", variant) => ("arm64", variant),
        ("armhf", _) | ("arm", "" | "7") => ("arm", "v7"),
        ("armel", _) | ("arm", "6") => ("arm", "v6"),
        ("arm", "5") => ("arm", "v5"),
        ("arm", "8") => ("arm", "v8"),
        other => other,
    };
    (architecture.to_owned(), variant.to_owned())
}

#[cfg(test)]
mod tests {
    use super::Platform;

    #[test]
    fn platforms_are_read_as_containerd_does() {
        let read = |text| Platform::parse(text).map(|p| (p.os, p.architecture));
        let both = |os: &str, arch: &str| Some((Some(os.to_owned()), Some(arch.to_owned())));
        assert_eq!(read("linux/x86_64"), both("linux", "amd64"));
        assert_eq!(read("linux/arm/v7"), both("linux", "arm"));
        assert_eq!(
            read("windows(10.0.17763+win32k)/amd64"),
            both("windows", "amd64")
        );
        assert_eq!(read("linux"), Some((Some("linux".into()), None)));
        assert_eq!(read("aarch64"), Some((None, Some("arm64".into()))));
        let shown = |text| Platform::parse(text).map(|p| p.to_string());
        for (text, wanted) in [
            ("linux/arm64/v8", "linux/arm64"),
            ("linux/aarch64", "linux/arm64"),
            ("linux/arm", "linux/arm/v7"),
            ("linux/arm/6", "linux/arm/v6"),
            ("linux/amd64/v2", "linux/amd64/v2"),
            ("Linux/AMD64", "linux/amd64"),
            (
                "windows(10.0.17763+win32k)/amd64",
                "windows(10.0.17763)/amd64",
            ),
        ] {
            assert_eq!(shown(text).as_deref(), Some(wanted), "{text}");
        }
        for refused in ["", "foo", "linux/", "linux/a/b/c", "linux/*", "a b"] {
            assert_eq!(read(refused), None, "{refused}");
        }
    }
}
