//! Tables as Parquet, from their CSV.
//!
//! Text becomes a byte array with logical type string, a whole number 64 bits with sign, a flag a
//! Boolean. An empty cell is a null whatever its column holds: CSV cannot tell an empty text from
//! none, and tables mean none by it. The octets depend on the table and on `about` alone.

use std::io::{self, Read, Write};
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::Type;

use super::columns::{Column, Kind};

/// Rows of a row group: their columns are what is held in memory.
pub const GROUP_ROWS: usize = 16_384;

/// What wrote the file, as the format asks; without a version, which `about` tells.
const CREATED_BY: &str = "pilotwire";

/// Writes a table, given as CSV with its header, as Parquet. `about` goes into the key-value
/// metadata in this order.
///
/// # Errors
/// Where reading or writing fails, and where the CSV is not a table with these columns.
pub fn convert(
    columns: &[Column],
    csv: &mut dyn Read,
    parquet: Box<dyn Write + Send>,
    about: &[(&str, &str)],
) -> io::Result<()> {
    let mut reader = csv::ReaderBuilder::new().from_reader(csv);
    let header = reader.byte_headers().map_err(unreadable)?;
    if !header
        .iter()
        .eq(columns.iter().map(|one| one.name.as_bytes()))
    {
        return Err(wrong("its header is not that of the table".to_owned()));
    }
    let schema = Arc::new(schema(columns).map_err(unwritten)?);
    let properties = Arc::new(properties(about));
    let mut writer = SerializedFileWriter::new(parquet, schema, properties).map_err(unwritten)?;
    let mut chunks: Vec<Chunk> = columns.iter().map(|one| Chunk::new(one.kind)).collect();
    let mut record = csv::ByteRecord::new();
    let (mut row, mut held) = (0_u64, 0);
    while reader.read_byte_record(&mut record).map_err(unreadable)? {
        row += 1;
        for ((cell, chunk), column) in record.iter().zip(&mut chunks).zip(columns) {
            chunk.push(cell).ok_or_else(|| {
                let cell = String::from_utf8_lossy(cell);
                wrong(format!("row {row}: {cell:?} in column {}", column.name))
            })?;
        }
        held += 1;
        if held == GROUP_ROWS {
            write_group(&mut writer, &mut chunks).map_err(unwritten)?;
            held = 0;
        }
    }
    if held > 0 {
        write_group(&mut writer, &mut chunks).map_err(unwritten)?;
    }
    // Flushes too, and says how that failed, which dropping the writer would not.
    writer.finish().map_err(unwritten)?;
    Ok(())
}

fn schema(columns: &[Column]) -> Result<Type, ParquetError> {
    let field = |column: &Column| {
        let (physical, logical) = match column.kind {
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Integer => (Physical::INT64, None),
            Kind::Flag => (Physical::BOOLEAN, None),
        };
        let built = Type::primitive_type_builder(&column.name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical)
            .build();
        built.map(Arc::new)
    };
    let fields: Result<Vec<_>, _> = columns.iter().map(field).collect();
    Type::group_type_builder("table")
        .with_fields(fields?)
        .build()
}

fn properties(about: &[(&str, &str)]) -> WriterProperties {
    let pair = |(key, value): &(&str, &str)| KeyValue::new((*key).to_owned(), (*value).to_owned());
    WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_max_row_group_row_count(None)
        .set_key_value_metadata(Some(about.iter().map(pair).collect()))
        .build()
}

/// The cells of one column of one row group.
struct Chunk {
    /// 1 where there is a value, 0 where there is none.
    levels: Vec<i16>,
    values: Values,
}

enum Values {
    /// All octets one after the other, and where each value ends.
    Text {
        octets: Vec<u8>,
        ends: Vec<usize>,
    },
    Integer(Vec<i64>),
    Flag(Vec<bool>),
}

impl Chunk {
    fn new(kind: Kind) -> Self {
        let values = match kind {
            Kind::Text => Values::Text {
                octets: Vec::new(),
                ends: Vec::new(),
            },
            Kind::Integer => Values::Integer(Vec::new()),
            Kind::Flag => Values::Flag(Vec::new()),
        };
        Self {
            levels: Vec::new(),
            values,
        }
    }

    /// Adds a cell; `None` where it is nothing that the column holds.
    fn push(&mut self, cell: &[u8]) -> Option<()> {
        if cell.is_empty() {
            self.levels.push(0);
            return Some(());
        }
        match &mut self.values {
            Values::Text { octets, ends } => {
                octets.extend_from_slice(std::str::from_utf8(cell).ok()?.as_bytes());
                ends.push(octets.len());
            }
            Values::Integer(values) => {
                values.push(std::str::from_utf8(cell).ok()?.parse().ok()?);
            }
            Values::Flag(values) => values.push(flag(cell)?),
        }
        self.levels.push(1);
        Some(())
    }

    /// Writes what is held and holds nothing any more.
    fn write(&mut self, column: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        let levels = Some(self.levels.as_slice());
        match &mut self.values {
            Values::Text { octets, ends } => {
                let all = ByteArray::from(std::mem::take(octets));
                let starts = std::iter::once(&0).chain(ends.iter());
                let slice = |(start, end): (&usize, &usize)| all.slice(*start, end - start);
                let values: Vec<ByteArray> = starts.zip(ends.iter()).map(slice).collect();
                let typed = column.typed::<ByteArrayType>();
                typed.write_batch(&values, levels, None)?;
                ends.clear();
            }
            Values::Integer(values) => {
                let typed = column.typed::<Int64Type>();
                typed.write_batch(values, levels, None)?;
                values.clear();
            }
            Values::Flag(values) => {
                let typed = column.typed::<BoolType>();
                typed.write_batch(values, levels, None)?;
                values.clear();
            }
        }
        self.levels.clear();
        Ok(())
    }
}

/// `yes` and `no` as tables of a sweep write them, `true` and `false` as those of a run do.
fn flag(cell: &[u8]) -> Option<bool> {
    match cell {
        b"yes" | b"true" => Some(true),
        b"no" | b"false" => Some(false),
        _ => None,
    }
}

fn write_group(
    writer: &mut SerializedFileWriter<Box<dyn Write + Send>>,
    chunks: &mut [Chunk],
) -> Result<(), ParquetError> {
    let mut group = writer.next_row_group()?;
    for chunk in chunks {
        let column = group.next_column()?;
        let mut column = column.expect("the schema has a column for every chunk");
        chunk.write(&mut column)?;
        column.close()?;
    }
    group.close()?;
    Ok(())
}

fn wrong(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// What the CSV reader says, as the system said it where it was the system.
fn unreadable(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => wrong(format!("{other:?}")),
    }
}

/// What the Parquet writer says, as the system said it where it was the system: a full disk is to
/// be told as one.
fn unwritten(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::fs::File;

    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;

    use super::*;

    fn columns() -> Vec<Column> {
        let column = |name: &str, kind| Column {
            name: name.to_owned(),
            kind,
            doc: String::new(),
        };
        vec![
            column("circuit", Kind::Text),
            column("margin_ps", Kind::Integer),
            column("ok", Kind::Flag),
        ]
    }

    fn converted(csv: &str) -> io::Result<tempfile::NamedTempFile> {
        let file = tempfile::NamedTempFile::new()?;
        let about = [("sweep_digest", "00ff"), ("model_version", "7")];
        let writer = Box::new(file.reopen()?);
        convert(&columns(), &mut csv.as_bytes(), writer, &about)?;
        Ok(file)
    }

    /// Every cell as its own reader gives it.
    fn cells(file: &File) -> Vec<Vec<Field>> {
        let reader = SerializedFileReader::new(file.try_clone().unwrap()).unwrap();
        let row = |row: Result<parquet::record::Row, _>| {
            let row = row.unwrap();
            row.get_column_iter()
                .map(|(_, cell)| cell.clone())
                .collect()
        };
        reader.get_row_iter(None).unwrap().map(row).collect()
    }

    const CSV: &str = "circuit,margin_ps,ok\n\
        \"87L \"\"KEE\"\", ELL\",-9223372036854775808,yes\n\
        ,,\n\
        Ünité,9223372036854775807,no\n";

    #[test]
    fn values_come_back_and_empty_cells_are_nulls() {
        let file = converted(CSV).unwrap();
        let expected = vec![
            vec![
                Field::Str("87L \"KEE\", ELL".into()),
                Field::Long(i64::MIN),
                Field::Bool(true),
            ],
            vec![Field::Null; 3],
            vec![
                Field::Str("Ünité".into()),
                Field::Long(i64::MAX),
                Field::Bool(false),
            ],
        ];
        assert_eq!(cells(file.as_file()), expected);
    }

    #[test]
    fn what_it_is_about_stands_in_the_file_in_order() {
        let file = converted(CSV).unwrap();
        let reader = SerializedFileReader::new(file.reopen().unwrap()).unwrap();
        let metadata = reader.metadata().file_metadata();
        let pairs: Vec<(&str, Option<&str>)> = metadata
            .key_value_metadata()
            .unwrap()
            .iter()
            .map(|pair| (pair.key.as_str(), pair.value.as_deref()))
            .collect();
        let about = [("sweep_digest", Some("00ff")), ("model_version", Some("7"))];
        assert_eq!(pairs, about);
        assert_eq!(metadata.created_by(), Some("pilotwire"));
        let of_text = metadata
            .schema_descr()
            .column(0)
            .logical_type_ref()
            .cloned();
        assert_eq!(of_text, Some(LogicalType::String));
    }

    #[test]
    fn more_rows_than_a_group_holds_come_back_in_order_and_as_the_same_octets() {
        let rows = 2 * GROUP_ROWS as i64 + 5;
        let mut csv = "circuit,margin_ps,ok\n".to_owned();
        for row in 0..rows {
            let margin = if row % 3 == 0 {
                String::new()
            } else {
                (row * row).to_string()
            };
            writeln!(
                csv,
                "C{},{margin},{}",
                row % 14,
                ["yes", "no"][(row % 2) as usize]
            )
            .unwrap();
        }
        let [first, second] = [(); 2].map(|()| converted(&csv).unwrap());
        let octets = |file: &tempfile::NamedTempFile| std::fs::read(file.path()).unwrap();
        assert_eq!(octets(&first), octets(&second));
        let reader = SerializedFileReader::new(first.reopen().unwrap()).unwrap();
        let groups = reader.metadata().row_groups();
        let sizes: Vec<i64> = groups.iter().map(|group| group.num_rows()).collect();
        assert_eq!(sizes, [GROUP_ROWS as i64, GROUP_ROWS as i64, 5]);
        let cells = cells(first.as_file());
        assert_eq!(cells.len() as i64, rows);
        for (row, cells) in (0..).zip(&cells) {
            let margin = match row % 3 {
                0 => Field::Null,
                _ => Field::Long(row * row),
            };
            let circuit = Field::Str(format!("C{}", row % 14));
            assert_eq!(
                *cells,
                [circuit, margin, Field::Bool(row % 2 == 0)],
                "{row}"
            );
        }
    }

    #[test]
    fn a_table_without_rows_is_a_file_without_rows() {
        let file = converted("circuit,margin_ps,ok\n").unwrap();
        assert_eq!(cells(file.as_file()), Vec::<Vec<Field>>::new());
    }

    #[test]
    fn what_is_no_such_table_is_refused_with_row_and_column() {
        let told = |csv: &str| converted(csv).unwrap_err().to_string();
        assert_eq!(
            told("circuit,margin_ps,ok\nA,1,yes\nB,1.5,yes\n"),
            "row 2: \"1.5\" in column margin_ps"
        );
        assert_eq!(
            told("circuit,margin_ps,ok\nA,9223372036854775808,yes\n"),
            "row 1: \"9223372036854775808\" in column margin_ps"
        );
        assert_eq!(
            told("circuit,margin_ps,ok\nA,1,maybe\n"),
            "row 1: \"maybe\" in column ok"
        );
        assert_eq!(
            told("circuit,ok,margin_ps\n"),
            "its header is not that of the table"
        );
        assert!(told("circuit,margin_ps,ok\nA,1\n").contains("UnequalLengths"));
    }

    /// Takes some octets, then the disk is full.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
            let taken = octets.len().min(self.0);
            self.0 -= taken;
            match taken {
                0 => Err(io::ErrorKind::StorageFull.into()),
                _ => Ok(taken),
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_told_as_one_wherever_it_fills_up() {
        let whole = converted(CSV).unwrap().as_file().metadata().unwrap().len();
        for room in 0..usize::try_from(whole).unwrap() {
            let about = [("sweep_digest", "00ff"), ("model_version", "7")];
            let end = convert(
                &columns(),
                &mut CSV.as_bytes(),
                Box::new(Full(room)),
                &about,
            );
            assert_eq!(
                end.unwrap_err().kind(),
                io::ErrorKind::StorageFull,
                "{room}"
            );
        }
    }
}
