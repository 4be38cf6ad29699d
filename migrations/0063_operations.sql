-- Owner: release.
-- What has to be done again and again for an installation to stay well, and when it was last done:
-- by a command, by a page or, of a backup, by whoever made it and said so. Of the whole installation.
CREATE TABLE upkeep (
    what     text        PRIMARY KEY CHECK (what IN ('audit-verified', 'ledger-verified', 'backup-made')),
    at       timestamptz NOT NULL,
    problems integer     NOT NULL CHECK (problems >= 0) -- found then
);
GRANT SELECT, INSERT, UPDATE ON upkeep TO inkwell_app;
