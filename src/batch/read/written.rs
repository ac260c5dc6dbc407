//! A sweep written out: one canonical form, which its digest covers.

use toml_edit::Value;

/// A text as TOML.
pub fn text(text: &str) -> String {
    Value::from(text).to_string().trim().to_owned()
}

/// Texts as a TOML array.
pub fn texts(list: &[String]) -> String {
    let all: Vec<String> = list.iter().map(|one| text(one)).collect();
    format!("[{}]", all.join(", "))
}

/// The table of an axis; `values` is what it takes, lines of TOML.
pub fn axis(name: &str, paths: &[String], values: &str, labels: Option<&[String]>) -> String {
    let mut lines = format!("\n[[axis]]\nname = {}\n", text(name));
    if !paths.is_empty() {
        lines.push_str(&format!("paths = {}\n", texts(paths)));
    }
    lines.push_str(values);
    if let Some(labels) = labels {
        lines.push_str(&format!("labels = {}\n", texts(labels)));
    }
    lines
}
