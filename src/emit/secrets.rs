//! What no report shows: logs are read by more people than files.

use crate::engine::Report;
use crate::span::Span;

/// The secrets found in a file, whichever finding shows their line: in order, none in another.
pub(super) fn secrets(report: &Report) -> Vec<Span> {
    let silenced = report.suppressed.iter().map(|s| &s.diagnostic);
    let all = report.diagnostics.iter().chain(silenced);
    let mut spans: Vec<Span> = all.filter(|d| d.secret).map(|d| d.span).collect();
    spans.sort_unstable();
    let mut apart: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match apart.last_mut() {
            Some(last) if span.start < last.end => *last = last.to(span),
            _ => apart.push(span),
        }
    }
    apart
}

/// Those of the secrets that touch a span.
pub(super) fn within(secrets: &[Span], span: Span) -> &[Span] {
    let from = secrets.partition_point(|s| s.end <= span.start);
    let to = secrets.partition_point(|s| s.start < span.end);
    secrets.get(from..to).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secrets_of_a_place_are_found() {
        let all = [Span::new(2, 4), Span::new(6, 8), Span::new(10, 12)];
        assert_eq!(within(&all, Span::new(4, 6)), []);
        assert_eq!(within(&all, Span::new(3, 7)), &all[..2]);
        assert_eq!(within(&all, Span::new(11, 20)), &all[2..]);
    }
}
