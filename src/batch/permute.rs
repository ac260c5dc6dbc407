//! The same input with its tables in another order, which must change nothing.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, Value};

/// The text with the elements of every list of tables of the file's top level in reverse order;
/// `None` where it is no TOML.
#[must_use]
pub fn reversed(text: &str) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    for (_, item) in document.iter_mut() {
        match item {
            Item::ArrayOfTables(tables) => {
                let mut all: Vec<Table> = tables.iter().cloned().collect();
                all.reverse();
                let mut turned = ArrayOfTables::new();
                for table in all {
                    turned.push(table);
                }
                *tables = turned;
            }
            Item::Value(Value::Array(array)) if array.iter().all(Value::is_inline_table) => {
                let mut turned: Vec<Value> = array.iter().cloned().collect();
                turned.reverse();
                array.clear();
                for value in turned {
                    array.push_formatted(value);
                }
            }
            _ => {}
        }
    }
    // Tables are written in the order of their positions: those of the old order are given up.
    let mut position = 0;
    renumber(document.as_table_mut(), &mut position);
    Some(document.to_string())
}

fn renumber(table: &mut Table, position: &mut isize) {
    table.set_position(Some(*position));
    *position += 1;
    for (_, item) in table.iter_mut() {
        match item {
            Item::Table(inner) => renumber(inner, position),
            Item::ArrayOfTables(tables) => {
                for inner in tables.iter_mut() {
                    renumber(inner, position);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_tables_are_reversed_with_what_lies_below_them_and_nothing_is_lost() {
        let text =
            "a = 1\n[[x]]\nname = \"1\"\n[x.below]\nb = 2\n[[y]]\nc = 3\n[[x]]\nname = \"2\"\n";
        let turned = reversed(text).unwrap();
        let parsed: toml::Table = turned.parse().unwrap();
        let names: Vec<&str> = parsed["x"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["2", "1"]);
        assert_eq!(parsed["x"][1]["below"]["b"].as_integer(), Some(2));
        assert_eq!(parsed["y"][0]["c"].as_integer(), Some(3));
        let back: toml::Table = reversed(&turned).unwrap().parse().unwrap();
        assert_eq!(back, text.parse::<toml::Table>().unwrap());
    }

    #[test]
    fn lists_of_inline_tables_are_reversed_too() {
        let turned = reversed("x = [{ a = 1 }, { a = 2 }]\ny = [1, 2]\n").unwrap();
        let parsed: toml::Table = turned.parse().unwrap();
        assert_eq!(parsed["x"][0]["a"].as_integer(), Some(2));
        assert_eq!(parsed["y"][0].as_integer(), Some(1));
    }

    #[test]
    fn what_is_no_toml_cannot_be_reversed() {
        assert_eq!(reversed("a = = 1"), None);
    }
}
