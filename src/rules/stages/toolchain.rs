//! What compiles a program in a stage, and whether its image ships that.

use crate::facts::packages::{Action, Install, Manager};
use crate::facts::program::Program;
use crate::facts::{Base, Facts, Stage};
use crate::images::{ImageRef, Tag};

/// A compilation in the chain of a stage.
pub(super) struct Compiled<'f> {
    pub install: &'f Install,
    pub toolchain: &'static Toolchain,
}

/// What compiles, and the images that are made for it.
pub(super) struct Toolchain {
    manager: Manager,
    /// What it is called.
    pub name: &'static str,
    /// The repositories of its images; an end in `/` stands for all below.
    images: &'static [&'static str],
    /// The programs that start with it instead of running what was compiled.
    runs: &'static [&'static str],
    /// Where the result runs.
    pub small: &'static str,
}

const TOOLCHAINS: [Toolchain; 7] = [
    Toolchain {
        manager: Manager::Go,
        name: "the Go toolchain",
        images: &[
            "golang",
            "circleci/golang",
            "mcr.microsoft.com/oss/go/microsoft/golang",
        ],
        runs: &[
            "go", "air", "reflex", "dlv", "gin", "realize", "fresh", "modd",
        ],
        small: "`scratch`, `gcr.io/distroless/static` or a slim base",
    },
    Toolchain {
        manager: Manager::Cargo,
        name: "the Rust toolchain",
        images: &[
            "rust",
            "rustlang/rust",
            "clux/muslrust",
            "ekidd/rust-musl-builder",
        ],
        runs: &["cargo", "rustc", "trunk", "bacon"],
        small: "`gcr.io/distroless/cc` or a slim base",
    },
    Toolchain {
        manager: Manager::Maven,
        name: "Maven and its repository",
        images: &["maven"],
        runs: &["mvn", "mvnw", "mvnd"],
        small: "an image with a JRE",
    },
    Toolchain {
        manager: Manager::Gradle,
        name: "Gradle and its caches",
        images: &["gradle"],
        runs: &["gradle", "gradlew"],
        small: "an image with a JRE",
    },
    Toolchain {
        manager: Manager::Dotnet,
        name: "the .NET SDK",
        images: &[
            "mcr.microsoft.com/dotnet/sdk",
            "mcr.microsoft.com/dotnet/core/sdk",
            "microsoft/dotnet",
        ],
        runs: &[],
        small: "`mcr.microsoft.com/dotnet/aspnet` or `runtime`",
    },
    Toolchain {
        manager: Manager::Swift,
        name: "the Swift toolchain",
        images: &["swift", "swiftlang/swift"],
        runs: &["swift"],
        small: "the image's `-slim` variant",
    },
    Toolchain {
        manager: Manager::Stack,
        name: "the Haskell toolchain",
        images: &["haskell", "fpco/stack-build"],
        runs: &["stack", "cabal", "ghci", "runghc"],
        small: "a slim base",
    },
];

/// What the chain of a stage compiles and its container starts, if an image that is made for
/// compiling is what ships.
pub(super) fn compiled<'f>(facts: &'f Facts<'_>, stage: &Stage<'_>) -> Option<Compiled<'f>> {
    let Base::Image(image) = facts.root_base(stage.index) else {
        return None;
    };
    let toolchain = TOOLCHAINS.iter().find(|t| t.is_in(image))?;
    let launch = facts.launch(stage.index);
    if !matches!(
        launch.program(),
        Some(Program::Binary(_) | Program::Code(_))
    ) {
        return None;
    }
    let runs_tools = launch.commands().any(|c| {
        let dotnet = c.name == "dotnet"
            && matches!(
                c.subcommand(),
                Some("run" | "watch" | "test" | "build" | "ef")
            );
        toolchain.runs.contains(&c.name.as_str())
            || dotnet
            || matches!(c.name.as_str(), "make" | "task" | "just")
    });
    if runs_tools {
        return None;
    }
    facts.chain_nodes(stage.index).find_map(|node| {
        let install = node.run_installs().iter().find(|i| toolchain.builds(i))?;
        Some(Compiled { install, toolchain })
    })
}

impl Toolchain {
    fn is_in(&self, image: &ImageRef) -> bool {
        let name = image.familiar_name();
        let tag = Tag::of(image).map_or("", |tag| tag.text);
        // `swift:6.1-slim` and `microsoft/dotnet:2.1-runtime` have only what runs.
        let is_small = ["slim", "runtime", "jre"].iter().any(|w| tag.contains(w));
        let runs_only = matches!(self.manager, Manager::Swift | Manager::Dotnet) && is_small;
        self.images.contains(&name.as_str()) && !runs_only && !image.is_hidden()
    }

    fn builds(&self, install: &Install) -> bool {
        let is_own = install.manager == self.manager
            || self.manager == Manager::Stack && install.manager == Manager::Cabal;
        let is_build = match install.manager {
            Manager::Go => {
                matches!(install.verb.as_str(), "build" | "install")
                    && install.action == Action::Build
            }
            Manager::Dotnet => matches!(install.verb.as_str(), "build" | "publish"),
            Manager::Cargo => !["test", "check", "t", "c"].contains(&install.verb.as_str()),
            _ => true,
        };
        is_own && is_build && install.action == Action::Build
    }
}
