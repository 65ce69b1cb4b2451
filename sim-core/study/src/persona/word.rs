//! Words of persona files to the classes of the model: sex, schooling, occupation with its sector and specialism.
//!
//! Texts are free: lower case and upper case, blanks, hyphens and underscores are alike. A keyword fits at the beginning of a word
//! of the text (`nurs` fits `registered_nurse`); one with a non-ASCII letter fits anywhere, as some scripts have no blanks; one that
//! starts with `=` must be the whole text. The first keyword of a list that fits has the last word. What no keyword fits is unknown, which is no error.
//! Groups are the major groups of ISCO-08 (ILO 2012), levels those of ISCED 2011 (UNESCO 2012).

/// Occupation classes: the major groups of ISCO-08, then those who do not work, then unknown.
pub(crate) const OCCUPATIONS: [&str; 15] = [
    "isco_0", "isco_1", "isco_2", "isco_3", "isco_4", "isco_5", "isco_6", "isco_7", "isco_8",
    "isco_9", "student", "retired", "unemployed", "home", "unknown",
];
pub(crate) const STUDENT: u8 = 10;
pub(crate) const RETIRED: u8 = 11;
const UNEMPLOYED: u8 = 12;
pub(crate) const HOME: u8 = 13;
pub(crate) const UNKNOWN: u8 = 14;
/// Out of the labour force without a reason: age decides which of the classes.
const INACTIVE: u8 = 15;

/// Sectors by what their data are.
pub(crate) const SECTORS: [&str; 3] = ["open", "regulated", "critical"];
const REGULATED: u8 = 1;
const CRITICAL: u8 = 2;

/// Kinds of use at work.
pub(crate) const SPECIALISMS: [&str; 3] = ["ordinary", "developer", "researcher"];
const DEVELOPER: u8 = 1;
const RESEARCHER: u8 = 2;

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

/// Sex of a word; `None` when the word is none of a sex.
pub(crate) fn sex(text: &str) -> Option<u8> {
    let text = plain(text);
    let has = |words: &[&str]| words.contains(&text.as_str());
    if has(&["f", "female", "woman", "women", "girl", "femme", "mujer", "mulher", "femenino", "feminino", "feminin", "frau", "weiblich", "女", "女性", "여", "여성", "여자", "महिला"]) {
        Some(0)
    } else if has(&["m", "male", "man", "men", "boy", "homme", "hombre", "homem", "masculino", "masculin", "mann", "männlich", "男", "男性", "남", "남성", "남자", "पुरुष"]) {
        Some(1)
    } else if has(&["", "x", "other", "another", "nonbinary", "non binary", "diverse", "not stated", "unknown", "その他"]) {
        Some(2)
    } else {
        None
    }
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
    find(SCHOOLING, &text).copied().unwrap_or(UNKNOWN_LEVEL)
}

/// Occupation with sector and specialism.
pub(crate) fn work(text: &str) -> Work {
    let text = plain(text);
    if let Some(code) = isco(&text) {
        return code;
    }
    let Some(occupation) = find(OCCUPATION, &text).copied() else { return Work::plain(UNKNOWN) };
    if occupation >= STUDENT {
        return Work::plain(occupation);
    }
    let army = occupation == 0;
    let sector = find(SECTOR, &text).copied().unwrap_or(if army { CRITICAL } else { 0 });
    let is_expert = (1..=3).contains(&occupation);
    let specialism = find(SPECIALISM, &text).copied().filter(|_| is_expert).unwrap_or(0);
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
    } else if starts(&["111", "1342", "1346", "22", "241", "261", "32", "331", "335", "3411", "421", "532"]) {
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

fn find<'l, T>(list: &'l [(&str, T)], text: &str) -> Option<&'l T> {
    list.iter().find(|(keyword, _)| fits(keyword, text)).map(|(_, value)| value)
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

const SCHOOLING: &[(&str, u8)] = &[
    ("no diploma", 0), ("9th 12th", 0), ("less than 9th", 0), ("post secondary", 1), ("postsecondary", 1),
    ("some college", 1), ("some tertiary", 1), ("some university", 1), ("associate", 1), ("short cycle", 1),
    ("junior college", 1), ("technical college", 1), ("community college", 1), ("polytechnic", 1),
    ("vocational college", 1), ("higher vocational", 1), ("foundation degree", 1), ("higher national", 1),
    ("high school", 0), ("secondary", 0), ("primary", 0), ("elementary", 0), ("middle school", 0), ("ged", 0),
    ("basic", 0), ("no schooling", 0), ("no formal", 0), ("no education", 0), ("illiterate", 0), ("=none", 0),
    ("preschool", 0), ("vocational", 0), ("below", 0), ("less than", 0), ("1st", 0), ("bachillerato", 0),
    ("baccalaur", 0), ("ensino medio", 0), ("ensino médio", 0), ("ensino fundamental", 0), ("secundari", 0),
    ("primari", 0), ("primár", 0), ("gymnasium", 0), ("gümnaasium", 0), ("põhi", 0), ("kesk", 0), ("bachelor", 2),
    ("master", 2), ("doctor", 2), ("phd", 2), ("ph d", 2), ("mba", 2), ("professional degree", 2), ("postgraduate", 2),
    ("undergraduate", 2), ("graduate", 2), ("university", 2), ("college", 2), ("higher education", 2), ("tertiary", 2),
    ("higher", 2), ("degree", 2), ("licenciatura", 2), ("licence", 2), ("mestrado", 2), ("maestr", 2), ("doutor", 2),
    ("superior", 2), ("universi", 2), ("ülikool", 2), ("kõrg", 2), ("diploma", 1), ("certificate", 1), ("大学院", 2),
    ("短期大学", 1), ("短大", 1), ("専門", 1), ("高専", 1), ("大学", 2), ("高校", 0), ("高等学校", 0), ("中学", 0),
    ("小学", 0), ("대학원", 2), ("전문대", 1), ("대학", 2), ("고등", 0), ("중학", 0), ("초등", 0),
];

const OCCUPATION: &[(&str, u8)] = &[
    // Those who do not work.
    ("student advis", 2), ("student counsel", 2), ("student affairs", 2), ("unemploy", UNEMPLOYED), ("job seek", UNEMPLOYED),
    ("jobseek", UNEMPLOYED), ("out of work", UNEMPLOYED), ("student", STUDENT), ("pupil", STUDENT), ("schoolchild", STUDENT),
    ("retire", RETIRED), ("pensioner", RETIRED), ("homemaker", HOME), ("housewife", HOME), ("househusband", HOME),
    ("stay at home", HOME), ("not in workforce", INACTIVE), ("not in the workforce", INACTIVE), ("not in labo", INACTIVE),
    ("not in the labo", INACTIVE), ("no occupation", INACTIVE), ("not working", INACTIVE), ("not employed", INACTIVE),
    ("economically inactive", INACTIVE), ("=inactive", INACTIVE), ("=none", INACTIVE), ("=child", INACTIVE), ("=infant", INACTIVE),
    ("=home", HOME), ("無職", INACTIVE), ("学生", STUDENT), ("主婦", HOME), ("무직", INACTIVE), ("학생", STUDENT), ("주부", HOME),
    // Names of the major groups.
    ("armed forces", 0), ("clerical support", 4), ("service and sales workers", 5), ("skilled agricultural", 6),
    ("craft and related", 7), ("plant and machine operators", 8), ("elementary occupation", 9), ("technicians and associate", 3),
    // Before their general words.
    ("power plant manager", 1), ("sales manager", 1), ("retail manager", 1), ("store manager", 1), ("account manager", 3), ("account executive", 3),
    ("case manager", 2), ("office manager", 3), ("property manager", 3), ("medical assistant", 3), ("dental assistant", 3),
    ("dental hygien", 3), ("nursing assistant", 5), ("nurse aide", 5), ("nursing aide", 5), ("practical nurse", 3), ("vocational nurse", 3),
    ("health care assistant", 5), ("healthcare assistant", 5), ("personal care", 5), ("home health", 5), ("teacher aide", 5), ("teaching assistant", 5),
    ("teacher assistant", 5), ("childcare", 5), ("child care", 5), ("social work", 2), ("legal secretar", 3), ("medical secretar", 3), ("executive assistant", 3),
    ("paralegal", 3), ("legal assistant", 3), ("software", 2), ("web develop", 2), ("developer", 2), ("programmer", 2), ("data scien", 2), ("data engineer", 2),
    ("data analy", 2), ("database", 2), ("machine learning", 2), ("systems analy", 2), ("system administrator", 2), ("systems administrator", 2),
    ("network administrator", 2), ("information security", 2), ("cybersecurity", 2), ("computer scien", 2), ("computer support", 3), ("it support", 3),
    ("ict support", 3), ("help desk", 3), ("computer", 2), ("telecommunications technician", 3), ("sales engineer", 2), ("construction supervisor", 3),
    ("supervisor of construction", 3), ("first line supervisor of retail", 5), ("shop supervisor", 5), ("supervisor of food", 5), ("lineman", 7),
    ("power line", 7), ("line installer", 7), ("water treatment", 8), ("wastewater", 8), ("stationary engineer", 8), ("locomotive engineer", 8), ("train driver", 8),
    ("power plant operator", 3), ("grid control", 3), ("control room", 3), ("control technician", 3), ("air traffic", 3), ("pilot", 3), ("ship", 3),
    ("police officer", 5), ("policeman", 5), ("policewoman", 5), ("police", 5), ("firefight", 5), ("fire fight", 5), ("correction", 5), ("prison", 5), ("jail", 5), ("security guard", 5),
    ("customs officer", 3), ("border", 3), ("tax officer", 3), ("tax inspector", 3), ("tax examiner", 3), ("detective", 3), ("loan officer", 3), ("insurance agent", 3),
    ("insurance sales", 3), ("claims", 3), ("real estate", 3), ("purchasing agent", 3), ("bookkeep", 3), ("paramedic", 3), ("emergency medical", 3), ("ambulance", 3),
    ("dispatcher", 4), ("bank teller", 4), ("teller", 4), ("cashier", 5), ("debt collector", 4), ("bill collector", 4), ("postal", 4), ("mail carrier", 4), ("mail clerk", 4),
    ("court clerk", 4), ("municipal clerk", 4), ("stock clerk", 4), ("shipping", 4), ("receptionist", 4), ("secretar", 4), ("administrative assistant", 4), ("administrative", 4),
    ("clerk", 4), ("clerical", 4), ("data entry", 4), ("typist", 4), ("customer service", 4), ("call cent", 4), ("payroll", 4), ("office work", 4), ("会社員", 4), ("사무", 4),
    // Armed forces.
    ("soldier", 0), ("army", 0), ("military", 0), ("navy", 0), ("air force", 0), ("marine corps", 0), ("infantry", 0), ("自衛", 0), ("군인", 0),
    // Drivers, operators, crafts and elementary work before the professions whose words they share.
    ("truck driver", 8), ("bus driver", 8), ("taxi", 8), ("driver", 8), ("chauffeur", 8), ("forklift", 8), ("machine operator", 8), ("operator", 8), ("assembler", 8),
    ("miner", 8), ("drill", 8), ("machinist", 7), ("carpenter", 7), ("brick", 7), ("mason", 7), ("plumb", 7), ("pipefit", 7), ("electrician", 7), ("mechanic", 7),
    ("weld", 7), ("roofer", 7), ("painter", 7), ("plaster", 7), ("tile", 7), ("builder", 7), ("tailor", 7), ("garment", 7), ("sewing", 7), ("seamstress", 7), ("butcher", 7),
    ("baker", 7), ("craft", 7), ("artisan", 7), ("toolmaker", 7), ("metal work", 7), ("repair", 7), ("installer", 7), ("printer", 7), ("blacksmith", 7), ("joiner", 7), ("jewel", 7),
    ("farm labo", 9), ("farm worker", 9), ("farmworker", 9), ("agricultural labo", 9), ("agricultural worker", 9), ("construction labo", 9), ("construction worker", 9), ("labourer", 9), ("laborer", 9), ("cleaner", 9),
    ("janitor", 9), ("maid", 9), ("housekeep", 9), ("domestic", 9), ("dishwash", 9), ("street vend", 9), ("hawker", 9), ("refuse", 9), ("garbage", 9), ("packer", 9), ("packager", 9),
    ("stocker", 9), ("porter", 9), ("helper", 9), ("loader", 9), ("mover", 9), ("warehouse", 9), ("food preparation", 9), ("kitchen hand", 9), ("courier", 9), ("messenger", 9), ("day labo", 9), ("landscap", 9), ("groundskeep", 9),
    ("agricultural engineer", 2), ("farmer", 6), ("farm", 6), ("fisher", 6), ("fish", 6), ("forest", 6), ("logger", 6), ("logging", 6), ("gardener", 6), ("rancher", 6), ("herder", 6), ("beekeep", 6), ("agricultur", 6), ("农", 6), ("農", 6), ("농", 6),
    // Managers.
    ("manager", 1), ("managing", 1), ("chief", 1), ("ceo", 1), ("cfo", 1), ("cto", 1), ("director", 1), ("legislator", 1), ("minister", 1), ("senator", 1), ("mayor", 1), ("executive", 1), ("president", 1),
    ("entrepreneur", 1), ("business owner", 1), ("principal", 1), ("superintendent", 1), ("head of", 1), ("administrator", 1), ("経営", 1), ("管理職", 1),
    // Technicians and associate professionals.
    ("technician", 3), ("technologist", 3), ("technical", 3), ("technicien", 3), ("técnic", 3), ("laboratory", 3), ("draft", 3), ("inspector", 3), ("surveyor", 3), ("broker", 3), ("sales representative", 3), ("sales rep", 3),
    ("agent", 3), ("assistant nurse", 3), ("therap", 2), ("optician", 3), ("pharmacy aide", 3), ("coach", 3), ("athlete", 3), ("fitness", 3), ("photograph", 3), ("interior design", 3), ("chef", 3), ("supervisor", 3),
    ("associate professional", 3), ("social assistant", 3), ("appraiser", 3), ("buyer", 3), ("estimator", 3), ("coordinator", 3), ("event plan", 3), ("recruit", 3), ("trader", 3),
    // Professionals.
    ("engineer", 2), ("scien", 2), ("research", 2), ("physic", 2), ("chemist", 2), ("biolog", 2), ("geolog", 2), ("mathemat", 2), ("statistic", 2), ("econom", 2), ("psycholog", 2), ("sociolog", 2), ("architect", 2),
    ("planner", 2), ("designer", 2), ("teacher", 2), ("professor", 2), ("lecturer", 2), ("educator", 2), ("instructor", 2), ("tutor", 2), ("librarian", 2), ("nurse", 2), ("nursing", 2), ("midwi", 2), ("doctor", 2), ("surgeon", 2),
    ("dentist", 2), ("pharmacist", 2), ("veterinar", 2), ("diet", 2), ("nutrition", 2), ("medical", 2), ("psychiatr", 2), ("lawyer", 2), ("attorney", 2), ("solicitor", 2), ("barrister", 2), ("judge", 2), ("notary", 2), ("legal", 2),
    ("accountant", 2), ("auditor", 2), ("financ", 2), ("actuar", 2), ("analyst", 2), ("consult", 2), ("advis", 2), ("marketing", 2), ("advertis", 2), ("public relations", 2), ("human resource", 2), ("journalist", 2), ("writer", 2),
    ("author", 2), ("editor", 2), ("translat", 2), ("interpreter", 2), ("artist", 2), ("actor", 2), ("music", 2), ("dancer", 2), ("producer", 2), ("clergy", 2), ("priest", 2), ("pastor", 2), ("counsel", 2), ("professional", 2),
    ("specialist", 2), ("policy", 2), ("curator", 2), ("医師", 2), ("看護", 2), ("教師", 2), ("教員", 2), ("의사", 2), ("간호", 2), ("교사", 2), ("enseignant", 2), ("ingeni", 2), ("médic", 2), ("medic", 2), ("abogad", 2), ("advogad", 2), ("profesor", 2),
    // Services and sales.
    ("shop", 5), ("sales", 5), ("seller", 5), ("retail", 5), ("merchant", 5), ("store", 5), ("cook", 5), ("waiter", 5), ("waitress", 5), ("server", 5), ("bartend", 5), ("barista", 5), ("host", 5), ("hair", 5), ("barber", 5),
    ("beaut", 5), ("manicur", 5), ("cosmetolog", 5), ("care worker", 5), ("caregiver", 5), ("carer", 5), ("nanny", 5), ("babysit", 5), ("attendant", 5), ("steward", 5), ("guide", 5), ("concierge", 5), ("caretaker", 5),
    ("guard", 5), ("lifeguard", 5), ("undertak", 5), ("pet", 5), ("animal", 5), ("usher", 5), ("販売", 5), ("판매", 5), ("サービス", 5), ("서비스", 5), ("vendedor", 5), ("vendeur", 5), ("aide", 5), ("assistant", 4),
    ("manual work", 9), ("unskilled", 9), ("elementary", 9), ("factory", 8), ("production work", 8), ("worker", 9),
];

const SECTOR: &[(&str, u8)] = &[
    ("software", 0), ("web ", 0), ("veterinar", 0), ("army", CRITICAL), ("military", CRITICAL), ("navy", CRITICAL), ("defen", CRITICAL), ("power plant", CRITICAL), ("power line", CRITICAL),
    ("power ", CRITICAL), ("grid", CRITICAL), ("energy", CRITICAL), ("nuclear", CRITICAL), ("electric utility", CRITICAL), ("utilit", CRITICAL), ("petroleum", CRITICAL), ("water treatment", CRITICAL), ("wastewater", CRITICAL),
    ("water supply", CRITICAL), ("water and", CRITICAL), ("police", CRITICAL), ("firefight", CRITICAL), ("fire fight", CRITICAL), ("paramedic", CRITICAL), ("emergency", CRITICAL), ("ambulance", CRITICAL), ("air traffic", CRITICAL),
    ("border", CRITICAL), ("coast guard", CRITICAL), ("health", REGULATED), ("hospital", REGULATED), ("nurs", REGULATED), ("medic", REGULATED), ("midwi", REGULATED), ("doctor", REGULATED), ("physician", REGULATED), ("surgeon", REGULATED), ("dent", REGULATED),
    ("pharma", REGULATED), ("psychiatr", REGULATED), ("psycholog", REGULATED), ("therap", REGULATED), ("radiolog", REGULATED), ("diet", REGULATED), ("clinic", REGULATED), ("optician", REGULATED), ("optometr", REGULATED),
    ("public admin", REGULATED), ("government", REGULATED), ("municipal", REGULATED), ("civil serv", REGULATED), ("legislator", REGULATED), ("minister", REGULATED), ("senator", REGULATED), ("mayor", REGULATED), ("tax ", REGULATED), ("customs", REGULATED),
    ("social work", REGULATED), ("postmaster", REGULATED), ("bank", REGULATED), ("financ", REGULATED), ("insurance", REGULATED), ("loan", REGULATED), ("credit", REGULATED), ("actuar", REGULATED), ("account", REGULATED), ("audit", REGULATED),
    ("bookkeep", REGULATED), ("payroll", REGULATED), ("teller", REGULATED), ("claims", REGULATED), ("lawyer", REGULATED), ("attorney", REGULATED), ("solicitor", REGULATED), ("barrister", REGULATED), ("judge", REGULATED), ("court", REGULATED),
    ("legal", REGULATED), ("paralegal", REGULATED), ("notary", REGULATED), ("prison", REGULATED), ("correction", REGULATED), ("detective", REGULATED), ("医", REGULATED), ("看護", REGULATED), ("公務", REGULATED), ("銀行", REGULATED), ("의사", REGULATED),
    ("간호", REGULATED), ("공무", REGULATED), ("은행", REGULATED),
];

const SPECIALISM: &[(&str, u8)] = &[
    ("research", RESEARCHER), ("data scien", DEVELOPER), ("machine learning", DEVELOPER), ("computer scien", DEVELOPER), ("software", DEVELOPER), ("programmer", DEVELOPER), ("web develop", DEVELOPER),
    ("real estate develop", 0), ("property develop", 0), ("business develop", 0), ("developer", DEVELOPER), ("data engineer", DEVELOPER), ("computer program", DEVELOPER), ("scien", RESEARCHER), ("physicist", RESEARCHER),
    ("mathemat", RESEARCHER), ("statistic", RESEARCHER), ("biolog", RESEARCHER), ("professor", RESEARCHER),
];

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
    }

    #[test]
    fn schooling_words_of_several_data_sets_go_to_their_levels() {
        for (text, level) in [
            ("less_than_9th", 0), ("9th_12th_no_diploma", 0), ("high_school", 0), ("High school graduate", 0),
            ("Upper secondary", 0), ("some_college", 1), ("associates", 1), ("Post-secondary non-tertiary", 1),
            ("bachelors", 2), ("graduate", 2), ("PhD", 2), ("ISCED 5", 1), ("3", 0), ("7", 2), ("大学卒", 2),
            ("短期大学卒", 1), ("高校卒", 0), ("?", 3), ("", 3), ("99", 3),
        ] {
            assert_eq!(schooling(text), level, "{text}");
        }
    }

    #[test]
    fn sexes_are_known_in_several_words_and_anything_else_is_not() {
        assert_eq!(["Female", "F", "女"].map(sex), [Some(0); 3]);
        assert_eq!(["male", "M", "Hombre"].map(sex), [Some(1); 3]);
        assert_eq!([sex("non-binary"), sex(""), sex("fmale"), sex("1")], [Some(2), Some(2), None, None]);
    }
}
