//! One user's profile changes in one transaction, however many rows it has and however many statements carry it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use scrim_testkit::{Governed, Target};
use tokio_postgres::{NoTls, SimpleQueryMessage};

/// More than go in one batch, if they were of several users.
const VALUES: usize = 2600;

fn catalog(letter: char) -> String {
    let values: Vec<String> = (0..VALUES).map(|n| format!("{letter}{n}")).collect();
    format!(
        "{{ kind: user, name: ann, attributes: {{ country: [ {} ] }} }}\n---\n{{ kind: user, name: bob }}",
        values.join(", ")
    )
}

/// The first letters of all values, each time they are read, and whether all of them were there.
fn read_all_the_time(url: String, stop: Arc<AtomicBool>) -> BTreeSet<(String, usize)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
        tokio::spawn(connection);
        let mut seen = BTreeSet::new();
        while !stop.load(Ordering::SeqCst) {
            let sql = "SELECT value FROM immuta_system.user_profile WHERE kind = 'attribute'";
            let (mut letters, mut count) = (BTreeSet::new(), 0);
            for message in client.simple_query(sql).await.unwrap() {
                if let SimpleQueryMessage::Row(row) = message {
                    letters.insert(row.get(0).unwrap()[..1].to_owned());
                    count += 1;
                }
            }
            seen.insert((letters.into_iter().collect(), count));
        }
        seen
    })
}

fn a_profile_is_the_old_one_or_the_new_one(target: Target) {
    let governed = Governed::on(target);
    governed.run("CREATE ROLE ann LOGIN PASSWORD 'x'; CREATE ROLE bob LOGIN");
    governed.install(&governed.catalog(&catalog('a')));
    governed.push(&governed.catalog(&catalog('a')));
    let stop = Arc::new(AtomicBool::new(false));
    let (url, stopped) = (governed.user_url("ann", "x"), Arc::clone(&stop));
    let reader = std::thread::spawn(move || read_all_the_time(url, stopped));
    let rounds = if target == Target::Postgresql { 4 } else { 2 };
    for letter in ['b', 'a', 'b', 'a'].into_iter().take(rounds) {
        let report = governed.push(&governed.catalog(&catalog(letter)));
        assert_eq!(report.profiles.written, 1);
    }
    stop.store(true, Ordering::SeqCst);
    let seen = reader.join().unwrap();
    let whole = |letter: &str| (letter.to_owned(), VALUES);
    assert_eq!(seen, BTreeSet::from([whole("a"), whole("b")]));
}

scrim_testkit::everywhere! { a_profile_is_the_old_one_or_the_new_one }
