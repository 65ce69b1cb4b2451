//! A report as one HTML file: no script, nothing loaded, every text from outside escaped.
//!
//! The content policy in the head forbids scripts and every request, so that even a mistake in here could not reach a network.

use std::fmt::Write;

use super::chart::{self, AREAS, COLOURS, WIDTH, hex, outline};
use super::document::{Block, Cell, Document, Figure, Key, Mark, Panel, Table};

const STYLE: &str = include_str!("style.css");
/// Steps of the background of cells.
const HEAT: f64 = 9.0;

/// The whole file.
pub(super) fn render(document: &Document) -> Result<String, String> {
    let title = escape(&document.title);
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"generator\" content=\"autarky\">\n\
         <title>{title}</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n"
    );
    if !document.lead.is_empty() {
        let _ = writeln!(out, "<p class=\"question\">{}</p>", escape(&document.lead));
    }
    out.push_str("<nav aria-label=\"Contents\">\n<ul>\n");
    for section in &document.sections {
        let _ =
            writeln!(out, "<li><a href=\"#{}\">{}</a></li>", section.id, escape(&section.heading));
    }
    out.push_str("</ul>\n</nav>\n</header>\n<main>\n");
    for section in &document.sections {
        let _ = writeln!(
            out,
            "<section id=\"{id}\" aria-labelledby=\"{id}-h\">\n<h2 id=\"{id}-h\">{}</h2>",
            escape(&section.heading),
            id = section.id
        );
        for block in &section.blocks {
            write_block(&mut out, block)?;
        }
        out.push_str("</section>\n");
    }
    out.push_str("</main>\n</body>\n</html>\n");
    Ok(out)
}

/// Text that is no markup, in content and in attributes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

fn write_block(out: &mut String, block: &Block) -> Result<(), String> {
    let _ = match block {
        Block::Heading(text) => writeln!(out, "<h3>{}</h3>", escape(text)),
        Block::Text(text) => writeln!(out, "<p>{}</p>", escape(text)),
        Block::Answer(sentences) => {
            writeln!(out, "<ol class=\"answer\">\n{}</ol>", list_items(sentences))
        }
        Block::Note(text) => writeln!(out, "<p class=\"note\">{}</p>", escape(text)),
        Block::List(items) => {
            writeln!(out, "<ul class=\"plain\">\n{}</ul>", list_items(items))
        }
        Block::Legend(keys) => {
            writeln!(
                out,
                "<ul class=\"legend column\">\n{}</ul>",
                keys.iter().map(key_text).collect::<String>()
            )
        }
        Block::Terms(terms) => {
            let term = |(name, value): &(String, String)| {
                format!("<dt>{}</dt><dd>{}</dd>\n", escape(name), escape(value))
            };
            writeln!(out, "<dl>\n{}</dl>", terms.iter().map(term).collect::<String>())
        }
        Block::Table(table) => write!(out, "{}", table_text(table)),
        Block::Figure(figure) => write!(out, "{}", figure_text(figure)?),
        Block::Fold(summary, blocks) | Block::FoldOnScreen(summary, blocks) => {
            let class = if matches!(block, Block::Fold(..)) { " class=\"screen\"" } else { "" };
            let _ = writeln!(out, "<details{class}>\n<summary>{}</summary>", escape(summary));
            blocks.iter().try_for_each(|block| write_block(out, block))?;
            writeln!(out, "</details>")
        }
        Block::Code(text) => {
            writeln!(out, "<pre tabindex=\"0\"><code>{}</code></pre>", escape(text))
        }
    };
    Ok(())
}

fn list_items(items: &[String]) -> String {
    let mut out = String::new();
    for item in items {
        let _ = writeln!(out, "<li>{}</li>", escape(item));
    }
    out
}

fn figure_text(figure: &Figure) -> Result<String, String> {
    let id = &figure.id;
    let mut out = format!(
        "<figure id=\"{id}\">\n<figcaption><h3>{}</h3></figcaption>\n",
        escape(&figure.title)
    );
    if !figure.legend.is_empty() {
        let keys: String = figure.legend.iter().map(key_text).collect();
        let _ = writeln!(out, "<ul class=\"legend\">\n{keys}</ul>");
    }
    let _ = writeln!(out, "<div class=\"panels\">");
    for (panel, at) in figure.panels.iter().zip(1..) {
        let _ = writeln!(out, "{}", panel_text(panel, &format!("{id}-{at}"))?);
    }
    let _ = write!(
        out,
        "</div>\n<p class=\"note\">{}</p>\n<details class=\"screen\">\n<summary>The same in numbers</summary>\n{}</details>\n</figure>\n",
        escape(&figure.told()),
        table_text(&figure.table)
    );
    Ok(out)
}

fn panel_text(panel: &Panel, id: &str) -> Result<String, String> {
    let (title, description) = (escape(&panel.title), escape(&panel.description));
    Ok(format!(
        "<div class=\"panel\">\n<p class=\"panel-title\" aria-hidden=\"true\">{title}</p>\n\
         <svg viewBox=\"0 0 {WIDTH} {}\" role=\"img\" aria-label=\"{title}\" aria-describedby=\"{id}-d\">\n\
         <title>{title}</title>\n<desc id=\"{id}-d\">{description}</desc>\n{}</svg>\n</div>",
        panel.chart.height(),
        chart::svg(panel)?
    ))
}

fn key_text(key: &Key) -> String {
    let bar = |y: i32, height: i32, fill: &str, opacity: f64| {
        format!(
            "<rect x=\"0\" y=\"{y}\" width=\"50\" height=\"{height}\" fill=\"{fill}\" opacity=\"{opacity}\"/>"
        )
    };
    let grey = hex(COLOURS[6]);
    let mark = match key.mark {
        Mark::Policy(policy) => {
            let points: Vec<String> = outline(policy, 13.0)
                .into_iter()
                .map(|(x, y)| format!("{},{}", x + 25, y + 16))
                .collect();
            format!(
                "<polygon points=\"{}\" fill=\"{}\"/>",
                points.join(" "),
                hex(COLOURS[policy % COLOURS.len()])
            )
        }
        Mark::Bar(at) => bar(4, 24, &hex(COLOURS[at % COLOURS.len()]), 1.0),
        Mark::Area(at) => bar(4, 24, &hex(AREAS[at % AREAS.len()]), 1.0),
        Mark::Bands => bar(2, 28, &grey, 0.2) + &bar(8, 16, &grey, 0.35) + &bar(14, 4, &grey, 1.0),
        Mark::Dashed => {
            format!("<path d=\"M0 16H20M30 16H50\" stroke=\"{grey}\" stroke-width=\"4\"/>")
        }
        Mark::Hollow => format!(
            "<circle cx=\"25\" cy=\"16\" r=\"11\" fill=\"none\" stroke=\"{grey}\" stroke-width=\"4\"/>"
        ),
    };
    format!(
        "<li><svg viewBox=\"0 0 50 32\" aria-hidden=\"true\">{mark}</svg><span>{}</span></li>\n",
        escape(&key.label)
    )
}

fn table_text(table: &Table) -> String {
    let caption = escape(&table.caption);
    let class = if table.small { " class=\"small\"" } else { "" };
    let mut out = format!(
        "<p class=\"caption\" aria-hidden=\"true\">{caption}</p>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{caption}\">\n\
         <table{class} aria-label=\"{caption}\">\n<thead>\n"
    );
    if !table.groups.is_empty() {
        out.push_str("<tr>");
        for (name, width) in &table.groups {
            let _ = if name.is_empty() {
                write!(out, "<td colspan=\"{width}\"></td>")
            } else {
                write!(
                    out,
                    "<th scope=\"colgroup\" colspan=\"{width}\" class=\"group\">{}</th>",
                    escape(name)
                )
            };
        }
        out.push_str("</tr>\n");
    }
    out.push_str("<tr>");
    for column in &table.columns {
        let class = if column.numeric { " class=\"n\"" } else { "" };
        let _ = write!(out, "<th scope=\"col\"{class}>{}</th>", escape(&column.head));
    }
    out.push_str("</tr>\n</thead>\n<tbody>\n");
    for row in &table.rows {
        out.push_str("<tr>");
        for (at, cell) in row.iter().enumerate() {
            let numeric = table.columns.get(at).is_some_and(|column| column.numeric);
            out.push_str(&cell_text(cell, at == 0, numeric));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
    out
}

fn cell_text(cell: &Cell, first: bool, numeric: bool) -> String {
    let below = if cell.below.is_empty() {
        String::new()
    } else {
        format!("<small>{}</small>", escape(&cell.below))
    };
    let heat =
        cell.heat.map(|heat| format!("h{:.0}", (heat.clamp(0.0, 1.0).sqrt() * HEAT).round()));
    let classes: Vec<String> = numeric.then(|| "n".to_owned()).into_iter().chain(heat).collect();
    let class = if classes.is_empty() {
        String::new()
    } else {
        format!(" class=\"{}\"", classes.join(" "))
    };
    let (open, close) = if first { ("th scope=\"row\"", "th") } else { ("td", "td") };
    format!("<{open}{class}>{}{below}</{close}>", escape(&cell.text))
}
