-- The metadata database, version 1. `postgresql/0001_start.sql` says the same for the other engine; keep both alike.
--
-- JSON is kept as the text it was written as, so that what was hashed stays what is read. Moments are text in RFC 3339,
-- in UTC, with as many digits as they need: such texts sort as the moments do.

-- One row each: what the next number follows. Locking the row is what makes writers take turns, and numbers gapless.
CREATE TABLE log_head (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    sequence INTEGER NOT NULL CHECK (sequence >= 0)
) STRICT;
INSERT INTO log_head (only_row, sequence) VALUES (1, 0);

CREATE TABLE audit_head (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    number INTEGER NOT NULL CHECK (number >= 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
INSERT INTO audit_head (only_row, number, hash) VALUES (1, 0, zeroblob(32));

-- Every version of every object; a body that is NULL says that it was deleted.
CREATE TABLE object_versions (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    sequence INTEGER NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    body TEXT,
    PRIMARY KEY (kind, name, version)
) STRICT;
CREATE INDEX object_versions_by_sequence ON object_versions (sequence);

-- The newest version of each, so that the current state is found without looking through the past.
CREATE TABLE objects (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    deleted INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    PRIMARY KEY (kind, name),
    FOREIGN KEY (kind, name, version) REFERENCES object_versions (kind, name, version)
) STRICT;
CREATE INDEX objects_by_sequence ON objects (sequence);

CREATE TABLE events (
    sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    request TEXT NOT NULL,
    kind TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_name TEXT NOT NULL,
    payload TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_moment ON events (at, sequence);

CREATE TABLE audit (
    number INTEGER PRIMARY KEY CHECK (number > 0),
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    via TEXT NOT NULL,
    request TEXT NOT NULL,
    action TEXT NOT NULL,
    object_kind TEXT,
    object_name TEXT,
    outcome TEXT NOT NULL,
    decided_by TEXT,
    details TEXT NOT NULL,
    address TEXT,
    previous BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;
-- Only the beginning: whatever somebody types as a user name is written down, and an entry of an index has its limit.
CREATE INDEX audit_by_actor ON audit (substr(actor, 1, 200), number);
CREATE INDEX audit_by_object ON audit (substr(object_name, 1, 200), number);
CREATE INDEX audit_by_moment ON audit (at);

-- INSERT OR REPLACE deletes without asking the trigger for DELETE, hence the third of each.
CREATE TRIGGER object_versions_no_update BEFORE UPDATE ON object_versions
BEGIN SELECT RAISE(ABORT, 'object_versions is append-only: UPDATE is refused'); END;
CREATE TRIGGER object_versions_no_delete BEFORE DELETE ON object_versions
BEGIN SELECT RAISE(ABORT, 'object_versions is append-only: DELETE is refused'); END;
CREATE TRIGGER object_versions_no_replace BEFORE INSERT ON object_versions
WHEN EXISTS (SELECT 1 FROM object_versions WHERE kind = NEW.kind AND name = NEW.name AND version = NEW.version)
BEGIN SELECT RAISE(ABORT, 'object_versions is append-only: REPLACE is refused'); END;
CREATE TRIGGER events_no_update BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events is append-only: UPDATE is refused'); END;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events is append-only: DELETE is refused'); END;
CREATE TRIGGER events_no_replace BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE sequence = NEW.sequence)
BEGIN SELECT RAISE(ABORT, 'events is append-only: REPLACE is refused'); END;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit is append-only: UPDATE is refused'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit is append-only: DELETE is refused'); END;
CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'audit is append-only: REPLACE is refused'); END;

-- A known text, sealed: only the key of this database opens it.
CREATE TABLE sealing (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE secrets (
    id TEXT PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE accounts (
    user_name TEXT PRIMARY KEY,
    password_hash TEXT NOT NULL,
    must_change INTEGER NOT NULL CHECK (must_change IN (0, 1)),
    created TEXT NOT NULL
) STRICT;

CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_name TEXT NOT NULL,
    created TEXT NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT;
CREATE INDEX identities_by_user ON identities (user_name);

CREATE TABLE api_tokens (
    id TEXT PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    user_name TEXT NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created TEXT NOT NULL,
    expires TEXT,
    last_used TEXT,
    revoked TEXT
) STRICT;
CREATE INDEX api_tokens_by_user ON api_tokens (user_name);

CREATE TABLE sessions (
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
    user_name TEXT NOT NULL,
    created TEXT NOT NULL,
    expires TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    data TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user_name);
CREATE INDEX sessions_by_expiry ON sessions (expires);

-- A lease that was released keeps its row, and its epoch, with no holder.
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder TEXT,
    epoch INTEGER NOT NULL CHECK (epoch > 0),
    until TEXT NOT NULL
) STRICT;

CREATE TABLE sync_states (
    integration TEXT NOT NULL,
    subject TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    attempts INTEGER NOT NULL,
    next_attempt TEXT,
    wanted_sequence INTEGER NOT NULL,
    pushed_sequence INTEGER,
    since TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (integration, subject)
) STRICT;

-- `due` is when a delivery may be claimed next: claiming one puts it off, so that it comes back when its holder dies.
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    state TEXT NOT NULL,
    due TEXT NOT NULL,
    holder TEXT,
    claims INTEGER NOT NULL,
    created TEXT NOT NULL,
    finished TEXT,
    UNIQUE (webhook, sequence)
) STRICT;
CREATE INDEX deliveries_due ON deliveries (due, id) WHERE state = 'waiting';
CREATE INDEX deliveries_by_webhook ON deliveries (webhook, id);
CREATE INDEX deliveries_finished ON deliveries (finished) WHERE finished IS NOT NULL;

CREATE TABLE delivery_attempts (
    delivery INTEGER NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    at TEXT NOT NULL,
    status INTEGER,
    error TEXT,
    duration_ms INTEGER NOT NULL,
    answer TEXT,
    PRIMARY KEY (delivery, number)
) STRICT;

CREATE TABLE webhook_cursors (
    webhook TEXT PRIMARY KEY,
    sequence INTEGER NOT NULL
) STRICT;

CREATE TABLE notifications (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_name TEXT NOT NULL,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    message TEXT NOT NULL,
    object_kind TEXT,
    object_name TEXT,
    read_at TEXT
) STRICT;
CREATE INDEX notifications_by_user ON notifications (user_name, id);
CREATE INDEX notifications_unread ON notifications (user_name) WHERE read_at IS NULL;

CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
