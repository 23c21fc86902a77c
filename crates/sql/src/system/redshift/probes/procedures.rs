//! Procedures: as whom they run, what they are handed, and what they are told of the catalog.

use super::{Expect, Probe, Step, administrator, owner, probe, reader};

/// The most bytes of an argument.
const MOST_TEXT: usize = 65_535;

/// A procedure of the owner's that runs as the owner.
fn procedure(name: &str, arguments: &str, declared: &str, body: &str) -> Step {
    owner(&format!(
        "CREATE PROCEDURE {{v}}.{name}({arguments}) AS $scrim$ {declared} BEGIN {body} END; $scrim$ LANGUAGE plpgsql \
         SECURITY DEFINER SET search_path = pg_catalog, pg_temp"
    ))
}

/// A view over the table that the reader may read.
fn view(name: &str) -> [Step; 2] {
    [
        owner(&format!("CREATE VIEW {{v}}.{name} (id) AS SELECT t.id FROM {{d}}.people AS t WITH NO SCHEMA BINDING")),
        owner(&format!("GRANT SELECT ON TABLE {{v}}.{name} TO {{b}}")),
    ]
}

pub(super) fn probes() -> Vec<Probe> {
    let definition = "FROM pg_catalog.pg_views AS v WHERE v.schemaname = {v:text} AND v.viewname = 'printed'";
    vec![
        probe(
            "procedure-of-the-owner",
            "Scrim's login has no rights of its own: it calls procedures that run as their owner, and answer",
            vec![
                procedure(
                    "whoami",
                    "p_who INOUT VARCHAR(300)",
                    "",
                    "p_who := current_user::VARCHAR(128) || ' ' || session_user::VARCHAR(128);",
                ),
                reader("CALL {v}.whoami('')").refused("permission denied"),
                owner("GRANT EXECUTE ON PROCEDURE {v}.whoami(VARCHAR(300)) TO {b}"),
                reader("CALL {v}.whoami('')").row(&["{a:name} {b:name}"]),
            ],
        ),
        probe(
            "lock-in-a-procedure",
            "who pushes, and who is refused, is decided by one row under a lock",
            vec![
                owner("CREATE TABLE {v}.lease (epoch BIGINT)"),
                owner("INSERT INTO {v}.lease (epoch) VALUES (1)"),
                procedure(
                    "take",
                    "p_epoch INOUT BIGINT",
                    "",
                    "LOCK TABLE {v}.lease; UPDATE {v}.lease SET epoch = epoch + 1; \
                     SELECT l.epoch INTO p_epoch FROM {v}.lease AS l;",
                ),
                owner("CALL {v}.take(0)").row(&["2"]),
                owner("CALL {v}.take(0)").row(&["3"]),
            ],
        ),
        probe(
            "nothing-found-by-an-update",
            "whoever was overtaken is refused because an update finds no row",
            vec![
                owner("CREATE TABLE {v}.holder (epoch BIGINT)"),
                owner("INSERT INTO {v}.holder (epoch) VALUES (7)"),
                procedure(
                    "held",
                    "p_epoch BIGINT",
                    "",
                    "UPDATE {v}.holder SET epoch = p_epoch WHERE epoch = p_epoch; \
                     IF NOT FOUND THEN RAISE EXCEPTION 'SC001: taken over'; END IF;",
                ),
                owner("CALL {v}.held(7)"),
                owner("CALL {v}.held(6)").expect(Expect::RefusedWith("SC001")),
            ],
        ),
        probe(
            "procedure-in-a-procedure",
            "what a definition is judged by, and compared by, comes out of procedures that others call",
            vec![
                procedure("inner_one", "p_text INOUT VARCHAR(64)", "", "p_text := p_text || 'b';"),
                procedure(
                    "outer_one",
                    "p_text INOUT VARCHAR(64)",
                    "DECLARE v_text VARCHAR(64) := 'a';",
                    "CALL {v}.inner_one(v_text); CALL {v}.inner_one(v_text); p_text := v_text;",
                ),
                owner("CALL {v}.outer_one('')").row(&["abb"]),
            ],
        ),
        probe(
            "arguments-are-expressions",
            "a backslash in a text is written CHR(92), also in the arguments of a call",
            vec![
                procedure("echo", "p_text VARCHAR(64), p_echo INOUT VARCHAR(64)", "", "p_echo := p_text;"),
                owner("CALL {v}.echo(('a' || CHR(92) || 'b'), '')").row(&["a\\b"]),
                owner("CALL {v}.echo(NULL, '')").expect(Expect::Done),
            ],
        ),
        probe("long-arguments", "a view's query is handed over in parts of 65,535 bytes, and executed as one text", {
            let argument = |letter: &str| format!("'{}'", letter.repeat(MOST_TEXT));
            vec![
                procedure(
                    "measure",
                    "p_1 VARCHAR(65535), p_2 VARCHAR(65535), p_length INOUT BIGINT",
                    "",
                    "EXECUTE 'SELECT CAST(LENGTH(''' || p_1 || ''') + LENGTH(''' || p_2 || ''') AS BIGINT)' INTO p_length;",
                ),
                owner(&format!("CALL {{v}}.measure({}, {}, 0)", argument("x"), argument("y"))).row(&["131070"]),
            ]
        }),
        probe(
            "view-made-by-a-procedure",
            "Scrim's login makes views by a procedure alone, which puts their names together",
            vec![
                procedure(
                    "make_view",
                    "p_view VARCHAR(128), p_columns VARCHAR(65535), p_query VARCHAR(65535)",
                    "DECLARE v_target VARCHAR(1024); v_columns VARCHAR(65535) := ''; v_name VARCHAR(128); v_at INTEGER := 1;",
                    "v_target := '\"' || REPLACE({v:text}, '\"', '\"\"') || '\".\"' || REPLACE(p_view, '\"', '\"\"') || '\"'; \
                     LOOP v_name := SPLIT_PART(p_columns, CHR(10), v_at); EXIT WHEN LENGTH(v_name) = 0; \
                     v_columns := v_columns || CASE WHEN v_at = 1 THEN '\"' ELSE ', \"' END || REPLACE(v_name, '\"', '\"\"') || '\"'; \
                     v_at := v_at + 1; END LOOP; \
                     EXECUTE 'CREATE OR REPLACE VIEW ' || v_target || ' (' || v_columns || ') AS ' || p_query || ' WITH NO SCHEMA BINDING'; \
                     EXECUTE 'REVOKE ALL ON TABLE ' || v_target || ' FROM PUBLIC'; \
                     EXECUTE 'GRANT SELECT ON TABLE ' || v_target || ' TO \"' || {b:text} || '\"';",
                ),
                owner(
                    "CALL {v}.make_view('made_by_call', 'id' || CHR(10) || 'the name', 'SELECT t.id, t.name FROM {d}.people AS t')",
                ),
                reader("SELECT m.\"the name\" FROM {v}.made_by_call AS m WHERE m.id = 1").row(&["ann"]),
            ],
        ),
        probe(
            "errors-begin-with-their-code",
            "why a procedure refuses is told by how its message begins",
            vec![
                procedure("refuse", "p_epoch BIGINT", "", "RAISE EXCEPTION 'SC001: not %', p_epoch;"),
                owner("CALL {v}.refuse(7)").expect(Expect::RefusedWith("SC001: not 7")),
            ],
        ),
        probe(
            "catalog-then-tables",
            "a procedure asks the catalog for a view, and then writes what it found into a table",
            [
                &view("recorded")[..],
                &[
                    owner("CREATE TABLE {v}.records (name VARCHAR(128), number BIGINT)"),
                    procedure(
                        "record",
                        "p_view VARCHAR(128)",
                        "DECLARE v_number BIGINT;",
                        "SELECT c.oid::BIGINT INTO v_number FROM pg_catalog.pg_class AS c \
                         INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
                         WHERE n.nspname = {v:text} AND c.relname = p_view AND c.relkind = 'v'; \
                         INSERT INTO {v}.records (name, number) VALUES (p_view, v_number);",
                    ),
                    owner("CALL {v}.record('recorded')"),
                    owner("SELECT r.name, SIGN(r.number) FROM {v}.records AS r").row(&["recorded", "1"]),
                ],
            ]
            .concat(),
        ),
        probe(
            "fingerprint-inside-and-outside",
            "whether a view was changed is told by comparing two hashes of its definition",
            {
                let hash = "SELECT SHA2(SUBSTRING(v.definition, 1, 16000), 256)";
                let mut steps = view("printed").to_vec();
                steps.extend([
                    procedure(
                        "fingerprint",
                        "p_fingerprint INOUT VARCHAR(64)",
                        "",
                        &format!("{hash} INTO p_fingerprint {definition};"),
                    ),
                    administrator(&format!("SELECT v.definition {definition}")).holds("people"),
                    owner("CALL {v}.fingerprint('')").expect(Expect::Told),
                    administrator(&format!("{hash} {definition}")).expect(Expect::Same),
                ]);
                steps
            },
        ),
        probe(
            "privileges-told-to-the-owner",
            "`scrim drift` learns of grants made by hand from a procedure of the owner",
            {
                let mut steps = view("shown").to_vec();
                steps.extend([
                    procedure(
                        "told",
                        "p_count INOUT BIGINT",
                        "",
                        "SELECT COUNT(*) INTO p_count FROM svv_relation_privileges AS p \
                     WHERE p.namespace_name = {v:text} AND p.relation_name = 'shown' AND p.identity_name = {b:text};",
                    ),
                    owner("CALL {v}.told(0)").row(&["1"]),
                ]);
                steps
            },
        ),
        probe(
            "columns-told-to-the-owner",
            "tables that no connection can look at are looked at by a procedure of the owner",
            vec![
                procedure(
                    "look",
                    "p_columns INOUT VARCHAR(65535)",
                    "DECLARE v_row RECORD;",
                    "p_columns := ''; FOR v_row IN SELECT c.column_name::VARCHAR(128) AS name FROM svv_all_columns AS c \
                     WHERE c.schema_name = {d:text} AND c.table_name = 'people' ORDER BY c.ordinal_position LOOP \
                     p_columns := p_columns || v_row.name || ' '; END LOOP;",
                ),
                owner("CALL {v}.look('')").holds("id name who code amount"),
            ],
        ),
    ]
}
