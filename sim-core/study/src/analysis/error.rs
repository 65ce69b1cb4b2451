//! Why numbers cannot be analysed.

use std::fmt;

/// What is wrong with the numbers or the names given, and what would be right.
#[derive(Debug, Clone, PartialEq)]
pub enum AnalysisError {
    /// Two things that belong together have different lengths.
    Length {
        /// What has the wrong length.
        what: String,
        /// Its length.
        found: usize,
        /// What the length must be.
        expected: usize,
    },
    /// There are fewer of something than the analysis needs.
    TooFew {
        /// What there is too little of.
        what: String,
        /// How many there are.
        found: usize,
        /// How many are needed.
        needed: usize,
    },
    /// A name that is not known.
    Unknown {
        /// What the name should name.
        what: &'static str,
        /// The name.
        name: String,
        /// A suggestion, or what is known.
        hint: Option<String>,
    },
    /// A name that is given twice.
    Twice {
        /// What the name names.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A value outside its range.
    Value {
        /// Which value.
        what: String,
        /// The value.
        value: f64,
        /// What is allowed.
        allowed: &'static str,
    },
}

impl fmt::Display for AnalysisError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { what, found, expected } => {
                write!(f, "{what}: there are {found} values, must be {expected}")
            }
            Self::TooFew { what, found, needed } => {
                write!(f, "{what}: there are {found}, at least {needed} are needed")
            }
            Self::Unknown { what, name, hint } => {
                write!(f, "unknown {what} `{name}`")?;
                hint.as_ref().map_or(Ok(()), |hint| write!(f, "; {hint}"))
            }
            Self::Twice { what, name } => write!(f, "{what} `{name}` is given twice"),
            Self::Value { what, value, allowed } => {
                write!(f, "{what} is {value}, must be {allowed}")
            }
        }
    }
}

impl std::error::Error for AnalysisError {}

/// Refuses values whose number is not as expected.
pub(super) fn same_length(
    what: impl Fn() -> String,
    found: usize,
    expected: usize,
) -> Result<(), AnalysisError> {
    if found == expected {
        return Ok(());
    }
    Err(AnalysisError::Length { what: what(), found, expected })
}

/// Refuses a name that comes twice.
pub(super) fn distinct(what: &'static str, names: &[&str]) -> Result<(), AnalysisError> {
    for (i, name) in names.iter().enumerate() {
        if names[..i].contains(name) {
            return Err(AnalysisError::Twice { what, name: (*name).to_owned() });
        }
    }
    Ok(())
}
