//! Rows of one table of one case, as CSV without a header.

use csv::{Terminator, Writer, WriterBuilder};

use crate::units::Span;

/// Writes rows cell by cell: nothing is allocated for a cell.
pub(super) struct Rows {
    writer: Writer<Vec<u8>>,
    /// Rows ended.
    pub count: u64,
}

impl Rows {
    pub fn new() -> Self {
        let writer = WriterBuilder::new()
            .terminator(Terminator::Any(b'\n'))
            .from_writer(Vec::new());
        Self { writer, count: 0 }
    }

    pub fn text(&mut self, text: &str) {
        let written = self.writer.write_field(text);
        written.expect("memory takes every octet");
    }

    pub fn texts<'t>(&mut self, texts: impl IntoIterator<Item = &'t str>) {
        texts.into_iter().for_each(|text| self.text(text));
    }

    pub fn empty(&mut self, cells: usize) {
        (0..cells).for_each(|_| self.text(""));
    }

    pub fn number(&mut self, number: u64) {
        self.digits(number, false);
    }

    pub fn maybe(&mut self, number: Option<u64>) {
        match number {
            Some(number) => self.number(number),
            None => self.text(""),
        }
    }

    pub fn signed(&mut self, number: Option<i64>) {
        match number {
            Some(number) => self.digits(number.unsigned_abs(), number < 0),
            None => self.text(""),
        }
    }

    pub fn span(&mut self, span: Option<Span>) {
        self.maybe(span.map(|span| span.0));
    }

    pub fn flag(&mut self, flag: Option<bool>) {
        self.text(flag.map_or("", |yes| if yes { "yes" } else { "no" }));
    }

    /// # Panics
    /// If the row has not as many cells as the first.
    pub fn end(&mut self) {
        let ended = self.writer.write_record(None::<&[u8]>);
        ended.expect("rows of one length, written to memory");
        self.count += 1;
    }

    pub fn finish(self) -> Vec<u8> {
        self.writer.into_inner().expect("memory takes every octet")
    }

    fn digits(&mut self, mut number: u64, negative: bool) {
        // 20 digits and a sign.
        let mut octets = [b'0'; 21];
        let mut from = octets.len();
        loop {
            from -= 1;
            octets[from] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        if negative {
            from -= 1;
            octets[from] = b'-';
        }
        let written = self.writer.write_field(&octets[from..]);
        written.expect("memory takes every octet");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_written_as_other_tables_write_them() {
        let mut rows = Rows::new();
        let numbers = [0, 7, 10, 1_234_567_890, u64::MAX];
        for number in numbers {
            rows.number(number);
        }
        rows.signed(Some(i64::MIN));
        rows.signed(Some(-10));
        rows.signed(None);
        rows.span(Some(Span(5)));
        rows.flag(Some(true));
        rows.flag(None);
        rows.texts(["87L \"A\", B", "two\nlines", "plain"]);
        rows.end();
        assert_eq!(rows.count, 1);
        let text = String::from_utf8(rows.finish()).unwrap();
        let line = "0,7,10,1234567890,18446744073709551615,-9223372036854775808,-10,,5,yes,,\
                    \"87L \"\"A\"\", B\",\"two\nlines\",plain\n";
        assert_eq!(text, line);
    }

    #[test]
    #[should_panic(expected = "rows of one length")]
    fn a_row_of_another_length_is_a_bug() {
        let mut rows = Rows::new();
        rows.empty(3);
        rows.end();
        rows.empty(2);
        rows.end();
    }
}
