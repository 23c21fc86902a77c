//! The audit trail: found again, and found out when it was tampered with.

use chrono::{DateTime, TimeDelta, Utc};
use scrim_store::{AuditHash, AuditQuery, Broken, How, NewAudit, Outcome, Span};
use serde_json::json;

use crate::stand::{Stand, at, audit, kept, on_both};

on_both!(
    an_entry_is_read_as_it_was_written,
    entries_are_found_by_what_they_say,
    entries_are_counted_by_hour_and_by_day,
    a_page_ends_where_its_entries_are_large,
    a_changed_entry_is_found,
    a_removed_entry_is_found,
    an_inserted_entry_is_found,
    a_replaced_entry_is_found,
    reordered_entries_are_found,
    a_truncated_trail_is_found,
    a_rewritten_trail_is_found_by_who_remembers
);

async fn filled(stand: &Stand, entries: i64) {
    let entries = (1..=entries).map(|number| NewAudit { at: at(number), ..audit(&format!("action {number}")) });
    let head = stand.store.audit_many(entries.collect()).await.unwrap();
    assert_eq!(head, stand.store.audit_head().await.unwrap());
    assert_eq!(stand.store.verify_audit().await.unwrap().broken, None);
    stand.unguard("audit").await;
}

async fn broken(stand: &Stand) -> Option<Broken> {
    let verdict = stand.store.verify_audit().await.unwrap();
    if let Some(Broken { number, .. }) = verdict.broken {
        assert_eq!((verdict.entries, verdict.head.number), (number - 1, number - 1));
    }
    verdict.broken
}

async fn an_entry_is_read_as_it_was_written(stand: Stand) {
    let full = audit("looked");
    let bare = NewAudit { object_kind: None, object_name: None, decided_by: None, address: None, ..audit("looked") };
    stand.store.audit(full.clone()).await.unwrap();
    let head = stand.store.audit(bare.clone()).await.unwrap();
    let page = stand.store.audit_search(&AuditQuery { limit: 10, ..AuditQuery::default() }).await.unwrap();
    let entries: Vec<_> = page.entries.iter().map(|entry| entry.entry.clone()).collect();
    assert_eq!(entries, [NewAudit { at: kept(0), ..bare }, NewAudit { at: kept(0), ..full }]);
    assert_eq!((page.entries[0].number, page.entries[0].hash), (2, head.hash));
}

async fn a_page_ends_where_its_entries_are_large(stand: Stand) {
    let large = "x".repeat(5 << 20);
    for size in [large.as_str(), "", "", &large, &large] {
        stand.store.audit(NewAudit { details: json!(size), ..audit("grown") }).await.unwrap();
    }
    let mut query = AuditQuery { limit: 3, ..AuditQuery::default() };
    let mut pages = Vec::new();
    loop {
        let page = stand.store.audit_search(&query).await.unwrap();
        pages.push(page.entries.iter().map(|entry| entry.number).collect::<Vec<_>>());
        query.before = page.next;
        if page.next.is_none() {
            break;
        }
    }
    assert_eq!(pages, [vec![5], vec![4, 3, 2], vec![1]]);
}

async fn entries_are_found_by_what_they_say(stand: Stand) {
    let long = "a".repeat(300);
    let entries = (0..30).map(|number| NewAudit {
        at: at(number),
        actor: if number % 3 == 0 { format!("{long}{number}") } else { "olivia".to_owned() },
        outcome: if number % 2 == 0 { Outcome::Allowed } else { Outcome::Refused },
        object_kind: (number % 5 != 0).then(|| "user".to_owned()),
        object_name: Some(format!("n{}", number % 4)),
        details: json!({ "note": format!("50% of_Ümlaut {number}'\"") }),
        ..audit(&format!("action.{}", number % 2))
    });
    stand.store.audit_many(entries.collect()).await.unwrap();
    let all = AuditQuery { limit: 100, ..AuditQuery::default() };
    let text = |text: &str| AuditQuery { text: Some(text.to_owned()), ..all.clone() };
    for (query, found) in [
        (all.clone(), 30),
        (AuditQuery { from: Some(at(10)), to: Some(at(20)), ..all.clone() }, 10),
        (AuditQuery { actor: Some("olivia".to_owned()), ..all.clone() }, 20),
        (AuditQuery { actor: Some(format!("{long}3")), ..all.clone() }, 1),
        (AuditQuery { actor: Some(long.clone()), ..all.clone() }, 0),
        (AuditQuery { action: Some("action.1".to_owned()), outcome: Some(Outcome::Refused), ..all.clone() }, 15),
        (AuditQuery { action: Some("action.1".to_owned()), outcome: Some(Outcome::Allowed), ..all.clone() }, 0),
        (AuditQuery { but_not: &["%.1"], ..all.clone() }, 15),
        (AuditQuery { but_not: &["action", "action.0", "action.%1"], ..all.clone() }, 0),
        (AuditQuery { object_kind: Some("user".to_owned()), ..all.clone() }, 24),
        (AuditQuery { object_name: Some("n1".to_owned()), ..all.clone() }, 8),
        (text("50% OF_Ümlaut"), 30),
        (text("50_ of"), 0),
        (text("ümlaut"), 0),
        (text("umlaut 7'"), 0),
        (text("mlaut 7'"), 1),
        (text("ACTION.1"), 15),
        (text(&"x".repeat(100_000)), 0),
    ] {
        assert_eq!(stand.store.audit_search(&query).await.unwrap().entries.len(), found, "{query:?}");
    }
    let mut numbers = Vec::new();
    let mut query = AuditQuery { actor: Some("olivia".to_owned()), limit: 7, ..AuditQuery::default() };
    loop {
        let page = stand.store.audit_search(&query).await.unwrap();
        numbers.extend(page.entries.iter().map(|entry| entry.number));
        query.before = page.next;
        if query.before.is_none() {
            break;
        }
    }
    assert_eq!(numbers.len(), 20);
    assert!(numbers.is_sorted_by(|one, other| one > other));
}

async fn entries_are_counted_by_hour_and_by_day(stand: Stand) {
    let moment = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let entries = [
        // To the microsecond on either side of an hour, and of a day.
        ("2026-01-31T22:59:59.999999Z", Outcome::Allowed, "ana"),
        ("2026-01-31T23:00:00Z", Outcome::Allowed, "ana"),
        ("2026-01-31T23:30:00.5Z", Outcome::Refused, "bo"),
        ("2026-01-31T23:59:59.999999Z", Outcome::Allowed, "bo"),
        ("2026-02-01T00:00:00Z", Outcome::Failed, "ana"),
        ("2026-02-01T17:20:00Z", Outcome::Attempted, "ana"),
    ];
    let new = entries.map(|(at, outcome, actor)| NewAudit {
        at: moment(at),
        actor: actor.to_owned(),
        outcome,
        ..audit("counted")
    });
    stand.store.audit_many(new.to_vec()).await.unwrap();
    let counted = |query: AuditQuery, span| {
        let store = &stand.store;
        async move {
            let counted = store.audit_activity(&query, span).await.unwrap().into_iter();
            let told = counted.map(|one| format!("{} {} {}", one.from.format("%dT%H:%M"), one.outcome, one.entries));
            told.collect::<Vec<_>>()
        }
    };
    let all = AuditQuery::default();
    let hours =
        ["31T22:00 allowed 1", "31T23:00 allowed 2", "31T23:00 refused 1", "01T00:00 failed 1", "01T17:00 attempted 1"];
    assert_eq!(counted(all.clone(), Span::Hour).await, hours);
    let days = ["31T00:00 allowed 3", "31T00:00 refused 1", "01T00:00 attempted 1", "01T00:00 failed 1"];
    assert_eq!(counted(all.clone(), Span::Day).await, days);
    // Of what is looked for only, and from and to a moment within an hour.
    let (from, to) = (moment("2026-01-31T23:00:00Z"), moment("2026-01-31T23:59:59.999999Z"));
    let within = AuditQuery { from: Some(from), to: Some(to), ..all.clone() };
    assert_eq!(counted(within.clone(), Span::Hour).await, ["31T23:00 allowed 1", "31T23:00 refused 1"]);
    let bo = AuditQuery { actor: Some("bo".to_owned()), outcome: Some(Outcome::Allowed), ..all.clone() };
    assert_eq!(counted(bo, Span::Day).await, ["31T00:00 allowed 1"]);
    let text = AuditQuery { text: Some("COUNTED".to_owned()), to: Some(from - TimeDelta::hours(1)), ..all };
    assert_eq!(counted(text, Span::Hour).await, [""; 0]);
}

async fn a_changed_entry_is_found(stand: Stand) {
    filled(&stand, 12).await;
    let columns = [
        "actor",
        "actor_kind",
        "via",
        "request",
        "action",
        "object_kind",
        "object_name",
        "outcome",
        "decided_by",
        "details",
        "address",
    ];
    for column in columns {
        stand.sql(&format!("UPDATE audit SET {column} = {column} || ' ' WHERE number = 5")).await.unwrap();
        assert_eq!(broken(&stand).await, Some(Broken { number: 5, how: How::Changed }), "{column}");
        stand
            .sql(&format!("UPDATE audit SET {column} = substr({column}, 1, length({column}) - 1) WHERE number = 5"))
            .await
            .unwrap();
        assert_eq!(broken(&stand).await, None, "{column}");
    }
    stand.sql("UPDATE audit SET at = (SELECT at FROM audit WHERE number = 6) WHERE number = 5").await.unwrap();
    assert_eq!(broken(&stand).await, Some(Broken { number: 5, how: How::Changed }));
    stand.sql("UPDATE audit SET object_name = NULL WHERE number = 3").await.unwrap();
    assert_eq!(broken(&stand).await, Some(Broken { number: 3, how: How::Changed }));
    stand.sql("UPDATE audit SET hash = previous WHERE number = 2").await.unwrap();
    assert_eq!(broken(&stand).await, Some(Broken { number: 2, how: How::Changed }));
    if stand.is_sqlite() {
        stand.sql("UPDATE audit SET at = 'yesterday' WHERE number = 1").await.unwrap();
        assert_eq!(broken(&stand).await, Some(Broken { number: 1, how: How::Changed }));
    }
}

async fn a_removed_entry_is_found(stand: Stand) {
    filled(&stand, 1500).await;
    stand.sql("DELETE FROM audit WHERE number = 1100").await.unwrap();
    assert_eq!(broken(&stand).await, Some(Broken { number: 1100, how: How::Removed }));
    // Closing the gap does not help.
    let close = "UPDATE audit SET number = number + 10000 WHERE number > 1100;
                 UPDATE audit SET number = number - 10001 WHERE number > 10000";
    stand.sql(close).await.unwrap();
    assert_eq!(broken(&stand).await, Some(Broken { number: 1100, how: How::Changed }));
    stand.sql("DELETE FROM audit WHERE number = 1").await.unwrap();
    assert_eq!(broken(&stand).await, Some(Broken { number: 1, how: How::Removed }));
}

/// Writes a copy of an entry under another number.
const COPY: &str =
    "INSERT INTO audit SELECT {new}, at, 'mallory', actor_kind, via, request, action, object_kind, object_name,
                    outcome, decided_by, details, address, previous, hash FROM audit WHERE number = {old}";

async fn an_inserted_entry_is_found(stand: Stand) {
    filled(&stand, 10).await;
    // At the end, with a hash of its own that is right, as if it had been appended.
    let copy = stand.another().await;
    copy.audit(audit("forged")).await.unwrap();
    stand.sql("UPDATE audit_head SET number = 10, hash = (SELECT hash FROM audit WHERE number = 10)").await.unwrap();
    assert_eq!(broken(&stand).await, Some(Broken { number: 11, how: How::BeyondTheEnd }));
    stand.sql("DELETE FROM audit WHERE number = 11").await.unwrap();
    assert_eq!(broken(&stand).await, None);
    // In between, the others moved on.
    let make_room = "UPDATE audit SET number = number + 100 WHERE number > 4;
                     UPDATE audit SET number = number - 99 WHERE number > 100";
    stand.sql(make_room).await.unwrap();
    stand.sql(&COPY.replace("{new}", "5").replace("{old}", "4")).await.unwrap();
    assert_eq!(broken(&stand).await, Some(Broken { number: 5, how: How::Changed }));
}

/// With a hash that is right, by somebody who knows how it is made.
async fn a_replaced_entry_is_found(stand: Stand) {
    filled(&stand, 10).await;
    let cut = "CREATE TABLE later AS SELECT * FROM audit WHERE number > 4;
               DELETE FROM audit WHERE number > 3;
               UPDATE audit_head SET number = 3, hash = (SELECT hash FROM audit WHERE number = 3)";
    stand.sql(cut).await.unwrap();
    stand.store.audit(audit("forged")).await.unwrap();
    let mend = "INSERT INTO audit SELECT * FROM later;
                UPDATE audit_head SET number = 10, hash = (SELECT hash FROM audit WHERE number = 10)";
    stand.sql(mend).await.unwrap();
    assert_eq!(broken(&stand).await, Some(Broken { number: 5, how: How::Unlinked }));
}

async fn reordered_entries_are_found(stand: Stand) {
    filled(&stand, 10).await;
    let swap = "UPDATE audit SET number = 100 WHERE number = 4; UPDATE audit SET number = 4 WHERE number = 7;
                UPDATE audit SET number = 7 WHERE number = 100";
    stand.sql(swap).await.unwrap();
    assert_eq!(broken(&stand).await, Some(Broken { number: 4, how: How::Changed }));
}

async fn a_truncated_trail_is_found(stand: Stand) {
    filled(&stand, 10).await;
    let head = stand.store.audit_head().await.unwrap();
    assert_eq!(stand.store.verify_from(head.number, head.hash).await.unwrap().broken, None);
    stand.sql("DELETE FROM audit WHERE number > 8").await.unwrap();
    assert_eq!(broken(&stand).await, Some(Broken { number: 9, how: How::Truncated }));
    // Whoever also moves the end back is found by who remembers it, and by nobody else.
    stand.sql("UPDATE audit_head SET number = 8, hash = (SELECT hash FROM audit WHERE number = 8)").await.unwrap();
    assert_eq!(broken(&stand).await, None);
    let verdict = stand.store.verify_from(head.number, head.hash).await.unwrap();
    assert_eq!(verdict.broken, Some(Broken { number: 10, how: How::Truncated }));
    stand.sql("DELETE FROM audit; UPDATE audit_head SET number = 0").await.unwrap();
    assert!(stand.store.verify_audit().await.unwrap().broken.is_some());
    assert!(stand.store.verify_from(head.number, head.hash).await.unwrap().broken.is_some());
}

async fn a_rewritten_trail_is_found_by_who_remembers(stand: Stand) {
    filled(&stand, 5).await;
    let head = stand.store.audit_head().await.unwrap();
    let zeros = AuditHash::START.to_string();
    let zeros = if stand.is_sqlite() { format!("x'{zeros}'") } else { format!("decode('{zeros}', 'hex')") };
    stand.sql(&format!("DELETE FROM audit; UPDATE audit_head SET number = 0, hash = {zeros}")).await.unwrap();
    stand.store.audit_many((0..6).map(|_| audit("never happened")).collect()).await.unwrap();
    assert_eq!(broken(&stand).await, None);
    let verdict = stand.store.verify_from(head.number, head.hash).await.unwrap();
    assert_eq!(verdict.broken, Some(Broken { number: 5, how: How::NotTheRemembered }));
}
