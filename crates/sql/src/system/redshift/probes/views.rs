//! Views: as whom they read, who reaches them, and what becomes of them when they are replaced.

use super::{Expect, Probe, administrator, owner, probe, reader};

/// A view of the owner's over the table, and what lets the reader read it.
fn view(name: &str, columns: &str, query: &str) -> [super::Step; 2] {
    [
        owner(&format!("CREATE VIEW {{v}}.{name} ({columns}) AS SELECT {query} WITH NO SCHEMA BINDING")),
        owner(&format!("GRANT SELECT ON TABLE {{v}}.{name} TO {{b}}")),
    ]
}

/// Views as Scrim makes them: facts of the user, in a view that the reader may not read, as one row of flags.
fn policy(suffix: &str) -> Vec<super::Step> {
    let mut steps = vec![
        owner(&format!("CREATE TABLE {{v}}.facts_{suffix} (who VARCHAR(128), kind VARCHAR(16))")),
        owner(&format!(
            "INSERT INTO {{v}}.facts_{suffix} (who, kind) VALUES ({{b:text}}, 'reads'), ({{a:text}}, 'other')"
        )),
        owner(&format!(
            "CREATE VIEW {{v}}.own_{suffix} AS SELECT f.who, f.kind FROM {{v}}.facts_{suffix} AS f WHERE f.who = current_user"
        )),
    ];
    steps.extend(view(
        &format!("policy_{suffix}"),
        "id, name",
        &format!(
            "t.id, CAST(CASE WHEN f.clear = 1 THEN t.name ELSE SHA2('salt' || RTRIM(t.name), 256) END AS VARCHAR(64)) FROM {{d}}.people AS t \
             CROSS JOIN (SELECT MAX(CASE WHEN p.kind = 'reads' THEN 1 ELSE 0 END) AS subscribed, \
             MAX(CASE WHEN p.kind = 'clear' THEN 1 ELSE 0 END) AS clear FROM {{v}}.own_{suffix} AS p) AS f WHERE f.subscribed = 1"
        ),
    ));
    steps
}

pub(super) fn probes() -> Vec<Probe> {
    let mut all = vec![
        probe(
            "reader-in-a-late-binding-view",
            "everything: a view tells its readers apart by current_user",
            [
                &view("me", "id, me", "t.id, CAST(current_user AS VARCHAR(128)) FROM {d}.people AS t")[..],
                &[
                    reader("SELECT m.me FROM {v}.me AS m WHERE m.id = 1").row(&["{b:name}"]),
                    owner("SELECT m.me FROM {v}.me AS m WHERE m.id = 1").row(&["{a:name}"]),
                ],
            ]
            .concat(),
        ),
        probe("id-of-the-reader", "a login that was made anew is told by its id, beside tables, as Scrim's login is told it", {
            let mut steps = view(
                "ids",
                "id, who, mine",
                "t.id, CAST(CURRENT_USER_ID AS VARCHAR(32)), o.mine FROM {d}.people AS t CROSS JOIN \
                 (SELECT MAX(CASE WHEN p.who = current_user AND p.id <> CURRENT_USER_ID THEN 1 ELSE 0 END) AS mine FROM {d}.people AS p) AS o",
            )
            .to_vec();
            steps.push(owner("SELECT CAST(u.usesysid AS VARCHAR(32)) FROM pg_catalog.pg_user AS u WHERE u.usename = {b:text}").expect(Expect::Told));
            steps.push(reader("SELECT i.who FROM {v}.ids AS i WHERE i.id = 1 AND i.mine = 1").expect(Expect::Same));
            steps
        }),
        probe(
            "own-functions-of-the-reader",
            "a function of the reader's own, called like a built-in one, is never handed what a mask hides",
            [
                &view(
                    "fenced",
                    "id, name, day",
                    "t.id, UPPER(t.name), CAST(DATEADD(day, 1, CAST('2020-01-01' AS TIMESTAMP)) AS DATE) FROM {d}.people AS t",
                )[..],
                &[
                    owner(
                        "CREATE FUNCTION {v}.upper(VARCHAR(64)) RETURNS VARCHAR(64) IMMUTABLE \
                         AS $scrim$ SELECT 'taken' || $1 $scrim$ LANGUAGE sql",
                    ),
                    // DATEADD takes the bare name of a part: grammar, one would think.
                    owner(
                        "CREATE FUNCTION {v}.dateadd(VARCHAR(64), INTEGER, TIMESTAMP) RETURNS TIMESTAMP IMMUTABLE \
                         AS $scrim$ SELECT $3 $scrim$ LANGUAGE sql",
                    ),
                    reader("SET search_path TO {v}, pg_catalog"),
                    reader("SELECT f.name, f.day FROM {v}.fenced AS f ORDER BY f.id")
                        .rows(&[&["ANN", "2020-01-02"], &["BOB", "2020-01-02"]]),
                ],
            ]
            .concat(),
        ),
        probe(
            "owner-reads-for-the-reader",
            "readers have no right on the tables below a view",
            [
                &view("through", "id, name", "t.id, t.name FROM {d}.people AS t")[..],
                &[
                    reader("SELECT t.id FROM {d}.people AS t").refused("permission denied"),
                    reader("SELECT t.name FROM {v}.through AS t ORDER BY t.id").rows(&[&["ann"], &["bob"]]),
                ],
            ]
            .concat(),
        ),
        probe("view-below-a-view", "readers have no right on what a policy view reads of their profile", {
            let mut steps = policy("below");
            steps.push(reader("SELECT f.kind FROM {v}.own_below AS f").refused("permission denied"));
            steps.push(reader("SELECT COUNT(*) FROM {v}.policy_below AS p").row(&["2"]));
            steps.push(owner("SELECT COUNT(*) FROM {v}.policy_below AS p").row(&["0"]));
            steps
        }),
        probe("group-by-a-masked-column", "people group, join and filter by what is masked", {
            let mut steps = policy("grouped");
            let query = "SELECT LENGTH(p.name), COUNT(*) FROM {v}.policy_grouped AS p GROUP BY p.name ORDER BY p.name";
            steps.push(reader(query).rows(&[&["64", "1"], &["64", "1"]]));
            steps.push(
                reader("SELECT COUNT(*) FROM {v}.policy_grouped AS p INNER JOIN {v}.policy_grouped AS q ON q.name = p.name")
                    .row(&["2"]),
            );
            steps
        }),
        probe("result-cache", "one user's rows are never another's, also for the same text of a query", {
            let query = "SELECT r.name FROM {v}.cached AS r ORDER BY r.id";
            let mut steps =
                view("cached", "id, name", "t.id, t.name FROM {d}.people AS t WHERE t.who = current_user").to_vec();
            for _ in 0..2 {
                steps.push(owner(query).row(&["ann"]));
                steps.push(reader(query).row(&["bob"]));
            }
            steps
        }),
        probe(
            "replacing-keeps-grants",
            "a view is replaced without a moment in which nobody may read it",
            [
                &view("kept", "id, name", "t.id, CAST(t.name AS VARCHAR(64)) FROM {d}.people AS t")[..],
                &[
                    owner(
                        "CREATE OR REPLACE VIEW {v}.kept (id, name) AS SELECT t.id, CAST(SHA2(t.name, 256) AS VARCHAR(64)) \
                         FROM {d}.people AS t WITH NO SCHEMA BINDING",
                    ),
                    reader("SELECT LENGTH(k.name) FROM {v}.kept AS k WHERE k.id = 1").row(&["64"]),
                ],
            ]
            .concat(),
        ),
        probe("definitions-roll-back", "a view with other columns is made anew in one transaction", {
            let mut steps = view("turned", "id", "t.id FROM {d}.people AS t").to_vec();
            steps.extend([
                owner("BEGIN"),
                owner("DROP VIEW {v}.turned"),
                owner(
                    "CREATE VIEW {v}.turned (id, name) AS SELECT t.id, t.name FROM {d}.people AS t WITH NO SCHEMA BINDING",
                ),
                owner("ROLLBACK"),
                reader("SELECT t.id FROM {v}.turned AS t WHERE t.id = 1").row(&["1"]),
                reader("SELECT t.name FROM {v}.turned AS t WHERE t.id = 1").refused("name"),
            ]);
            steps
        }),
        probe("dropped-and-made-in-a-transaction", "the same, to its end: the view has the new columns and its grants", {
            let mut steps = view("anew", "id", "t.id FROM {d}.people AS t").to_vec();
            steps.push(owner("BEGIN"));
            steps.push(owner("DROP VIEW {v}.anew"));
            steps.extend(view("anew", "id, name", "t.id, t.name FROM {d}.people AS t"));
            steps.push(owner("COMMIT"));
            steps.push(reader("SELECT a.name FROM {v}.anew AS a WHERE a.id = 1").row(&["ann"]));
            steps
        }),
        probe("table-replaced-below-a-view", "a load that makes its table anew finds the view in its place", {
            let made = |id: i32| {
                [
                    administrator("CREATE TABLE {d}.swapped (id INTEGER)"),
                    administrator(&format!("INSERT INTO {{d}}.swapped (id) VALUES ({id})")),
                    administrator("GRANT SELECT ON TABLE {d}.swapped TO {a}"),
                ]
            };
            let mut steps = made(1).to_vec();
            steps.extend(view("over_swapped", "id", "t.id FROM {d}.swapped AS t"));
            steps.push(administrator("DROP TABLE {d}.swapped"));
            steps.extend(made(2));
            steps.push(reader("SELECT o.id FROM {v}.over_swapped AS o").row(&["2"]));
            steps
        }),
        probe("function-in-a-view", "functions of masks are called as the reader, who must be let", {
            let mut steps = vec![
                owner(
                    "CREATE FUNCTION {v}.f_mark(VARCHAR(64)) RETURNS VARCHAR(64) IMMUTABLE AS $scrim$ SELECT pg_catalog.SHA2($1, 256) $scrim$ \
                     LANGUAGE sql",
                ),
                owner("REVOKE ALL ON FUNCTION {v}.f_mark(VARCHAR(64)) FROM PUBLIC"),
            ];
            steps.extend(view("marked", "id, name", "t.id, {v}.f_mark(t.name) FROM {d}.people AS t"));
            steps.push(reader("SELECT m.name FROM {v}.marked AS m").refused("permission denied"));
            steps.push(owner("GRANT EXECUTE ON FUNCTION {v}.f_mark(VARCHAR(64)) TO {b}"));
            steps.push(reader("SELECT LENGTH(m.name) FROM {v}.marked AS m WHERE m.id = 1").row(&["64"]));
            steps
        }),
        probe("no-scan-for-strangers", "whether the table is read at all for who is not subscribed (a plan, to be looked at)", {
            let mut steps = policy("planned");
            steps.push(owner("EXPLAIN SELECT p.id FROM {v}.policy_planned AS p").expect(Expect::Told));
            steps
        }),
        probe("hidden-rows-and-errors", "whether a reader's own predicate shows that a hidden row exists (docs/security.md)", {
            let mut steps = view("hiding", "id", "t.id FROM {d}.people AS t WHERE t.who = current_user").to_vec();
            steps.push(reader("SELECT h.id FROM {v}.hiding AS h WHERE 1 / (h.id - 1) = 1").expect(Expect::Seen));
            steps
        }),
        probe(
            "acting-as-the-owner",
            "the installation makes its objects as their owner",
            vec![
                administrator("BEGIN"),
                administrator("SET LOCAL SESSION AUTHORIZATION {a}"),
                administrator("CREATE TABLE {v}.made (id INTEGER)"),
                administrator("SET LOCAL SESSION AUTHORIZATION DEFAULT"),
                administrator("COMMIT"),
                administrator(
                    "SELECT pg_get_userbyid(c.relowner) FROM pg_catalog.pg_class AS c \
                     INNER JOIN pg_catalog.pg_namespace AS n ON n.\"oid\" = c.relnamespace \
                     WHERE n.nspname = {v:text} AND c.relname = 'made'",
                )
                .row(&["{a:name}"]),
            ],
        ),
    ];
    let mut far = view("from_afar", "id, name", "t.id, t.name FROM {db}.{d}.far AS t").to_vec();
    far.push(reader("SELECT f.name FROM {v}.from_afar AS f").row(&["far"]));
    far.push(reader("SELECT t.name FROM {db}.{d}.far AS t").refused("permission denied"));
    let why = "views in a database of their own read the others by three-part names";
    all.push(Probe { name: "view-of-another-database", why, central: true, steps: far });
    all
}

/// Those that take a right away for a while.
pub(super) fn closing() -> Vec<Probe> {
    let mut steps = view("entered", "id", "t.id FROM {d}.people AS t").to_vec();
    let query = "SELECT e.id FROM {v}.entered AS e WHERE e.id = 1";
    steps.extend([
        administrator("REVOKE USAGE ON SCHEMA {d} FROM {b}"),
        reader(query).refused("permission denied"),
        administrator("GRANT USAGE ON SCHEMA {d} TO {b}"),
        reader(query).row(&["1"]),
    ]);
    let why = "readers are given USAGE of the schemas below, and nothing else is needed";
    vec![probe("usage-of-the-schemas-below", why, steps)]
}
