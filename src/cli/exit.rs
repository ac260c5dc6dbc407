//! Exit codes: part of the interface, for scripts and CI.

use std::io::{self, ErrorKind};

use crate::batch::merge::MergeError;
use crate::batch::store::StoreError;
use crate::report::Summary;
use crate::report::failures::Counts;

/// How a command ends. Scripts rely on the numbers: they never change their meaning.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Exit {
    /// Everything passes, or there was nothing to judge.
    Pass = 0,
    /// A fault of this program, or of the system below it.
    Internal = 1,
    /// Bad usage or input; nothing was written.
    BadInput = 2,
    /// A selector (code, circuit, preset) matched nothing.
    NothingSelected = 4,
    /// A circuit violates its budget, or a line is not protected.
    BudgetViolated = 10,
    /// A regression against the stored baseline.
    Regression = 11,
    /// A budget violated and a regression.
    BudgetAndRegression = 12,
    /// Interrupted and resumable; wins over 10 to 12.
    Incomplete = 20,
}

impl Exit {
    /// Every code there is, in order.
    pub const ALL: [Self; 8] = [
        Self::Pass,
        Self::Internal,
        Self::BadInput,
        Self::NothingSelected,
        Self::BudgetViolated,
        Self::Regression,
        Self::BudgetAndRegression,
        Self::Incomplete,
    ];

    /// The number that the shell sees.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// What it means, in a line.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Pass => "all pass",
            Self::Internal => "internal error",
            Self::BadInput => "bad usage or input; nothing was written",
            Self::NothingSelected => "a selector matched nothing",
            Self::BudgetViolated => "budget violated",
            Self::Regression => "regression against baseline",
            Self::BudgetAndRegression => "budget violated and regression",
            Self::Incomplete => "incomplete: interrupted, resumable",
        }
    }

    /// What a refusal of the system means: a folder that cannot be is the user's, a disk that is
    /// full or fails is not.
    #[must_use]
    pub fn of_system(error: &io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound
            | ErrorKind::PermissionDenied
            | ErrorKind::AlreadyExists
            | ErrorKind::NotADirectory
            | ErrorKind::IsADirectory
            | ErrorKind::DirectoryNotEmpty
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::InvalidFilename
            | ErrorKind::InvalidInput
            | ErrorKind::InvalidData
            | ErrorKind::CrossesDevices
            | ErrorKind::FileTooLarge
            | ErrorKind::TooManyLinks => Self::BadInput,
            // What has no kind of its own, such as a failing disk, is among these.
            _ => Self::Internal,
        }
    }
}

/// The same value rules the last line of a run and its exit code.
impl From<Summary> for Exit {
    fn from(summary: Summary) -> Self {
        if summary.failed + summary.lines_failed > 0 {
            Self::BudgetViolated
        } else {
            Self::Pass
        }
    }
}

/// `failures` answers as `run`.
impl From<Counts> for Exit {
    fn from(counts: Counts) -> Self {
        if counts.cases_failed > 0 {
            Self::BudgetViolated
        } else {
            Self::Pass
        }
    }
}

/// A folder of shards that cannot be used.
impl From<&StoreError> for Exit {
    fn from(error: &StoreError) -> Self {
        match error {
            StoreError::InTheWay { .. } | StoreError::Busy { .. } => Self::BadInput,
            StoreError::Io { error, .. } => Self::of_system(error),
        }
    }
}

/// Shards that are missing can still come; shards that are damaged are looked at first.
impl From<&MergeError> for Exit {
    fn from(error: &MergeError) -> Self {
        match error {
            MergeError::Missing { .. } => Self::Incomplete,
            MergeError::Damage { .. } => Self::BadInput,
            MergeError::Store(error) => Self::from(error),
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_an_interface_and_keep_their_numbers() {
        assert_eq!(Exit::ALL.map(Exit::code), [0, 1, 2, 4, 10, 11, 12, 20]);
    }

    #[test]
    fn a_full_disk_is_no_fault_of_the_input_and_a_forbidden_folder_is() {
        let of = |kind: ErrorKind| {
            let error = io::Error::from(kind);
            let path = "results".into();
            Exit::from(&MergeError::Store(StoreError::Io { path, error }))
        };
        assert_eq!(of(ErrorKind::StorageFull), Exit::Internal);
        assert_eq!(of(ErrorKind::QuotaExceeded), Exit::Internal);
        assert_eq!(of(ErrorKind::PermissionDenied), Exit::BadInput);
        assert_eq!(of(ErrorKind::ReadOnlyFilesystem), Exit::BadInput);
        // EIO.
        #[cfg(unix)]
        assert_eq!(
            Exit::of_system(&io::Error::from_raw_os_error(5)),
            Exit::Internal
        );
    }

    #[test]
    fn what_is_missing_can_still_come_and_what_is_damaged_cannot() {
        let missing = MergeError::Missing {
            cases: vec![3..4, 9..12],
        };
        let damage = MergeError::Damage { faults: Vec::new() };
        assert_eq!(Exit::from(&missing).code(), 20);
        assert_eq!(Exit::from(&damage).code(), 2);
    }

    #[test]
    fn one_failing_circuit_violates_the_budget() {
        assert_eq!(
            Exit::from(Summary {
                circuits: 14,
                failed: 1,
                ..Summary::default()
            }),
            Exit::BudgetViolated
        );
        assert_eq!(
            Exit::from(Summary {
                circuits: 14,
                failed: 0,
                ..Summary::default()
            }),
            Exit::Pass
        );
        assert_eq!(
            Exit::from(Summary {
                circuits: 0,
                failed: 0,
                ..Summary::default()
            }),
            Exit::Pass
        );
    }
}
