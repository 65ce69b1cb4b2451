//! Keywords of free texts, in blocks that stand for one class each; the first keyword that fits has the last word.
//!
//! A bar separates keywords. One fits at the beginning of a word of the text; with a non-ASCII letter anywhere, as some scripts have no
//! blanks; with `=` in front only as the whole text. Words in several languages are those of the published national data sets.

use super::word::{
    CRITICAL, DEVELOPER, HOME, INACTIVE, REGULATED, RESEARCHER, RETIRED, STUDENT, UNEMPLOYED,
};

/// A class and the keywords that stand for it.
pub(super) type Block = (u8, &'static str);

/// Words of women, men and others; a text must be one of them.
pub(super) const SEX: [&str; 3] = [
    "f|female|woman|women|girl|femme|mujer|mulher|femenino|feminino|feminin|frau|\
     weiblich|女|女性|여|여성|여자|महिला",
    "m|male|man|men|boy|homme|hombre|homem|masculino|masculin|mann|männlich|男|男性|\
     남|남성|남자|पुरुष",
    "x|other|another|nonbinary|non binary|diverse|not stated|unknown|その他",
];

/// Levels of schooling.
pub(super) const SCHOOLING: &[Block] = &[
    (0, "no diploma|9th 12th|less than 9th"),
    (
        1,
        "post secondary|postsecondary|some college|some tertiary|some university|\
         associate|short cycle|junior college|technical college|community college|\
         polytechnic|vocational college|higher vocational|foundation degree|\
         higher national",
    ),
    (
        0,
        "high school|secondary|primary|elementary|middle school|ged|basic|\
         no schooling|no formal|no education|illiterate|=none|preschool|vocational|\
         below|less than|1st|bachillerato|baccalaur|ensino medio|ensino médio|\
         ensino fundamental|secundari|primari|primár|gymnasium|gümnaasium|põhi|kesk",
    ),
    (
        2,
        "bachelor|master|doctor|phd|ph d|mba|professional degree|postgraduate|\
         undergraduate|graduate|university|college|higher education|tertiary|higher|\
         degree|licenciatura|licence|mestrado|maestr|doutor|superior|universi|\
         ülikool|kõrg",
    ),
    (1, "diploma|certificate"),
    (2, "大学院"),
    (1, "短期大学|短大|専門|高専"),
    (2, "大学"),
    (0, "高校|高等学校|中学|小学"),
    (2, "대학원"),
    (1, "전문대"),
    (2, "대학"),
    (0, "고등|중학|초등"),
];

/// Those who do not work, then major groups of ISCO-08: names of the groups and special words before general ones.
pub(super) const OCCUPATION: &[Block] = &[
    (2, "student advis|student counsel|student affairs"),
    (UNEMPLOYED, "unemploy|job seek|jobseek|out of work"),
    (STUDENT, "student|pupil|schoolchild"),
    (RETIRED, "retire|pensioner"),
    (HOME, "homemaker|housewife|househusband|stay at home"),
    (
        INACTIVE,
        "not in workforce|not in the workforce|not in labo|not in the labo|\
         no occupation|not working|not employed|economically inactive|=inactive|\
         =none|=child|=infant",
    ),
    (HOME, "=home"),
    (INACTIVE, "無職"),
    (STUDENT, "学生"),
    (HOME, "主婦"),
    (INACTIVE, "무직"),
    (STUDENT, "학생"),
    (HOME, "주부"),
    (0, "armed forces"),
    (4, "clerical support"),
    (5, "service and sales workers"),
    (6, "skilled agricultural"),
    (7, "craft and related"),
    (8, "plant and machine operators"),
    (9, "elementary occupation"),
    (3, "technicians and associate"),
    (1, "power plant manager|sales manager|retail manager|store manager"),
    (3, "account manager|account executive"),
    (2, "case manager"),
    (
        3,
        "office manager|property manager|medical assistant|dental assistant|\
         dental hygien",
    ),
    (5, "nursing assistant|nurse aide|nursing aide"),
    (3, "practical nurse|vocational nurse"),
    (
        5,
        "health care assistant|healthcare assistant|personal care|home health|\
         teacher aide|teaching assistant|teacher assistant|childcare|child care",
    ),
    (2, "social work"),
    (
        3,
        "legal secretar|medical secretar|executive assistant|paralegal|\
         legal assistant",
    ),
    (
        2,
        "software|web develop|developer|programmer|data scien|data engineer|\
         data analy|database|machine learning|systems analy|system administrator|\
         systems administrator|network administrator|information security|\
         cybersecurity|computer scien",
    ),
    (3, "computer support|it support|ict support|help desk"),
    (2, "computer"),
    (3, "telecommunications technician"),
    (2, "sales engineer"),
    (3, "construction supervisor|supervisor of construction"),
    (5, "first line supervisor of retail|shop supervisor|supervisor of food"),
    (7, "lineman|power line|line installer"),
    (
        8,
        "water treatment|wastewater|stationary engineer|locomotive engineer|\
         train driver",
    ),
    (
        3,
        "power plant operator|grid control|control room|control technician|\
         air traffic|pilot|ship officer|ship captain",
    ),
    (
        5,
        "police officer|policeman|policewoman|police|firefight|fire fight|correction|\
         prison|jail|security guard",
    ),
    (
        3,
        "customs officer|border|tax officer|tax inspector|tax examiner|detective|\
         loan officer|insurance agent|insurance sales|claims|real estate|\
         purchasing agent|bookkeep|paramedic|emergency medical|ambulance",
    ),
    (4, "dispatcher|bank teller|teller"),
    (5, "cashier"),
    (
        4,
        "debt collector|bill collector|postal|mail carrier|mail clerk|court clerk|\
         municipal clerk|stock clerk|shipping|receptionist|secretar|\
         administrative assistant|administrative|clerk|clerical|data entry|typist|\
         customer service|call cent|payroll|office work|会社員|사무",
    ),
    (0, "soldier|army|military|navy|air force|marine corps|infantry|自衛|군인"),
    (
        8,
        "truck driver|bus driver|taxi|driver|chauffeur|forklift|machine operator|\
         operator|assembler|miner|drill",
    ),
    (
        7,
        "machinist|carpenter|brick|mason|plumb|pipefit|electrician|mechanic|weld|\
         roofer|painter|plaster|tile|builder|tailor|garment|sewing|seamstress|\
         butcher|baker|craft|artisan|toolmaker|metal work|repair|installer|printer|\
         blacksmith|joiner|jewel",
    ),
    (
        9,
        "farm labo|farm worker|farmworker|agricultural labo|agricultural worker|\
         construction labo|construction worker|labourer|laborer|cleaner|janitor|maid|\
         housekeep|domestic|dishwash|street vend|hawker|refuse|garbage|packer|\
         packager|stocker|porter|helper|loader|mover|warehouse|food preparation|\
         kitchen hand|courier|messenger|day labo|landscap|groundskeep",
    ),
    (2, "agricultural engineer"),
    (
        6,
        "farmer|farm|fisher|fish|forest|logger|logging|gardener|rancher|herder|\
         beekeep|agricultur|农|農|농",
    ),
    (
        1,
        "manager|managing|chief|ceo|cfo|cto|director|legislator|minister|senator|\
         mayor|executive|president|entrepreneur|business owner|principal|\
         superintendent|head of|administrator|経営|管理職",
    ),
    (
        3,
        "technician|technologist|technical|technicien|técnic|laboratory|draft|\
         inspector|surveyor|broker|sales representative|sales rep|agent|\
         assistant nurse",
    ),
    (2, "therap"),
    (
        3,
        "optician|pharmacy aide|coach|athlete|fitness|photograph|interior design|\
         chef|supervisor|associate professional|social assistant|appraiser|buyer|\
         estimator|coordinator|event plan|recruit|trader",
    ),
    (
        2,
        "engineer|scien|research|physic|chemist|biolog|geolog|mathemat|statistic|\
         econom|psycholog|sociolog|architect|planner|designer|teacher|professor|\
         lecturer|educator|instructor|tutor|librarian|nurse|nursing|midwi|doctor|\
         surgeon|dentist|pharmacist|veterinar|diet|nutrition|medical|psychiatr|\
         lawyer|attorney|solicitor|barrister|judge|notary|legal|accountant|auditor|\
         financ|actuar|analyst|consult|advis|marketing|advertis|public relations|\
         human resource|journalist|writer|author|editor|translat|interpreter|artist|\
         actor|music|dancer|producer|clergy|priest|pastor|counsel|professional|\
         specialist|policy|curator|医師|看護|教師|教員|의사|간호|교사|enseignant|ingeni|médic|\
         medic|abogad|advogad|profesor",
    ),
    (
        5,
        "shop|sales|seller|retail|merchant|store|cook|waiter|waitress|server|bartend|\
         barista|host|hair|barber|beaut|manicur|cosmetolog|care worker|caregiver|\
         carer|nanny|babysit|attendant|steward|guide|concierge|caretaker|guard|\
         lifeguard|undertak|pet|animal|usher|販売|판매|サービス|서비스|vendedor|vendeur|aide",
    ),
    (4, "assistant"),
    (9, "manual work|unskilled|elementary"),
    (8, "factory|production work"),
    (9, "worker"),
];

/// Sectors with data under rules of their own, or vital to the state; anything else is open.
pub(super) const SECTOR: &[Block] = &[
    (0, "software|web |veterinar"),
    (
        CRITICAL,
        "army|military|navy|defen|power plant|power line|power |grid|energy|nuclear|\
         electric utility|utilit|petroleum|water treatment|wastewater|water supply|\
         water and|police|firefight|fire fight|paramedic|emergency|ambulance|\
         air traffic|border|coast guard",
    ),
    (
        REGULATED,
        "health|hospital|nurs|medic|midwi|doctor|physician|surgeon|dent|pharma|\
         psychiatr|psycholog|therap|radiolog|diet|clinic|optician|optometr|\
         public admin|government|municipal|civil serv|legislator|minister|senator|\
         mayor|tax |customs|social work|postmaster|bank|financ|insurance|loan|credit|\
         actuar|account|audit|bookkeep|payroll|teller|claims|lawyer|attorney|\
         solicitor|barrister|judge|court|legal|paralegal|notary|prison|correction|\
         detective|医|看護|公務|銀行|의사|간호|공무|은행",
    ),
];

/// Who builds software or does research; looked at for managers, professionals and technicians only.
pub(super) const SPECIALISM: &[Block] = &[
    (RESEARCHER, "research"),
    (DEVELOPER, "data scien|machine learning|computer scien|software|programmer|web develop"),
    (0, "real estate develop|property develop|business develop"),
    (DEVELOPER, "developer|data engineer|computer program"),
    (RESEARCHER, "scien|physicist|mathemat|statistic|biolog|professor"),
];
