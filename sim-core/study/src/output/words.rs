//! Names of recorded quantities for readers: `served_data_centre` is what the data centre serves.

/// Kinds of providers in the order in which they are shown; each is the end of a column name.
pub(crate) const PROVIDERS: [&str; 4] = ["data_centre", "network", "commons", "cloud"];

/// A provider kind for readers.
pub(crate) fn provider(kind: &str) -> String {
    match kind {
        "data_centre" => "data centre".to_owned(),
        "network" => "node network".to_owned(),
        "cloud" => "cloud".to_owned(),
        other => other.replace('_', " "),
    }
}

/// First letter in upper case.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

/// A horizon in days for readers.
pub(crate) fn horizon(days: u32) -> String {
    match days {
        0 => "at once".to_owned(),
        365 => "after a year".to_owned(),
        days => format!("after {days} days"),
    }
}

/// At most `length` characters, with an ellipsis where cut.
pub(crate) fn short(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    text.chars().take(length.saturating_sub(1)).chain(['…']).collect()
}
