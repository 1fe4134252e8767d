//! What a builder says of a build: `docker build --progress=rawjson`, and what `docker buildx history
//! logs --progress=rawjson` keeps of one.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// What a builder did for a step.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ran {
    /// Whether it took it from the cache.
    pub cached: bool,
    /// How long it took, in seconds.
    pub seconds: Option<f64>,
}

/// The steps of a log by stage and number, as their names have them: `[build 2/5] RUN make`.
#[derive(Debug, Clone, Default)]
pub struct Log {
    /// The stage's name, empty if it has none in the log, and the number in it.
    pub steps: BTreeMap<(String, usize), Ran>,
    /// The stages that have steps.
    stages: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Status {
    #[serde(default, alias = "Vertexes")]
    vertexes: Vec<Vertex>,
}

#[derive(Deserialize)]
struct Vertex {
    #[serde(alias = "Name")]
    name: String,
    #[serde(default, alias = "Cached")]
    cached: bool,
    #[serde(default, alias = "Started")]
    started: Option<String>,
    #[serde(default, alias = "Completed")]
    completed: Option<String>,
}

impl Log {
    /// Reads a log: objects, each on one line or, as older builders write them, on many; other lines
    /// are passed over. Nothing if there is no object.
    pub fn read(text: &str) -> Option<Self> {
        let mut log = Log::default();
        let mut any = false;
        let mut rest = text;
        loop {
            let mut objects = serde_json::Deserializer::from_str(rest).into_iter::<Status>();
            while let Some(Ok(status)) = objects.next() {
                any = true;
                for vertex in status.vertexes {
                    log.add(&vertex);
                }
            }
            let left = rest.get(objects.byte_offset()..).unwrap_or_default();
            // What is no object: on with the next line that begins one.
            let Some(at) = left.find("\n{") else { break };
            rest = left.get(at + 1..).unwrap_or_default();
        }
        any.then_some(log)
    }

    fn add(&mut self, vertex: &Vertex) {
        let Some((stage, number, text)) = name(&vertex.name) else {
            return;
        };
        self.stages.insert(stage.clone());
        if text.starts_with("FROM ") {
            return;
        }
        let ran = self.steps.entry((stage, number)).or_default();
        // A linked copy is two: only that of the files counts.
        if text.starts_with("LINK ") {
            return;
        }
        ran.cached |= vertex.cached;
        let times = vertex.started.as_deref().zip(vertex.completed.as_deref());
        if let Some((started, completed)) = times
            && let (Some(from), Some(to)) = (seconds(started), seconds(completed))
        {
            // Past midnight the day is another one.
            let took = (to - from).rem_euclid(86_400.0);
            ran.seconds = Some(ran.seconds.unwrap_or(0.0).max(took));
        }
    }

    /// What the log says of each step, which stand in the order of the file, by its stage: the name,
    /// or the number, which is `stage-N` in a log, or nothing if it is the only one.
    pub fn of<'s>(&self, steps: impl Iterator<Item = &'s str>) -> Vec<Option<Ran>> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let found = steps.map(|stage| {
            let number = counts.entry(stage).or_insert(0);
            let at = *number;
            *number += 1;
            let name = match stage.parse::<usize>() {
                Ok(number) => format!("stage-{number}"),
                Err(_) => stage.to_lowercase(),
            };
            // Of a file with one stage the log gives none.
            let stage = match self.stages.contains(&name) {
                true => name,
                false => String::new(),
            };
            // FROM an image has the number 1, FROM a stage and FROM scratch none.
            let first = match self.steps.contains_key(&(stage.clone(), 1)) {
                true => 1,
                false => 2,
            };
            self.steps.get(&(stage, first + at)).cloned()
        });
        found.collect()
    }
}

/// The stage, the number and the rest of `[linux/amd64 build 2/5] RUN make`.
fn name(text: &str) -> Option<(String, usize, &str)> {
    let (inside, rest) = text.strip_prefix('[')?.split_once("] ")?;
    let (before, number) = match inside.rsplit_once(' ') {
        Some((before, number)) => (before, number),
        None => ("", inside),
    };
    let (number, total) = number.split_once('/')?;
    total.parse::<usize>().ok()?;
    // A platform may stand before the stage, and numbers of one width are padded.
    let before = before.trim_end();
    let stage = before.rsplit(' ').next().unwrap_or(before);
    let stage = if stage.contains('/') { "" } else { stage };
    Some((stage.to_lowercase(), number.trim().parse().ok()?, rest))
}

/// The seconds of the day in `2026-11-30T22:10:01.123456789Z`.
fn seconds(time: &str) -> Option<f64> {
    let (_, clock) = time.split_once('T')?;
    let clock = clock.trim_end_matches('Z');
    let clock = clock.split(['+', '-']).next()?;
    let mut parts = clock.split(':');
    let hours: f64 = parts.next()?.parse().ok()?;
    let minutes: f64 = parts.next()?.parse().ok()?;
    let seconds: f64 = parts.next()?.parse().ok()?;
    Some(hours.mul_add(3600.0, minutes.mul_add(60.0, seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_steps_are_read() {
        for (text, stage, number, rest) in [
            ("[2/5] RUN make", "", 2, "RUN make"),
            ("[ 2/12] RUN make", "", 2, "RUN make"),
            ("[build  2/12] COPY . .", "build", 2, "COPY . ."),
            ("[linux/amd64 build 3/7] COPY . .", "build", 3, "COPY . ."),
            ("[linux/amd64 2/2] RUN x", "", 2, "RUN x"),
        ] {
            assert_eq!(name(text), Some((stage.to_owned(), number, rest)), "{text}");
        }
        assert_eq!(name("[internal] load build context"), None);
        assert_eq!(name("exporting to image"), None);
    }

    #[test]
    fn a_log_says_how_long_steps_took() {
        let text = r#"#1 a line of another kind
{"vertexes":[{"name":"[2/3] RUN a","started":"2026-11-30T23:59:59.5Z"}]}
{
  "vertexes": [{"name":"[2/3] RUN a","started":"2026-11-30T23:59:59.5Z","completed":"2026-12-01T00:00:02Z"},{"name":"[3/3] RUN b","cached":true}]}
no line of a log"#;
        let log = Log::read(text).unwrap();
        let ran = &log.steps[&(String::new(), 2)];
        assert!((ran.seconds.unwrap() - 2.5).abs() < 1e-9 && !ran.cached);
        assert!(log.steps[&(String::new(), 3)].cached);
        assert_eq!(
            log.of(["only", "only"].into_iter())
                .iter()
                .flatten()
                .count(),
            2
        );
        assert!(Log::read("x\ny").is_none());
    }
}
