//! What a scenario can say: every parameter with its meaning, unit, range, default and source.
//!
//! One declaration per parameter (the [`parameters!`](crate::parameters) macro) yields the struct that the model reads, the table that the
//! scenario reader validates against, the JSON Schema and the texts of `explain`. This module knows no file
//! format: a reader hands it [`Value`]s that are already in the unit of the [`FieldSpec`].

/// How well a default is founded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Read off a measurement or a statistic.
    Measured,
    /// Fitted to, or derived from, measurements by a stated rule.
    Calibrated,
    /// A stated assumption; belongs into every sensitivity table.
    Assumed,
}

impl Status {
    /// The word used in scenario files and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Calibrated => "calibrated",
            Self::Assumed => "assumed",
        }
    }
}

/// Closed or half-open range of a number, in the field's unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// Smallest allowed value.
    pub min: f64,
    /// Largest allowed value.
    pub max: f64,
    /// Whether `min` itself is excluded.
    pub open_below: bool,
}

impl Range {
    /// `[min, max]`.
    #[must_use]
    pub const fn closed(min: f64, max: f64) -> Self {
        Self { min, max, open_below: false }
    }
    /// `(min, max]`.
    #[must_use]
    pub const fn above(min: f64, max: f64) -> Self {
        Self { min, max, open_below: true }
    }
    /// A share or probability, `[0, 1]`.
    #[must_use]
    pub const fn share() -> Self {
        Self::closed(0.0, 1.0)
    }
    /// Whether `x` lies inside; NaN never does.
    #[must_use]
    pub fn contains(&self, x: f64) -> bool {
        x <= self.max && if self.open_below { x > self.min } else { x >= self.min }
    }
}

/// What kind of value a field takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// A real number in `unit` (for example `"USD/kWh"`, `"day"`, `"1/day"`, `"1"` for none).
    Number {
        /// Canonical unit; files may use any unit of the same dimension.
        unit: &'static str,
        /// Allowed range in that unit.
        range: Range,
    },
    /// A whole number.
    Integer {
        /// Smallest allowed value.
        min: i64,
        /// Largest allowed value.
        max: i64,
    },
    /// `true` or `false`.
    Flag,
    /// Free Unicode text.
    Text,
    /// An identifier that entries may share, or empty.
    Name,
    /// A calendar date or a span from the start (`"24 months"`), read as days from the start.
    Instant,
    /// A calendar date.
    Date,
    /// One of the listed words.
    Choice(&'static [&'static str]),
    /// Several of the listed words.
    Choices(&'static [&'static str]),
    /// The identifier of an entry of another root.
    Reference(&'static str),
    /// Identifiers of entries of another root.
    References(&'static str),
    /// Shares (numbers that sum to one) keyed by entries of another root.
    Shares(&'static str),
    /// Numbers in `unit`, each within `range`, keyed by entries of another root; they need not sum to anything.
    Numbers {
        /// Root of the keys.
        root: &'static str,
        /// Canonical unit of every number.
        unit: &'static str,
        /// Allowed range of every number in that unit.
        range: Range,
    },
    /// Shares (numbers that sum to one) keyed by ISO 3166 codes of any economy, in the nation calibration table or not.
    EconomyShares,
    /// ISO 3166 codes of economies in the nation calibration table.
    Economies,
    /// Dated positive values: a CSV file with the columns `date,value`, or a list of `[date, value]`.
    Path,
    /// A file with one row a person; whoever resolves the scenario reads it, puts its figures into other parameters and empties this one.
    Personas,
    /// Several words of the nation calibration table (a column's values).
    Words,
}

/// A value in a field's canonical unit.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number; instants and dates are days (dates from 1970-01-01, instants from the start).
    Number(f64),
    /// A whole number.
    Integer(i64),
    /// A flag.
    Flag(bool),
    /// A text, choice or reference.
    Text(String),
    /// A list of words.
    List(Vec<String>),
    /// Shares, or other numbers, by identifier.
    Shares(Vec<(String, f64)>),
    /// Days from 1970-01-01, rising, with values.
    Path(Vec<(f64, f64)>),
}

/// One parameter of one kind of entry.
#[derive(Debug, Clone, Copy)]
pub struct FieldSpec {
    /// Path below the entry, dotted where tables nest: `"residency.critical"`.
    pub name: &'static str,
    /// Meaning, with the symbol of `docs/model.md` where it has one.
    pub doc: &'static str,
    /// Type, unit, range.
    pub kind: Kind,
    /// How well the default is founded.
    pub status: Status,
    /// Where the default comes from.
    pub source: &'static str,
}

/// A root of a scenario file: `nation`, `vendor`, …
#[derive(Debug, Clone, Copy)]
pub struct RootSpec {
    /// Name of the table.
    pub name: &'static str,
    /// What an entry is.
    pub doc: &'static str,
    /// Whether the root is one table (`[horizon]`) instead of named entries (`[nation.EST]`).
    pub singleton: bool,
    /// The parameters of an entry.
    pub fields: &'static [FieldSpec],
}

/// Uniform access to the parameters of one entry.
pub trait Entry: std::fmt::Debug + Send + Sync {
    /// The parameters in declaration order.
    fn fields(&self) -> &'static [FieldSpec];
    /// The value of field `index`; `None` when an optional field is unset or `index` is out of bounds.
    fn get(&self, index: usize) -> Option<Value>;
    /// Sets field `index`. False when the value is of the wrong type (the reader checks the kind, range and unit
    /// before, so a false here is a defect of the reader).
    fn set(&mut self, index: usize, value: Value) -> bool;
}

/// A Rust type that a parameter can have.
pub trait FieldType: Sized {
    /// To the uniform form; `None` when unset.
    fn to_value(&self) -> Option<Value>;
    /// From the uniform form.
    fn from_value(value: Value) -> Option<Self>;
}

macro_rules! field_type {
    ($ty:ty, $variant:ident) => {
        impl FieldType for $ty {
            fn to_value(&self) -> Option<Value> {
                Some(Value::$variant(self.clone()))
            }
            fn from_value(value: Value) -> Option<Self> {
                match value {
                    Value::$variant(v) => Some(v),
                    _ => None,
                }
            }
        }
    };
}
field_type!(f64, Number);
field_type!(i64, Integer);
field_type!(bool, Flag);
field_type!(String, Text);
field_type!(Vec<String>, List);
field_type!(Vec<(String, f64)>, Shares);
field_type!(Vec<(f64, f64)>, Path);

impl<T: FieldType> FieldType for Option<T> {
    fn to_value(&self) -> Option<Value> {
        self.as_ref().and_then(FieldType::to_value)
    }
    fn from_value(value: Value) -> Option<Self> {
        T::from_value(value).map(Some)
    }
}

/// Declares a closed vocabulary: an enum whose variants have the words of the scenario file.
#[macro_export]
macro_rules! vocabulary {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vmeta])* $variant),+ }
        impl $name {
            /// The words of the scenario file, in declaration order.
            pub const WORDS: &'static [&'static str] = &[$($word),+];
            /// All values, in declaration order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The word of the scenario file.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
        impl $crate::schema::FieldType for $name {
            fn to_value(&self) -> Option<$crate::schema::Value> {
                Some($crate::schema::Value::Text(self.as_str().to_owned()))
            }
            fn from_value(value: $crate::schema::Value) -> Option<Self> {
                let $crate::schema::Value::Text(word) = value else { return None };
                match word.as_str() { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
        impl $crate::schema::FieldType for Vec<$name> {
            fn to_value(&self) -> Option<$crate::schema::Value> {
                Some($crate::schema::Value::List(self.iter().map(|v| v.as_str().to_owned()).collect()))
            }
            fn from_value(value: $crate::schema::Value) -> Option<Self> {
                let $crate::schema::Value::List(words) = value else { return None };
                words
                    .into_iter()
                    .map(|w| <$name as $crate::schema::FieldType>::from_value($crate::schema::Value::Text(w)))
                    .collect()
            }
        }
    };
}

/// Declares a parameter struct: `name ["path"]: type = default, kind, Status, "source";`.
#[macro_export]
macro_rules! parameters {
    (
        $(#[doc = $struct_doc:literal])+
        pub struct $name:ident {
            $($(#[doc = $doc:literal])+ $field:ident $([$path:literal])? : $ty:ty = $default:expr, $kind:expr, $status:ident, $source:literal;)+
        }
    ) => {
        $(#[doc = $struct_doc])+
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name { $($(#[doc = $doc])+ pub $field: $ty,)+ }
        impl Default for $name {
            fn default() -> Self { Self { $($field: $default,)+ } }
        }
        impl $name {
            /// What an entry of this kind is.
            pub const DOC: &'static str = concat!($($struct_doc, "\n"),+);
            /// The parameters in declaration order.
            pub const FIELDS: &'static [$crate::schema::FieldSpec] = &[$($crate::schema::FieldSpec {
                name: $crate::parameters!(@path $field $($path)?),
                doc: concat!($($doc, "\n"),+),
                kind: $kind,
                status: $crate::schema::Status::$status,
                source: $source,
            },)+];
        }
        impl $crate::schema::Entry for $name {
            fn fields(&self) -> &'static [$crate::schema::FieldSpec] { Self::FIELDS }
            fn get(&self, index: usize) -> Option<$crate::schema::Value> {
                let getters: &[fn(&Self) -> Option<$crate::schema::Value>] =
                    &[$(|p| $crate::schema::FieldType::to_value(&p.$field)),+];
                getters.get(index).and_then(|get| get(self))
            }
            fn set(&mut self, index: usize, value: $crate::schema::Value) -> bool {
                let setters: &[fn(&mut Self, $crate::schema::Value) -> bool] = &[$(|p, v| {
                    let Some(parsed) = $crate::schema::FieldType::from_value(v) else { return false };
                    p.$field = parsed;
                    true
                }),+];
                setters.get(index).is_some_and(|set| set(self, value))
            }
        }
    };
    (@path $field:ident $path:literal) => { $path };
    (@path $field:ident) => { stringify!($field) };
}
