//! Accounts and cards.

use super::digits::{luhn, number};

/// Issuers' prefixes, from and to, with the lengths of their numbers.
const ISSUERS: [(u64, u64, &[usize]); 12] = [
    (4, 4, &[13, 16, 19]),
    (51, 55, &[16]),
    (2221, 2720, &[16]),
    (34, 34, &[15]),
    (37, 37, &[15]),
    (6011, 6011, &[16, 19]),
    (644, 659, &[16, 19]),
    (300, 305, &[14]),
    (36, 36, &[14]),
    (38, 39, &[14, 16]),
    (3528, 3589, &[16, 17, 18, 19]),
    (62, 62, &[16, 17, 18, 19]),
];

/// How long the IBANs of each country are.
const LENGTHS: &str = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 \
    EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 \
    LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 \
    RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30";

/// Countries and territories of ISO 3166, and Kosovo.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT \
    BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM \
    FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO \
    JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT \
    MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA \
    SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US \
    UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XK";

/// An issuer's prefix and length, and Luhn.
pub(super) fn card(digits: &[u32]) -> bool {
    let issued = ISSUERS.iter().any(|(from, to, lengths)| {
        let places = from.ilog10() as usize + 1;
        let prefix = digits.get(..places).map(number);
        lengths.contains(&digits.len()) && prefix.is_some_and(|prefix| (*from..=*to).contains(&prefix))
    });
    issued && luhn(digits)
}

/// The length of its country, and with the first four characters last, letters as numbers, the remainder 1 modulo 97.
pub(super) fn iban(text: &str) -> bool {
    let (Some(country), Some(head), Some(body)) = (text.get(..2), text.get(..4), text.get(4..)) else { return false };
    let length = LENGTHS.split(' ').find_map(|entry| entry.strip_prefix(country));
    if length.and_then(|length| length.parse().ok()) != Some(text.len()) {
        return false;
    }
    let remainder = body.chars().chain(head.chars()).try_fold(0, |remainder: u32, c| {
        let value = c.to_digit(36)?;
        Some((remainder * if value > 9 { 100 } else { 10 } + value) % 97)
    });
    remainder == Some(1)
}

/// Eight or eleven characters, with a country at the fifth.
pub(super) fn bic(text: &str) -> bool {
    let country = text.get(4..6);
    [8, 11].contains(&text.len()) && country.is_some_and(|country| COUNTRIES.split(' ').any(|known| known == country))
}
