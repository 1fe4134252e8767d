//! The ports of EXPOSE, read as BuildKit does: `ParsePortSpec` of
//! <https://github.com/docker/go-connections> on each word after expansion.

use std::ops::Range;

use super::Facts;
use crate::span::Span;
use crate::syntax::word::{self, Value};
use crate::syntax::{Kind, Word};

/// A port word of EXPOSE, its variables resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortWord {
    /// Where the word stands.
    pub span: Span,
    /// Its text after expansion.
    pub text: String,
    /// Whether the text is what is written, so that byte ranges of it fit `span`.
    pub literal: bool,
    /// What it says, or why BuildKit refuses it.
    pub spec: Result<PortSpec, PortError>,
}

/// `[[ip:]host:]port[-port][/protocol]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortSpec {
    /// The ports of the container, the last one included.
    pub ports: (u16, u16),
    /// The protocol in lower case, `tcp` if none is written.
    pub protocol: String,
    /// The address and the port of the host, which mean nothing in an image.
    pub has_host: bool,
}

/// Why a port word is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortError {
    /// What is wrong.
    pub kind: PortErrorKind,
    /// Where: bytes of the word.
    pub range: Range<usize>,
}

/// What is wrong with a port word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortErrorKind {
    /// There is no port.
    Missing,
    /// A port is not a number.
    NotANumber,
    /// A port is above 65535.
    OutOfRange,
    /// The end of a range is below its start.
    Reversed,
    /// The protocol is none of `tcp`, `udp` and `sctp`.
    Protocol,
    /// The address of the host is none.
    Address,
    /// The ranges of host and container differ in length.
    RangeLengths,
}

impl Facts<'_> {
    /// The ports of an EXPOSE; words that a variable hides are left out.
    pub fn ports(&self, node: usize) -> Vec<PortWord> {
        let Some(Kind::Expose(words)) = self.nodes.get(node).map(|n| &n.instruction.kind) else {
            return Vec::new();
        };
        words
            .iter()
            .flat_map(|word| self.port(node, word))
            .collect()
    }

    fn port(&self, node: usize, word: &Word) -> Vec<PortWord> {
        let escape = self.file.escape.char();
        let words = word::process_words(word.as_str(), escape, &mut |n| self.lookup(node, n));
        let Ok(Value::Known(texts)) = words.result else {
            return Vec::new();
        };
        let literal = matches!(texts.as_slice(), [only] if only == word.as_str());
        texts
            .into_iter()
            .map(|text| PortWord {
                span: word.span,
                literal,
                spec: parse(&text),
                text,
            })
            .collect()
    }
}

/// Reads a port word.
pub fn parse(text: &str) -> Result<PortSpec, PortError> {
    let error = |kind, range| Err(PortError { kind, range });
    let container_start = text.rfind(':').map_or(0, |at| at + 1);
    let host_end = container_start.saturating_sub(1);
    let host = text.get(..host_end).unwrap_or_default();
    let host_port_start = host.rfind(':').map_or(0, |at| at + 1);
    let address_end = host_port_start.saturating_sub(1);
    let address = text.get(..address_end).unwrap_or_default();
    let container = text.get(container_start..).unwrap_or_default();
    let (ports, protocol) = container.split_once('/').unwrap_or((container, ""));
    let ports_end = container_start + ports.len();
    if ports.is_empty() {
        return error(PortErrorKind::Missing, 0..text.len());
    }
    let lower = match protocol {
        "" => "tcp".to_owned(),
        written => written.to_lowercase(),
    };
    if !matches!(lower.as_str(), "tcp" | "udp" | "sctp") {
        return error(PortErrorKind::Protocol, ports_end + 1..text.len());
    }
    let bare = match address.strip_prefix('[') {
        Some(inner) => inner.strip_suffix(']'),
        None => Some(address),
    };
    let is_address = |a: &str| a.is_empty() || a.parse::<std::net::IpAddr>().is_ok();
    if !bare.is_some_and(is_address) {
        return error(PortErrorKind::Address, 0..address_end);
    }
    let (start, end) = parse_range(ports, container_start)?;
    let host_port = host.get(host_port_start..).unwrap_or_default();
    if !host_port.is_empty() {
        let (first, last) = parse_range(host_port, host_port_start)?;
        if end != start && end - start != last - first {
            return error(PortErrorKind::RangeLengths, 0..ports_end);
        }
    }
    Ok(PortSpec {
        ports: (start, end),
        protocol: lower,
        has_host: !host_port.is_empty() || !address.is_empty(),
    })
}

fn parse_range(text: &str, at: usize) -> Result<(u16, u16), PortError> {
    let Some((start, end)) = text.split_once('-') else {
        let port = parse_number(text, at)?;
        return Ok((port, port));
    };
    let first = parse_number(start, at)?;
    if start == end {
        return Ok((first, first));
    }
    let last = parse_number(end, at + start.len() + 1)?;
    if last < first {
        let range = at..at + text.len();
        let kind = PortErrorKind::Reversed;
        return Err(PortError { kind, range });
    }
    Ok((first, last))
}

/// Go's `ParseInt` in base 10: a sign and leading zeros are fine.
fn parse_number(text: &str, at: usize) -> Result<u16, PortError> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let kind = match digits.trim_start_matches('0') {
        _ if !is_number => PortErrorKind::NotANumber,
        "" => return Ok(0),
        digits => match digits.parse() {
            Ok(port) => return Ok(port),
            Err(_) => PortErrorKind::OutOfRange,
        },
    };
    // `-1` is cut at its dash: the piece that is missing has no bytes of its own.
    let range = at..at + text.len();
    Err(PortError { kind, range })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> PortErrorKind {
        parse(text).unwrap_err().kind
    }

    #[test]
    fn what_buildkit_takes_is_taken() {
        for text in [
            "0",
            "80",
            "080",
            "+80",
            "65535",
            "80/",
            "80/TCP",
            "53/udp",
            "9/sctp",
            "80-90",
            "80-80",
            "80:90",
            ":80",
            "80-82:90",
            "127.0.0.1:80:80",
            "127.0.0.1::80",
            "[::1]:80:80",
            "::1:80:80",
        ] {
            assert!(parse(text).is_ok(), "{text}: {:?}", parse(text));
        }
        assert_eq!(parse("80-90/UDP").unwrap().ports, (80, 90));
        assert_eq!(parse("80-90/UDP").unwrap().protocol, "udp");
        assert!(parse("8080:80").unwrap().has_host);
    }

    #[test]
    fn what_buildkit_refuses_is_refused() {
        assert_eq!(kind("80/foo"), PortErrorKind::Protocol);
        assert_eq!(kind("/"), PortErrorKind::Missing);
        assert_eq!(kind("/tcp"), PortErrorKind::Missing);
        assert_eq!(kind("80:"), PortErrorKind::Missing);
        assert_eq!(kind("-1"), PortErrorKind::NotANumber);
        assert_eq!(kind("80-"), PortErrorKind::NotANumber);
        assert_eq!(kind("a"), PortErrorKind::NotANumber);
        assert_eq!(kind("0x50"), PortErrorKind::NotANumber);
        assert_eq!(kind("[\"80\"]"), PortErrorKind::NotANumber);
        assert_eq!(kind("80,443"), PortErrorKind::NotANumber);
        assert_eq!(kind("65536"), PortErrorKind::OutOfRange);
        assert_eq!(kind("99999999999999999999999"), PortErrorKind::OutOfRange);
        assert_eq!(kind("90-80"), PortErrorKind::Reversed);
        assert_eq!(kind("localhost:80:80"), PortErrorKind::Address);
        assert_eq!(kind("80-82:90-93"), PortErrorKind::RangeLengths);
        assert_eq!(parse("70000/tcp").unwrap_err().range, 0..5);
        assert_eq!(parse("80/foo").unwrap_err().range, 3..6);
    }
}
