-- Takes the next number: every push before this one can change nothing any more. Of services it is told since when they
-- lead: one that slept, and was not told yet that another leads since, may not begin a push of what it knew.
CREATE OR REPLACE PROCEDURE {procedures}.claim(INOUT p_epoch bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $scrim$
DECLARE
  v_leader bigint := p_epoch;
BEGIN
  UPDATE {system}.lease AS l SET epoch = l.epoch + 1, leader = COALESCE(v_leader, l.leader)
  WHERE COALESCE(v_leader >= l.leader, true)
  RETURNING l.epoch INTO p_epoch;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'another service leads since' USING ERRCODE = 'SC009';
  END IF;
END $scrim$
;;
-- Refuses whoever does not hold the last number, and keeps others from taking the next one before this
-- transaction ends.
CREATE OR REPLACE PROCEDURE {procedures}.hold(p_epoch bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $scrim$
BEGIN
  PERFORM 1 FROM {system}.lease AS l WHERE l.epoch = p_epoch FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'another push has taken over' USING ERRCODE = 'SC001';
  END IF;
END $scrim$
;;
-- Applies a batch of staged changes to profiles: all rows of all its users, or none.
CREATE OR REPLACE PROCEDURE {procedures}.apply_profiles(p_epoch bigint, p_batch bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $scrim$
BEGIN
  CALL {procedures}.hold(p_epoch);
  DELETE FROM {system}.profile AS p USING {system}.profile_stage AS s
  WHERE s.batch = p_batch AND NOT s.added
    AND p.immuta__userid = s.immuta__userid AND p.kind = s.kind AND p.key = s.key AND p.value = s.value;
  INSERT INTO {system}.profile (immuta__userid, kind, key, value, expires)
  SELECT s.immuta__userid, s.kind, s.key, s.value, s.expires FROM {system}.profile_stage AS s
  WHERE s.batch = p_batch AND s.added;
  DELETE FROM {system}.profile_stage AS s WHERE s.batch = p_batch;
END $scrim$
;;
-- Closes a source at once: its view shows nothing until it is applied again.
CREATE OR REPLACE PROCEDURE {procedures}.close_source(p_epoch bigint, p_source text, p_reason text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $scrim$
BEGIN
  CALL {procedures}.hold(p_epoch);
  UPDATE {system}.gate AS g SET min_version = 9223372036854775807 WHERE g.source = p_source;
  UPDATE {system}.object_state AS s SET closed = p_reason WHERE s.source = p_source;
END $scrim$
;;
-- Refuses what is not one query, told from the text alone: to plan it would run functions in it, as the owner. Without
-- literals and quoted names nothing is left that could end it, or make a quote mean something else.
CREATE OR REPLACE PROCEDURE {procedures}.one_query(p_query text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $scrim$
DECLARE
  v_plain text := regexp_replace(p_query, '''([^'']|'''')*''|"([^"]|"")*"', chr(1), 'g');
BEGIN
  IF v_plain ~ '[;$"'']|--|/[*]' OR v_plain ~ ('[[:alnum:]_&]' || chr(1)) OR strpos(v_plain, chr(92)) > 0 THEN
    RAISE EXCEPTION 'a view is one query' USING ERRCODE = 'SC005';
  END IF;
END $scrim$
;;
-- Creates or replaces the view of a source and everything that belongs to it. Its version is the number of the push,
-- so that no version ever comes back. The name is put together here, so that no view leaves its schema, and nothing is
-- replaced that was not made here.
CREATE OR REPLACE PROCEDURE {procedures}.apply_view(
  p_epoch bigint, p_source text, p_data_source text, p_view text, p_columns text[], p_barrier boolean, p_query text,
  p_hash text, p_audience text, p_salt_scopes text[], p_salts text[], p_statistics text[], p_counts text[], p_base_oid oid,
  p_base_owner text, p_base_columns text, p_lookups text, p_reads text
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $scrim$
DECLARE
  v_known {system}.object_state%ROWTYPE;
  v_oid oid;
  v_create text;
  v_name text;
BEGIN
  CALL {procedures}.hold(p_epoch);
  CALL {procedures}.one_query(p_query);
  SELECT * INTO v_known FROM {system}.object_state AS s WHERE s.source = p_source FOR UPDATE;
  SELECT c.oid INTO v_oid FROM pg_class AS c
  WHERE c.relnamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = {views:text}) AND c.relname = p_view;
  IF v_oid IS NOT NULL AND v_oid IS DISTINCT FROM v_known.view_oid THEN
    RAISE EXCEPTION 'the relation %.% exists and was not made by Scrim for this data source', {views:text}, p_view
      USING ERRCODE = 'SC002';
  END IF;
  IF v_oid IS NULL THEN
    -- It may have had another name.
    SELECT c.relname INTO v_name FROM pg_class AS c
    WHERE c.oid = v_known.view_oid AND c.relkind = 'v'
      AND c.relnamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = {views:text});
    IF v_name IS NOT NULL THEN
      EXECUTE format('DROP VIEW %I.%I', {views:text}, v_name);
    END IF;
  END IF;
  v_create := format(
    'CREATE OR REPLACE VIEW %I.%I (%s) WITH (security_barrier = %s) AS %s', {views:text}, p_view,
    (SELECT string_agg(quote_ident(c.name), ', ' ORDER BY c.at) FROM unnest(p_columns) WITH ORDINALITY AS c (name, at)),
    p_barrier, p_query
  );
  BEGIN
    EXECUTE v_create;
  EXCEPTION WHEN invalid_table_definition THEN
    -- Its columns are others now: a view cannot be replaced by such a one, only made anew, in this transaction.
    EXECUTE format('DROP VIEW %I.%I', {views:text}, p_view);
    EXECUTE v_create;
  END;
  SELECT c.oid INTO v_oid FROM pg_class AS c
  WHERE c.relnamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = {views:text}) AND c.relname = p_view;
  IF NOT EXISTS (
    SELECT 1 FROM pg_depend AS d INNER JOIN pg_rewrite AS r ON r.oid = d.objid
    WHERE d.classid = 'pg_rewrite'::regclass AND r.ev_class = v_oid AND d.refclassid = 'pg_class'::regclass
      AND d.refobjid = p_base_oid
  ) THEN
    RAISE EXCEPTION 'the table of % was replaced meanwhile', p_data_source USING ERRCODE = 'SC003';
  END IF;
  INSERT INTO {system}.salt (source, column_name, salt)
  SELECT c.scope, c.name, replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')
  FROM unnest(p_salt_scopes, p_salts) AS c (scope, name)
  ON CONFLICT DO NOTHING;
  -- What is counted no more is forgotten; what is counted for the first time, or otherwise, has released nothing yet.
  FOR v_name IN SELECT q.query FROM unnest(p_counts) AS q (query) LOOP
    CALL {procedures}.one_query(v_name);
  END LOOP;
  DELETE FROM {system}.released AS r USING {system}.statistics AS k
  WHERE r.key = k.key AND k.source = p_source AND NOT EXISTS (
    SELECT 1 FROM unnest(p_statistics, p_counts) AS q (key, query) WHERE q.key = k.key AND q.query = k.query AND k.base_oid = p_base_oid
  );
  DELETE FROM {system}.statistics AS k
  WHERE k.source = p_source AND NOT EXISTS (
    SELECT 1 FROM unnest(p_statistics, p_counts) AS q (key, query) WHERE q.key = k.key AND q.query = k.query AND k.base_oid = p_base_oid
  );
  INSERT INTO {system}.statistics (key, source, query, base_oid)
  SELECT q.key, p_source, q.query, p_base_oid FROM unnest(p_statistics, p_counts) AS q (key, query)
  ON CONFLICT DO NOTHING;
  INSERT INTO {system}.tables AS t (source, audience, schema_name, view_name)
  VALUES (p_source, p_audience, {views:text}, p_view)
  ON CONFLICT (source) DO UPDATE SET audience = EXCLUDED.audience, schema_name = EXCLUDED.schema_name, view_name = EXCLUDED.view_name;
  INSERT INTO {system}.gate AS g (source, min_version) VALUES (p_source, p_epoch)
  ON CONFLICT (source) DO UPDATE SET min_version = EXCLUDED.min_version;
  DELETE FROM {system}.object_state AS s WHERE s.source = p_source;
  INSERT INTO {system}.object_state (
    source, data_source, view_name, view_oid, version, hash, fingerprint, base_oid, base_owner, base_columns, lookups, reads, closed,
    pushed_at
  ) VALUES (
    p_source, p_data_source, p_view, v_oid, p_epoch, p_hash, '', p_base_oid, p_base_owner, p_base_columns, p_lookups, p_reads, NULL,
    statement_timestamp()
  );
  -- Somebody's default privileges may have opened more than is intended; a grant by hand likewise.
  FOR v_name IN SELECT DISTINCT p.grantee FROM {system}.privileges AS p WHERE p.oid = v_oid AND NOT p.intended LOOP
    -- CASCADE takes what that grantee granted on; it drops no object.
    EXECUTE format('REVOKE ALL ON TABLE %I.%I FROM %s CASCADE', {views:text}, p_view, v_name);
  END LOOP;
  EXECUTE format('GRANT SELECT ON TABLE %I.%I TO %s', {views:text}, p_view, {readers:sql});
  IF EXISTS (SELECT 1 FROM {system}.privileges AS p WHERE p.oid = v_oid AND NOT p.intended) THEN
    RAISE EXCEPTION 'the privileges on %.% are more than intended and cannot be taken back', {views:text}, p_view
      USING ERRCODE = 'SC004';
  END IF;
  UPDATE {system}.object_state AS s SET fingerprint = {procedures}.fingerprint(v_oid) WHERE s.source = p_source;
END $scrim$
;;
-- Drops the view of a source and forgets the source; its salts are kept, so that hashes stay what they are should
-- it come back. A view that somebody built on it keeps it from being dropped.
CREATE OR REPLACE PROCEDURE {procedures}.drop_view(p_epoch bigint, p_source text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $scrim$
DECLARE
  v_name text;
BEGIN
  CALL {procedures}.hold(p_epoch);
  SELECT c.relname INTO v_name FROM {system}.object_state AS s
  INNER JOIN pg_class AS c ON c.oid = s.view_oid AND c.relkind = 'v'
  WHERE s.source = p_source AND c.relnamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = {views:text});
  IF v_name IS NOT NULL THEN
    EXECUTE format('DROP VIEW %I.%I', {views:text}, v_name);
  END IF;
  DELETE FROM {system}.gate AS g WHERE g.source = p_source;
  DELETE FROM {system}.tables AS t WHERE t.source = p_source;
  DELETE FROM {system}.released AS r USING {system}.statistics AS k WHERE r.key = k.key AND k.source = p_source;
  DELETE FROM {system}.statistics AS k WHERE k.source = p_source;
  DELETE FROM {system}.object_state AS s WHERE s.source = p_source;
END $scrim$
;;
-- Counts again one of what k_anonymous masks of a source ask for: the first behind a key, and tells which that was. The state of
-- the table is taken before it is counted: what changes meanwhile makes the count an old one. Whoever owns the table says how long
-- that takes: nothing that a push needs is held meanwhile.
DROP PROCEDURE IF EXISTS {procedures}.refresh(bigint, text)
;;
CREATE OR REPLACE PROCEDURE {procedures}.refresh(p_source text, INOUT p_key text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $scrim$
DECLARE
  v_known {system}.statistics%ROWTYPE;
  v_state text;
  v_found text[];
  v_b text[];
  v_c bigint[];
  v_d bigint[];
BEGIN
  SELECT * INTO v_known FROM {system}.statistics AS k WHERE k.source = p_source AND k.key > p_key ORDER BY k.key LIMIT 1;
  p_key := v_known.key;
  IF p_key IS NULL THEN
    RETURN;
  END IF;
  v_state := {functions}.f_table_state(v_known.base_oid);
  CALL {system}.scanned(
    format('SELECT CAST(q.combination AS text), NULL::text, NULL::bigint, NULL::bigint FROM (%s) AS q', v_known.query), v_found, v_b, v_c, v_d
  );
  -- Nothing was held meanwhile: something else may be asked for by now, which somebody counts then.
  PERFORM 1 FROM {system}.statistics AS k WHERE k.key = v_known.key AND k.source = p_source AND k.query = v_known.query AND k.base_oid = v_known.base_oid FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  DELETE FROM {system}.released AS r WHERE r.key = p_key;
  INSERT INTO {system}.released (key, combination) SELECT p_key, q.combination FROM unnest(v_found) AS q (combination);
  UPDATE {system}.statistics AS k SET state = v_state, refreshed_at = statement_timestamp() WHERE k.key = p_key;
END $scrim$
;;
-- Finds the value of a token of a reversible mask in the table, for somebody who asked and was allowed, and keeps a
-- record of it. Only of columns that such a mask is or was on.
CREATE OR REPLACE PROCEDURE {procedures}.resolve(
  p_source text, p_column text, p_token text, p_requested_by text, p_approved_by text, p_reason text, INOUT p_value text
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $scrim$
DECLARE
  v_salt text;
  v_base oid;
  v_found text[];
  v_b text[];
  v_c bigint[];
  v_d bigint[];
BEGIN
  SELECT k.salt INTO v_salt FROM {system}.salt AS k WHERE k.source = p_source || ':reversible' AND k.column_name = p_column;
  SELECT s.base_oid INTO v_base FROM {system}.object_state AS s WHERE s.source = p_source;
  IF v_salt IS NULL OR v_base IS NULL THEN
    RAISE EXCEPTION 'there are no tokens of the column %', p_column USING ERRCODE = 'SC006';
  END IF;
  -- The salt is in no text that who reads the table could read.
  CALL {system}.scanned(
    format(
      'SELECT max(CAST(t.%1$I AS text) COLLATE "C"), NULL::text, NULL::bigint, NULL::bigint FROM %2$s AS t '
      'WHERE %3$I.f_hash(CAST(t.%1$I AS text) COLLATE "C", '
      '(SELECT k.salt FROM %4$I.salt AS k WHERE k.source = %5$L AND k.column_name = %6$L)) = %7$L',
      p_column, v_base::regclass, {functions:text}, {system:text}, p_source || ':reversible', p_column, p_token
    ), v_found, v_b, v_c, v_d
  );
  p_value := v_found[1];
  INSERT INTO {system}.unmasked (resolved_at, login, source, column_name, token, requested_by, approved_by, reason, found)
  VALUES (statement_timestamp(), session_user, p_source, p_column, p_token, p_requested_by, p_approved_by, p_reason, p_value IS NOT NULL);
END $scrim$
