//! First and last names, and their plain spelling in addresses.

pub(super) const FIRST: [&str; 60] = [
    "Ana", "James", "Søren", "Priya", "Hiroshi", "Łukasz", "Maria", "Chidi", "Emma", "José", "Wei", "Fatima", "Oliver",
    "Zoë", "Rahul", "Camila", "Noah", "Yuki", "Amélie", "David", "Ingrid", "Carlos", "Aisha", "Thomas", "Mei", "Liam",
    "Björn", "Sofia", "Arjun", "Hannah", "Kenji", "Beatriz", "Michael", "Chloé", "Omar", "Grace", "Mateus", "Nadia",
    "Peter", "Ananya", "Jürgen", "Isabel", "Daniel", "Sakura", "Elena", "Samuel", "Leila", "Patrick", "Renée",
    "Vikram", "Julia", "Kwame", "Sarah", "Luís", "Divya", "Robert", "Aoife", "Takumi", "Claire", "Mohammed",
];

pub(super) const LAST: [&str; 60] = [
    "O'Brien",
    "Smith",
    "Müller",
    "Silva",
    "Tanaka",
    "Sharma",
    "D'Angelo",
    "Nguyen",
    "Kowalski",
    "García",
    "Johnson",
    "Dubois",
    "Okafor",
    "Patel",
    "Sørensen",
    "Williams",
    "Santos",
    "Schmidt",
    "Sato",
    "Murphy",
    "Brown",
    "Lefèvre",
    "Iyer",
    "Chen",
    "Fernandes",
    "Wójcik",
    "Taylor",
    "O'Connor",
    "Weiß",
    "Suzuki",
    "Jones",
    "Moreau",
    "Khan",
    "Costa",
    "Larsson",
    "Davies",
    "Gonçalves",
    "Becker",
    "Gupta",
    "Yamamoto",
    "Miller",
    "Rossi",
    "Mensah",
    "Tremblay",
    "Fischer",
    "Wilson",
    "Bernard",
    "Reddy",
    "Watanabe",
    "Öztürk",
    "Martin",
    "Pereira",
    "Novák",
    "Anderson",
    "Singh",
    "Laurent",
    "Campbell",
    "Haddad",
    "Evans",
    "D'Souza",
];

/// A name as it is spelt in an e-mail address: small letters `a` to `z` only.
pub(super) fn plain(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' => out.push(letter),
            'á' | 'à' => out.push('a'),
            'ç' => out.push('c'),
            'é' | 'è' | 'ë' => out.push('e'),
            'í' => out.push('i'),
            'ł' => out.push('l'),
            'ø' | 'ö' => out.push_str("oe"),
            'ó' => out.push('o'),
            'ü' => out.push_str("ue"),
            'ß' => out.push_str("ss"),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_name_is_listed_twice_and_every_letter_has_a_plain_spelling() {
        for list in [FIRST, LAST] {
            assert_eq!(list.iter().collect::<HashSet<_>>().len(), list.len());
            for name in list {
                assert!(plain(name).len() >= name.chars().filter(|letter| letter.is_alphabetic()).count(), "{name}");
            }
        }
        assert_eq!(plain("O'Brien"), "obrien");
        assert_eq!(plain("Łukasz"), "lukasz");
    }
}
