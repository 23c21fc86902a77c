//! What is asked of Redshift by a check, and what it proposes, passes the gate.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use scrim_catalog::documents::{Engine, Integration};
use scrim_redshift_gate::check_own;
use scrim_sql::check::{self, Grantee, redshift as ask};
use scrim_sql::system::redshift::probes::{Scratch, Who, names};

fn accepted(statement: &str) {
    check_own(statement).unwrap_or_else(|refusal| panic!("{refusal:?}\n{statement}"));
}

#[test]
fn every_question_and_every_remedy_passes_the_gate() {
    let text = "{ kind: integration, name: w, engine: redshift, database: dev }\n---\n{ kind: tag, name: T }";
    let integration = scrim_testkit::catalog(text).integrations.values().next().unwrap().item.clone();
    let schemas = ["hr".to_owned(), "o'br\\ien\"s".to_owned()];
    for statement in [
        ask::USERS,
        ask::ASKER,
        ask::USER_ROLES,
        ask::ROLE_ROLES,
        ask::SCHEMAS,
        ask::DATABASES,
        ask::DEFAULTS,
        ask::RESET_CASE,
        ask::CASE,
    ] {
        accepted(statement);
    }
    accepted(&ask::relations(&schemas));
    accepted(&ask::capitals(&schemas));
    accepted(&ask::grants(&schemas));
    accepted(&unintended(&integration));
    for (name, identity) in
        [("public", "public"), ("a \"b", "user"), ("r", "role"), ("sys:dba", "role"), ("g", "group")]
    {
        let grantee = Grantee::told(name, identity);
        accepted(&check::revoke("SELECT", "hr", "staff", &[], &grantee));
        accepted(&check::revoke("SELECT", "hr", "staff", &["a".to_owned(), "b\"c".to_owned()], &grantee));
        accepted(&check::revoke_create("public", &grantee));
        accepted(&check::revoke_default(Engine::Redshift, "eve", Some("hr"), &grantee));
        accepted(&check::revoke_default(Engine::Redshift, "eve", None, &grantee));
        // Neither everybody nor a group is ever given these.
        if ["user", "role"].contains(&identity) {
            accepted(&check::revoke_scoped("dev", Some("hr"), &grantee));
            accepted(&check::revoke_scoped("dev", None, &grantee));
        }
    }
}

fn unintended(integration: &Integration) -> String {
    ask::unintended(integration)
}

#[test]
fn every_step_of_a_probe_passes_the_gate() {
    for layout in ["per-database", "central"] {
        let text = format!(
            "{{ kind: integration, name: w, engine: redshift, database: dev, layout: {layout} }}\n---\n{{ kind: tag, name: T }}"
        );
        let integration = scrim_testkit::catalog(&text).integrations.values().next().unwrap().item.clone();
        let scratch = Scratch::new(&integration, "1a2b");
        for statement in scratch.setup().iter().chain(&scratch.setup_elsewhere()) {
            accepted(statement);
        }
        let removal = [scratch.removal(), scratch.removal_elsewhere(), scratch.removal_of_users()].concat();
        removal.iter().for_each(|statement| accepted(statement));
        for who in [Who::Administrator, Who::Owner, Who::Reader] {
            accepted(&scratch.become_user(who));
        }
        for step in scratch.probes().iter().flat_map(|probe| &probe.steps) {
            accepted(&step.sql);
        }
    }
    let names = names();
    assert_eq!(
        names.iter().collect::<std::collections::BTreeSet<_>>().len(),
        names.len(),
        "a name stands for one probe"
    );
}
