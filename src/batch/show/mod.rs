//! What a sweep tells when it is done: a text for the terminal, `summary.json`, and its cases as a
//! list before anything is simulated.

pub mod json;
pub mod listing;
pub mod pretty;

pub use self::json::summary;
pub use self::listing::Listing;
pub use self::pretty::{last_line, pretty};

#[cfg(test)]
mod tests {
    use crate::batch::axis::Axis;
    use crate::batch::columns::{Column, Kind, Table, columns};
    use crate::batch::{Study, Sweep, samples};

    /// The columns of a table but those of axes, as the data dictionary lists them.
    fn dictionary(sweep: &Sweep, table: Table) -> String {
        let own = |axis: &Axis, column: &Column| {
            column.name == axis.name || column.name.starts_with(&format!("{}_", axis.name))
        };
        let row = |column: &Column| {
            let kind = match column.kind {
                Kind::Text => "text",
                Kind::Integer => "number",
                Kind::Flag => "yes/no",
            };
            let doc = column.doc.replace('|', "\\|");
            format!("| `{}` | {kind} | {doc} |\n", column.name)
        };
        let all = columns(sweep, table).into_iter();
        let rows = all.filter(|column| !sweep.axes.iter().any(|axis| own(axis, column)));
        let rows: String = rows.map(|column| row(&column)).collect();
        format!("| column | kind | meaning |\n|---|---|---|\n{rows}")
    }

    #[test]
    fn the_data_dictionary_has_every_column_with_its_meaning() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/sweep-results.md");
        let page = std::fs::read_to_string(path).unwrap();
        let mut sweep = samples::sweep();
        for study in [Study::Run, Study::Failures] {
            sweep.study = study;
            for table in Table::ALL {
                let block = dictionary(&sweep, table);
                assert!(
                    page.contains(&block),
                    "docs/sweep-results.md lacks, of {table:?} in a study {study:?}:\n{block}"
                );
            }
        }
    }
}
