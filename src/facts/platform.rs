//! Platforms as `--platform` takes them: `linux/arm64/v8`. After `platforms.Parse` of containerd.

/// A platform, its parts in their usual spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform {
    /// The operating system; none if only an architecture is given.
    pub os: Option<String>,
    /// The architecture; none if only an operating system is given.
    pub architecture: Option<String>,
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
        if let Some(architecture) = rest.first() {
            return Some(Self {
                os: Some(os),
                architecture: Some(architecture_of(architecture)),
            });
        }
        if SYSTEMS.contains(&os.as_str()) {
            return Some(Self {
                os: Some(os),
                architecture: None,
            });
        }
        let architecture = architecture_of(first);
        ARCHITECTURES
            .contains(&architecture.as_str())
            .then_some(Self {
                os: None,
                architecture: Some(architecture),
            })
    }
}

fn architecture_of(text: &str) -> String {
    let text = text.to_ascii_lowercase();
    match text.as_str() {
        "i386" => "386",
        "x86_64" | "x86-64" => "amd64",
        "aarch64" => "arm64",
        "armhf" | "armel" => "arm",
        other => other,
    }
    .to_owned()
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
        for refused in ["", "foo", "linux/", "linux/a/b/c", "linux/*", "a b"] {
            assert_eq!(read(refused), None, "{refused}");
        }
    }
}
