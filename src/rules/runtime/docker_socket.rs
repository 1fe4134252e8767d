//! `docker-socket`: the engine that runs the container is handed to it.

use crate::facts::Node;
use crate::path::file_name;
use crate::rule::{Context, Rule, rule};
use crate::syntax::Kind;

rule! {
    DockerSocket {
        /// Whether the directories that hold sockets count too: `/var/run`, `/run`.
        pub directories: bool,
    }
}

impl Rule for DockerSocket {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        match &node.instruction.kind {
            Kind::Volume(volume) => {
                for path in &volume.paths {
                    let text = facts.masked(node.index, path);
                    let text = text.trim_matches(['"', '\'']).trim_end_matches('/');
                    if is_socket(text) || matches!(text, "/var/run" | "/run") && self.directories {
                        cx.report(
                            path.span,
                            "whoever holds the engine's socket is root on the host",
                        )
                        .help("leave it out; who needs it can mount it on purpose");
                    }
                }
            }
            Kind::Env(pairs) => {
                for pair in &pairs.pairs {
                    let Some(value) = facts.text(node.index, &pair.value) else {
                        continue;
                    };
                    let open = value.starts_with("tcp://0.0.0.0")
                        || value.starts_with("tcp://host.docker.internal");
                    if pair.name.as_str() == "DOCKER_HOST" && open && value.ends_with(":2375") {
                        cx.report(pair.span, "the engine is reached without TLS: whoever is on the way is root on the host")
                            .help("use TLS on port 2376, or leave it to whoever starts the container");
                    }
                }
            }
            _ => {}
        }
    }
}

fn is_socket(text: &str) -> bool {
    let name = file_name(text);
    matches!(
        name,
        "docker.sock" | "containerd.sock" | "crio.sock" | "podman.sock" | "dockershim.sock"
    )
}
