//! The strict rules one by one.

use scrim_redshift_gate::{StatementKind, check, check_own, check_script};

#[track_caller]
fn refused(sql: &str, rule: &str) {
    assert_eq!(check(sql).map_err(|refusal| refusal.rule), Err(rule), "{sql}");
}

#[track_caller]
fn own_refused(sql: &str, rule: &str) {
    assert_eq!(check_own(sql).map_err(|refusal| refusal.rule), Err(rule), "{:.200}", sql);
}

#[track_caller]
fn accepted(sql: &str) {
    assert_eq!(check_own(sql).err(), None, "{sql}");
}

#[test]
fn junk_is_refused() {
    refused("SELECT a FROM FROM t WHERE", "grammar");
    refused("SELECT a b c d FROM s.t", "grammar");
    refused("SELECT 'open", "lexical");
    refused("SELECT (a FROM t", "lexical");
    refused("VACUUM s.t", "statement-kind");
    refused("CREATE OR REPLACE TABLE s.t (a INT)", "statement-kind");
}

#[test]
fn check_takes_one_statement() {
    refused("SELECT 1; SELECT 2", "one-statement");
    refused(" ; -- nothing\n", "one-statement");
    assert_eq!(check("SELECT ';' AS a;"), Ok(StatementKind::Select));
}

#[test]
fn scripts_split_outside_quotes_and_comments() {
    let script = "BEGIN; -- a ; b\n/* ; /* ; */ */ DROP VIEW s.v;\n\
        CREATE OR REPLACE PROCEDURE s.p() AS $$ BEGIN DELETE FROM s.t; END; $$ LANGUAGE plpgsql;\n\
        COMMENT ON VIEW s.v IS 'a; b''; c \\'; d';COMMIT;";
    use StatementKind::{Begin, Comment, Commit, CreateProcedure, DropView};
    assert_eq!(check_script(script), Ok(vec![Begin, DropView, CreateProcedure, Comment, Commit]));
    let refusal = check_script("BEGIN; SAVEPOINT a; COMMIT").unwrap_err();
    assert_eq!(refusal.statement, "SAVEPOINT a");
}

#[test]
fn the_catalog_is_read_on_its_own() {
    refused(
        "SELECT c.relname FROM pg_catalog.pg_class AS c INNER JOIN s.t AS t ON t.a = c.relname",
        "catalog-with-tables",
    );
    refused("INSERT INTO s.t (a) SELECT c.relname FROM pg_class AS c", "catalog-with-tables");
    refused("SELECT format_type(t.a, 1) FROM s.t AS t", "function");
    accepted(
        "SELECT c.relname, format_type(a.atttypid, a.atttypmod), has_table_privilege('o', c.\"oid\", 'SELECT') \
         FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.\"oid\"",
    );
    accepted("WITH w AS (SELECT t.a FROM s.t AS t) SELECT EXTRACT(year FROM w.a) FROM w");
}

/// Late-binding views and SQL functions are resolved under the path of whoever reads or calls.
#[test]
fn functions_are_named_with_their_schema_where_somebody_elses_path_is_asked() {
    own_refused(
        "CREATE VIEW a.v (b) AS SELECT UPPER(t.b) FROM s.t AS t WITH NO SCHEMA BINDING",
        "unqualified-function",
    );
    own_refused(
        "CREATE FUNCTION a.f_x(VARCHAR(9)) RETURNS VARCHAR(9) IMMUTABLE AS $$ SELECT UPPER($1) $$ LANGUAGE sql",
        "unqualified-function",
    );
    accepted(
        "CREATE VIEW a.v (b) AS SELECT CAST(COALESCE(pg_catalog.UPPER(t.b), 'MAX(') AS VARCHAR(9)) FROM s.t AS t WITH NO SCHEMA BINDING",
    );
    accepted("CREATE VIEW a.v (b) AS SELECT UPPER(t.b) FROM s.t AS t");
}

#[test]
fn functions_are_a_closed_list() {
    refused("SELECT concat_ws(',', a, b) FROM s.t", "function");
    refused("SELECT now() FROM s.t", "leader-node-function");
    refused("SELECT current_timestamp FROM s.t", "leader-node-function");
    refused("SELECT sysdate() FROM s.t", "bare-function");
    refused("SELECT CONCAT(a, b, c) FROM s.t", "function-arity");
    refused("SELECT SHA2(a, 128) FROM s.t", "function-argument");
    accepted("SELECT s.f_mask(t.a), COUNT(*), COUNT(DISTINCT t.b) FROM s.t AS t GROUP BY 1");
    accepted("SELECT EXTRACT(year FROM t.d), TRIM(BOTH ' ' FROM t.a) FROM s.t AS t");
}

#[test]
fn types_are_a_closed_list() {
    refused("SELECT a::uuid FROM s.t", "type");
    refused("SELECT CAST(a AS HSTORE) FROM s.t", "grammar");
    refused("CREATE TABLE s.t (a MONEY)", "type");
    refused("CREATE TABLE s.t (a VARCHAR(70000))", "type-size");
    refused("CREATE TABLE s.t (a DECIMAL(39, 2))", "type-size");
    accepted(
        "CREATE TABLE IF NOT EXISTS s.t (a SMALLINT NOT NULL, b DOUBLE PRECISION, c TIMESTAMPTZ, \
         d CHARACTER VARYING(20), e VARCHAR(MAX), f VARBYTE(64), g TIMESTAMP WITH TIME ZONE, \
         h NUMERIC(18, 2) DEFAULT 0, i BOOLEAN, PRIMARY KEY (a)) DISTSTYLE ALL SORTKEY (a)",
    );
}

#[test]
fn operators_are_a_closed_list() {
    refused("SELECT a ~* 'x' FROM s.t", "operator");
    refused("SELECT a #>> 'x' FROM s.t", "operator");
    refused("SELECT a -> 'x' FROM s.t", "operator");
    accepted("SELECT -1, a=-1, b <> 2, c || 'x', d % 2, e ~ '^a' FROM s.t");
}

#[test]
fn queries_keep_to_redshift() {
    refused("SELECT a FROM s.t WHERE (a, b) IN (SELECT c, d FROM s.u)", "row-constructor");
    refused("SELECT a FROM s.t EXCEPT ALL SELECT a FROM s.u", "set-operation-all");
    refused("SELECT a FROM s.t FETCH FIRST 1 ROWS ONLY", "fetch-first");
    refused("SELECT a COLLATE \"C\" FROM s.t", "collation");
    refused("SELECT E'a' FROM s.t", "literal-prefix");
    refused("SELECT a[1] FROM s.t", "array");
}

#[test]
fn late_binding_views_need_schemas() {
    refused("CREATE VIEW v.a AS SELECT t.a FROM t WITH NO SCHEMA BINDING", "late-binding-name");
    refused(
        "CREATE VIEW v.a AS SELECT t.a FROM s.t AS t WHERE t.a IN (SELECT u.a FROM u) WITH NO SCHEMA BINDING",
        "late-binding-name",
    );
    accepted("CREATE VIEW v.a AS WITH c AS (SELECT t.a FROM s.t AS t) SELECT c.a FROM c WITH NO SCHEMA BINDING");
    accepted("CREATE VIEW v.a AS SELECT t.a FROM t");
}

#[test]
fn views_have_no_correlated_subquery() {
    let view = |rest: &str| format!("CREATE VIEW v.a AS SELECT t.a FROM s.t AS t {rest}");
    refused(&view("WHERE EXISTS (SELECT 1 FROM s.u AS u WHERE u.id = t.id)"), "correlated-subquery");
    refused(
        &view("WHERE t.a IN (SELECT u.a FROM s.u AS u WHERE u.b IN (SELECT w.b FROM s.w AS w WHERE w.c = T.c))"),
        "correlated-subquery",
    );
    refused(&view("GROUP BY t.a HAVING MAX(t.b) > (SELECT MAX(u.b) FROM s.u AS u)"), "grouped-subquery");
    accepted(&view("WHERE t.a IN (SELECT t.a FROM s.u AS t)"));
}

#[test]
fn own_views_have_no_subquery_in_a_select_list() {
    let sql = "CREATE VIEW v.a AS SELECT CASE WHEN EXISTS (SELECT 1 FROM s.u AS u WHERE u.b = 1) \
               THEN t.a END AS a FROM s.t AS t";
    assert_eq!(check(sql), Ok(StatementKind::CreateView));
    own_refused(sql, "subquery-in-select-list");
    own_refused(
        "CREATE VIEW v.a AS SELECT d.a FROM (SELECT (SELECT MAX(u.a) FROM s.u AS u) AS a FROM s.t AS t) AS d",
        "subquery-in-select-list",
    );
}

#[test]
fn views_have_no_options() {
    refused("CREATE VIEW v.a WITH (security_barrier) AS SELECT 1 AS a", "view-options");
    refused("CREATE VIEW v.a AS SELECT t.a FROM s.t WITH CHECK OPTION", "view-options");
}

#[test]
fn own_statements_have_no_backslash() {
    let sql = r"SELECT 'a\\b' FROM s.t";
    assert!(check(sql).is_ok());
    own_refused(sql, "backslash");
    own_refused(
        r"CREATE FUNCTION s.f_a(VARCHAR) RETURNS VARCHAR STABLE AS $$ SELECT $1 || '\\' $$ LANGUAGE sql",
        "backslash",
    );
}

#[test]
fn own_grants_have_one_grantee() {
    accepted("GRANT SELECT ON s.v TO ROLE analyst");
    accepted("GRANT USAGE ON SCHEMA a, b TO \"IAMR:x\"");
    own_refused("GRANT SELECT ON s.v TO alice, GROUP readers", "one-grantee");
    own_refused("REVOKE SELECT ON s.v FROM alice, bob", "one-grantee");
}

#[test]
fn own_statements_keep_to_the_limits() {
    let long = "x".repeat(128);
    own_refused(&format!("SELECT \"{long}\" FROM s.t"), "identifier-size");
    own_refused(&format!("SELECT '{}' FROM s.t", "é".repeat(32_768)), "literal-size");
    let columns: Vec<String> = (0..1_601).map(|n| format!("t.c{n}")).collect();
    own_refused(&format!("CREATE VIEW v.a AS SELECT {} FROM s.t AS t", columns.join(", ")), "column-count");
    own_refused(&format!("SELECT 1 --{}", " ".repeat(16 << 20)), "statement-size");
}

#[test]
fn reserved_words_are_quoted() {
    own_refused("SELECT t.tag FROM s.t AS t", "reserved-word");
    accepted("SELECT t.\"tag\", t.\"user\" FROM s.t AS t");
}

#[test]
fn sql_functions_are_pure_selects() {
    let function = |body: &str| {
        format!(
            "CREATE OR REPLACE FUNCTION s.f_a(VARCHAR(64)) RETURNS VARCHAR(64) IMMUTABLE AS $$ {body} $$ LANGUAGE sql"
        )
    };
    accepted(&function("SELECT pg_catalog.SHA2($1, 256)"));
    refused(&function("SELECT a FROM s.t"), "udf-body");
    refused(&function("SELECT $2"), "udf-body");
    refused(&function("SELECT foo($1)"), "function");
    refused(&function("SELECT 1").replace("sql", "plpythonu"), "routine-language");
}

#[test]
fn procedures_are_plpgsql() {
    let procedure = |body: &str| {
        format!(
            "CREATE OR REPLACE PROCEDURE s.sp_a(p_user VARCHAR(127), INOUT n INTEGER) AS $$\n\
             DECLARE c INTEGER := 0; r RECORD;\nBEGIN\n{body}\nEND;\n$$ LANGUAGE plpgsql \
             SECURITY DEFINER SET search_path = s"
        )
    };
    accepted(&procedure(
        "IF p_user IS NULL OR LEN(TRIM(p_user)) = 0 THEN RAISE EXCEPTION 'no user'; END IF;\n\
         SELECT INTO c COUNT(*) FROM s.t AS t WHERE t.u = p_user;\n\
         SELECT COUNT(*) INTO c FROM s.t AS t WHERE t.u = session_user;\n\
         FOR r IN SELECT t.u FROM s.t AS t LOOP\n\
         EXECUTE 'GRANT USAGE ON SCHEMA s TO ' || QUOTE_IDENT(r.u);\n\
         END LOOP;\n\
         IF c > 0 THEN DELETE FROM s.t WHERE u = p_user; ELSE INSERT INTO s.t (u) VALUES (p_user); END IF;\n\
         n := c;",
    ));
    refused(&procedure("INSERT INTO s.t VALUES (1) ON CONFLICT DO NOTHING;"), "on-conflict");
    refused(&procedure("COMMIT;"), "procedure-transaction");
    refused(&procedure("PERFORM format('a');"), "function");
    refused(&procedure("DELETE FROM FROM s.t;"), "grammar");
    refused(&procedure("n := 1; EXCEPTION WHEN unique_violation THEN n := 2;"), "procedure-exception");
}

#[test]
fn quoted_names_are_accepted_everywhere() {
    accepted("CREATE SCHEMA IF NOT EXISTS \"scrim_views\"");
    accepted("INSERT INTO \"s\".\"t\" (\"a\", \"b\") VALUES ('x', 1), ('y', -2)");
    accepted("DELETE FROM \"s\".\"t\" WHERE \"a\" = 'x' AND \"b\" IN (SELECT \"b\" FROM \"s\".\"u\")");
    accepted("UPDATE \"s\".\"t\" SET \"a\" = 'x' WHERE \"b\" = 1");
    accepted("SET search_path TO \"s\", \"public\"");
    accepted(
        "CREATE TABLE \"s\".\"t\" (\"user\" VARCHAR(127) NOT NULL, \"n\" BIGINT IDENTITY(1, 1)) SORTKEY (\"user\")",
    );
    accepted("CREATE TABLE s.t (n BIGINT GENERATED BY DEFAULT AS IDENTITY(1, 1))");
    accepted("DROP VIEW IF EXISTS \"s\".\"v\" CASCADE");
    accepted("GRANT SELECT ON TABLE \"s\".\"v\" TO GROUP \"readers\"");
    accepted("GRANT EXECUTE ON FUNCTION \"s\".\"f_a\"(VARCHAR) TO PUBLIC");
    accepted("REVOKE ALL PRIVILEGES ON SCHEMA \"s\" FROM PUBLIC");
    accepted("COMMENT ON VIEW \"s\".\"v\" IS 'it''s ours'");
    accepted("ALTER TABLE s.t RENAME COLUMN a TO uuid");
    accepted("CALL \"s\".\"sp_a\"('alice')");
    accepted(
        "CREATE OR REPLACE VIEW \"s\".\"v\" (\"a\", \"b\") AS SELECT \"t\".\"a\", \
         CAST(\"s\".\"f_a\"(\"t\".\"b\") AS VARCHAR(64)) FROM \"db\".\"public\".\"t\" AS \"t\" \
         WHERE \"t\".\"d\" > DATEADD(day, -30, pg_catalog.GETDATE()) AND \"t\".\"u\" = current_user::VARCHAR(128) \
         WITH NO SCHEMA BINDING",
    );
}

#[test]
fn refusals_name_rule_and_statement() {
    let refusal = check("SELECT format('x') FROM s.t").unwrap_err();
    assert_eq!(refusal.to_string(), "function: format is not a function of Redshift");
    assert_eq!(refusal.statement, "SELECT format('x') FROM s.t");
}
