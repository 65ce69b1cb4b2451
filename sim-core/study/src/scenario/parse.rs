//! TOML 1.0 text to a tree in which every key and value knows its place; goes on after errors.
//!
//! Built on the event parser below `toml_edit`, because that one keeps the places of all keys and recovers. TOML 1.1
//! syntax is refused: line breaks and final commas in inline tables, and the escapes `\e` and `\x`.

use super::source::{Files, Finding, Findings, MAX_FINDINGS, Place};
use super::tree::{
    Data, Key, Made, Node, Table, close, define, descend_header, insert, walk_header,
};
use std::borrow::Cow;
use toml_parser::decoder::{Encoding, ScalarKind};
use toml_parser::parser::{Event, EventKind, RecursionGuard, ValidateWhitespace};
use toml_parser::{ErrorSink, ParseError, Source, Span};

const MAX_DEPTH: u32 = 24;
const MAX_KEY_PARTS: usize = 16;

/// The tree of a file, and whether its syntax was whole.
pub(crate) fn parse(files: &Files, file: u32, findings: &mut Findings) -> (Table, bool) {
    let text = files.text(file);
    let mut sink = Sink { file, files, errors: Vec::new() };
    let events = events(text, &mut sink);
    let mut builder = Builder {
        source: Source::new(text),
        text,
        file,
        events: &events,
        at: 0,
        sink,
        root: Table::new(Made::Header),
        header: Vec::new(),
        section: 0,
    };
    builder.document();
    let Builder { sink, root, .. } = builder;
    let whole = sink.errors.is_empty();
    for finding in sink.errors {
        findings.push(finding);
    }
    (root, whole)
}

fn events(text: &str, sink: &mut Sink<'_>) -> Vec<Event> {
    let source = Source::new(text);
    let tokens = source.lex().into_vec();
    let mut events = Vec::with_capacity(tokens.len());
    let mut whitespace = ValidateWhitespace::new(&mut events, source);
    let mut guard = RecursionGuard::new(&mut whitespace, MAX_DEPTH);
    toml_parser::parser::parse_document(&tokens, &mut guard, sink);
    events
}

/// Where findings of one text go.
pub(crate) struct Sink<'t> {
    file: u32,
    files: &'t Files,
    errors: Vec<Finding>,
}

impl Sink<'_> {
    /// Whether more findings would be dropped.
    pub(super) fn is_full(&self) -> bool {
        self.errors.len() > MAX_FINDINGS
    }
    /// Line of a place, from one.
    pub(super) fn line(&self, place: Place) -> usize {
        self.files.line(place)
    }
    fn place(&self, span: Span) -> Place {
        Place { file: self.file, start: span.start() as u32, end: span.end() as u32 }
    }
    fn error(&mut self, place: Place, message: impl Into<String>) {
        if !self.is_full() {
            self.errors.push(Finding::error(Some(place), "", message));
        }
    }
    pub(super) fn error_with_help(&mut self, place: Place, message: impl Into<String>, help: &str) {
        if !self.is_full() {
            self.errors.push(Finding::error(Some(place), "", message).help(help));
        }
    }
}

impl ErrorSink for Sink<'_> {
    fn report_error(&mut self, error: ParseError) {
        use toml_parser::Expected::{Description, Literal};
        let span = error.unexpected().or(error.context()).unwrap_or(Span::new_unchecked(0, 0));
        let expected: Vec<String> = error
            .expected()
            .unwrap_or_default()
            .iter()
            .map(|e| match e {
                Literal("\n") => "a line break".to_owned(),
                Literal(text) => format!("`{text}`"),
                Description(text) => (*text).to_owned(),
                _ => "something else".to_owned(),
            })
            .collect();
        let mut finding = Finding::error(
            Some(self.place(span)),
            "",
            format!("not valid TOML: {}", error.description()),
        );
        if !expected.is_empty() {
            finding = finding.allowed(expected.join(", "));
        }
        if !self.is_full() {
            self.errors.push(finding);
        }
    }
}

struct Builder<'t> {
    source: Source<'t>,
    text: &'t str,
    file: u32,
    events: &'t [Event],
    at: usize,
    sink: Sink<'t>,
    root: Table,
    header: Vec<Key>,
    section: usize,
}

impl Builder<'_> {
    fn next(&mut self) -> Option<Event> {
        let event = self.events.get(self.at).copied();
        self.at += 1;
        event
    }

    fn peek(&self) -> Option<EventKind> {
        self.events.get(self.at).map(Event::kind)
    }

    fn document(&mut self) {
        while let Some(event) = self.next() {
            match event.kind() {
                EventKind::StdTableOpen => self.open_header(event, false),
                EventKind::ArrayTableOpen => self.open_header(event, true),
                EventKind::SimpleKey => {
                    if let Some((keys, node)) = self.key_value(event) {
                        let (root, section) = (&mut self.root, self.section);
                        if let Some(table) = walk_header(root, &self.header) {
                            insert(table, &keys, node, section, &mut self.sink);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn open_header(&mut self, open: Event, is_array: bool) {
        let Some(first) = self.skip_to_key() else { return };
        let keys = self.keys(first);
        self.section += 1;
        self.header.clear();
        let Some(keys) = keys else { return };
        if is_array {
            let place = self.sink.place(open.span());
            let help = "named entries are tables: [provider.name]";
            self.sink.error_with_help(place, "arrays of tables have no place in a scenario", help);
        }
        let Some((last, parents)) = keys.split_last() else { return };
        if let Some(table) = descend_header(&mut self.root, parents, &mut self.sink) {
            define(table, last, &mut self.sink);
        }
        self.header = keys;
    }

    fn skip_to_key(&mut self) -> Option<Event> {
        while matches!(self.peek(), Some(EventKind::Whitespace)) {
            self.at += 1;
        }
        if self.peek() == Some(EventKind::SimpleKey) { self.next() } else { None }
    }

    /// The parts of a dotted key whose first part was read; `None` when it is too long.
    fn keys(&mut self, first: Event) -> Option<Vec<Key>> {
        let start = self.sink.place(first.span());
        let mut keys = vec![self.key(first)];
        loop {
            let mark = self.at;
            while matches!(self.peek(), Some(EventKind::Whitespace)) {
                self.at += 1;
            }
            if self.peek() != Some(EventKind::KeySep) {
                self.at = mark;
                break;
            }
            self.at += 1;
            let Some(event) = self.skip_to_key() else { break };
            let key = self.key(event);
            if keys.len() <= MAX_KEY_PARTS {
                keys.push(key);
            }
        }
        if keys.len() > MAX_KEY_PARTS {
            self.sink.error(start, format!("a key has at most {MAX_KEY_PARTS} parts"));
            return None;
        }
        Some(keys)
    }

    fn key(&mut self, event: Event) -> Key {
        let mut name = Cow::Borrowed("");
        if let Some(raw) = self.source.get(event) {
            raw.decode_key(&mut name, &mut self.sink);
        }
        self.check_escapes(event);
        Key { name: name.into_owned(), place: self.sink.place(event.span()) }
    }

    fn key_value(&mut self, first: Event) -> Option<(Vec<Key>, Node)> {
        let keys = self.keys(first);
        while matches!(self.peek(), Some(EventKind::Whitespace)) {
            self.at += 1;
        }
        if self.peek() != Some(EventKind::KeyValSep) {
            return None;
        }
        self.at += 1;
        let node = self.value();
        Some((keys?, node))
    }

    fn value(&mut self) -> Node {
        while matches!(self.peek(), Some(EventKind::Whitespace)) {
            self.at += 1;
        }
        let begins = [EventKind::Scalar, EventKind::ArrayOpen, EventKind::InlineTableOpen];
        if !self.peek().is_some_and(|kind| begins.contains(&kind)) {
            let place = Place { file: self.file, start: 0, end: 0 };
            return Node { place, data: Data::Broken };
        }
        let event = self.events[self.at];
        self.at += 1;
        match event.kind() {
            EventKind::ArrayOpen => self.array(event),
            EventKind::InlineTableOpen => self.inline_table(event),
            _ => self.scalar(event),
        }
    }

    fn array(&mut self, open: Event) -> Node {
        let mut items = Vec::new();
        let mut end = open.span().end();
        while let Some(kind) = self.peek() {
            end = self.events[self.at].span().end();
            match kind {
                EventKind::Scalar | EventKind::ArrayOpen | EventKind::InlineTableOpen => {
                    let item = self.value();
                    end = item.place.end as usize;
                    items.push(item);
                }
                EventKind::ArrayClose => {
                    self.at += 1;
                    break;
                }
                EventKind::StdTableOpen
                | EventKind::ArrayTableOpen
                | EventKind::InlineTableClose => break,
                _ => self.at += 1,
            }
        }
        let place = Place { file: self.file, start: open.span().start() as u32, end: end as u32 };
        Node { place, data: Data::Array(items) }
    }

    fn inline_table(&mut self, open: Event) -> Node {
        let mut table = Table::new(Made::Inline);
        let mut end = open.span().end();
        let mut comma: Option<Span> = None;
        while let Some(kind) = self.peek() {
            let event = self.events[self.at];
            end = event.span().end();
            match kind {
                EventKind::StdTableOpen | EventKind::ArrayTableOpen | EventKind::ArrayClose => {
                    break;
                }
                EventKind::SimpleKey => {
                    self.at += 1;
                    comma = None;
                    if let Some((keys, node)) = self.key_value(event) {
                        insert(&mut table, &keys, node, usize::MAX, &mut self.sink);
                    }
                    continue;
                }
                EventKind::InlineTableClose => {
                    self.at += 1;
                    break;
                }
                EventKind::ValueSep => comma = Some(event.span()),
                EventKind::Newline | EventKind::Comment => {
                    let place = self.sink.place(event.span());
                    let help = "write it in one line, or as a table with its own [header]";
                    self.sink.error_with_help(
                        place,
                        "an inline table stays in one line (TOML 1.0)",
                        help,
                    );
                }
                _ => {}
            }
            self.at += 1;
        }
        if let Some(span) = comma {
            let place = self.sink.place(span);
            self.sink.error(place, "no comma after the last member of an inline table (TOML 1.0)");
        }
        close(&mut table);
        let place = Place { file: self.file, start: open.span().start() as u32, end: end as u32 };
        Node { place, data: Data::Table(table) }
    }

    fn scalar(&mut self, event: Event) -> Node {
        let place = self.sink.place(event.span());
        let mut decoded = Cow::Borrowed("");
        let before = self.sink.errors.len();
        let kind =
            self.source.get(event).map(|raw| raw.decode_scalar(&mut decoded, &mut self.sink));
        self.check_escapes(event);
        if kind.is_none() || self.sink.errors.len() > before {
            return Node { place, data: Data::Broken };
        }
        let data = match kind {
            Some(ScalarKind::String) => Data::Text(decoded.into_owned()),
            Some(ScalarKind::Boolean(flag)) => Data::Flag(flag),
            Some(ScalarKind::DateTime) => Data::Date(decoded.into_owned()),
            Some(ScalarKind::Float) => decoded.parse().map_or(Data::Broken, Data::Float),
            Some(ScalarKind::Integer(radix)) => {
                i64::from_str_radix(&decoded, radix.value()).map_or(Data::Broken, Data::Integer)
            }
            None => Data::Broken,
        };
        if matches!(data, Data::Broken) {
            self.sink.error_with_help(
                place,
                "this number is beyond what a number can hold",
                "whole numbers are exact up to 2^53 = 9007199254740992",
            );
        }
        Node { place, data }
    }

    /// Refuses the escapes that only TOML 1.1 has.
    fn check_escapes(&mut self, event: Event) {
        if !matches!(event.encoding(), Some(Encoding::BasicString | Encoding::MlBasicString)) {
            return;
        }
        let span = event.span();
        let raw = self.text.get(span.start()..span.end()).unwrap_or_default().as_bytes();
        let mut at = 0;
        while at + 1 < raw.len() {
            if raw[at] == b'\\' {
                if matches!(raw[at + 1], b'e' | b'x') {
                    let start = (span.start() + at) as u32;
                    let place = Place { file: self.file, start, end: start + 2 };
                    let help = "write \\u001b or \\u00XX";
                    self.sink.error_with_help(place, "this escape is not in TOML 1.0", help);
                }
                at += 1;
            }
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str) -> Vec<String> {
        let mut files = Files::default();
        let file = files.add("t.toml", text);
        let mut findings = Findings::default();
        parse(&files, file, &mut findings);
        findings
            .finish(&files)
            .0
            .iter()
            .map(|d| format!("{}:{} {}", d.line, d.column, d.message))
            .collect()
    }

    #[test]
    fn all_syntax_errors_of_a_file_are_reported_in_one_pass() {
        let found = errors("a = \nb = 1\nb = 2\n[t]\n[t]\nc = 'x\nd = 01\n");
        assert!(found.len() >= 5, "{found:#?}");
        assert!(found.iter().any(|e| e == "3:1 `b` is defined twice"), "{found:#?}");
        assert!(found.iter().any(|e| e == "5:2 `t` is defined twice"), "{found:#?}");
    }

    #[test]
    fn toml_1_1_syntax_is_refused() {
        for text in ["a = {\n b = 1 }", "a = { b = 1, }", "a = \"\\e\"", "a = \"\\x41\"", "ä = 1"]
        {
            assert!(!errors(text).is_empty(), "{text:?} was read");
        }
        assert!(errors("a = [1,\n 2, # two\n]\nb = \"\\\\x\"\n").is_empty());
    }

    #[test]
    fn tables_are_redefined_only_where_tomllib_allows() {
        for good in
            ["[a.b]\n[a]\nc=1", "a.b=1\na.c=2", "[a]\nb.c=1\n[a.b.d]\ne=1", "[a.b.c]\n[a]\nb.t=1"]
        {
            assert_eq!(errors(good), Vec::<String>::new(), "{good}");
        }
        for bad in [
            "a.b=1\n[a]",
            "a={b=1}\na.c=2",
            "a={b=1}\n[a.c]",
            "[a.b]\nx=1\n[a]\nb.y=2",
            "a=1\na.b=2",
            "a={b={}, b.c=1}",
        ] {
            assert!(!errors(bad).is_empty(), "{bad}");
        }
    }

    #[test]
    fn deep_nesting_is_an_error_and_not_a_stack_overflow() {
        let deep = format!("a = {}{}", "[".repeat(200_000), "]".repeat(200_000));
        assert!(!errors(&deep).is_empty());
        let dotted = format!("{} = 1", vec!["a"; 100_000].join("."));
        assert!(!errors(&dotted).is_empty());
        let tables = format!("a = {}", "{a=".repeat(100_000));
        assert!(!errors(&tables).is_empty());
    }
}
