//! `remote-admin-port`: a port for remote administration is exposed.

use crate::facts::Node;
use crate::rule::{Context, Rule, rule};
use crate::syntax::Kind;

/// The ports and what listens there.
const PORTS: [(u16, &str); 8] = [
    (22, "SSH"),
    (23, "Telnet"),
    (512, "rexec"),
    (513, "rlogin"),
    (2375, "the Docker engine without TLS"),
    (3389, "Remote Desktop"),
    (5800, "VNC"),
    (5900, "VNC"),
];

rule! {
    RemoteAdminPort {
        /// More ports to report.
        pub ports: Vec<u16>,
    }
}

impl Rule for RemoteAdminPort {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let Kind::Expose(words) = &node.instruction.kind else {
            return;
        };
        if !cx.facts.stage_of(node).is_some_and(|s| s.in_final) {
            return;
        }
        let Some(last) = cx.facts.product() else {
            return;
        };
        let started: Vec<&str> = cx
            .facts
            .launch(last.index)
            .commands()
            .map(|c| c.name.as_str())
            .collect();
        let path = cx.facts.source.path().components().rev().take(3);
        let names: Vec<String> = path
            .filter_map(|c| c.as_os_str().to_str())
            .map(str::to_ascii_lowercase)
            .collect();
        for word in words {
            let Some(text) = cx.facts.text(node.index, word) else {
                continue;
            };
            let (ports, protocol) = text.split_once('/').unwrap_or((&text, "tcp"));
            if protocol.eq_ignore_ascii_case("udp") {
                continue;
            }
            let (from, to) = ports.split_once('-').unwrap_or((ports, ports));
            let (Ok(from), Ok(to)) = (from.parse::<u16>(), to.parse::<u16>()) else {
                continue;
            };
            // A wide range is not about one of them.
            if to.saturating_sub(from) > 20 {
                continue;
            }
            let listed = PORTS.iter().find(|(port, _)| (from..=to).contains(port));
            let meant = |name: &&str| names.iter().any(|n| n.contains(*name));
            let serves = |what: &&str| servers(what).iter().any(|s| started.contains(s));
            if listed.is_some_and(|(_, what)| purposes(what).iter().any(meant) || serves(what)) {
                continue;
            }
            let more = self.ports.iter().find(|p| (from..=to).contains(p));
            let what = match (listed, more) {
                (Some((port, name)), _) => format!("port {port} is for {name}"),
                (None, Some(port)) => format!("port {port} is for remote administration"),
                (None, None) => continue,
            };
            cx.report(
                word.span,
                format!("{what}: who reaches it can try to get into the container"),
            )
            .help("leave it out, and use `docker exec` or `kubectl exec`");
        }
    }
}

/// The programs that a container starts if such a login is what it is for.
fn servers(service: &str) -> &'static [&'static str] {
    match service {
        "SSH" => &["sshd", "dropbear"],
        "VNC" => &["vncserver", "x11vnc", "Xvnc", "tigervncserver"],
        "Remote Desktop" => &["xrdp"],
        "Telnet" => &["telnetd"],
        "the Docker engine without TLS" => &["dockerd", "dockerd-entrypoint.sh"],
        _ => &[],
    }
}

/// What the name or folder of a file says if such a login is what the image is for.
fn purposes(service: &str) -> &'static [&'static str] {
    match service {
        "SSH" => &["bastion", "forgejo", "git", "gogs", "sftp", "ssh"],
        "VNC" => &["vnc"],
        "Remote Desktop" => &["rdp"],
        "Telnet" => &["telnet"],
        "the Docker engine without TLS" => &["dind"],
        _ => &[],
    }
}
