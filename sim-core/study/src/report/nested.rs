//! The table that shows apart what parameters and what shocks add to the variance of the key outcomes.

use super::document::{Block, Cell, Column, Table};
use super::format::{self, number};
use super::input::NestedRow;
use super::reader::Reader;

/// The table of a nation; none without draws.
pub(super) fn block(reader: Reader<'_>, nation: usize) -> Option<Block> {
    let here = reader.nested.iter().filter(|row| row.nation == nation);
    let rows: Vec<Vec<Cell>> = here
        .filter(|row| !reader.is_nil(nation, &row.quantity))
        .filter_map(|found| row(reader, found))
        .collect();
    if rows.is_empty() {
        return None;
    }
    let columns = [
        "Mean over draws",
        "Deviation by parameters",
        "Deviation by shocks",
        "Variance by parameters",
    ];
    let caption = format!(
        "{}: what parameters and what shocks add, as standard deviations of a run, and the share of parameters in the sum of both variances",
        reader.nation(nation)
    );
    Some(Block::Table(Table {
        caption,
        columns: std::iter::once(Column::words("Quantity and policy"))
            .chain(columns.map(Column::numbers))
            .collect(),
        rows,
        small: true,
        ..Table::default()
    }))
}

fn row(reader: Reader<'_>, row: &NestedRow) -> Option<Vec<Cell>> {
    let (label, format) = reader.named(&row.quantity)?;
    let format = format.fitted(row.mean.mean.abs());
    let policy = reader.label(row.policy);
    let (who, unit) = if row.difference {
        (format!("{policy}, difference to the base"), format.difference_unit())
    } else {
        (policy, format.unit())
    };
    let text = |x: f64| format.number(x, row.mean.standard_error);
    let range = match (row.mean.low, row.mean.high) {
        (Some(low), Some(high)) => format!("{} to {}", text(low), text(high)),
        _ => String::new(),
    };
    let mean = format::spaced(&text(row.mean.mean), unit);
    let mut cells = vec![Cell::new(label).below(who), Cell::new(mean).below(range)];
    let deviation = |variance: f64| text(variance.sqrt());
    let share = |x: f64| format!("{} %", number(100.0 * x, Some(10.0)));
    let texts = row.variances.map_or([None, None, None], |found| {
        let [parameters, shocks] = [found.parameters, found.shocks].map(deviation);
        [Some(parameters), Some(shocks), found.share.map(share)]
    });
    cells.extend(texts.map(|text| Cell::new(text.unwrap_or_else(|| "–".to_owned()))));
    Some(cells)
}
