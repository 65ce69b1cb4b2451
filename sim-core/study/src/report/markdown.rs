//! A report as Markdown with tables as GitHub writes them. Every text from outside is escaped.

use std::fmt::Write;

use super::document::{Block, Cell, Document, Figure, Table};

/// The whole text.
pub(super) fn render(document: &Document) -> String {
    let mut out = format!("# {}\n\n", escape(&document.title));
    if !document.lead.is_empty() {
        let _ = write!(out, "**{}**\n\n", escape(&document.lead));
    }
    for section in &document.sections {
        let _ = write!(out, "## {}\n\n", escape(&section.heading));
        for block in &section.blocks {
            write_block(&mut out, block);
        }
    }
    out
}

/// Characters that would mean something get a backslash; line breaks become spaces.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '$' | '&')
        {
            out.push('\\');
        }
        out.push(if c.is_control() { ' ' } else { c });
    }
    out
}

fn write_block(out: &mut String, block: &Block) {
    let _ = match block {
        Block::Heading(text) => write!(out, "### {}\n\n", escape(text)),
        Block::Text(text) | Block::Note(text) => write!(out, "{}\n\n", escape(text)),
        Block::Answer(sentences) => {
            for (sentence, n) in sentences.iter().zip(1..) {
                let _ = writeln!(out, "{n}. {}", escape(sentence));
            }
            writeln!(out)
        }
        Block::List(items) => {
            for item in items {
                let _ = writeln!(out, "- {}", escape(item).replacen(". ", "\\. ", 1));
            }
            writeln!(out)
        }
        Block::Legend(keys) => {
            for key in keys {
                let _ = writeln!(out, "- {}", escape(&key.label).replacen(". ", "\\. ", 1));
            }
            writeln!(out)
        }
        Block::Terms(terms) => {
            for (term, value) in terms {
                let _ = writeln!(out, "- {}: {}", escape(term), escape(value));
            }
            writeln!(out)
        }
        Block::Table(table) => write!(out, "{}", table_text(table)),
        Block::Figure(figure) => write!(out, "{}", figure_text(figure)),
        Block::Fold(_, blocks) | Block::FoldOnScreen(_, blocks) => {
            for block in blocks {
                write_block(out, block);
            }
            Ok(())
        }
        Block::Code(text) => {
            for line in text.lines() {
                let _ = writeln!(out, "    {line}");
            }
            writeln!(out)
        }
    };
}

fn figure_text(figure: &Figure) -> String {
    let mut out = format!("### {}\n\n{}\n\n", escape(&figure.title), escape(&figure.told()));
    for panel in &figure.panels {
        let _ = writeln!(
            out,
            "- {}: {}",
            escape(&panel.title).replacen(". ", "\\. ", 1),
            escape(&panel.description)
        );
    }
    out.push('\n');
    out + &table_text(&figure.table)
}

fn table_text(table: &Table) -> String {
    let mut groups = table.groups.iter().flat_map(|(name, width)| vec![name; *width]);
    let heads: Vec<String> = table
        .columns
        .iter()
        .map(|column| match groups.next() {
            Some(group) if !group.is_empty() => {
                format!("{}: {}", escape(group), escape(&column.head))
            }
            _ => escape(&column.head),
        })
        .collect();
    let rules: Vec<&str> =
        table.columns.iter().map(|c| if c.numeric { "---:" } else { "---" }).collect();
    let mut out = format!(
        "*{}*\n\n| {} |\n| {} |\n",
        escape(&table.caption),
        heads.join(" | "),
        rules.join(" | ")
    );
    for row in &table.rows {
        let cells: Vec<String> = row.iter().map(cell_text).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
    out.push('\n');
    out
}

fn cell_text(cell: &Cell) -> String {
    if cell.below.is_empty() {
        escape(&cell.text)
    } else {
        format!("{} ({})", escape(&cell.text), escape(&cell.below))
    }
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_from_outside_becomes_markup() {
        assert_eq!(escape("a|b\n<script> *x*"), "a\\|b \\<script\\> \\*x\\*");
    }
}
