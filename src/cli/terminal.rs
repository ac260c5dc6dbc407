//! Where text goes: results to stdout, talk to stderr. A stream that is closed or full never
//! makes a command fail: the results folder is what counts.

use std::io::{IsTerminal, Write};

use super::arguments::Format;

/// A report in every format, each made only when it is asked for.
pub struct Printed<'a> {
    /// For people.
    pub pretty: &'a dyn Fn() -> String,
    /// For programs.
    pub json: &'a dyn Fn() -> String,
    /// For spreadsheets: the hashed table.
    pub csv: &'a str,
    /// What is said last to people.
    pub last: &'a str,
}

impl Printed<'_> {
    /// Prints it; where stdout is a program's, people read the last line on stderr.
    pub fn tell(&self, format: Format, quiet: bool) {
        let last = self.last;
        match format {
            Format::Pretty => return result(&format!("{}{last}\n", (self.pretty)())),
            Format::Json => result(&(self.json)()),
            Format::Csv => result(self.csv),
        }
        if !quiet {
            talk(&format!("{last}\n"));
        }
    }
}

/// Writes a result to stdout; escape sequences are left out where it is no terminal, or where
/// `NO_COLOR` says so.
pub fn result(text: &str) {
    let mut out = anstream::AutoStream::auto(std::io::stdout().lock());
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes talk to stderr, in the same way.
pub fn talk(text: &str) {
    let mut out = anstream::AutoStream::auto(std::io::stderr().lock());
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// "error: …" on stderr, with a help line where there is one.
pub fn error(title: &str, help: Option<&str>) {
    let title = crate::report::text::harmless(title);
    let mut text = format!("\u{1b}[1m\u{1b}[91merror\u{1b}[0m\u{1b}[1m: {title}\u{1b}[0m\n");
    if let Some(help) = help {
        text.push_str(&format!(
            "  help: {}\n",
            crate::report::text::harmless(help)
        ));
    }
    talk(&text);
}

/// Whether a person is looking at stderr.
#[must_use]
pub fn watched() -> bool {
    std::io::stderr().is_terminal()
}
