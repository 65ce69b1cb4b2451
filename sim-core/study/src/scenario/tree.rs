//! The tree of a TOML text: values and tables that know their places, and which table may extend which.
//!
//! The rules for redefining tables are those of Python's `tomllib`, so both read the same files. Reading is in `parse.rs`.

use super::parse::Sink;
use super::source::Place;
use std::collections::BTreeMap;

/// A value with its place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) data: Data,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(crate) enum Data {
    Table(Table),
    Array(Vec<Node>),
    Text(String),
    Integer(i64),
    Float(f64),
    Flag(bool),
    /// Dates and times, as written.
    Date(String),
    /// A CSV file that a text named, by its number among the files.
    Csv(u32),
    /// A file of persons that a text named, by its number among the populations.
    Population(u32),
    /// A value whose error is already reported.
    Broken,
}

impl Data {
    /// The type as a reader of the file knows it.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Table(_) => "a table",
            Self::Array(_) => "an array",
            Self::Text(_) => "a text",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Flag(_) => "a flag",
            Self::Date(_) => "a date or time",
            Self::Csv(_) => "a CSV file",
            Self::Population(_) => "a file of persons",
            Self::Broken => "nothing",
        }
    }
}

/// How a table came into being, which decides what may extend it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Made {
    /// On the way of a header; may still get its own.
    Implied,
    /// By its own header.
    Header,
    /// By a dotted key in the section of that number.
    Dotted(usize),
    /// `{ … }`; closed.
    Inline,
}

/// Members in the order of the file.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    members: Vec<Member>,
    index: BTreeMap<String, usize>,
    made: Made,
}

/// A key and its value.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) key: String,
    pub(crate) key_place: Place,
    pub(crate) node: Node,
}

impl Table {
    pub(crate) fn new(made: Made) -> Self {
        Self { members: Vec::new(), index: BTreeMap::new(), made }
    }
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Member> {
        self.members.iter()
    }
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Node)> {
        self.members.iter_mut().map(|m| (m.key.as_str(), &mut m.node))
    }
    pub(crate) fn get(&self, key: &str) -> Option<&Member> {
        self.index.get(key).map(|at| &self.members[*at])
    }
    /// The same members with other places.
    pub(crate) fn map(mut self, change: impl Fn(Place, Node) -> (Place, Node)) -> Self {
        let members = self.members.into_iter().map(|m| {
            let (key_place, node) = change(m.key_place, m.node);
            Member { key: m.key, key_place, node }
        });
        self.members = members.collect();
        self
    }
    /// Position of a member, which becomes an empty table if it is new.
    fn member_or(&mut self, key: &Key, made: Made) -> usize {
        if !self.index.contains_key(&key.name) {
            self.insert(key, Node { place: key.place, data: Data::Table(Self::new(made)) });
        }
        self.index[&key.name]
    }
    fn insert(&mut self, key: &Key, node: Node) {
        self.index.insert(key.name.clone(), self.members.len());
        self.members.push(Member { key: key.name.clone(), key_place: key.place, node });
    }
}

#[derive(Debug, Clone)]
/// A part of a dotted key.
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) place: Place,
}

/// After its closing brace nothing in an inline table can be extended.
pub(crate) fn close(table: &mut Table) {
    for member in &mut table.members {
        if let Data::Table(inner) = &mut member.node.data {
            inner.made = Made::Inline;
            close(inner);
        }
    }
}

fn duplicate(key: &Key, first: Place, sink: &mut Sink<'_>) {
    if sink.is_full() {
        return;
    }
    let name: String = key.name.chars().take(80).collect();
    let help = format!("it is first defined in line {}; keep one of the two", sink.line(first));
    sink.error_with_help(key.place, format!("`{name}` is defined twice"), &help);
}

pub(crate) fn walk_header<'n>(root: &'n mut Table, header: &[Key]) -> Option<&'n mut Table> {
    header.iter().try_fold(root, |table, key| {
        let at = *table.index.get(&key.name)?;
        match &mut table.members[at].node.data {
            Data::Table(inner) => Some(inner),
            _ => None,
        }
    })
}

pub(crate) fn descend_header<'n>(
    root: &'n mut Table,
    parents: &[Key],
    sink: &mut Sink<'_>,
) -> Option<&'n mut Table> {
    let mut table = root;
    for key in parents {
        let at = table.member_or(key, Made::Implied);
        let member = &mut table.members[at];
        match &mut member.node.data {
            Data::Table(inner) if inner.made != Made::Inline => table = inner,
            _ => {
                duplicate(key, member.key_place, sink);
                return None;
            }
        }
    }
    Some(table)
}

pub(crate) fn define(table: &mut Table, key: &Key, sink: &mut Sink<'_>) {
    let Some(at) = table.index.get(&key.name).copied() else {
        table.insert(key, Node { place: key.place, data: Data::Table(Table::new(Made::Header)) });
        return;
    };
    let member = &mut table.members[at];
    match &mut member.node.data {
        Data::Table(inner) if inner.made == Made::Implied => {
            inner.made = Made::Header;
            member.key_place = key.place;
        }
        _ => duplicate(key, member.key_place, sink),
    }
}

pub(crate) fn insert(
    table: &mut Table,
    keys: &[Key],
    node: Node,
    section: usize,
    sink: &mut Sink<'_>,
) {
    let Some((last, parents)) = keys.split_last() else { return };
    let mut table = table;
    for key in parents {
        let at = table.member_or(key, Made::Dotted(section));
        let member = &mut table.members[at];
        match &mut member.node.data {
            Data::Table(inner)
                if inner.made == Made::Implied || inner.made == Made::Dotted(section) =>
            {
                inner.made = Made::Dotted(section);
                table = inner;
            }
            _ => return duplicate(key, member.key_place, sink),
        }
    }
    match table.get(&last.name) {
        Some(member) => duplicate(last, member.key_place, sink),
        None => table.insert(last, node),
    }
}
