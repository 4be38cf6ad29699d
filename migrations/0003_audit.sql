-- Owner: internal/audit.
-- Who did what, in the transaction of the act; sealed afterwards in commit order.
-- xact orders rows by commit: once every transaction below a bound has ended,
-- no row below it can appear any more, and the rows up to there can be sealed.

CREATE TABLE audit (
    audit_id    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id   integer     NOT NULL REFERENCES school,
    xact        xid8        NOT NULL DEFAULT pg_current_xact_id(),
    at          timestamptz NOT NULL,
    act         text        NOT NULL CHECK (act ~ '^[a-z]+(-[a-z]+)*$'),
    actor       uuid,
    subject     uuid,
    object      text        CHECK (object ~ '^[a-z]+:[0-9a-z-]+$'),
    facts       jsonb       NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(facts) = 'object'),
    note_digest bytea       CHECK (octet_length(note_digest) = 32)
);
CREATE INDEX audit_by_xact ON audit (xact);
CREATE INDEX audit_by_subject ON audit (subject, at);
CALL guard_by_school('audit');
GRANT SELECT ON audit TO inkwell_app;
GRANT INSERT (school_id, at, act, actor, subject, object, facts, note_digest) ON audit TO inkwell_app;

-- Names and free text stand here, so that they can be erased: the chain holds
-- only a salted digest of them.
CREATE TABLE audit_note (
    audit_id  bigint  PRIMARY KEY REFERENCES audit,
    school_id integer NOT NULL REFERENCES school,
    salt      bytea   NOT NULL CHECK (octet_length(salt) = 16),
    note      text    NOT NULL CHECK (length(note) BETWEEN 1 AND 2000)
);
CALL guard_by_school('audit_note');
GRANT SELECT, INSERT ON audit_note TO inkwell_app;

-- A seal covers every row of its chain with lo <= xact < hi; its digest chains
-- to the seal before it.
CREATE TABLE seal (
    chain     text        NOT NULL CHECK (chain IN ('audit', 'transfer')),
    number    bigint      NOT NULL CHECK (number > 0),
    lo        xid8        NOT NULL,
    hi        xid8        NOT NULL,
    row_count bigint      NOT NULL CHECK (row_count > 0),
    digest    bytea       NOT NULL CHECK (octet_length(digest) = 32),
    sealed_at timestamptz NOT NULL,
    PRIMARY KEY (chain, number),
    CHECK (lo < hi)
);
GRANT SELECT, INSERT ON seal TO inkwell_app;
