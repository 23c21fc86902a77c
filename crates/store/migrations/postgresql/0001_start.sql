-- The metadata database, version 1. `sqlite/0001_start.sql` says the same for the other engine; keep both alike.
--
-- Keys compare by their bytes (COLLATE "C"), as they do in SQLite. JSON is kept as the text it was written as, so that
-- what was hashed stays what is read; cast it to jsonb to ask for parts of it.

CREATE FUNCTION scrim_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP;
END
$$;

-- One row each: what the next number follows. Locking the row is what makes writers take turns, and numbers gapless.
CREATE TABLE log_head (
    only_row boolean PRIMARY KEY CHECK (only_row),
    sequence bigint NOT NULL CHECK (sequence >= 0)
);
INSERT INTO log_head (only_row, sequence) VALUES (true, 0);

CREATE TABLE audit_head (
    only_row boolean PRIMARY KEY CHECK (only_row),
    number bigint NOT NULL CHECK (number >= 0),
    hash bytea NOT NULL CHECK (length(hash) = 32)
);
INSERT INTO audit_head (only_row, number, hash) VALUES (true, 0, decode(repeat('00', 32), 'hex'));

-- Every version of every object; a body that is NULL says that it was deleted.
CREATE TABLE object_versions (
    kind text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    sequence bigint NOT NULL,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    body text,
    PRIMARY KEY (kind, name, version)
);
CREATE INDEX object_versions_by_sequence ON object_versions (sequence);

-- The newest version of each, so that the current state is found without looking through the past.
CREATE TABLE objects (
    kind text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    sequence bigint NOT NULL,
    deleted boolean NOT NULL,
    PRIMARY KEY (kind, name),
    FOREIGN KEY (kind, name, version) REFERENCES object_versions (kind, name, version)
);
CREATE INDEX objects_by_sequence ON objects (sequence);

CREATE TABLE events (
    sequence bigint PRIMARY KEY CHECK (sequence > 0),
    at timestamptz NOT NULL,
    actor text NOT NULL,
    request text NOT NULL,
    kind text NOT NULL,
    object_kind text NOT NULL,
    object_name text NOT NULL,
    payload text NOT NULL
);
CREATE INDEX events_by_moment ON events (at, sequence);

CREATE TABLE audit (
    number bigint PRIMARY KEY CHECK (number > 0),
    at timestamptz NOT NULL,
    actor text COLLATE "C" NOT NULL,
    actor_kind text NOT NULL,
    via text NOT NULL,
    request text COLLATE "C" NOT NULL,
    action text COLLATE "C" NOT NULL,
    object_kind text COLLATE "C",
    object_name text COLLATE "C",
    outcome text NOT NULL,
    decided_by text COLLATE "C",
    details text COLLATE "C" NOT NULL,
    address text COLLATE "C",
    previous bytea NOT NULL,
    hash bytea NOT NULL
);
-- Only the beginning: whatever somebody types as a user name is written down, and an entry of an index has its limit.
CREATE INDEX audit_by_actor ON audit (substr(actor, 1, 200), number);
CREATE INDEX audit_by_object ON audit (substr(object_name, 1, 200), number);
CREATE INDEX audit_by_moment ON audit (at);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON object_versions
    FOR EACH STATEMENT EXECUTE FUNCTION scrim_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION scrim_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION scrim_append_only();

-- A known text, sealed: only the key of this database opens it.
CREATE TABLE sealing (
    only_row boolean PRIMARY KEY CHECK (only_row),
    sealed bytea NOT NULL
);

CREATE TABLE secrets (
    id text COLLATE "C" PRIMARY KEY,
    sealed bytea NOT NULL
);

CREATE TABLE accounts (
    user_name text COLLATE "C" PRIMARY KEY,
    password_hash text NOT NULL,
    must_change boolean NOT NULL,
    created timestamptz NOT NULL
);

CREATE TABLE identities (
    issuer text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    user_name text COLLATE "C" NOT NULL,
    created timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_by_user ON identities (user_name);

CREATE TABLE api_tokens (
    id text COLLATE "C" PRIMARY KEY,
    hash bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
    user_name text COLLATE "C" NOT NULL,
    name text NOT NULL,
    scopes text NOT NULL,
    created timestamptz NOT NULL,
    expires timestamptz,
    last_used timestamptz,
    revoked timestamptz
);
CREATE INDEX api_tokens_by_user ON api_tokens (user_name);

CREATE TABLE sessions (
    hash bytea PRIMARY KEY CHECK (length(hash) = 32),
    user_name text COLLATE "C" NOT NULL,
    created timestamptz NOT NULL,
    expires timestamptz NOT NULL,
    last_seen timestamptz NOT NULL,
    data text NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_name);
CREATE INDEX sessions_by_expiry ON sessions (expires);

-- A lease that was released keeps its row, and its epoch, with no holder.
CREATE TABLE leases (
    name text COLLATE "C" PRIMARY KEY,
    holder text COLLATE "C",
    epoch bigint NOT NULL CHECK (epoch > 0),
    until timestamptz NOT NULL
);

CREATE TABLE sync_states (
    integration text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    state text NOT NULL,
    reason text,
    attempts bigint NOT NULL,
    next_attempt timestamptz,
    wanted_sequence bigint NOT NULL,
    pushed_sequence bigint,
    since timestamptz NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (integration, subject)
);

-- `due` is when a delivery may be claimed next: claiming one puts it off, so that it comes back when its holder dies.
CREATE TABLE deliveries (
    id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    webhook text COLLATE "C" NOT NULL,
    sequence bigint NOT NULL,
    state text NOT NULL,
    due timestamptz NOT NULL,
    holder text,
    claims bigint NOT NULL,
    created timestamptz NOT NULL,
    finished timestamptz,
    UNIQUE (webhook, sequence)
);
CREATE INDEX deliveries_due ON deliveries (due, id) WHERE state = 'waiting';
CREATE INDEX deliveries_by_webhook ON deliveries (webhook, id);
CREATE INDEX deliveries_finished ON deliveries (finished) WHERE finished IS NOT NULL;

CREATE TABLE delivery_attempts (
    delivery bigint NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number bigint NOT NULL,
    at timestamptz NOT NULL,
    status bigint,
    error text,
    duration_ms bigint NOT NULL,
    answer text,
    PRIMARY KEY (delivery, number)
);

CREATE TABLE webhook_cursors (
    webhook text COLLATE "C" PRIMARY KEY,
    sequence bigint NOT NULL
);

CREATE TABLE notifications (
    id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    user_name text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    message text NOT NULL,
    object_kind text,
    object_name text,
    read_at timestamptz
);
CREATE INDEX notifications_by_user ON notifications (user_name, id);
CREATE INDEX notifications_unread ON notifications (user_name) WHERE read_at IS NULL;

CREATE TABLE settings (
    key text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
);
