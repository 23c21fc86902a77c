//! The catalog of the leader node, as administrators and Scrim's login ask it; and users.

use crate::calls::redshift::{Calls, DATABASES};
use crate::check::redshift as check;

use super::{Expect, Probe, administrator, owner, probe};

/// The table of the probes in the catalog.
const PEOPLE: &str =
    "FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n.\"oid\" = c.relnamespace";

/// The first fifteen digits of the MD5 of `id`, and those of `name`, added.
const MARK: &str = "1623341683539022876";

pub(super) fn probes() -> Vec<Probe> {
    let of_people = "WHERE n.nspname = {d:text} AND c.relname = 'people'";
    let mut settings: Vec<_> = Calls::settings().into_iter().map(administrator).collect();
    settings.push(administrator(Calls::UNHURRIED));
    settings.push(administrator(Calls::HURRIED));
    settings.push(administrator("SELECT t.name FROM {d}.people AS t WHERE t.id = 1").row(&["ann"]));
    vec![
        probe(
            "privileges-as-text",
            "grants on a view are part of what is compared at every push",
            vec![
                administrator(&format!("SELECT ARRAY_TO_STRING(c.relacl, ',') {PEOPLE} {of_people}")).holds("{a:name}="),
                administrator(check::USERS),
            ],
        ),
        probe(
            "types-as-text",
            "a table's columns and their types are asked of the catalog",
            vec![
                owner(&format!(
                    "SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnum {PEOPLE} \
                     LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.\"oid\" AND a.attnum > 0 AND NOT a.attisdropped \
                     {of_people} ORDER BY a.attnum"
                ))
                .rows(&[
                    &["id", "integer", "1"],
                    &["name", "character varying(40)", "2"],
                    &["who", "character varying(128)", "3"],
                    &["code", "character(5)", "4"],
                    &["amount", "numeric(12,2)", "5"],
                ]),
            ],
        ),
        probe(
            "privileges-of-another-user",
            "whether the owner of the views may read a table is asked by Scrim's login",
            vec![
                owner(&format!(
                    "SELECT CASE WHEN has_schema_privilege({{a:text}}, n.nspname, 'USAGE') AND has_table_privilege({{a:text}}, c.\"oid\", 'SELECT') \
                     THEN 1 ELSE 0 END, CASE WHEN has_table_privilege({{b:text}}, c.\"oid\", 'SELECT') THEN 1 ELSE 0 END {PEOPLE} {of_people}"
                ))
                .row(&["1", "0"]),
            ],
        ),
        probe(
            "views-of-privileges",
            "`scrim integration check` asks them",
            vec![
                administrator(
                    "SELECT p.privilege_type, p.identity_type FROM svv_relation_privileges AS p \
                     WHERE p.namespace_name = {d:text} AND p.relation_name = 'people' AND p.identity_name = {a:text}",
                )
                .row(&["SELECT", "user"]),
                administrator(check::SCHEMAS),
                administrator(check::DATABASES),
                administrator(check::DEFAULTS),
                administrator(check::USER_ROLES),
                administrator(check::ROLE_ROLES),
                administrator(&check::grants(&["pg_catalog".to_owned()])),
                administrator(&check::relations(&["no such schema".to_owned()])).rows(&[]),
                administrator(&check::capitals(&["no such schema".to_owned()])).rows(&[]),
                administrator(DATABASES),
                administrator(check::CASE).expect(Expect::Told),
            ],
        ),
        probe(
            "marks-of-the-catalog",
            "whether tables changed is asked in one number for each schema",
            vec![
                owner(&format!(
                    "SELECT n.nspname::VARCHAR(128) = {{d:text}}, \
                     SUM(CAST(STRTOL(LEFT(MD5(COALESCE(a.attname::VARCHAR(128), '')), 15), 16) AS NUMERIC(38, 0))) {PEOPLE} \
                     INNER JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.\"oid\" AND a.attnum > 0 AND NOT a.attisdropped \
                     {of_people} AND a.attname IN ('id', 'name') GROUP BY n.nspname"
                ))
                .row(&["t", MARK]),
            ],
        ),
        probe("ids-are-not-given-anew", "whoever gets the name of a login that was dropped is told from who had it", {
            let id = "SELECT u.usesysid FROM pg_catalog.pg_user AS u WHERE u.usename = {c:text}";
            vec![
                administrator("CREATE USER {c} PASSWORD DISABLE"),
                administrator(id).expect(Expect::Told),
                administrator("DROP USER {c}"),
                administrator("CREATE USER {c} PASSWORD DISABLE"),
                administrator(id).expect(Expect::Others),
            ]
        }),
        probe(
            "hashed-password",
            "only the hash of the login's password leaves Scrim",
            vec![
                administrator("ALTER USER {a} PASSWORD 'md500000000000000000000000000000000'"),
                administrator("ALTER USER {a} PASSWORD DISABLE"),
            ],
        ),
        probe("settings-of-a-session", "every session of Scrim begins with them; a change gives up after half a minute", settings),
    ]
}
