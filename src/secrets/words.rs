//! The commands of any text that may hold some: a script, a line of a Dockerfile that cannot be
//! read, a comment. What reads the shell for the rules knows more and needs a script that is one;
//! here every quote may be missing.

use std::ops::Range;

use super::listed;

/// What is known of a variable.
pub type Lookup<'l> = &'l dyn Fn(&str) -> Option<String>;

/// What stands in a word for a part that is not known.
pub(super) const HOLE: char = '\0';

/// How deep substitutions and quoted commands are followed.
const DEPTH: usize = 6;

/// Whether a byte ends what a word has unquoted. All of these are characters of their own, so that
/// none is cut.
#[allow(
    clippy::indexing_slicing,
    reason = "it runs in the compiler, for a constant"
)]
const ENDS: [bool; 256] = {
    let mut ends = [false; 256];
    let mut rest: &[u8] = b" \t\n\r;&|<>()'\"\\$`";
    while let [byte, behind @ ..] = rest {
        ends[*byte as usize] = true;
        rest = behind;
    }
    ends
};

/// A part of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    /// Where it begins in the text of the word.
    at: u32,
    /// Where it stands.
    start: u32,
    end: u32,
    /// Whether it stands there byte for byte.
    verbatim: bool,
}

impl Piece {
    /// Where the byte at `at` of the word stands.
    fn place(&self, at: u32) -> (u32, u32) {
        if self.verbatim {
            let start = self.start + (at - self.at);
            (start, start + 1)
        } else {
            (self.start, self.end)
        }
    }

    /// The same piece without what stands before `at`.
    fn from(mut self, at: u32) -> Self {
        if at > self.at {
            self.start = self.place(at).0;
            self.at = at;
        }
        self
    }
}

/// One word without its quotes.
#[derive(Debug, Clone, Default)]
pub(super) struct Word {
    /// The text; [`HOLE`] for what is not known.
    pub text: String,
    /// Where it stands, in order.
    pieces: Vec<Piece>,
    /// All of it, quotes included.
    pub range: Range<usize>,
    /// Whether some of it is quoted.
    pub quoted: bool,
    /// Whether the value of a variable is in it.
    pub expanded: bool,
}

impl Word {
    fn push(&mut self, text: &str, range: Range<usize>) {
        let (start, end) = (range.start as u32, range.end as u32);
        self.push_piece(text, start, end, range.len() == text.len());
    }

    fn push_piece(&mut self, text: &str, start: u32, end: u32, verbatim: bool) {
        let at = self.text.len() as u32;
        if at == 0 {
            // Most words are of one piece.
            self.pieces.reserve_exact(1);
            self.text = text.to_owned();
        } else {
            self.text.push_str(text);
        }
        match self.pieces.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if verbatim && last.verbatim && last.end == start => last.end = end,
            _ => self.pieces.push(Piece {
                at,
                start,
                end,
                verbatim,
            }),
        }
    }

    /// The number of the piece that a byte is in.
    fn piece(&self, at: usize) -> Option<usize> {
        if at >= self.text.len() {
            return None;
        }
        let after = self.pieces.partition_point(|p| p.at as usize <= at);
        after.checked_sub(1)
    }

    /// Where a byte of the text stands.
    fn byte(&self, at: usize) -> Option<(u32, u32)> {
        let piece = self.pieces.get(self.piece(at)?)?;
        Some(piece.place(at as u32))
    }

    /// Where a part of the text stands.
    pub fn place(&self, part: Range<usize>) -> Range<usize> {
        let first = self.byte(part.start);
        let last = part.end.checked_sub(1).and_then(|i| self.byte(i));
        match (first, last) {
            (Some(first), Some(last)) if part.start < part.end => {
                first.0 as usize..(last.1 as usize).max(first.0 as usize)
            }
            _ => self.range.clone(),
        }
    }

    /// Whether a part of the text is not written where it stands, as far as that is known.
    pub fn is_expanded(&self, part: &Range<usize>) -> bool {
        let mut pieces = self.pieces_of(part.clone(), 0);
        self.expanded && pieces.any(|p| !p.verbatim && p.end - p.start > 2)
    }

    /// The pieces of a part of the text, which begin at `at` then.
    fn pieces_of(&self, part: Range<usize>, at: u32) -> impl Iterator<Item = Piece> + '_ {
        let first = self.piece(part.start).unwrap_or(self.pieces.len());
        let rest = self.pieces.get(first..).unwrap_or_default().iter();
        let (start, end) = (part.start as u32, part.end as u32);
        let within = rest.take_while(move |p| p.at < end);
        within.map(move |piece| {
            let mut piece = piece.from(start);
            piece.at = piece.at - start + at;
            piece
        })
    }

    /// A word of its own from a part of this one.
    pub fn part(&self, part: Range<usize>) -> Word {
        let text = self.text.get(part.clone()).unwrap_or_default().to_owned();
        let mut pieces: Vec<Piece> = Vec::new();
        if !text.is_empty() {
            pieces.extend(self.pieces_of(part.clone(), 0));
        }
        Word {
            range: self.place(part),
            text,
            pieces,
            quoted: self.quoted,
            expanded: self.expanded,
        }
    }

    /// The same with the characters that escapes stand for: `\n`, `\t`, `\"`.
    pub fn decoded(&self) -> Word {
        let bytes = self.text.as_bytes();
        let mut pieces: Vec<Word> = Vec::new();
        let mut from = 0;
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let decoded = match (byte, bytes.get(at + 1)) {
                (b'\\', Some(b'n')) => "\n",
                (b'\\', Some(b't')) => "\t",
                (b'\\', Some(b'"')) => "\"",
                (b'\\', Some(b'\'')) => "'",
                _ => {
                    at += 1;
                    continue;
                }
            };
            pieces.push(self.part(from..at));
            pieces.push(self.part(at..at + 2).stand_for(decoded));
            at += 2;
            from = at;
        }
        if pieces.is_empty() {
            return self.clone();
        }
        pieces.push(self.part(from..bytes.len()));
        let mut all = Word::concatenated(&pieces.iter().collect::<Vec<_>>());
        all.range = self.range.clone();
        all
    }

    /// Another text that is all at the place of this word.
    pub fn stand_for(&self, text: &str) -> Word {
        let place = self.place(0..self.text.len());
        let mut word = Word {
            range: self.range.clone(),
            quoted: self.quoted,
            expanded: self.expanded,
            ..Word::default()
        };
        word.push_piece(text, place.start as u32, place.end as u32, false);
        word
    }

    /// Words with a blank between them.
    pub fn joined(words: &[&Word]) -> Word {
        Word::separated(words, " ")
    }

    /// Words on lines of their own.
    pub fn lines(words: &[&Word]) -> Word {
        Word::separated(words, "\n")
    }

    fn separated(words: &[&Word], separator: &str) -> Word {
        let mut all = Word {
            quoted: true,
            ..Word::default()
        };
        for word in words {
            if !all.text.is_empty() {
                let last = all.text.len() - 1;
                let end = all.byte(last).map_or(0, |p| p.1);
                all.push_piece(separator, end, end, false);
            } else {
                all.range = word.range.clone();
            }
            let at = all.text.len() as u32;
            all.text.push_str(&word.text);
            all.pieces.extend(word.pieces_of(0..word.text.len(), at));
            all.range.end = word.range.end;
            all.expanded |= word.expanded;
        }
        all
    }

    /// Words without anything between them.
    pub fn concatenated(words: &[&Word]) -> Word {
        let mut all = Word {
            quoted: true,
            ..Word::default()
        };
        for word in words.iter().filter(|w| !w.text.is_empty()) {
            if all.text.is_empty() {
                all.range = word.range.clone();
            }
            let at = all.text.len() as u32;
            all.text.push_str(&word.text);
            all.pieces.extend(word.pieces_of(0..word.text.len(), at));
            all.range.end = word.range.end;
            all.expanded |= word.expanded;
        }
        all
    }

    /// Puts a word of a script that is `script` where that stands.
    fn move_into(&mut self, script: &Word) {
        let pieces = std::mem::take(&mut self.pieces);
        let starts: Vec<u32> = pieces.iter().skip(1).map(|p| p.at).collect();
        let ends = starts.into_iter().chain([self.text.len() as u32]);
        for (piece, end) in pieces.iter().zip(ends) {
            if !piece.verbatim {
                let place = script.place(piece.start as usize..piece.end as usize);
                self.pieces.push(Piece {
                    start: place.start as u32,
                    end: place.end as u32,
                    ..*piece
                });
                continue;
            }
            let there = piece.start as usize..(piece.start + (end - piece.at)) as usize;
            self.pieces.extend(script.pieces_of(there, piece.at));
        }
        self.range = script.place(self.range.clone());
        self.expanded |= script.expanded;
    }

    /// A word that is written as it is.
    fn verbatim(text: &str, start: usize) -> Word {
        let mut word = Word {
            range: start..start + text.len(),
            quoted: true,
            ..Word::default()
        };
        word.push(text, start..start + text.len());
        word
    }
}

/// One simple command.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    /// Its words, redirections left out.
    pub words: Vec<Word>,
    /// The command whose output it reads.
    pub piped: Option<usize>,
    /// The text it reads: `<<<` or a here-document.
    pub stdin: Option<Word>,
    /// The command whose output it finds in a file: `<(command)`.
    pub fed: Option<usize>,
    /// The file it writes.
    pub target: Option<String>,
    /// The file it reads.
    pub source: Option<String>,
}

/// The commands of a text, those in substitutions and in quoted scripts too.
pub(super) fn commands(text: &str, lookup: Lookup<'_>) -> Vec<Line> {
    let mut reader = Reader {
        text,
        at: 0,
        lookup,
        lines: Vec::new(),
        depth: 0,
        in_backticks: false,
    };
    reader.read(None);
    let mut lines = reader.lines;
    spread_targets(&mut lines);
    let mut from = 0;
    for _ in 0..2 {
        let end = lines.len();
        for at in from..end {
            for script in scripts(lines.get(at)) {
                let base = lines.len();
                let inner = commands_of(&script, lookup);
                lines.extend(inner.into_iter().map(|mut line| {
                    line.piped = line.piped.map(|p| p + base);
                    line.fed = line.fed.map(|p| p + base);
                    line
                }));
            }
        }
        from = end;
    }
    lines
}

/// The file that `tee` writes.
fn teed(line: &Line) -> Option<&str> {
    let mut words = line.words.iter().skip_while(|w| base(&w.text) == "sudo");
    let is_tee = words.next().is_some_and(|w| base(&w.text) == "tee");
    let file = words.find(|w| !w.text.starts_with('-'))?;
    is_tee.then_some(file.text.as_str())
}

/// What a group prints goes where its end says: `{ echo a; echo b; } > file`.
fn spread_targets(lines: &mut [Line]) {
    for end in 0..lines.len() {
        let line = lines.get(end);
        // `echo a | sudo tee file`
        let file = line.and_then(teed).map(str::to_owned);
        let piped = line.and_then(|l| l.piped);
        if let Some(file) = file {
            if let Some(line) = piped.and_then(|p| lines.get_mut(p)) {
                line.target.get_or_insert(file);
            }
            continue;
        }
        // `echo 'script' | sh`: what is printed is run.
        let runs = line.and_then(|l| l.words.first());
        if let Some(piped) = piped
            && runs.is_some_and(|w| listed(READERS, base(&w.text)))
            && let Some(line) = lines.get_mut(piped)
        {
            line.target.get_or_insert_with(|| "-".to_owned());
            continue;
        }
        let line = lines.get(end);
        let target = line
            .filter(|l| l.words.first().is_some_and(|w| w.text == "}"))
            .and_then(|l| l.target.clone());
        let Some(target) = target else {
            continue;
        };
        let before = lines.get_mut(..end).unwrap_or_default();
        for line in before.iter_mut().rev() {
            let opens = line.words.first().is_some_and(|w| w.text.starts_with('{'));
            line.target.get_or_insert_with(|| target.clone());
            if opens {
                break;
            }
        }
    }
}

/// The commands of a script that is a word.
fn commands_of(script: &Word, lookup: Lookup<'_>) -> Vec<Line> {
    let mut reader = Reader {
        text: &script.text,
        at: 0,
        lookup,
        lines: Vec::new(),
        depth: DEPTH - 3,
        in_backticks: false,
    };
    reader.read(None);
    let mut lines = reader.lines;
    for line in &mut lines {
        let words = line.words.iter_mut().chain(&mut line.stdin);
        for word in words {
            word.move_into(script);
        }
    }
    lines
}

/// Programs that run what they read.
const READERS: &str = "sh bash ash dash kadmin kadmin.local augtool lftp redis-cli";

/// Programs that run a word as a script, sorted.
pub(super) const RUNNERS: [&str; 32] = [
    "ash",
    "augtool",
    "bash",
    "busybox",
    "cmd",
    "cmd.exe",
    "dash",
    "docker",
    "env",
    "eval",
    "exec",
    "expect",
    "fish",
    "gosu",
    "kadmin",
    "kadmin.local",
    "ksh",
    "lftp",
    "powershell",
    "powershell.exe",
    "pwsh",
    "runuser",
    "script",
    "sh",
    "ssh",
    "su",
    "su-exec",
    "sudo",
    "timeout",
    "watch",
    "xargs",
    "zsh",
];

/// The words of a command that are scripts for another shell.
fn scripts(line: Option<&Line>) -> Vec<Word> {
    let Some(line) = line else {
        return Vec::new();
    };
    // A table of cron goes into a pipe too.
    let is_table = |w: &Word| w.quoted && scheduled(&w.text) > 0;
    if line.target.is_some() || line.words.iter().any(is_table) {
        let written = written(line);
        if !written.is_empty() {
            return written;
        }
    }
    // Most commands have nothing that could be one.
    let inner = line.words.iter().skip(1);
    let inner = inner.filter(|w| w.quoted && w.text.contains([' ', '\n']));
    if line.stdin.is_none() && inner.clone().next().is_none() {
        return Vec::new();
    }
    let runs = line
        .words
        .iter()
        .take(6)
        .any(|w| RUNNERS.binary_search(&base(&w.text)).is_ok());
    if !runs {
        return Vec::new();
    }
    let mut scripts: Vec<Word> = inner.cloned().collect();
    scripts.extend(line.stdin.clone());
    scripts
}

/// The lines that `echo` and `printf` write into a file, which may be a script or a table of cron.
fn written(line: &Line) -> Vec<Word> {
    let mut words = line
        .words
        .iter()
        .skip_while(|w| !w.quoted && w.text.starts_with(['{', '!']));
    // `cat > script <<EOF`
    if let Some(text) = &line.stdin {
        let mut scripts = vec![text.clone()];
        scheduled_commands(text, &mut scripts);
        return scripts;
    }
    let prints = |w: &Word| matches!(base(&w.text), "echo" | "printf");
    if !words.next().is_some_and(prints) {
        return Vec::new();
    }
    let mut scripts = Vec::new();
    for word in words.filter(|w| w.quoted && w.text.contains(' ')) {
        scheduled_commands(word, &mut scripts);
    }
    scripts
}

/// The lines of a text without the times of cron in front of them.
fn scheduled_commands(text: &Word, scripts: &mut Vec<Word>) {
    for range in lines_of(&text.text) {
        let line = text.text.get(range.clone()).unwrap_or_default();
        let at = range.start + scheduled(line);
        // `alias db='mysql -px'`
        if line.trim_start().starts_with("alias ")
            && let Some(quote) = line.find(['"', '\''])
            && let Some(end) = line.rfind(['"', '\'']).filter(|end| *end > quote)
        {
            scripts.push(text.part(range.start + quote + 1..range.start + end));
            continue;
        }
        // The name of a user may come first.
        if at > range.start
            && let Some(user) = line.get(at - range.start..).and_then(|t| t.find(' '))
        {
            scripts.push(text.part(at + user + 1..range.end));
        }
        if at > range.start || text.quoted {
            scripts.push(text.part(at..range.end));
        }
    }
}

/// The length of the times in a line of cron: `*/5 * * * * command`.
fn scheduled(line: &str) -> usize {
    let mut at = 0;
    for _ in 0..5 {
        let rest = line.get(at..).unwrap_or_default();
        let Some((time, _)) = rest.split_once(' ') else {
            return 0;
        };
        let is_time = |b: u8| b.is_ascii_digit() || matches!(b, b'*' | b'/' | b',' | b'-');
        if time.is_empty() || !time.bytes().all(is_time) {
            return 0;
        }
        at += time.len() + 1;
    }
    at
}

/// The lines of a text in which `\n` may end them too.
pub(super) fn lines_of(text: &str) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut at = 0;
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        let length = match byte {
            b'\n' => 1,
            b'\\' if matches!(bytes.get(at + 1), Some(b'n' | b'r')) => 2,
            _ => {
                at += 1;
                continue;
            }
        };
        if start < at {
            lines.push(start..at);
        }
        at += length;
        start = at;
    }
    if start < text.len() {
        lines.push(start..text.len());
    }
    lines
}

/// The name of a program without its folder and what Windows puts behind it.
pub(super) fn base(text: &str) -> &str {
    // This is asked of every word: most have nothing to take off.
    let mut name = text;
    if text.bytes().any(|b| matches!(b, b'/' | b'\\')) {
        name = text.rsplit(['/', '\\']).next().unwrap_or(text);
    }
    if name.starts_with(['[', '"', '@']) || name.ends_with([',', '"', ']']) {
        name = name.trim_start_matches(['[', '"', '@']);
        name = name.trim_end_matches([',', '"', ']']);
    }
    if !name.contains('.') {
        return name;
    }
    [".exe", ".sh", ".cmd", ".bat", ".py", ".jar"]
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .unwrap_or(name)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    lookup: Lookup<'t>,
    lines: Vec<Line>,
    depth: usize,
    /// Whether a backtick ends what is being read.
    in_backticks: bool,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn next(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn second(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at + 1).copied()
    }

    /// Reads commands up to a closing character or the end.
    fn read(&mut self, until: Option<u8>) {
        let mut line = Line::default();
        // The last command of a group whose output goes on.
        let mut group = None;
        let mut heredocs: Vec<(String, bool)> = Vec::new();
        let mut owners: Vec<usize> = Vec::new();
        while let Some(byte) = self.next() {
            match byte {
                b if Some(b) == until => {
                    self.at += 1;
                    break;
                }
                b'\n' => {
                    self.at += 1;
                    self.finish(&mut line);
                    for ((name, tabs), owner) in heredocs.drain(..).zip(owners.drain(..)) {
                        let body = self.heredoc(&name, tabs);
                        if let Some(owner) = self.lines.get_mut(owner) {
                            owner.stdin = body;
                        }
                    }
                }
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\\' if matches!(self.second(), Some(b'\n')) => self.at += 2,
                b'#' => {
                    let end = self.rest().find('\n').unwrap_or(self.rest().len());
                    self.at += end;
                }
                b';' | b'&' if byte == b'&' && self.second() == Some(b'>') => {
                    self.at += 1;
                    self.redirect(&mut line, &mut heredocs, &mut owners);
                }
                b';' | b'&' => {
                    self.at += 1;
                    if self.next() == Some(byte) {
                        self.at += 1;
                    }
                    self.finish(&mut line);
                }
                b'|' => {
                    self.at += 1;
                    let is_or = self.next() == Some(b'|');
                    if is_or || self.next() == Some(b'&') {
                        self.at += 1;
                    }
                    // `{ echo a; echo b; } | c`
                    let closes = matches!(line.words.as_slice(), [w] if w.text == "}");
                    let before = self.finish(&mut line).or(group);
                    let before = before.map(|b| b.saturating_sub(usize::from(closes)));
                    if !is_or {
                        line.piped = before;
                    }
                }
                b'(' => {
                    let feeds = self.text.get(..self.at).is_some_and(|t| t.ends_with('<'));
                    self.at += 1;
                    if self.depth < DEPTH {
                        // `program --option <(command)`
                        line.fed = feeds.then_some(self.lines.len() + 1);
                        self.finish(&mut line);
                        self.depth += 1;
                        self.read(Some(b')'));
                        self.depth -= 1;
                        group = self.lines.len().checked_sub(1);
                    }
                }
                b')' => {
                    self.at += 1;
                    self.finish(&mut line);
                }
                b'<' | b'>' => self.redirect(&mut line, &mut heredocs, &mut owners),
                _ => {
                    group = None;
                    let before = self.at;
                    let word = self.word();
                    // `2>file`
                    let is_number = word.text.bytes().all(|b| b.is_ascii_digit());
                    if !(is_number && matches!(self.next(), Some(b'<' | b'>'))) {
                        line.words.push(word);
                    }
                    if self.at == before {
                        self.at += self.rest().chars().next().map_or(1, char::len_utf8);
                    }
                }
            }
        }
        self.finish(&mut line);
    }

    /// Ends a command; its number, if there is one.
    fn finish(&mut self, line: &mut Line) -> Option<usize> {
        if line.words.is_empty() && line.stdin.is_none() {
            line.piped = None;
            return None;
        }
        self.lines.push(std::mem::take(line));
        self.lines.len().checked_sub(1)
    }

    fn redirect(
        &mut self,
        line: &mut Line,
        heredocs: &mut Vec<(String, bool)>,
        owners: &mut Vec<usize>,
    ) {
        let rest = self.rest();
        // `<your-token>` in an example.
        if let Some(length) = blank_to_fill(rest) {
            let mut word = Word {
                range: self.at..self.at + length,
                ..Word::default()
            };
            word.push(
                rest.get(..length).unwrap_or_default(),
                self.at..self.at + length,
            );
            self.at += length;
            line.words.push(word);
            return;
        }
        let length = rest
            .bytes()
            .take(3)
            .take_while(|b| matches!(b, b'<' | b'>' | b'&' | b'|' | b'-'))
            .count();
        let operator = rest.get(..length).unwrap_or_default();
        // `<(` and `>(` are commands.
        let operator =
            operator.trim_end_matches(if operator.starts_with("<<") { ' ' } else { '-' });
        self.at += operator.len().max(1);
        while matches!(self.next(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
        if matches!(self.next(), None | Some(b'\n' | b'(')) {
            return;
        }
        let target = self.word();
        match operator {
            "<<<" => line.stdin = Some(target),
            "<<" | "<<-" => {
                heredocs.push((target.text, operator == "<<-"));
                owners.push(self.lines.len());
            }
            "<" => line.source = Some(target.text),
            o if o.starts_with('>') && !o.contains('&') => line.target = Some(target.text),
            _ => {}
        }
    }

    /// The body of a here-document that begins here.
    fn heredoc(&mut self, name: &str, tabs: bool) -> Option<Word> {
        let start = self.at;
        let rest = self.rest();
        let mut length = 0;
        for full in rest.split_inclusive('\n') {
            let text = full.trim_end_matches(['\n', '\r']);
            let text = if tabs {
                text.trim_start_matches('\t')
            } else {
                text
            };
            if text == name {
                let body = Word::verbatim(rest.get(..length)?, start);
                self.at = start + length + full.len();
                return Some(body);
            }
            length += full.len();
        }
        // The body stands elsewhere.
        None
    }

    fn word(&mut self) -> Word {
        let mut word = Word {
            range: self.at..self.at,
            ..Word::default()
        };
        while let Some(byte) = self.next() {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')' => {
                    break;
                }
                b'\'' => {
                    word.quoted = true;
                    let inner = self.rest().get(1..).unwrap_or_default();
                    let (length, closed) = match inner.find('\'') {
                        Some(i) => (i, 1),
                        None => (inner.len(), 0),
                    };
                    let text = inner.get(..length).unwrap_or_default();
                    word.push(text, self.at + 1..self.at + 1 + length);
                    self.at += 1 + length + closed;
                }
                b'"' => {
                    word.quoted = true;
                    self.at += 1;
                    self.double(&mut word);
                }
                b'\\' => {
                    let escaped = self.rest().chars().nth(1);
                    match escaped {
                        Some('\n') => self.at += 2,
                        Some(c) => {
                            let length = 1 + c.len_utf8();
                            // Windows has folders behind it.
                            let text = if c.is_ascii_alphanumeric() {
                                self.rest().get(..length).unwrap_or_default().to_owned()
                            } else {
                                c.to_string()
                            };
                            word.push(&text, self.at..self.at + length);
                            self.at += length;
                        }
                        None => self.at += 1,
                    }
                }
                b'$' => self.dollar(&mut word),
                b'`' if self.in_backticks => break,
                b'`' => self.backtick(&mut word),
                _ => {
                    let plain = self.rest();
                    let ends = |b: &u8| ENDS.get(usize::from(*b)).is_some_and(|ends| *ends);
                    let end = plain.as_bytes().iter().position(ends);
                    let end = end.unwrap_or(plain.len()).max(1);
                    word.push(plain.get(..end).unwrap_or_default(), self.at..self.at + end);
                    self.at += end;
                }
            }
        }
        word.range.end = self.at;
        word
    }

    /// What stands in double quotes, up to behind the closing one.
    fn double(&mut self, word: &mut Word) {
        while let Some(byte) = self.next() {
            match byte {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' => match self.second() {
                    Some(c @ (b'"' | b'\\' | b'$' | b'`')) => {
                        word.push(&char::from(c).to_string(), self.at..self.at + 2);
                        self.at += 2;
                    }
                    Some(b'\n') => self.at += 2,
                    _ => {
                        word.push("\\", self.at..self.at + 1);
                        self.at += 1;
                    }
                },
                b'$' => self.dollar(word),
                b'`' => self.backtick(word),
                _ => {
                    let plain = self.rest();
                    let end = plain
                        .find(['"', '\\', '$', '`'])
                        .unwrap_or(plain.len())
                        .max(1);
                    let text = plain.get(..end).unwrap_or_default();
                    word.push(text, self.at..self.at + end);
                    self.at += end;
                }
            }
        }
    }

    fn dollar(&mut self, word: &mut Word) {
        let start = self.at;
        let rest = self.text.get(start + 1..).unwrap_or_default();
        match rest.bytes().next() {
            Some(b'(') => {
                self.at += 2;
                if self.depth < DEPTH {
                    self.depth += 1;
                    self.read(Some(b')'));
                    self.depth -= 1;
                } else {
                    let end = self.rest().find(')').map_or(self.rest().len(), |i| i + 1);
                    self.at += end;
                }
                word.push(HOLE.encode_utf8(&mut [0; 1]), start..self.at);
            }
            Some(b'{') => {
                let end = rest.find('}').map_or(rest.len(), |i| i + 1);
                let name = rest.get(1..end.saturating_sub(1)).unwrap_or_default();
                self.at = start + 1 + end;
                self.variable(word, name, start);
            }
            Some(b) if b.is_ascii_alphabetic() || b == b'_' => {
                let end = rest
                    .bytes()
                    .position(|b| !b.is_ascii_alphanumeric() && b != b'_')
                    .unwrap_or(rest.len());
                self.at = start + 1 + end;
                self.variable(word, rest.get(..end).unwrap_or_default(), start);
            }
            // `$1`, `$?`
            Some(b) if b.is_ascii_digit() || b"?#@*!$".contains(&b) => {
                self.at = start + 2;
                word.push(HOLE.encode_utf8(&mut [0; 1]), start..self.at);
            }
            // `$'…'`
            Some(b'\'') => self.at = start + 1,
            _ => {
                word.push("$", start..start + 1);
                self.at = start + 1;
            }
        }
    }

    fn variable(&self, word: &mut Word, name: &str, start: usize) {
        match (self.lookup)(name) {
            Some(value) => {
                word.expanded = true;
                // Never byte for byte: the value stands elsewhere.
                word.push_piece(&value, start as u32, self.at as u32, false);
            }
            None => {
                let mut hole = [0; 1];
                let hole = HOLE.encode_utf8(&mut hole);
                word.push_piece(hole, start as u32, self.at as u32, false);
            }
        }
    }

    fn backtick(&mut self, word: &mut Word) {
        let start = self.at;
        let rest = self.text.get(start + 1..).unwrap_or_default();
        let line = rest.lines().next().unwrap_or_default();
        match line.find('`') {
            Some(end) if end > 0 && self.depth < DEPTH => {
                self.at = start + 1;
                self.depth += 1;
                self.in_backticks = true;
                self.read(Some(b'`'));
                self.in_backticks = false;
                self.depth -= 1;
                word.push(HOLE.encode_utf8(&mut [0; 1]), start..self.at);
            }
            // PowerShell continues its lines so.
            _ => self.at = start + 1,
        }
    }
}

/// The length of `<name-of-something>`.
fn blank_to_fill(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('<')?;
    let length = inner
        .bytes()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        .count();
    let ends = inner.get(length..)?.strip_prefix('>')?;
    // `cat <in>out` reads and writes.
    let is_apart = ends.is_empty() || ends.starts_with(|c: char| c.is_whitespace() || c == ';');
    (length > 2 && is_apart).then_some(length + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Vec<String>> {
        let lookup = |name: &str| (name == "known").then(|| "value".to_owned());
        let lines = commands(text, &lookup);
        let words = |line: Line| line.words.into_iter().map(|w| w.text).collect();
        lines.into_iter().map(words).collect()
    }

    #[test]
    fn commands_are_told_apart() {
        assert_eq!(
            read("a -b 'c d' && e=f g \"h\\\"$known\" | i $x >j; (k) # l\nm"),
            [
                &["a", "-b", "c d"][..],
                &["e=f", "g", "h\"value"],
                &["i", "\0"],
                &["k"],
                &["m"],
            ]
        );
        assert_eq!(
            read("sh -c 'a \"b c\"' `d e` $(f g)"),
            [
                &["d", "e"][..],
                &["f", "g"],
                &["sh", "-c", "a \"b c\"", "\0", "\0"],
                &["a", "b c"]
            ]
        );
    }

    #[test]
    fn every_byte_has_a_place() {
        let text = "x 'a b'\"c\\\"d\" $known";
        let lines = commands(text, &|_| Some("long value".to_owned()));
        let word = &lines[0].words[1];
        assert_eq!(word.text, "a bc\"d");
        assert_eq!(&text[word.place(0..3)], "a b");
        assert_eq!(&text[word.place(4..6)], "\\\"d");
        let word = &lines[0].words[2];
        assert_eq!(&text[word.place(2..4)], "$known");
    }

    #[test]
    fn pipes_and_here_documents_feed_a_command() {
        let text = "echo a | b\nc <<<d\nf <<E\ng h\nE\ni";
        let lines = commands(text, &|_| None);
        assert_eq!(lines[1].piped, Some(0));
        assert_eq!(lines[2].stdin.as_ref().unwrap().text, "d");
        assert_eq!(lines[3].stdin.as_ref().unwrap().text, "g h\n");
        assert_eq!(lines[4].words[0].text, "i");
    }

    #[test]
    fn broken_text_ends() {
        for text in [
            "'",
            "\"",
            "$(",
            "`",
            "${",
            "\\",
            "<",
            "<<",
            "a <<E\nb",
            "((((((((((((",
            "$'",
        ] {
            let _ = commands(text, &|_| None);
            let _ = commands(&format!("sh -c \"{text} x"), &|_| None);
        }
    }
}
