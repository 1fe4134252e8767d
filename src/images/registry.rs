//! Registries: hosts, ports and which of them speak plain HTTP.

use std::net::IpAddr;

/// Host and port of a registry; an IPv6 address keeps its brackets.
pub(super) fn host_and_port(registry: &str) -> (&str, Option<u16>) {
    match registry.rsplit_once(':') {
        // The colons inside the brackets belong to the address.
        Some((_, tail)) if tail.contains(']') => (registry, None),
        Some((host, port)) => (host, port.parse().ok()),
        None => (registry, None),
    }
}

fn address(host: &str) -> Option<IpAddr> {
    host.trim_matches(['[', ']']).parse().ok()
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || address(host).is_some_and(|ip| ip.is_loopback())
}

/// Whether a registry is probably reached over plain HTTP, where what is pulled can be read and
/// replaced on the way: it is in `insecure`, or it has port 80, or port 5000, the one a registry
/// without a certificate is commonly run on.
///
/// `insecure` is written as `insecure-registries` in the engine's `daemon.json`: `host`,
/// `host:port` or a CIDR block. The machine itself (`localhost`, `127.0.0.0/8`, `::1`) is never
/// suspect, since the engine itself allows HTTP there
/// (<https://docs.docker.com/reference/cli/dockerd/#insecure-registries>).
pub fn is_plain_http_suspect(registry: &str, insecure: &[String]) -> bool {
    let (host, port) = host_and_port(registry);
    let by_port = matches!(port, Some(80 | 5000)) && !is_loopback(host);
    by_port || is_listed_insecure(registry, insecure)
}

/// Whether such a list has a registry, unless that is the machine itself.
pub fn is_listed_insecure(registry: &str, insecure: &[String]) -> bool {
    let (host, _) = host_and_port(registry);
    !is_loopback(host) && insecure.iter().any(|entry| lists(entry, registry, host))
}

fn lists(entry: &str, registry: &str, host: &str) -> bool {
    let entry = entry.trim();
    if entry.eq_ignore_ascii_case(registry) || entry.eq_ignore_ascii_case(host) {
        return true;
    }
    let Some((network, bits)) = entry.split_once('/') else {
        return false;
    };
    match (address(network), bits.parse::<u32>(), address(host)) {
        (Some(IpAddr::V4(network)), Ok(bits @ 0..=32), Some(IpAddr::V4(ip))) => {
            let shift = 32 - bits;
            network.to_bits().checked_shr(shift) == ip.to_bits().checked_shr(shift)
        }
        (Some(IpAddr::V6(network)), Ok(bits @ 0..=128), Some(IpAddr::V6(ip))) => {
            let shift = 128 - bits;
            network.to_bits().checked_shr(shift) == ip.to_bits().checked_shr(shift)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_and_port_are_split_and_brackets_stay() {
        for (registry, host, port) in [
            ("docker.io", "docker.io", None),
            ("registry.local:5000", "registry.local", Some(5000)),
            ("[::1]:5000", "[::1]", Some(5000)),
            ("[2001:db8::1]", "[2001:db8::1]", None),
            ("host:99999", "host", None),
        ] {
            assert_eq!(host_and_port(registry), (host, port), "{registry}");
        }
    }

    #[test]
    fn plain_http_is_suspected_by_port_but_never_on_the_machine_itself() {
        for (registry, suspect) in [
            ("registry.local:5000", true),
            ("192.168.1.10:5000", true),
            ("registry.example.com:80", true),
            ("[2001:db8::1]:5000", true),
            ("registry.example.com", false),
            ("registry.example.com:443", false),
            ("registry.example.com:5001", false),
            ("localhost:5000", false),
            ("localhost:80", false),
            ("127.0.0.1:5000", false),
            ("127.9.8.7:5000", false),
            ("[::1]:5000", false),
        ] {
            assert_eq!(is_plain_http_suspect(registry, &[]), suspect, "{registry}");
        }
    }

    #[test]
    fn the_list_names_hosts_ports_and_networks() {
        let insecure = ["reg.example:8443", "old.example", "10.1.0.0/16", "fd00::/8"]
            .map(String::from)
            .to_vec();
        for (registry, suspect) in [
            ("reg.example:8443", true),
            ("reg.example:8444", false),
            ("OLD.example:1234", true),
            ("old.example", true),
            ("10.1.255.3:443", true),
            ("10.2.0.1:443", false),
            ("[fd12::1]:443", true),
            ("[fe80::1]:443", false),
        ] {
            assert_eq!(
                is_plain_http_suspect(registry, &insecure),
                suspect,
                "{registry}"
            );
        }
        assert!(is_plain_http_suspect(
            "9.9.9.9:443",
            &["0.0.0.0/0".to_owned()]
        ));
    }
}
