//! Inventing employees.

use std::fmt;

use super::dice::Dice;
use super::names::{FIRST, LAST, plain};

/// How many people there are.
const STAFF: usize = 200;
/// What the invention starts from; another number makes other people.
const SEED: u64 = 0x5C21;

/// Each department with the range of its yearly salaries, in whole units of money.
const DEPARTMENTS: [(&str, u64, u64); 5] = [
    ("Sales", 48_000, 135_000),
    ("Engineering", 78_000, 210_000),
    ("Finance", 62_000, 165_000),
    ("Support", 36_000, 82_000),
    ("Legal", 85_000, 230_000),
];

/// Countries as often as they occur: five in fourteen people work in the United States.
const COUNTRIES: [&str; 14] = ["US", "US", "US", "US", "US", "DE", "DE", "GB", "GB", "IN", "IN", "CA", "FR", "BR"];
/// The rarest country has its people at fixed intervals, so that it is never missing.
const EVERY_SIXTEENTH: &str = "JP";

/// What is written about people: with the commas, quotes, backslashes and line breaks real notes have.
const NOTES: [&str; 8] = [
    "Works remotely on Mondays and Fridays",
    "Goes by \"Lee\", not by the full first name",
    "Medical leave in March; do not discuss",
    "Shared drive: \\\\files\\hr\\reviews",
    "Two reviews pending\nNext one due in June",
    "Relocation paid back in 2024, 50% by the company",
    "Can't travel; see the agreement of 12 May",
    "Badge lost, replaced; parking space 17 revoked",
];

/// One person; `None` is what the company does not know.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Employee {
    id: usize,
    name: String,
    email: Option<String>,
    ssn: Option<String>,
    salary: Option<String>,
    birth_date: Option<String>,
    country: Option<&'static str>,
    department: Option<&'static str>,
    manager: Option<String>,
    phone: Option<String>,
    notes: Option<&'static str>,
    hired_at: Option<String>,
    terminated: Option<bool>,
}

/// The whole staff. The first five head the departments; the first of all reports to nobody.
pub(super) fn staff() -> Vec<Employee> {
    let mut dice = Dice::new(SEED);
    (0..STAFF).map(|index| employee(&mut dice, index)).collect()
}

fn employee(dice: &mut Dice, index: usize) -> Employee {
    let (first, last) = name_parts(index);
    let is_head = index < DEPARTMENTS.len();
    let head = if is_head { index } else { usize::try_from(dice.between(0, 4)).unwrap_or_default() };
    let (department, low, high) = DEPARTMENTS.get(head).copied().unwrap_or_default();
    let low = if is_head { high.saturating_sub(high / 10) } else { low };
    let picked = dice.pick(&COUNTRIES);
    let country = if index % 16 == 7 { EVERY_SIXTEENTH } else { picked };
    let born = dice.between(1958, 2003);
    let hired = dice.between((born + 21).max(2006), 2025);
    let boss = if is_head { 0 } else { head };

    let email = format!("{}.{}@example.com", plain(first), plain(last));
    let salary = format!("{}.{:02}", dice.between(low, high), dice.pick(&[0, 0, 0, 25, 50, 99]));
    let birth_date = format!("{born}-{:02}-{:02}", dice.between(1, 12), dice.between(1, 28));
    let hired_at = format!(
        "{hired}-{:02}-{:02} {:02}:{:02}:{:02}",
        dice.between(1, 12),
        dice.between(1, 28),
        dice.between(8, 17),
        dice.between(0, 59),
        dice.between(0, 59)
    );
    let ssn = identity_number(dice, country);
    let phone = phone(dice, country);
    Employee {
        id: index + 1,
        name: full_name(index),
        email: unless(dice.once_in(40), email),
        ssn: ssn.filter(|_| !dice.once_in(15)),
        salary: unless(dice.once_in(30), salary),
        birth_date: unless(dice.once_in(25), birth_date),
        country: unless(dice.once_in(40), country),
        department: unless(!is_head && dice.once_in(30), department),
        manager: unless(index == 0, full_name(boss)),
        phone: unless(dice.once_in(12), phone),
        notes: dice.once_in(3).then(|| dice.pick(&NOTES)),
        hired_at: unless(dice.once_in(50), hired_at),
        terminated: unless(!is_head && dice.once_in(12), !is_head && dice.once_in(9)),
    }
}

fn unless<T>(unknown: bool, value: T) -> Option<T> {
    (!unknown).then_some(value)
}

/// Every sixty people have all the last names, and nobody has another's full name: whoever shares a last name is a
/// multiple of sixty people away, and seven first names further for each.
fn name_parts(index: usize) -> (&'static str, &'static str) {
    let first = FIRST.get((index * 23 + index / 60 * 7) % FIRST.len());
    let last = LAST.get((index * 17) % LAST.len());
    (first.copied().unwrap_or_default(), last.copied().unwrap_or_default())
}

fn full_name(index: usize) -> String {
    let (first, last) = name_parts(index);
    format!("{first} {last}")
}

/// A number of the form the country uses, at most eleven characters; `None` where the form is longer. Those of the
/// United States and Canada begin as no issued number does.
fn identity_number(dice: &mut Dice, country: &str) -> Option<String> {
    match country {
        "US" => Some(format!("9{}-{}-{}", dice.digits(2), dice.digits(2), dice.digits(4))),
        "CA" => Some(format!("0{}-{}-{}", dice.digits(2), dice.digits(3), dice.digits(3))),
        "GB" => Some(format!("QQ{}{}", dice.digits(6), dice.pick(&['A', 'B', 'C', 'D']))),
        "DE" | "BR" => Some(format!("0{}", dice.digits(10))),
        "IN" => Some(format!("{}P{}{}{}", dice.letters(3), dice.letters(1), dice.digits(4), dice.letters(1))),
        _ => None,
    }
}

fn phone(dice: &mut Dice, country: &str) -> String {
    match country {
        "DE" => format!("+49 30 {} {}", dice.digits(4), dice.digits(4)),
        "FR" => format!("+33 1 99 00 {} {}", dice.digits(2), dice.digits(2)),
        "GB" => format!("+44 20 7946 0{}", dice.digits(3)),
        "JP" => format!("+81 3 {} {}", dice.digits(4), dice.digits(4)),
        "BR" => format!("+55 11 9{} {}", dice.digits(4), dice.digits(4)),
        "IN" => format!("+91 22 {} {}", dice.digits(4), dice.digits(4)),
        _ => format!("+1 ({}) 555-01{}", dice.between(201, 989), dice.digits(2)),
    }
}

/// One line of comma-separated values, as COPY reads it: only what is unknown has no quotes.
impl fmt::Display for Employee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.id, quoted(&self.name))?;
        let terminated = self.terminated.map(|terminated| if terminated { "t" } else { "f" });
        let fields = [
            self.email.as_deref(),
            self.ssn.as_deref(),
            self.salary.as_deref(),
            self.birth_date.as_deref(),
            self.country,
            self.department,
            self.manager.as_deref(),
            self.phone.as_deref(),
            self.notes,
            self.hired_at.as_deref(),
            terminated,
        ];
        fields.iter().try_for_each(|field| write!(f, ",{}", field.map(quoted).unwrap_or_default()))
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_staff_is_the_same_every_time_and_nobody_is_there_twice() {
        assert_eq!(staff(), staff());
        let names: HashSet<String> = staff().into_iter().map(|person| person.name).collect();
        assert_eq!(names.len(), STAFF);
        let addresses: Vec<String> = staff().into_iter().filter_map(|person| person.email).collect();
        assert_eq!(addresses.iter().collect::<HashSet<_>>().len(), addresses.len());
    }

    #[test]
    fn every_kind_of_value_occurs() {
        let staff = staff();
        let countries: HashSet<_> = staff.iter().filter_map(|person| person.country).collect();
        assert_eq!(countries.len(), 8);
        for (department, ..) in DEPARTMENTS {
            assert!(staff.iter().filter(|person| person.department == Some(department)).count() > 20);
        }
        for part in ["O'Brien", "D'Angelo", "Müller", "Łukasz", "Søren "] {
            assert!(staff.iter().any(|person| person.name.contains(part)), "{part}");
        }
        for terminated in [Some(true), Some(false), None] {
            assert!(staff.iter().any(|person| person.terminated == terminated), "{terminated:?}");
        }
        for note in NOTES {
            assert!(staff.iter().any(|person| person.notes == Some(note)), "{note}");
        }
    }
}
