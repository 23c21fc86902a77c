//! Of several replicas of a service the one pushes that leads since last, whatever the others believe.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use scrim_testkit::{Governed, Target};
use scrim_warehouse::{Warehouse, WarehouseError};

fn who_led_before_begins_no_push(target: Target) {
    let governed = Governed::on(target);
    governed.run("CREATE ROLE ann LOGIN");
    let catalog = governed.catalog("{ kind: user, name: ann }");
    governed.install(&catalog);
    let since = |since: Option<i64>| -> Warehouse {
        let mut warehouse = governed.connect(&catalog);
        since.into_iter().for_each(|since| warehouse.lead(since));
        warehouse
    };
    let (one, other, nobody) = (since(Some(1_700_000_000_000)), since(Some(1_700_000_000_001)), since(None));
    let claim = |warehouse: &Warehouse| governed.wait(warehouse.claim());
    let mut last = 0;
    let mut good = |warehouse: &Warehouse| {
        let epoch = claim(warehouse).unwrap();
        assert!(epoch > last, "{epoch} after {last}");
        last = epoch;
    };
    good(&one);
    good(&one);
    good(&other);
    for _ in 0..2 {
        assert!(matches!(claim(&one), Err(WarehouseError::Superseded)));
        good(&other);
        // Somebody who pushes files at a terminal leads nothing, and means it.
        good(&nobody);
    }
    // An installation that is repeated forgets nothing of it.
    governed.install(&catalog);
    assert!(matches!(claim(&one), Err(WarehouseError::Superseded)));
    good(&other);
    // What was refused took no number.
    let epoch = governed.cell("SELECT MAX(epoch) FROM immuta_system.lease").unwrap();
    assert_eq!(epoch, last.to_string());
}

scrim_testkit::everywhere! { who_led_before_begins_no_push }
