//! When a login is fetched anew.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::kept::{Fresh, Kept};
use super::*;

#[tokio::test]
async fn a_login_is_kept_until_five_minutes_or_a_third_of_its_life_before_its_end() {
    for (minutes, last) in [(60, 55), (15, 10), (6, 4)] {
        let (kept, fetched) = (Kept::default(), AtomicUsize::new(0));
        let start = at("2027-01-31T12:00:00Z");
        let get = async |minute: i64| {
            let now = start + chrono::TimeDelta::minutes(minute);
            let fetch = || async {
                let number = fetched.fetch_add(1, Ordering::SeqCst) + 1;
                let login = Login { user: number.to_string(), password: None };
                Ok(Fresh { login, life: chrono::TimeDelta::minutes(minutes) })
            };
            kept.get(now, fetch).await.unwrap().user
        };
        assert_eq!([get(0).await, get(1).await, get(last - 1).await], ["1", "1", "1"], "{minutes}");
        assert_eq!([get(last).await, get(last + 1).await], ["2", "2"], "{minutes}");
    }
}

#[tokio::test]
async fn who_waits_shares_the_answer_also_a_failure_and_who_comes_later_asks_again() {
    let (kept, fetched) = (Kept::default(), AtomicUsize::new(0));
    let now = at("2027-01-31T12:00:00Z");
    let fails = || async {
        fetched.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        Err("no".to_owned())
    };
    let (a, b, c) = tokio::join!(kept.get(now, fails), kept.get(now, fails), kept.get(now, fails));
    assert_eq!([a.unwrap_err(), b.unwrap_err(), c.unwrap_err()], ["no", "no", "no"]);
    assert_eq!(fetched.load(Ordering::SeqCst), 1);
    assert!(kept.get(now, fails).await.is_err());
    assert_eq!(fetched.load(Ordering::SeqCst), 2);
}
