//! A report before it is written in any format: sections of texts, tables and figures. Texts are plain; whoever writes them escapes.

use super::chart::Chart;

/// A whole report.
#[derive(Debug, Clone)]
pub(super) struct Document {
    pub(super) title: String,
    /// Below the title: the question, if there is one.
    pub(super) lead: String,
    pub(super) sections: Vec<Section>,
}

/// What stands below a heading.
#[derive(Debug, Clone)]
pub(super) struct Section {
    /// Anchor, unique in the document.
    pub(super) id: &'static str,
    pub(super) heading: String,
    pub(super) blocks: Vec<Block>,
}

/// A part of a section.
#[derive(Debug, Clone)]
pub(super) enum Block {
    /// A heading within the section.
    Heading(String),
    Text(String),
    /// Sentences that matter most.
    Answer(Vec<String>),
    /// Small print.
    Note(String),
    List(Vec<String>),
    /// What the marks in all charts mean.
    Legend(Vec<Key>),
    /// Terms with what they mean.
    Terms(Vec<(String, String)>),
    Table(Table),
    Figure(Figure),
    /// What is read on demand.
    Fold(String, Vec<Block>),
    /// The same, but on paper all of it stands there.
    FoldOnScreen(String, Vec<Block>),
    /// Set as it is.
    Code(String),
}

/// A table; the first cell of every row names it.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    pub(super) caption: String,
    /// Names above groups of columns with their widths; empty for none.
    pub(super) groups: Vec<(String, usize)>,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Cell>>,
    /// Many columns or rows: set small.
    pub(super) small: bool,
}

/// A column of a table.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) head: String,
    /// Numbers stand to the right.
    pub(super) numeric: bool,
}

/// A cell of a table.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    pub(super) text: String,
    /// A second line, smaller.
    pub(super) below: String,
    /// Depth of the background in [0, 1].
    pub(super) heat: Option<f64>,
}

impl Cell {
    /// A cell of one line.
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// With a second line.
    pub(super) fn below(self, below: impl Into<String>) -> Self {
        Self { below: below.into(), ..self }
    }
}

impl Column {
    /// A column of words.
    pub(super) fn words(head: impl Into<String>) -> Self {
        Self { head: head.into(), numeric: false }
    }

    /// A column of numbers.
    pub(super) fn numbers(head: impl Into<String>) -> Self {
        Self { head: head.into(), numeric: true }
    }
}

/// Charts that belong together, with their numbers.
#[derive(Debug, Clone)]
pub(super) struct Figure {
    /// Anchor and file name, unique in the document.
    pub(super) id: String,
    pub(super) title: String,
    /// How to read it.
    pub(super) note: String,
    pub(super) legend: Vec<Key>,
    pub(super) panels: Vec<Panel>,
    /// The same in numbers.
    pub(super) table: Table,
}

impl Figure {
    /// How to read it, and whether its charts leave something out.
    pub(super) fn told(&self) -> String {
        let wide = self.panels.iter().any(|panel| panel.chart.leaves_out());
        let left_out = if wide {
            " What is so large that no axis can hold it is left out of the charts; the table has it."
        } else {
            ""
        };
        format!("{}{left_out}", self.note)
    }
}

/// One chart of a figure.
#[derive(Debug, Clone)]
pub(super) struct Panel {
    pub(super) title: String,
    /// What a reader would see, in a sentence or two.
    pub(super) description: String,
    pub(super) chart: Chart,
}

/// An entry of a legend.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) label: String,
    pub(super) mark: Mark,
}

/// How an entry of a legend looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// The marker of a policy, by its position.
    Policy(usize),
    /// A dashed grey line.
    Dashed,
    /// A hollow marker.
    Hollow,
    /// A bar, by position in the colours of policies.
    Bar(usize),
    /// A filled area, by position in the colours of areas.
    Area(usize),
    /// A median with its two bands.
    Bands,
}

impl Document {
    /// All figures in order.
    pub(super) fn figures(&self) -> Vec<&Figure> {
        let blocks = self.sections.iter().flat_map(|section| &section.blocks);
        blocks
            .filter_map(|block| match block {
                Block::Figure(figure) => Some(figure),
                _ => None,
            })
            .collect()
    }
}
