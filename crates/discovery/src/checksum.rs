//! What a value must be beyond its pattern: check digits, and other things that no pattern says.

mod digits;
mod europe;
mod money;
mod shapes;
mod world;

use scrim_catalog::documents::Checksum;

pub(crate) use shapes::spread_as_birthdays;

/// Whether a value is what the check asks for.
pub fn passes(checksum: Checksum, value: &str) -> bool {
    let shape = match checksum {
        Checksum::Ip => return shapes::ip(value),
        Checksum::Latitude => return shapes::degrees(value, 90.0),
        Checksum::Longitude => return shapes::degrees(value, 180.0),
        Checksum::Coordinates => return shapes::coordinates(value),
        Checksum::Birthdays => return shapes::day(value).is_some(),
        Checksum::Entropy => return shapes::irregular(value),
        other => other,
    };
    let plain: String = value.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '/' | '+')).collect();
    let plain = plain.to_ascii_uppercase();
    match shape {
        Checksum::Iban => return money::iban(&plain),
        Checksum::Bic => return money::bic(&plain),
        Checksum::IdentityCard => return europe::identity_card(&plain),
        Checksum::Nir => return europe::nir(&plain),
        Checksum::Dni => return europe::dni(&plain),
        Checksum::CodiceFiscale => return europe::codice_fiscale(&plain),
        Checksum::Nino => return world::nino(&plain),
        _ => {}
    }
    let digits = digits::digits(&plain);
    match shape {
        Checksum::Luhn => digits::luhn(&digits),
        Checksum::Verhoeff => digits::verhoeff(&digits),
        Checksum::Ean13 => {
            digits.len() == 13 && digits::weighted(&digits, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]).is_multiple_of(10)
        }
        Checksum::Card => money::card(&digits),
        Checksum::Bsn => europe::bsn(&digits),
        Checksum::NationalNumber => europe::national_number(&digits),
        Checksum::Personnummer => europe::personnummer(&digits),
        Checksum::Pesel => europe::pesel(&digits),
        Checksum::Nif => europe::nif(&digits),
        Checksum::TaxId => europe::tax_id(&digits),
        Checksum::Cpf => world::cpf(&digits),
        Checksum::Tfn => world::tfn(&digits),
        Checksum::Nhs => world::nhs(&digits),
        Checksum::Ssn => world::ssn(&digits),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values as they are published as examples, and the same with one character that is wrong.
    #[test]
    fn published_examples_pass_and_near_misses_do_not() {
        let cases: &[(Checksum, &[&str], &[&str])] = &[
            (
                Checksum::Luhn,
                &["79927398713", "B-79927398713", "490154203237518", "130 692 544"],
                &["79927398714", "490154203237519", "", "0"],
            ),
            (Checksum::Verhoeff, &["9999 4105 7058", "2363"], &["9999 4105 7059", "2364"]),
            (Checksum::Ean13, &["756.9217.0769.85", "4006381333931"], &["756.9217.0769.84", "400638133393"]),
            (
                Checksum::Card,
                &[
                    "4111 1111 1111 1111",
                    "5555-5555-5555-4444",
                    "378282246310005",
                    "6011111111111117",
                    "30569309025904",
                    "3530111333300000",
                ],
                &["4111 1111 1111 1112", "5655555555554443", "37828224631000", "1234567812345670"],
            ),
            (
                Checksum::Iban,
                &[
                    "DE89 3704 0044 0532 0130 00",
                    "GB82WEST12345698765432",
                    "NO9386011117947",
                    "fr1420041010050500013m02606",
                ],
                &["DE88370400440532013000", "DE8937040044053201300", "XX82WEST12345698765432", "GB82WEST1234569876543"],
            ),
            (Checksum::Bic, &["DEUTDEFF", "DEUTDEFF500", "BNPAFRPP"], &["DEUTXXFF", "ABSTRACT", "DEUTDEF"]),
            (Checksum::IdentityCard, &["T220001293", "L01X00T471"], &["T220001294", "L01X00T47"]),
            (
                Checksum::Nir,
                &["2 55 08 14 168 025 38", "1 84 12 2A 451 089 33"],
                &["2 55 08 14 168 025 39", "1 84 12 2B 451 089 33"],
            ),
            (Checksum::Dni, &["12345678Z", "X1234567L", "Z-1234567-R"], &["12345678A", "X1234567M"]),
            (
                Checksum::CodiceFiscale,
                &["RSSMRA85T10A562S", "MRTMTT91D08F205J"],
                &["RSSMRA85T10A562T", "RSSMRA85T10A562"],
            ),
            (Checksum::Bsn, &["111222333", "123456782", "10000008"], &["111222334", "000000000", "12345"]),
            (Checksum::NationalNumber, &["85.07.30-033-28", "17073003384"], &["85.07.30-033-29", "85.13.30-033-28"]),
            (Checksum::Personnummer, &["811228-9874", "19670919-9530"], &["811228-9875", "811328-9873"]),
            (Checksum::Pesel, &["44051401359", "02070803628"], &["44051401358", "44991401359"]),
            (Checksum::Nif, &["123456789", "501442600"], &["123456788"]),
            (
                Checksum::TaxId,
                &["86095742719", "47 036 892 816", "65 929 970 489"],
                &["86095742718", "12345678901", "11111111111"],
            ),
            (Checksum::Cpf, &["111.444.777-35", "52998224725"], &["111.444.777-36", "111.111.111-11"]),
            (Checksum::Tfn, &["123 456 782", "876543210"], &["123 456 783", "000000000"]),
            (Checksum::Nhs, &["943 476 5919", "4010232137"], &["943 476 5918", "0000000000"]),
            (
                Checksum::Ssn,
                &["536-22-8145", "001-01-0001"],
                &["000-22-8145", "666-22-8145", "900-22-8145", "536-00-8145", "536-22-0000"],
            ),
            (Checksum::Nino, &["AB 12 34 56 C"], &["BG123456C", "ZZ123456C"]),
            (
                Checksum::Ip,
                &["10.0.0.1", "10.0.0.0/8", "::1", "2001:db8::ff00:42:8329", "fe80::/64"],
                &["10.0.0.256", "1.2.3", "12:34:56", ":::1"],
            ),
            (Checksum::Latitude, &["48.137", "-90"], &["90.1", "x"]),
            (Checksum::Longitude, &["180.0", "-179.99"], &["181"]),
            (
                Checksum::Coordinates,
                &["48.13, 11.57", "POINT(11.57 48.13)", "-33.86;151.20"],
                &["98.13, 11.57", "48.13"],
            ),
            (
                Checksum::Birthdays,
                &["1980-02-29", "31.12.1999", "12/31/1999", "19801231", "1980-01-01 00:00:00"],
                &["1981-02-29", "1850-01-01"],
            ),
            (
                Checksum::Entropy,
                &["wJalrXUtnFEMIK7MDENGbPxRfiCYzqK3"],
                &["d41d8cd98f00b204e9800998ecf8427e", "AAAAAAAAAAAAAAAAaaaaaaaaaaaa1111"],
            ),
        ];
        for (checksum, good, bad) in cases {
            for value in *good {
                assert!(passes(*checksum, value), "{checksum:?} {value}");
            }
            for value in *bad {
                assert!(!passes(*checksum, value), "{checksum:?} {value}");
            }
        }
    }
}
