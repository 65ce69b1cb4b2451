//! Words of persona files to the classes of the model: sex, schooling, occupation with its sector and specialism.
//!
//! Texts are free: lower case and upper case, blanks, hyphens and underscores are alike; keywords (`keyword.rs`) decide. What no keyword fits
//! is unknown, which is no error.
//! Groups are the major groups of ISCO-08 (ILO 2012), levels those of ISCED 2011 (UNESCO 2012).

use super::keyword::{Block, OCCUPATION, SCHOOLING, SECTOR, SEX, SPECIALISM};

/// Occupation classes: the major groups of ISCO-08, then those who do not work, then unknown.
pub(crate) const OCCUPATIONS: [&str; 15] = [
    "isco_0",
    "isco_1",
    "isco_2",
    "isco_3",
    "isco_4",
    "isco_5",
    "isco_6",
    "isco_7",
    "isco_8",
    "isco_9",
    "student",
    "retired",
    "unemployed",
    "home",
    "unknown",
];
pub(crate) const STUDENT: u8 = 10;
pub(super) const RETIRED: u8 = 11;
pub(super) const UNEMPLOYED: u8 = 12;
pub(super) const HOME: u8 = 13;
pub(crate) const UNKNOWN: u8 = 14;
/// Out of the labour force without a reason: age decides which of the classes.
pub(super) const INACTIVE: u8 = 15;

/// Sectors by what their data are.
pub(crate) const SECTORS: [&str; 3] = ["open", "regulated", "critical"];
pub(super) const REGULATED: u8 = 1;
pub(super) const CRITICAL: u8 = 2;

/// Kinds of use at work.
pub(crate) const SPECIALISMS: [&str; 3] = ["ordinary", "developer", "researcher"];
pub(super) const DEVELOPER: u8 = 1;
pub(super) const RESEARCHER: u8 = 2;

/// Schooling by the highest level completed: ISCED 0 to 3, 4 and 5, 6 to 8.
pub(crate) const LEVELS: [&str; 4] = ["secondary_or_less", "some_tertiary", "bachelor", "unknown"];
pub(crate) const UNKNOWN_LEVEL: u8 = 3;

/// Sexes; without an entry, or a third one, is `other`.
pub(crate) const SEXES: [&str; 3] = ["women", "men", "other"];

/// What a person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Work {
    pub(crate) occupation: u8,
    pub(crate) sector: u8,
    pub(crate) specialism: u8,
}

impl Work {
    const fn plain(occupation: u8) -> Self {
        Self { occupation, sector: 0, specialism: 0 }
    }

    /// Who is out of the labour force without a reason is a student below 30, retired from 65 on, and at home between.
    pub(crate) const fn at_age(self, age: u8) -> Self {
        let occupation = match (self.occupation, age) {
            (INACTIVE, 0..=29) => STUDENT,
            (INACTIVE, 65..) => RETIRED,
            (INACTIVE, _) => HOME,
            (known, _) => known,
        };
        Self { occupation, ..self }
    }
}

/// Sex of a word; `None` when the word is none of a sex. No word at all is `other`.
pub(crate) fn sex(raw: &str) -> Option<u8> {
    let text = plain(raw);
    if text.is_empty() {
        return raw.trim().is_empty().then_some(2);
    }
    let known = |list: &str| list.split('|').any(|word| word == text);
    SEX.iter().position(|list| known(list)).map(|sex| sex as u8)
}

/// Level of schooling.
pub(crate) fn schooling(text: &str) -> u8 {
    let text = plain(text);
    let digits = text.strip_prefix("isced").unwrap_or(&text).trim();
    match digits.parse::<u8>() {
        Ok(0..=3) => return 0,
        Ok(4..=5) => return 1,
        Ok(6..=8) => return 2,
        _ => {}
    }
    find(SCHOOLING, &text).unwrap_or(UNKNOWN_LEVEL)
}

/// Occupation with sector and specialism.
pub(crate) fn work(text: &str) -> Work {
    let text = plain(text);
    if let Some(code) = isco(&text) {
        return code;
    }
    let Some(occupation) = find(OCCUPATION, &text) else { return Work::plain(UNKNOWN) };
    if occupation >= STUDENT {
        return Work::plain(occupation);
    }
    let army = occupation == 0;
    let sector = find(SECTOR, &text).unwrap_or(if army { CRITICAL } else { 0 });
    let is_expert = (1..=3).contains(&occupation);
    let specialism = find(SPECIALISM, &text).filter(|_| is_expert).unwrap_or(0);
    Work { occupation, sector, specialism }
}

/// A code of ISCO-08 with one to four digits: `2512`, `ISCO 25`.
fn isco(text: &str) -> Option<Work> {
    let code = text.strip_prefix("isco").unwrap_or(text).trim();
    let code = code.strip_prefix("08 ").unwrap_or(code);
    if code.is_empty() || code.len() > 4 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // The codes 0110, 0210 and 0310 without their zero, as spreadsheets write them.
    let code = if matches!(code, "110" | "210" | "310") { "0" } else { code };
    let occupation = code.bytes().next().map_or(UNKNOWN, |digit| digit - b'0');
    let starts = |codes: &[&str]| codes.iter().any(|c| code.starts_with(c));
    let sector = if starts(&["0", "541", "3258", "3131", "3132", "1349"]) {
        CRITICAL
    } else if starts(&[
        "111", "1342", "1346", "22", "241", "261", "32", "331", "335", "3411", "421", "532",
    ]) {
        REGULATED
    } else {
        0
    };
    let specialism = if starts(&["251", "252", "1330", "351"]) {
        DEVELOPER
    } else if starts(&["1223", "211", "212", "213", "2310"]) {
        RESEARCHER
    } else {
        0
    };
    Some(Work { occupation, sector, specialism })
}

/// Lower case, with one blank for every run of blanks, hyphens, underscores and other signs.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().take(200) {
        if c.is_alphanumeric() || (!c.is_ascii() && !c.is_whitespace() && !c.is_control()) {
            out.extend(c.to_lowercase());
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn find(list: &[Block], text: &str) -> Option<u8> {
    let fitting = |block: &&Block| block.1.split('|').any(|keyword| fits(keyword, text));
    list.iter().find(fitting).map(|block| block.0)
}

fn fits(keyword: &str, text: &str) -> bool {
    if let Some(whole) = keyword.strip_prefix('=') {
        return text == whole;
    }
    let mut from = 0;
    while let Some(at) = text[from..].find(keyword) {
        let start = from + at;
        if start == 0 || text[..start].ends_with(' ') || !keyword.is_ascii() {
            return true;
        }
        from = start + keyword.len();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn occupations_go_to_their_group_sector_and_specialism() {
        for (text, occupation, sector, specialism) in [
            ("software_developer", 2, 0, 1),
            ("Registered Nurse", 2, 1, 0),
            ("nursing-assistant", 5, 1, 0),
            ("public administration manager", 1, 1, 0),
            ("bank_teller", 4, 1, 0),
            ("Firefighter", 5, 2, 0),
            ("power_plant_manager", 1, 2, 0),
            ("research_scientist", 2, 0, 2),
            ("soldier", 0, 2, 0),
            ("truck driver", 8, 0, 0),
            ("2512", 2, 0, 1),
            ("ISCO-08 2211", 2, 1, 0),
            ("110", 0, 2, 0),
            ("0110", 0, 2, 0),
            ("5411", 5, 2, 0),
            ("Professionals", 2, 0, 0),
            ("Craft and Related Trades Workers", 7, 0, 0),
        ] {
            assert_eq!(work(text), Work { occupation, sector, specialism }, "{text}");
        }
    }

    #[test]
    fn who_does_not_work_goes_to_a_class_of_its_own_and_age_decides_where_no_reason_is_given() {
        assert_eq!(work("University student").occupation, STUDENT);
        assert_eq!(work("retired electrician").occupation, RETIRED);
        let out = work("not_in_workforce");
        assert_eq!([20, 40, 70].map(|age| out.at_age(age).occupation), [STUDENT, HOME, RETIRED]);
        assert_eq!(work("").occupation, UNKNOWN);
        assert_eq!(work("xyzzy").occupation, UNKNOWN);
        assert_eq!(work("会社員").occupation, 4);
        assert_eq!(work("은행 사무원"), Work { occupation: 4, sector: REGULATED, specialism: 0 });
    }

    #[test]
    fn schooling_words_of_several_data_sets_go_to_their_levels() {
        for (text, level) in [
            ("less_than_9th", 0),
            ("9th_12th_no_diploma", 0),
            ("high_school", 0),
            ("High school graduate", 0),
            ("Upper secondary", 0),
            ("some_college", 1),
            ("associates", 1),
            ("Post-secondary non-tertiary", 1),
            ("bachelors", 2),
            ("graduate", 2),
            ("PhD", 2),
            ("ISCED 5", 1),
            ("3", 0),
            ("7", 2),
            ("大学卒", 2),
            ("短期大学卒", 1),
            ("4년제 대학교", 2),
            ("2~3년제 전문대학", 1),
            ("초등학교", 0),
            ("高校卒", 0),
            ("?", 3),
            ("", 3),
            ("99", 3),
        ] {
            assert_eq!(schooling(text), level, "{text}");
        }
    }

    #[test]
    fn sexes_are_known_in_several_words_and_anything_else_is_not() {
        assert_eq!(["Female", "F", "女"].map(sex), [Some(0); 3]);
        assert_eq!(["male", "M", "Hombre"].map(sex), [Some(1); 3]);
        assert_eq!(
            [sex("non-binary"), sex(""), sex("fmale"), sex("1")],
            [Some(2), Some(2), None, None]
        );
    }
}
