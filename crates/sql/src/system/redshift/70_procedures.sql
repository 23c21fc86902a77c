-- Takes the next number: every push before this one can change nothing any more. Of services it is told since when they
-- lead, of others nothing, which is 0: one that slept, and was not told yet that another leads since, may not begin a push
-- of what it knew.
CREATE OR REPLACE PROCEDURE {procedures}.claim(p_epoch INOUT BIGINT)
AS $scrim$
DECLARE
  v_since BIGINT;
BEGIN
  -- Redshift locks tables, not rows; and taken before anything is read, the lock makes this transaction see the
  -- number that the one before it took.
  LOCK TABLE {system}.lease;
  SELECT MAX(l.since) INTO v_since FROM {system}.leader AS l;
  IF p_epoch > 0 AND p_epoch < v_since THEN
    RAISE EXCEPTION 'SC009: another service leads since';
  END IF;
  IF p_epoch > v_since THEN
    UPDATE {system}.leader SET since = p_epoch;
  END IF;
  UPDATE {system}.lease SET epoch = epoch + 1;
  SELECT MAX(l.epoch) INTO p_epoch FROM {system}.lease AS l;
END;
$scrim$ LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
;;
-- Refuses whoever does not hold the last number, and keeps others from taking the next one before this
-- transaction ends. A transaction that stages rows calls it first.
CREATE OR REPLACE PROCEDURE {procedures}.hold(p_epoch BIGINT)
AS $scrim$
BEGIN
  LOCK TABLE {system}.lease;
  -- A write that changes nothing, and not a read: a transaction that read something before the lock was free still
  -- sees the number of that time, and only for a write does Redshift find that somebody changed the row since.
  UPDATE {system}.lease SET epoch = p_epoch WHERE epoch = p_epoch;
  IF NOT FOUND THEN
    -- RAISE takes no error code: the message begins with the one of PostgreSQL's procedures.
    RAISE EXCEPTION 'SC001: another push has taken over';
  END IF;
END;
$scrim$ LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
;;
-- Applies a batch of staged changes to profiles: all rows of all its users, or none.
CREATE OR REPLACE PROCEDURE {procedures}.apply_profiles(p_epoch BIGINT, p_batch BIGINT)
AS $scrim$
BEGIN
  CALL {procedures}.hold(p_epoch);
  -- Rows that come go first, too: nothing else keeps a row from being there twice, with two ends.
  DELETE FROM {system}.profile USING {system}.profile_stage AS s
  WHERE s.batch = p_batch
    AND profile.immuta__userid = s.immuta__userid AND profile.kind = s.kind AND profile.key = s.key AND profile.value = s.value;
  INSERT INTO {system}.profile (immuta__userid, kind, key, value, expires)
  SELECT DISTINCT s.immuta__userid, s.kind, s.key, s.value, s.expires FROM {system}.profile_stage AS s
  WHERE s.batch = p_batch AND s.added;
  DELETE FROM {system}.profile_stage WHERE batch = p_batch;
END;
$scrim$ LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
;;
-- Closes a source at once: its view shows nothing until it is applied again.
CREATE OR REPLACE PROCEDURE {procedures}.close_source(p_epoch BIGINT, p_source VARCHAR(64), p_reason VARCHAR(65535))
AS $scrim$
BEGIN
  CALL {procedures}.hold(p_epoch);
  UPDATE {system}.gate SET min_version = 9223372036854775807 WHERE source = p_source;
  UPDATE {system}.object_state SET closed = p_reason WHERE source = p_source;
END;
$scrim$ LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
;;
-- A view as the server has it, owner, privileges and definition, in one hash; NULL when there is none. A definition
-- may be longer than a variable, so that it is hashed in parts: the same parts that Scrim asks for to compare.
CREATE OR REPLACE PROCEDURE {procedures}.fingerprint(p_view VARCHAR(128), p_fingerprint INOUT VARCHAR(64))
AS $scrim$
DECLARE
  v_hash VARCHAR(64);
  v_part VARCHAR(64);
  v_from INTEGER := 1;
BEGIN
  SELECT SHA2(u.usename::VARCHAR(128) || ' ' || COALESCE(ARRAY_TO_STRING(c.relacl, ','), ''), 256) INTO v_hash
  FROM pg_catalog.pg_class AS c
  INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = c.relowner
  WHERE n.nspname = {views:text} AND c.relname = p_view AND c.relkind = 'v';
  IF v_hash IS NOT NULL THEN
    LOOP
      -- A character takes up to four bytes.
      SELECT SHA2(SUBSTRING(v.definition, v_from, 16000), 256) INTO v_part FROM pg_catalog.pg_views AS v
      WHERE v.schemaname = {views:text} AND v.viewname = p_view AND LENGTH(v.definition) >= v_from;
      EXIT WHEN v_part IS NULL;
      v_hash := SHA2(v_hash || v_part, 256);
      v_from := v_from + 16000;
    END LOOP;
  END IF;
  p_fingerprint := v_hash;
END;
$scrim$ LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
;;
-- Refuses what is not one query, told from the text alone, part by part: outside of literals and quoted names there must be
-- nothing that could end it or make a quote mean something else. The state is what the part before ended in ('p' plain, 'l'
-- literal, 'n' name), how many parentheses are open, in four digits, and its last plain character. A doubled quote ends and begins what it stands in.
CREATE OR REPLACE PROCEDURE {procedures}.one_query(p_part VARCHAR(65535), p_state INOUT VARCHAR(8))
AS $scrim$
DECLARE
  -- Some characters at a time: what is left is copied at every quote.
  v_at INTEGER := 1;
  v_rest VARCHAR(65535) := '';
  v_in VARCHAR(1) := LEFT(p_state, 1);
  v_depth INTEGER := CAST('0' || SUBSTRING(p_state, 2, 4) AS INTEGER);
  v_last VARCHAR(1) := SUBSTRING(p_state, 6);
  v_piece VARCHAR(65535);
  v_literal INTEGER;
  v_name INTEGER;
  v_quote INTEGER;
  v_brackets VARCHAR(65535);
  v_open INTEGER;
  v_close INTEGER;
BEGIN
  LOOP
    v_rest := SUBSTRING(p_part, v_at, 2000);
    EXIT WHEN COALESCE(LENGTH(v_rest), 0) = 0;
    v_at := v_at + 2000;
    LOOP
      v_literal := STRPOS(v_rest, '''');
      v_name := STRPOS(v_rest, '"');
      v_quote := CASE WHEN v_in = 'l' THEN v_literal WHEN v_in = 'n' THEN v_name
        WHEN v_literal > 0 AND (v_name = 0 OR v_literal < v_name) THEN v_literal ELSE v_name END;
      v_piece := CASE WHEN v_quote > 0 THEN LEFT(v_rest, v_quote - 1) ELSE v_rest END;
      -- A backslash makes another character of the quote behind it, but in a name it is one of its own.
      IF v_in <> 'n' AND STRPOS(v_piece, CHR(92)) > 0 THEN
        RAISE EXCEPTION 'SC007: a view is one query';
      END IF;
      IF v_in = 'p' THEN
        IF STRPOS(v_piece, ';') > 0 OR STRPOS(v_piece, '$') > 0 OR STRPOS(v_piece, '--') > 0 OR STRPOS(v_piece, '/*') > 0
          OR v_last || LEFT(v_piece, 1) IN ('--', '/*') THEN
          RAISE EXCEPTION 'SC007: a view is one query';
        END IF;
        v_last := CASE WHEN LENGTH(v_piece) > 0 THEN RIGHT(v_piece, 1) ELSE v_last END;
        -- No parenthesis closes one that stands outside.
        v_brackets := v_piece;
        LOOP
          v_open := STRPOS(v_brackets, '(');
          v_close := STRPOS(v_brackets, ')');
          EXIT WHEN v_open = 0 AND v_close = 0;
          IF v_open > 0 AND (v_close = 0 OR v_open < v_close) THEN
            v_depth := v_depth + 1;
            v_brackets := SUBSTRING(v_brackets, v_open + 1);
          ELSE
            v_depth := v_depth - 1;
            v_brackets := SUBSTRING(v_brackets, v_close + 1);
          END IF;
          IF v_depth < 0 OR v_depth > 9999 THEN
            RAISE EXCEPTION 'SC007: a view is one query';
          END IF;
        END LOOP;
      END IF;
      EXIT WHEN v_quote = 0;
      v_in := CASE WHEN v_in <> 'p' THEN 'p' WHEN v_quote = v_literal THEN 'l' ELSE 'n' END;
      v_last := '';
      v_rest := SUBSTRING(v_rest, v_quote + 1);
    END LOOP;
  END LOOP;
  p_state := v_in || LPAD(CAST(v_depth AS VARCHAR(4)), 4, '0') || v_last;
END;
$scrim$ LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
;;
-- Creates or replaces the view of a source and everything that belongs to it. The name is put together here, so
-- that no view leaves its schema, and nothing is replaced that was not made here.
--
-- The names of the columns stand one on a line: a name holds no control character. The query comes in up to eight
-- parts, for no argument is longer than 65,535 bytes; parts that are not needed are empty. Salts that it may
-- need are staged before in the same transaction, under the number of the push.
CREATE OR REPLACE PROCEDURE {procedures}.apply_view(
  p_epoch BIGINT, p_source VARCHAR(64), p_data_source VARCHAR(128), p_view VARCHAR(128), p_columns VARCHAR(65535),
  p_query_1 VARCHAR(65535), p_query_2 VARCHAR(65535), p_query_3 VARCHAR(65535), p_query_4 VARCHAR(65535),
  p_query_5 VARCHAR(65535), p_query_6 VARCHAR(65535), p_query_7 VARCHAR(65535), p_query_8 VARCHAR(65535),
  p_version BIGINT, p_hash VARCHAR(64), p_shape VARCHAR(64), p_audience VARCHAR(64), p_base VARCHAR(65535),
  p_base_columns VARCHAR(65535), p_reads VARCHAR(65535)
)
AS $scrim$
DECLARE
  v_schema VARCHAR(128) := {views:text};
  v_target VARCHAR(1024);
  v_known BIGINT;
  v_known_shape VARCHAR(64);
  v_known_fingerprint VARCHAR(64);
  v_oid BIGINT;
  v_name VARCHAR(128);
  v_at INTEGER := 1;
  v_columns VARCHAR(65535) := '';
  v_weak INTEGER;
  v_fingerprint VARCHAR(64);
  v_state VARCHAR(8) := 'p0000';
BEGIN
  CALL {procedures}.hold(p_epoch);
  CALL {procedures}.one_query(p_query_1, v_state);
  CALL {procedures}.one_query(p_query_2, v_state);
  CALL {procedures}.one_query(p_query_3, v_state);
  CALL {procedures}.one_query(p_query_4, v_state);
  CALL {procedures}.one_query(p_query_5, v_state);
  CALL {procedures}.one_query(p_query_6, v_state);
  CALL {procedures}.one_query(p_query_7, v_state);
  CALL {procedures}.one_query(p_query_8, v_state);
  IF LEFT(v_state, 5) <> 'p0000' THEN
    RAISE EXCEPTION 'SC007: a view is one query';
  END IF;
  -- Names are always quoted, and by hand: QUOTE_IDENT leaves reserved words as they are.
  v_target := '"' || REPLACE(v_schema, '"', '""') || '"."' || REPLACE(p_view, '"', '""') || '"';
  SELECT s.view_oid, s.shape, s.fingerprint INTO v_known, v_known_shape, v_known_fingerprint FROM {system}.object_state AS s WHERE s.source = p_source;
  SELECT c.oid::BIGINT INTO v_oid FROM pg_catalog.pg_class AS c
  INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = {views:text} AND c.relname = p_view;
  IF v_oid IS NOT NULL AND (v_known IS NULL OR v_oid <> v_known) THEN
    RAISE EXCEPTION 'SC002: the relation %.% exists and was not made by Scrim for this data source', v_schema, p_view;
  END IF;
  IF v_oid IS NULL AND v_known IS NOT NULL THEN
    -- It may have had another name.
    SELECT c.relname::VARCHAR(128) INTO v_name FROM pg_catalog.pg_class AS c
    INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = {views:text} AND c.oid = v_known AND c.relkind = 'v';
    IF v_name IS NOT NULL THEN
      EXECUTE 'DROP VIEW "' || REPLACE(v_schema, '"', '""') || '"."' || REPLACE(v_name, '"', '""') || '"';
    END IF;
  END IF;
  IF v_oid IS NOT NULL THEN
    CALL {procedures}.fingerprint(p_view, v_fingerprint);
    IF v_known_shape <> p_shape OR v_known_fingerprint <> v_fingerprint THEN
      -- A view is replaced only by one with the same columns, and keeps its owner and what was granted on it by hand:
      -- then it is made anew. Nobody sees it gone: this is one transaction.
      EXECUTE 'DROP VIEW ' || v_target;
    END IF;
  END IF;
  LOOP
    v_name := SPLIT_PART(p_columns, CHR(10), v_at);
    EXIT WHEN COALESCE(LENGTH(v_name), 0) = 0;
    v_columns := v_columns || CASE WHEN v_at = 1 THEN '"' ELSE ', "' END || REPLACE(v_name, '"', '""') || '"';
    v_at := v_at + 1;
  END LOOP;
  -- In one expression: a variable would hold no more than an argument does.
  EXECUTE 'CREATE OR REPLACE VIEW ' || v_target || ' (' || v_columns || ') AS ' || p_query_1
    || COALESCE(p_query_2, '') || COALESCE(p_query_3, '') || COALESCE(p_query_4, '') || COALESCE(p_query_5, '')
    || COALESCE(p_query_6, '') || COALESCE(p_query_7, '') || COALESCE(p_query_8, '') || ' WITH NO SCHEMA BINDING';
  SELECT c.oid::BIGINT INTO v_oid FROM pg_catalog.pg_class AS c
  INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = {views:text} AND c.relname = p_view AND c.relkind = 'v';
  IF v_oid IS NULL THEN
    RAISE EXCEPTION 'SC003: Redshift made the view % under another name: it keeps names in lower case', p_view;
  END IF;
  -- A replaced view keeps its grants: what PUBLIC has may be from a time with other readers.
  EXECUTE 'REVOKE ALL ON TABLE ' || v_target || ' FROM PUBLIC';
  EXECUTE 'GRANT SELECT ON TABLE ' || v_target || ' TO {role}' || {readers:sql};
  CALL {procedures}.fingerprint(p_view, v_fingerprint);
  SELECT COUNT(*) INTO v_weak FROM {system}.salt_stage AS s WHERE s.batch = p_epoch AND LENGTH(s.salt) < 32;
  IF v_weak > 0 THEN
    RAISE EXCEPTION 'SC005: a staged salt is too short';
  END IF;
  INSERT INTO {system}.salt (source, column_name, salt)
  SELECT s.source, s.column_name, MIN(s.salt) FROM {system}.salt_stage AS s
  LEFT JOIN {system}.salt AS k ON k.source = s.source AND k.column_name = s.column_name
  WHERE s.batch = p_epoch AND k.source IS NULL
  GROUP BY s.source, s.column_name;
  DELETE FROM {system}.salt_stage WHERE batch = p_epoch;
  DELETE FROM {system}.tables WHERE source = p_source;
  INSERT INTO {system}.tables (source, audience, schema_name, view_name) VALUES (p_source, p_audience, {views:text}, p_view);
  DELETE FROM {system}.gate WHERE source = p_source;
  INSERT INTO {system}.gate (source, min_version) VALUES (p_source, p_version);
  DELETE FROM {system}.object_state WHERE source = p_source;
  INSERT INTO {system}.object_state (
    source, data_source, view_name, view_oid, version, hash, shape, fingerprint, base, base_columns, reads, closed, pushed_at
  ) VALUES (
    p_source, p_data_source, p_view, v_oid, p_version, p_hash, p_shape, v_fingerprint, p_base, p_base_columns, p_reads, NULL,
    TIMEZONE('UTC', CAST(GETDATE() AS TIMESTAMPTZ))
  );
END;
$scrim$ LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
;;
-- Drops the view of a source and forgets the source; its salts are kept, so that hashes stay what they are should
-- it come back. A view that somebody built on it keeps it from being dropped.
CREATE OR REPLACE PROCEDURE {procedures}.drop_view(p_epoch BIGINT, p_source VARCHAR(64))
AS $scrim$
DECLARE
  v_schema VARCHAR(128) := {views:text};
  v_known BIGINT;
  v_name VARCHAR(128);
BEGIN
  CALL {procedures}.hold(p_epoch);
  -- Two queries: the catalog cannot be joined with tables.
  SELECT s.view_oid INTO v_known FROM {system}.object_state AS s WHERE s.source = p_source;
  SELECT c.relname::VARCHAR(128) INTO v_name FROM pg_catalog.pg_class AS c
  INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = {views:text} AND c.oid = v_known AND c.relkind = 'v';
  IF v_name IS NOT NULL THEN
    EXECUTE 'DROP VIEW "' || REPLACE(v_schema, '"', '""') || '"."' || REPLACE(v_name, '"', '""') || '"';
  END IF;
  DELETE FROM {system}.gate WHERE source = p_source;
  DELETE FROM {system}.tables WHERE source = p_source;
  DELETE FROM {system}.released USING {system}.statistics AS k WHERE released.key = k.key AND k.source = p_source;
  DELETE FROM {system}.statistics WHERE source = p_source;
  DELETE FROM {system}.object_state WHERE source = p_source;
END;
$scrim$ LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
;;
-- Says what is counted under a key, in the transaction that applies the view which asks for it; what was counted under
-- it otherwise is released no more. Without a query it is counted no more.
CREATE OR REPLACE PROCEDURE {procedures}.define_statistic(
  p_epoch BIGINT, p_source VARCHAR(64), p_key VARCHAR(64), p_query VARCHAR(65535), p_count_query VARCHAR(1024)
)
AS $scrim$
DECLARE
  v_known INTEGER;
  v_state VARCHAR(8) := 'p0000';
BEGIN
  CALL {procedures}.hold(p_epoch);
  -- Each is executed by itself, and must be whole by itself.
  CALL {procedures}.one_query(p_query, v_state);
  IF LEFT(v_state, 5) <> 'p0000' THEN
    RAISE EXCEPTION 'SC007: a statistic is one query';
  END IF;
  v_state := 'p0000';
  CALL {procedures}.one_query(p_count_query, v_state);
  IF LEFT(v_state, 5) <> 'p0000' THEN
    RAISE EXCEPTION 'SC007: a statistic is one query';
  END IF;
  SELECT COUNT(*) INTO v_known FROM {system}.statistics AS k
  WHERE k.key = p_key AND k.source = p_source AND k.query = p_query AND k.count_query = p_count_query;
  IF v_known = 0 THEN
    DELETE FROM {system}.released WHERE key = p_key;
    DELETE FROM {system}.statistics WHERE key = p_key;
    IF p_query IS NOT NULL THEN
      INSERT INTO {system}.statistics (key, source, query, count_query) VALUES (p_key, p_source, p_query, p_count_query);
    END IF;
  END IF;
END;
$scrim$ LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
;;
-- Counts again what a k_anonymous mask asks for. One transaction sees one state of the table. Counting reads all of it: the
-- lease is asked for at the end, so that nobody who pushes, or closes a source, waits meanwhile.
CREATE OR REPLACE PROCEDURE {procedures}.refresh(p_epoch BIGINT, p_key VARCHAR(64))
AS $scrim$
DECLARE
  v_query VARCHAR(65535);
  v_count_query VARCHAR(1024);
  v_counted BIGINT;
BEGIN
  SELECT k.query, k.count_query INTO v_query, v_count_query FROM {system}.statistics AS k WHERE k.key = p_key;
  IF v_query IS NOT NULL THEN
    DELETE FROM {system}.released WHERE key = p_key;
    EXECUTE 'INSERT INTO "' || REPLACE({system:text}, '"', '""') || '".released (key, combination) SELECT ' || QUOTE_LITERAL(p_key)
      || ', q.combination FROM (' || v_query || ') AS q';
    -- As a part of a query it can be nothing but one.
    EXECUTE 'SELECT q.n FROM (' || v_count_query || ') AS q' INTO v_counted;
    UPDATE {system}.statistics SET counted = v_counted, refreshed_at = TIMEZONE('UTC', CAST(GETDATE() AS TIMESTAMPTZ))
    WHERE key = p_key;
  END IF;
  CALL {procedures}.hold(p_epoch);
END;
$scrim$ LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
;;
-- Whether a k_anonymous mask must be counted again: it never was, or the table has another number of rows. 0 or 1.
CREATE OR REPLACE PROCEDURE {procedures}.stale(p_key VARCHAR(64), p_stale INOUT INTEGER)
AS $scrim$
DECLARE
  v_count_query VARCHAR(1024);
  v_counted BIGINT;
  v_now BIGINT;
BEGIN
  p_stale := 1;
  SELECT k.count_query, k.counted INTO v_count_query, v_counted FROM {system}.statistics AS k WHERE k.key = p_key;
  IF v_counted IS NOT NULL THEN
    EXECUTE 'SELECT q.n FROM (' || v_count_query || ') AS q' INTO v_now;
    IF v_now = v_counted THEN
      p_stale := 0;
    END IF;
  END IF;
END;
$scrim$ LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
;;
-- The columns of a table that no connection can look at: one of an external schema, or of a datashare. A line each:
-- name, type, length, precision, scale, parted by tabs. Nothing when the owner may not see it. No values.
CREATE OR REPLACE PROCEDURE {procedures}.look(
  p_database VARCHAR(128), p_schema VARCHAR(128), p_table VARCHAR(128), p_kind INOUT VARCHAR(128), p_columns INOUT VARCHAR(65535)
)
AS $scrim$
DECLARE
  v_row RECORD;
BEGIN
  p_columns := '';
  SELECT MAX(t.table_type::VARCHAR(128)) INTO p_kind FROM svv_all_tables AS t
  WHERE t.database_name = p_database AND t.schema_name = p_schema AND t.table_name = p_table;
  FOR v_row IN
    SELECT c.column_name::VARCHAR(128) AS name, c.data_type::VARCHAR(128) AS type, c.character_maximum_length AS length,
      c.numeric_precision AS digits, c.numeric_scale AS scale
    FROM svv_all_columns AS c
    WHERE c.database_name = p_database AND c.schema_name = p_schema AND c.table_name = p_table
    ORDER BY c.ordinal_position
  LOOP
    p_columns := p_columns || v_row.name || CHR(9) || v_row.type || CHR(9)
      || COALESCE(v_row.length::VARCHAR(16), '') || CHR(9) || COALESCE(v_row.digits::VARCHAR(16), '') || CHR(9)
      || COALESCE(v_row.scale::VARCHAR(16), '') || CHR(10);
  END LOOP;
END;
$scrim$ LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
;;
-- What others may do with Scrim's objects and should not: grantee, privilege, object, a line each, parted by tabs. As
-- far as the owner of all of it is told.
CREATE OR REPLACE PROCEDURE {procedures}.unintended(p_found INOUT VARCHAR(65535))
AS $scrim$
DECLARE
  v_row RECORD;
BEGIN
  p_found := '';
  FOR v_row IN
{unintended}
  LOOP
    EXIT WHEN LENGTH(p_found) > 15000;
    p_found := p_found || v_row.grantee || CHR(9) || v_row.privilege || CHR(9) || v_row.object || CHR(10);
  END LOOP;
END;
$scrim$ LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
;;
-- Finds the value of a token of a reversible mask in the table, for somebody who asked and was allowed, and keeps a
-- record of it. Only of columns that such a mask is or was on. The salt stands in no statement: those are logged.
CREATE OR REPLACE PROCEDURE {procedures}.resolve(
  p_source VARCHAR(64), p_database VARCHAR(128), p_schema VARCHAR(128), p_table VARCHAR(128), p_column VARCHAR(128),
  p_token VARCHAR(64), p_requested_by VARCHAR(128), p_approved_by VARCHAR(128), p_reason VARCHAR(65535),
  p_value INOUT VARCHAR(65535)
)
AS $scrim$
DECLARE
  v_salts INTEGER;
  v_scope VARCHAR(64) := p_source || ':reversible';
  v_name VARCHAR(300) := 't."' || REPLACE(p_column, '"', '""') || '"';
  v_table VARCHAR(1024) := '"' || REPLACE(p_schema, '"', '""') || '"."' || REPLACE(p_table, '"', '""') || '"';
BEGIN
  SELECT COUNT(*) INTO v_salts FROM {system}.salt AS k WHERE k.source = v_scope AND k.column_name = p_column;
  IF v_salts = 0 THEN
    RAISE EXCEPTION 'SC006: there are no tokens of the column %', p_column;
  END IF;
  IF p_database IS NOT NULL AND LENGTH(p_database) > 0 THEN
    v_table := '"' || REPLACE(p_database, '"', '""') || '".' || v_table;
  END IF;
  EXECUTE 'SELECT MAX(' || v_name || ') FROM ' || v_table || ' AS t CROSS JOIN "' || REPLACE({system:text}, '"', '""')
    || '".salt AS k WHERE k.source = ' || QUOTE_LITERAL(v_scope) || ' AND k.column_name = ' || QUOTE_LITERAL(p_column)
    || ' AND SHA2(k.salt || RTRIM(' || v_name || '), 256) = ' || QUOTE_LITERAL(p_token) INTO p_value;
  INSERT INTO {system}.unmasked (resolved_at, login, source, column_name, token, requested_by, approved_by, reason, found)
  VALUES (TIMEZONE('UTC', CAST(GETDATE() AS TIMESTAMPTZ)), session_user, p_source, p_column, p_token, p_requested_by, p_approved_by,
    p_reason, p_value IS NOT NULL);
END;
$scrim$ LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
;;
-- What everything else relies on, as the server has it: the views of the system schema and all routines, with their owners.
CREATE OR REPLACE PROCEDURE {procedures}.system_fingerprint(p_fingerprint INOUT VARCHAR(64))
AS $scrim$
DECLARE
  v_row RECORD;
BEGIN
  p_fingerprint := '';
  FOR v_row IN
    SELECT SHA2(n.nspname::VARCHAR(128) || '.' || c.relname::VARCHAR(128) || ' ' || c.relowner::VARCHAR(32)
      || ' ' || v.definition, 256) AS hash
    FROM pg_catalog.pg_class AS c
    INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    INNER JOIN pg_catalog.pg_views AS v ON v.schemaname = n.nspname AND v.viewname = c.relname
    WHERE n.nspname = {system:text} ORDER BY 1
  LOOP
    p_fingerprint := SHA2(p_fingerprint || v_row.hash, 256);
  END LOOP;
  FOR v_row IN
    SELECT SHA2(n.nspname::VARCHAR(128) || '.' || p.proname::VARCHAR(128) || ' ' || p.proowner::VARCHAR(32) || ' '
      || CASE WHEN p.prosecdef THEN 'definer' ELSE 'invoker' END || ' ' || p.prosrc, 256) AS hash
    FROM pg_catalog.pg_proc AS p
    INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname IN ({functions:text}, {procedures:text}) ORDER BY 1
  LOOP
    p_fingerprint := SHA2(p_fingerprint || v_row.hash, 256);
  END LOOP;
END;
$scrim$ LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
