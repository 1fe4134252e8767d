//! The token formats of providers: a table matched by hand, without regular expressions.

use super::value;

/// Which bytes a part of a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Alphabet {
    Digits,
    /// Lower-case hexadecimal.
    Hex,
    /// Hexadecimal in any case.
    AnyHex,
    /// Lower-case letters and digits.
    Lower,
    /// Upper-case letters and digits.
    Upper,
    /// Upper-case letters and `2` to `7`.
    Base32,
    Letters,
    Alnum,
    /// Letters, digits and `_`.
    Name,
    /// Letters, digits, `_` and `-`: URL-safe base64.
    Url,
    /// Letters, digits, `_`, `-` and `.`.
    Dotted,
    /// Letters, digits, `+`, `/` and `=`.
    Base64,
    /// Letters, digits, `_`, `-`, `.` and `~`.
    Tilde,
}

impl Alphabet {
    /// Whether a byte belongs to it.
    pub const fn has(self, b: u8) -> bool {
        match self {
            Alphabet::Digits => b.is_ascii_digit(),
            Alphabet::Hex => matches!(b, b'0'..=b'9' | b'a'..=b'f'),
            Alphabet::AnyHex => b.is_ascii_hexdigit(),
            Alphabet::Lower => matches!(b, b'0'..=b'9' | b'a'..=b'z'),
            Alphabet::Upper => matches!(b, b'0'..=b'9' | b'A'..=b'Z'),
            Alphabet::Base32 => matches!(b, b'2'..=b'7' | b'A'..=b'Z'),
            Alphabet::Letters => b.is_ascii_alphabetic(),
            Alphabet::Alnum => b.is_ascii_alphanumeric(),
            Alphabet::Name => b.is_ascii_alphanumeric() || b == b'_',
            Alphabet::Url => b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'),
            Alphabet::Dotted => b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'),
            Alphabet::Base64 => b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='),
            Alphabet::Tilde => b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'~'),
        }
    }
}

/// A piece of a token behind its keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// So many bytes of an alphabet, as many as there are.
    Run(Alphabet, u16, u16),
    /// This text.
    Text(&'static str),
}

/// What the format allows to verify offline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// Nothing.
    None,
    /// The last six of 36 characters are the CRC-32 of the others in base 62.
    Crc,
}

/// A token format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provider {
    /// What it is, with its article left out: `GitHub token`.
    pub what: &'static str,
    /// The text it is found by: its prefix, or a mark in its middle.
    pub keyword: &'static str,
    /// For a mark in the middle: what stands before it.
    pub before: Option<(Alphabet, u16, u16)>,
    /// For a mark in the middle: what the token starts with.
    pub starts: &'static str,
    /// What stands behind the keyword.
    pub parts: &'static [Part],
    /// What can be verified.
    pub check: Check,
}

const fn token(what: &'static str, keyword: &'static str, parts: &'static [Part]) -> Provider {
    Provider {
        what,
        keyword,
        before: None,
        starts: "",
        parts,
        check: Check::None,
    }
}

impl Provider {
    const fn crc(self) -> Provider {
        Provider {
            check: Check::Crc,
            ..self
        }
    }

    const fn behind(self, alphabet: Alphabet, min: u16, max: u16, starts: &'static str) -> Self {
        Provider {
            before: Some((alphabet, min, max)),
            starts,
            ..self
        }
    }
}

use Alphabet::*;
use Part::{Run, Text};

/// The formats, from the providers' own documentation and the scanners that follow them.
pub static PROVIDERS: &[Provider] = &[
    token("GitHub token", "ghp_", &[Run(Alnum, 36, 36)]).crc(),
    token("GitHub token", "gho_", &[Run(Alnum, 36, 36)]).crc(),
    token("GitHub token", "ghu_", &[Run(Alnum, 36, 36)]).crc(),
    token("GitHub token", "ghs_", &[Run(Alnum, 36, 36)]).crc(),
    token("GitHub token", "ghr_", &[Run(Alnum, 36, 36)]).crc(),
    token(
        "GitHub token",
        "github_pat_",
        &[Run(Alnum, 22, 22), Text("_"), Run(Alnum, 59, 59)],
    ),
    token(
        "GitLab token",
        "glpat-",
        &[
            Run(Url, 27, 300),
            Text("."),
            Run(Lower, 2, 2),
            Run(Lower, 7, 7),
        ],
    ),
    token("GitLab token", "glpat-", &[Run(Url, 20, 22)]),
    token("GitLab trigger token", "glptt-", &[Run(Hex, 40, 40)]),
    token("GitLab runner token", "glrt-", &[Run(Url, 20, 64)]),
    token("GitLab runner token", "GR1348941", &[Run(Url, 20, 22)]),
    token("GitLab job token", "glcbt-", &[Run(Url, 20, 64)]),
    token("GitLab deploy token", "gldt-", &[Run(Url, 20, 64)]),
    token("GitLab feed token", "glft-", &[Run(Url, 20, 64)]),
    token("GitLab token", "glsoat-", &[Run(Url, 20, 64)]),
    token("GitLab mail token", "glimt-", &[Run(Url, 20, 64)]),
    token("GitLab agent token", "glagent-", &[Run(Url, 50, 64)]),
    token("GitLab application secret", "gloas-", &[Run(Url, 64, 64)]),
    token("npm token", "npm_", &[Run(Alnum, 36, 36)]).crc(),
    token("PyPI token", "pypi-AgEIcHlwaS5vcmc", &[Run(Url, 50, 1000)]),
    token(
        "PyPI token",
        "pypi-AgENdGVzdC5weXBpLm9yZw",
        &[Run(Url, 50, 1000)],
    ),
    token("RubyGems key", "rubygems_", &[Run(Hex, 48, 48)]),
    token("crates.io token", "cio", &[Run(Alnum, 32, 32)]),
    token("NuGet key", "oy2", &[Run(Lower, 43, 43)]),
    token("Clojars token", "CLOJARS_", &[Run(Lower, 60, 60)]),
    token("AWS access key", "AKIA", &[Run(Base32, 16, 16)]),
    token("AWS access key", "ASIA", &[Run(Base32, 16, 16)]),
    token("AWS access key", "ABIA", &[Run(Base32, 16, 16)]),
    token("AWS access key", "ACCA", &[Run(Base32, 16, 16)]),
    token("Google API key", "AIza", &[Run(Url, 35, 35)]),
    token("Google OAuth token", "ya29.", &[Run(Url, 30, 400)]),
    token("Google OAuth secret", "GOCSPX-", &[Run(Url, 28, 28)]),
    token("Azure AD client secret", "Q~", &[Run(Tilde, 31, 34)]).behind(Tilde, 4, 4, ""),
    token("Azure DevOps token", "AZDO", &[Run(Alnum, 4, 4)]).behind(Alnum, 76, 76, ""),
    token(
        "Slack token",
        "xoxb-",
        &[Run(Digits, 9, 14), Text("-"), Run(Url, 20, 80)],
    ),
    token(
        "Slack token",
        "xoxp-",
        &[Run(Digits, 9, 14), Text("-"), Run(Url, 30, 120)],
    ),
    token("Slack token", "xoxa-", &[Run(Url, 20, 120)]),
    token("Slack token", "xoxr-", &[Run(Url, 20, 120)]),
    token("Slack token", "xoxs-", &[Run(Url, 20, 120)]),
    token("Slack token", "xoxe-", &[Run(Url, 60, 250)]),
    token("Slack token", "xoxe.xoxp-", &[Run(Url, 60, 250)]),
    token(
        "Slack app token",
        "xapp-",
        &[Run(Digits, 1, 1), Text("-"), Run(Url, 40, 150)],
    ),
    token(
        "Slack webhook",
        "hooks.slack.com/services/T",
        &[
            Run(Upper, 8, 12),
            Text("/B"),
            Run(Upper, 8, 12),
            Text("/"),
            Run(Alnum, 23, 25),
        ],
    ),
    token("Stripe key", "sk_live_", &[Run(Alnum, 24, 120)]),
    token("Stripe key", "rk_live_", &[Run(Alnum, 24, 120)]),
    token("Stripe test key", "sk_test_", &[Run(Alnum, 24, 120)]),
    token("Stripe test key", "rk_test_", &[Run(Alnum, 24, 120)]),
    token("Stripe webhook secret", "whsec_", &[Run(Base64, 32, 64)]),
    token("Square token", "sq0atp-", &[Run(Url, 22, 22)]),
    token("Square secret", "sq0csp-", &[Run(Url, 43, 43)]),
    token("Shopify token", "shpat_", &[Run(AnyHex, 32, 32)]),
    token("Shopify token", "shpca_", &[Run(AnyHex, 32, 32)]),
    token("Shopify token", "shppa_", &[Run(AnyHex, 32, 32)]),
    token("Shopify secret", "shpss_", &[Run(AnyHex, 32, 32)]),
    token(
        "SendGrid key",
        "SG.",
        &[Run(Url, 22, 22), Text("."), Run(Url, 43, 43)],
    ),
    token(
        "Brevo key",
        "xkeysib-",
        &[Run(Hex, 64, 64), Text("-"), Run(Alnum, 16, 16)],
    ),
    token("DigitalOcean token", "dop_v1_", &[Run(Hex, 64, 64)]),
    token("DigitalOcean token", "doo_v1_", &[Run(Hex, 64, 64)]),
    token("DigitalOcean token", "dor_v1_", &[Run(Hex, 64, 64)]),
    token("Docker Hub token", "dckr_pat_", &[Run(Url, 27, 27)]),
    token("Docker Hub token", "dckr_oat_", &[Run(Url, 32, 32)]),
    token("Heroku key", "HRKU-AA", &[Run(Url, 58, 58)]),
    token("Hugging Face token", "hf_", &[Run(Letters, 34, 34)]),
    token("Hugging Face token", "api_org_", &[Run(Letters, 34, 34)]),
    token("OpenAI key", "T3BlbkFJ", &[Run(Url, 20, 80)]).behind(Url, 23, 90, "sk-"),
    token("Anthropic key", "sk-ant-api03-", &[Run(Url, 80, 110)]),
    token("Anthropic key", "sk-ant-admin01-", &[Run(Url, 80, 110)]),
    token("OpenRouter key", "sk-or-v1-", &[Run(Hex, 64, 64)]),
    token("Groq key", "gsk_", &[Run(Alnum, 52, 52)]),
    token("xAI key", "xai-", &[Run(Alnum, 80, 80)]),
    token("Perplexity key", "pplx-", &[Run(Alnum, 48, 48)]),
    token("Replicate token", "r8_", &[Run(Url, 37, 37)]),
    token("NVIDIA key", "nvapi-", &[Run(Url, 60, 70)]),
    token(
        "LangSmith key",
        "lsv2_pt_",
        &[Run(Hex, 32, 32), Text("_"), Run(Hex, 10, 10)],
    ),
    token(
        "LangSmith key",
        "lsv2_sk_",
        &[Run(Hex, 32, 32), Text("_"), Run(Hex, 10, 10)],
    ),
    token("Pinecone key", "pcsk_", &[Run(Name, 60, 80)]),
    token("Databricks token", "dapi", &[Run(Hex, 32, 32)]),
    token("Linear key", "lin_api_", &[Run(Alnum, 40, 40)]),
    token("Notion token", "ntn_", &[Run(Alnum, 46, 46)]),
    token("Figma token", "figd_", &[Run(Url, 38, 60)]),
    token(
        "Airtable token",
        "pat",
        &[Run(Alnum, 14, 14), Text("."), Run(Hex, 64, 64)],
    ),
    token(
        "Postman key",
        "PMAK-",
        &[Run(Hex, 24, 24), Text("-"), Run(Hex, 34, 34)],
    ),
    token("New Relic key", "NRAK-", &[Run(Upper, 27, 27)]),
    token("New Relic key", "NRII-", &[Run(Url, 32, 32)]),
    token(
        "Grafana token",
        "glsa_",
        &[Run(Alnum, 32, 32), Text("_"), Run(AnyHex, 8, 8)],
    ),
    token("Grafana Cloud token", "glc_", &[Run(Base64, 32, 400)]),
    token("Sentry token", "sntryu_", &[Run(Hex, 64, 64)]),
    token("Sentry token", "sntrys_", &[Run(Base64, 60, 400)]),
    token(
        "Dynatrace token",
        "dt0c01.",
        &[Run(Upper, 24, 24), Text("."), Run(Upper, 64, 64)],
    ),
    token("PostHog key", "phx_", &[Run(Alnum, 43, 48)]),
    token("HashiCorp Vault token", "hvs.", &[Run(Url, 24, 160)]),
    token("HashiCorp Vault token", "hvb.", &[Run(Url, 138, 300)]),
    token("HCP Terraform token", ".atlasv1.", &[Run(Url, 60, 70)]).behind(Alnum, 14, 14, ""),
    token("Pulumi token", "pul-", &[Run(Hex, 40, 40)]),
    token("Doppler token", "dp.pt.", &[Run(Alnum, 40, 44)]),
    token("Doppler token", "dp.st.", &[Run(Dotted, 40, 80)]),
    token("PlanetScale password", "pscale_pw_", &[Run(Dotted, 32, 64)]),
    token("PlanetScale token", "pscale_tkn_", &[Run(Dotted, 32, 64)]),
    token("PlanetScale token", "pscale_oauth_", &[Run(Dotted, 32, 64)]),
    token("Supabase token", "sbp_", &[Run(Hex, 40, 40)]),
    token("Supabase key", "sb_secret_", &[Run(Url, 31, 48)]),
    token("Netlify token", "nfp_", &[Run(Alnum, 36, 40)]),
    token("Fly.io token", "fm2_", &[Run(Base64, 100, 1000)]),
    token("Tailscale key", "tskey-auth-", &[Run(Url, 20, 80)]),
    token("Tailscale key", "tskey-api-", &[Run(Url, 20, 80)]),
    token("Tailscale key", "tskey-client-", &[Run(Url, 20, 80)]),
    token("Buildkite token", "bkua_", &[Run(Hex, 40, 40)]),
    token(
        "CircleCI token",
        "CCIPAT_",
        &[Run(Alnum, 22, 22), Text("_"), Run(Hex, 40, 40)],
    ),
    token("SonarQube token", "sqp_", &[Run(Hex, 40, 40)]),
    token("SonarQube token", "squ_", &[Run(Hex, 40, 40)]),
    token("SonarQube token", "sqa_", &[Run(Hex, 40, 40)]),
    token("Contentful token", "CFPAT-", &[Run(Url, 43, 43)]),
    token("Prefect key", "pnu_", &[Run(Alnum, 36, 36)]),
    token(
        "Mapbox secret token",
        "sk.eyJ",
        &[Run(Url, 40, 200), Text("."), Run(Url, 20, 24)],
    ),
    token(
        "Atlassian token",
        "ATATT3",
        &[Run(Url, 150, 220), Text("="), Run(Upper, 8, 8)],
    ),
    token(
        "Bitbucket token",
        "ATCTT3",
        &[Run(Url, 150, 220), Text("="), Run(Upper, 8, 8)],
    ),
    token("Bitbucket app password", "ATBB", &[Run(Alnum, 32, 32)]),
    token("Trello token", "ATTA", &[Run(Hex, 72, 72)]),
    token("Artifactory key", "AKCp", &[Run(Alnum, 65, 75)]),
    token("Artifactory token", "cmVmdGtu", &[Run(Alnum, 56, 56)]),
    token("OpenShift token", "sha256~", &[Run(Url, 43, 43)]),
    token("Alibaba Cloud key", "LTAI", &[Run(Alnum, 20, 20)]),
    token("1Password token", "ops_eyJ", &[Run(Base64, 250, 1200)]),
    token("age key", "AGE-SECRET-KEY-1", &[Run(Upper, 58, 58)]),
    token("Telegram bot token", ":AA", &[Run(Url, 33, 33)]).behind(Digits, 8, 10, ""),
    token("Apify token", "apify_api_", &[Run(Alnum, 36, 36)]),
    token(
        "WakaTime key",
        "waka_",
        &[
            Run(Hex, 8, 8),
            Text("-"),
            Run(Hex, 4, 4),
            Text("-"),
            Run(Hex, 4, 4),
            Text("-"),
            Run(Hex, 4, 4),
            Text("-"),
            Run(Hex, 12, 12),
        ],
    ),
];

/// A token found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Where.
    pub range: std::ops::Range<usize>,
    /// Whether nothing the format allows to verify speaks against it.
    pub certain: bool,
}

/// The token of a provider whose keyword stands at `at`.
pub fn match_at(provider: &Provider, text: &str, at: usize) -> Option<Match> {
    let bytes = text.as_bytes();
    let after = at + provider.keyword.len();
    // The keyword was found without regard to case.
    if bytes.get(at..after)? != provider.keyword.as_bytes() {
        return None;
    }
    let start = match provider.before {
        None => at,
        Some((alphabet, min, max)) => {
            let before = bytes.get(..at)?.iter().rev().take(usize::from(max) + 1);
            let count = before.take_while(|b| alphabet.has(**b)).count();
            if count < usize::from(min) {
                return None;
            }
            let count = match provider.starts {
                "" if count > usize::from(max) => return None,
                "" => count,
                starts => {
                    let area = text.get(at - count..at)?;
                    count
                        - area
                            .rfind(starts)
                            .filter(|i| count - i >= usize::from(min))?
                }
            };
            at - count
        }
    };
    if !starts_word(bytes, start) {
        return None;
    }
    let mut end = after;
    let mut last = None;
    for part in provider.parts {
        match part {
            Part::Text(text) => {
                if !bytes.get(end..)?.starts_with(text.as_bytes()) {
                    return None;
                }
                end += text.len();
            }
            Part::Run(alphabet, min, max) => {
                let run = bytes.get(end..)?.iter().take(usize::from(*max));
                let count = run.take_while(|b| alphabet.has(**b)).count();
                if count < usize::from(*min) {
                    return None;
                }
                end += count;
                last = Some(*alphabet);
            }
        }
    }
    let next = bytes.get(end).copied().unwrap_or(b' ');
    if next.is_ascii_alphanumeric() || last.is_some_and(|a| a.has(next) && next != b'=') {
        return None;
    }
    let body = text.get(after..end)?;
    if !is_plausible(body) {
        return None;
    }
    let certain = match provider.check {
        Check::None => true,
        Check::Crc => {
            let (random, sum) = body.split_at_checked(body.len().checked_sub(6)?)?;
            checksum(random) == sum
        }
    };
    Some(Match {
        range: start..end,
        certain,
    })
}

/// Whether a token may begin here: no name goes on. `\n` of a quoted text ends one.
pub(super) fn starts_word(bytes: &[u8], start: usize) -> bool {
    let Some(before) = start.checked_sub(1).and_then(|i| bytes.get(i)) else {
        return true;
    };
    if !before.is_ascii_alphanumeric() && *before != b'_' {
        return true;
    }
    let escape = start.checked_sub(2).and_then(|i| bytes.get(i));
    matches!(before, b'n' | b't' | b'r') && escape == Some(&b'\\')
}

/// Whether the variable part of a token is no stand-in: `xxxx…`, `0123456789…`, `…EXAMPLE`.
pub(super) fn is_plausible(body: &str) -> bool {
    let distinct = value::distinct(body);
    let wanted = match body.len() {
        0..12 => body.len() / 3,
        12..20 => 6,
        _ => 8,
    };
    distinct >= wanted && !value::is_sequence(body) && !value::has_stand_in(body)
}

/// CRC-32 in base 62, six digits.
pub(super) fn checksum(text: &str) -> String {
    let mut crc = u32::MAX;
    for byte in text.bytes() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
        }
    }
    let mut rest = !crc;
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = match (rest % 62) as u8 {
            d @ 0..10 => b'0' + d,
            d @ 10..36 => b'A' + d - 10,
            d => b'a' + d - 36,
        };
        rest /= 62;
    }
    digits.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::Random;
    use super::*;

    #[test]
    fn every_format_is_found_and_a_longer_text_is_not() {
        let mut random = Random(0x5EED_1234);
        for provider in PROVIDERS {
            for _ in 0..50 {
                let token = random.token(provider);
                let at = token.find(provider.keyword).unwrap();
                let text = format!("x={token} y");
                let found = match_at(provider, &text, at + 2);
                let found = found.unwrap_or_else(|| panic!("{}", provider.keyword));
                assert_eq!(&text[found.range], token);
                assert!(found.certain);
                let glued = format!("x{token}");
                assert_eq!(
                    match_at(provider, &glued, at + 1),
                    None,
                    "{}",
                    provider.keyword
                );
            }
        }
    }

    #[test]
    fn stand_ins_are_no_tokens() {
        for body in ["x".repeat(36), "0123456789".repeat(4)[..36].to_owned()] {
            assert_eq!(match_at(&PROVIDERS[0], &format!("ghp_{body}"), 0), None);
        }
        let aws = PROVIDERS.iter().find(|p| p.keyword == "AKIA").unwrap();
        assert_eq!(match_at(aws, "AKIAIOSFODNN7EXAMPLE", 0), None);
    }

    #[test]
    fn a_wrong_checksum_leaves_a_doubt() {
        let mut random = Random(7);
        let mut token = random.token(&PROVIDERS[0]);
        token.replace_range(39.., if token.ends_with('a') { "b" } else { "a" });
        assert!(!match_at(&PROVIDERS[0], &token, 0).unwrap().certain);
    }

    #[test]
    fn the_checksum_is_crc_32() {
        // 0xCBF43926 is the check value of CRC-32.
        let mut value = 0u64;
        for digit in checksum("123456789").bytes() {
            let digit = match digit {
                b'0'..=b'9' => digit - b'0',
                b'A'..=b'Z' => digit - b'A' + 10,
                _ => digit - b'a' + 36,
            };
            value = value * 62 + u64::from(digit);
        }
        assert_eq!(value, 0xCBF4_3926);
    }
}
