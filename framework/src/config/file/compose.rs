//! From YAML text to a [`Node`], with bounds on everything that a file could make large.
//!
//! What is read is YAML 1.2 with one document, keys that are texts, and anchors. Tags and merge keys (`<<`) are not:
//! a profile lays one mapping over another. An alias is a copy, and copies count among the [`MOST_VALUES`].

use std::collections::HashMap;
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput};

use super::node::{Entry, Kind, Node};
use crate::config::errors::{ConfigError, Excerpt, Place, Source, Spot};

/// The most values of a file, copies by aliases among them.
const MOST_VALUES: usize = 10_000;
/// The deepest that values may be nested.
const DEEPEST: usize = 64;

/// Reads `text`, which stands in `file`.
///
/// # Errors
///
/// What is wrong, with line and column: syntax, a key that is there twice, an alias inside of what it stands for,
/// more values than there may be, tags, merge keys, and a second document. Only the first fault is told, as nothing
/// after it can be trusted.
pub(crate) fn compose(text: &str, file: &Arc<str>) -> Result<Node, Box<ConfigError>> {
    let options = granit_parser::options! {
        flow_nesting_limit: DEEPEST,
        block_nesting_limit: DEEPEST,
        emit_comments: false,
    };
    let events = Parser::new_from_str_with_options(text, options);
    let mut composer = Composer { events, text, file, anchors: HashMap::new(), left: MOST_VALUES };
    composer.document().map_err(|(spot, text)| Box::new(ConfigError::Yaml { spot, text }))
}

type Fault = (Spot, String);

struct Composer<'a> {
    events: Parser<'a, StrInput<'a>>,
    text: &'a str,
    file: &'a Arc<str>,
    /// What each anchor stands for; `None` as long as that is being read.
    anchors: HashMap<usize, Option<Node>>,
    /// How many more values there may be.
    left: usize,
}

impl<'a> Composer<'a> {
    fn document(&mut self) -> Result<Node, Fault> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentEnd => {}
                Event::StreamEnd => break,
                Event::DocumentStart(..) if root.is_some() => {
                    return Err(self.fault(span, "a second document begins here; a file has one"));
                }
                Event::DocumentStart(..) => {
                    let (event, span) = self.next()?;
                    root = Some(self.node(event, span)?);
                }
                _ => return Err(self.fault(span, "a value stands outside of any document")),
            }
        }
        Ok(root.unwrap_or_else(|| Node::empty(Spot { file: Arc::clone(self.file), line: 1, column: 1 })))
    }

    fn node(&mut self, event: Event<'a>, span: Span) -> Result<Node, Fault> {
        if let Some(tag) = event.tag() {
            let text = format!("the tag `{}` is not read; write the value without it", tag.original());
            return Err(self.fault(span, text));
        }
        let anchor = event.anchor_id();
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, None);
        }
        self.take(1, span)?;
        let kind = match event {
            Event::Alias(id) => return self.alias(id, span),
            Event::Scalar(text, style, ..) => {
                Kind::Scalar { text: text.into_owned(), plain: style == ScalarStyle::Plain }
            }
            Event::SequenceStart(..) => Kind::Sequence(self.sequence()?),
            Event::MappingStart(..) => Kind::Mapping(self.mapping()?),
            _ => return Err(self.fault(span, "expected a value")),
        };
        let node = Node { source: Source::File(self.spot(span)), kind };
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, Some(node.clone()));
        }
        Ok(node)
    }

    /// Copies what the alias stands for; the copy keeps the place where that was written.
    fn alias(&mut self, id: usize, span: Span) -> Result<Node, Fault> {
        match self.anchors.get(&id) {
            Some(Some(node)) => {
                let node = node.clone();
                self.take(node.count(), span)?;
                Ok(node)
            }
            Some(None) => Err(self.fault(span, "the alias stands inside of what it stands for")),
            None => Err(self.fault(span, "the alias stands for nothing")),
        }
    }

    fn sequence(&mut self) -> Result<Vec<Node>, Fault> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(items),
                (event, span) => items.push(self.node(event, span)?),
            }
        }
    }

    fn mapping(&mut self) -> Result<Vec<Entry>, Fault> {
        let mut entries = Vec::new();
        let mut lines = HashMap::new();
        loop {
            let (event, span) = self.next()?;
            let key = match event {
                Event::MappingEnd => return Ok(entries),
                Event::Scalar(text, _, _, None) => text.into_owned(),
                _ => return Err(self.fault(span, "a key must be a text, without a tag")),
            };
            if key == "<<" {
                return Err(self.fault(span, "merge keys are not read; lay values over others by a profile"));
            }
            let spot = self.spot(span);
            if let Some(line) = lines.insert(key.clone(), spot.line) {
                return Err((spot, format!("the key `{}` is there already, on line {line}", Excerpt(&key))));
            }
            self.take(1, span)?;
            let (event, span) = self.next()?;
            let value = self.node(event, span)?;
            let place = Place { source: Source::File(spot), name: key.clone() };
            entries.push(Entry { key, place, value });
        }
    }

    fn take(&mut self, values: usize, span: Span) -> Result<(), Fault> {
        let left = self.left.checked_sub(values);
        self.left = left.ok_or_else(|| {
            self.fault(span, format!("a file has at most {MOST_VALUES} values, copies by aliases among them"))
        })?;
        Ok(())
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), Fault> {
        match self.events.next_event() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) => Err(self.syntax(&error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn fault(&self, span: Span, text: impl Into<String>) -> Fault {
        (self.spot(span), text.into())
    }

    fn spot(&self, span: Span) -> Spot {
        self.at(span.start)
    }

    fn at(&self, marker: granit_parser::Marker) -> Spot {
        Spot { file: Arc::clone(self.file), line: marker.line(), column: marker.col() + 1 }
    }

    /// What the parser says; of a tab, which people cannot see, where it is.
    fn syntax(&self, error: &ScanError) -> Fault {
        let (spot, text) = (self.at(*error.marker()), error.info());
        let mut lines = (1..).zip(self.text.lines()).skip(spot.line.saturating_sub(1));
        let tab = lines.find_map(|(line, text)| {
            let indent = text.split(|c| c != ' ' && c != '\t').next()?;
            Some((line, indent.find('\t')? + 1))
        });
        match tab {
            Some((line, column)) if text.contains("tab") => {
                (Spot { line, column, ..spot }, "a tab; YAML is indented by spaces".to_owned())
            }
            Some(_) | None => (spot, text),
        }
    }
}
