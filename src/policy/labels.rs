//! The forms that the values of labels may have.

use super::LabelFormat;

impl LabelFormat {
    /// Whether a value has this form.
    pub fn fits(self, value: &str) -> bool {
        match self {
            LabelFormat::Text => true,
            LabelFormat::Url => is_url(value),
            LabelFormat::Semver => is_semver(value),
            LabelFormat::Hash => is_hash(value),
            LabelFormat::Rfc3339 => is_rfc3339(value),
            LabelFormat::Spdx => is_spdx(value),
            LabelFormat::Email => is_email(value),
        }
    }
}

/// An absolute URI: a scheme and something behind it.
fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let begins = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    let scheme_fits = scheme
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    let rest_fits = rest.chars().all(|c| {
        c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | '`' | '{' | '}' | '|' | '^' | '\\')
    });
    begins && scheme_fits && rest_fits && !rest.is_empty()
}

/// RFC 3339 date and time, its letters in either case.
fn is_rfc3339(text: &str) -> bool {
    let Some((date, rest)) = text.split_once(['T', 't', ' ']) else {
        return false;
    };
    let numbers = |text: &str, sizes: &[usize], by: char| -> Option<Vec<u32>> {
        let parts: Vec<&str> = text.split(by).collect();
        let fits = parts.len() == sizes.len()
            && parts
                .iter()
                .zip(sizes)
                .all(|(p, size)| p.len() == *size && p.chars().all(|c| c.is_ascii_digit()));
        fits.then(|| parts.iter().filter_map(|p| p.parse().ok()).collect())
    };
    let Some(&[year, month, day]) = numbers(date, &[4, 2, 2], '-').as_deref() else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return false,
    };
    let zone = rest.find(['Z', 'z', '+', '-']).map(|at| rest.split_at(at));
    let Some((time, zone)) = zone else {
        return false;
    };
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let Some(&[hour, minute, second]) = numbers(time, &[2, 2, 2], ':').as_deref() else {
        return false;
    };
    let zone_fits = match zone {
        "Z" | "z" => true,
        zone => numbers(zone.get(1..).unwrap_or_default(), &[2, 2], ':')
            .is_some_and(|z| matches!(z.as_slice(), [h, m] if *h < 24 && *m < 60)),
    };
    let fraction_fits = !fraction.is_empty() && fraction.chars().all(|c| c.is_ascii_digit());
    let day_fits = (1..=days).contains(&day);
    day_fits && hour < 24 && minute < 60 && second <= 60 && zone_fits && fraction_fits
}

/// The digits of a commit, abbreviated or not: SHA-1 or SHA-256.
fn is_hash(text: &str) -> bool {
    let digits = text
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, 'a'..='f'));
    digits && ((7..=40).contains(&text.len()) || text.len() == 64)
}

/// Semantic Versioning 2.0.0.
fn is_semver(text: &str) -> bool {
    semver::Version::parse(text).is_ok()
}

/// A bare address: `name@host`.
fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else {
        return false;
    };
    let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    let dotted = |text: &str| {
        !text.is_empty()
            && text
                .split('.')
                .all(|a| !a.is_empty() && a.chars().all(atom))
    };
    let quoted = local.len() > 1 && local.starts_with('"') && local.ends_with('"');
    let literal = host.starts_with('[') && host.ends_with(']');
    (dotted(local) || quoted) && (dotted(host) || literal)
}

/// An SPDX licence expression, identifiers that the list has replaced included; their letters
/// may be in either case.
fn is_spdx(text: &str) -> bool {
    let mode = spdx::ParseMode {
        allow_deprecated: true,
        allow_postfix_plus_on_gpl: true,
        ..spdx::ParseMode::STRICT
    };
    // A word of the list that says that nothing is known.
    !text.contains("NOASSERTION") && spdx::Expression::parse_mode(&canonical(text), mode).is_ok()
}

/// An expression with its identifiers as the list writes them.
fn canonical(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive([' ', '\t', '(', ')']) {
        let word = part.trim_end_matches([' ', '\t', '(', ')']);
        let (base, plus) = match word.strip_suffix('+') {
            Some(base) => (base, "+"),
            None => (word, ""),
        };
        let licences = spdx::identifiers::LICENSES.iter().map(|l| l.name);
        let exceptions = spdx::identifiers::EXCEPTIONS.iter().map(|e| e.name);
        let mut names = licences.chain(exceptions);
        let known = names.find(|name| name.eq_ignore_ascii_case(base));
        out.push_str(known.unwrap_or(base));
        out.push_str(plus);
        out.push_str(part.get(word.len()..).unwrap_or_default());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_the_form_of_their_kind() {
        assert!(is_url("https://example.com/a?b#c") && is_url("urn:a:b"));
        assert!(!is_url("//x") && !is_url("example.com") && !is_url("https://exa mple"));
        assert!(is_rfc3339("2026-11-21T08:30:00Z") && is_rfc3339("2024-02-29t23:59:60.5+01:00"));
        assert!(!is_rfc3339("2023-02-29T00:00:00Z") && !is_rfc3339("2026-11-21"));
        assert!(!is_rfc3339("2026-11-21T24:00:00Z") && !is_rfc3339("2026-11-21T08:30:00"));
        assert!(is_hash("abcdef0") && !is_hash("abcdef") && !is_hash("ABCDEF0"));
        assert!(is_semver("1.2.3-rc.1+build.5") && is_semver("0.0.0"));
        assert!(!is_semver("1.2") && !is_semver("v1.2.3") && !is_semver("01.2.3"));
        assert!(!is_semver("1.2.3-") && !is_semver("1.2.3-01"));
        assert!(is_email("a@b") && is_email("\"a b\"@[127.0.0.1]"));
        assert!(!is_email("A <a@b>") && !is_email("a") && !is_email("a..b@c"));
    }

    #[test]
    fn a_licence_is_any_expression_of_the_spdx_list() {
        for good in [
            "MIT",
            "mit",
            "  Apache-2.0 ",
            "Apache-2.0 AND BSD-3-Clause",
            "MIT OR (GPL-2.0-or-later WITH Classpath-exception-2.0)",
            "(MIT)",
            "((MIT OR ISC) AND Zlib)",
            "GPL-3.0",
            "GPL-2.0+",
            "GPL-2.0+ WITH Bison-exception-2.2",
            "GPL-2.0-with-classpath-exception",
            "LGPL-2.1",
            "Apache-2.0+",
            "Net-SNMP",
            "xpp",
            "NIST-Software",
            "CERN-OHL-P-2.0",
            "HPND-sell-variant-MIT-disclaimer-rev",
            "Unicode-3.0",
            "LicenseRef-Our-Own",
            "DocumentRef-x:LicenseRef-y AND MIT",
        ] {
            assert!(is_spdx(good), "{good}");
        }
        for bad in [
            "",
            "Free",
            "BSD",
            "Apache 2",
            "GPLv3",
            "AFL-9.9",
            "MIT OR",
            "OR MIT",
            "(MIT",
            "MIT)",
            "MIT Apache-2.0",
            "MIT/Apache-2.0",
            "MIT WITH Apache-2.0",
            "GPL-2.0-or-later WITH",
            "NOASSERTION",
        ] {
            assert!(!is_spdx(bad), "{bad}");
        }
    }

    #[test]
    fn every_identifier_of_the_list_is_one() {
        for licence in spdx::identifiers::LICENSES
            .iter()
            .filter(|l| l.name != "NOASSERTION")
        {
            assert!(is_spdx(licence.name), "{}", licence.name);
        }
        for exception in spdx::identifiers::EXCEPTIONS {
            let with = format!("GPL-2.0-only WITH {}", exception.name);
            assert!(is_spdx(&with), "{with}");
        }
    }
}
