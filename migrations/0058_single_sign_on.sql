-- Owner: internal/signin.
-- Whom the school's single sign-on means: a subject is stable, a name or mail address is not.

CREATE TABLE sso_identity (
    identity_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id   integer     NOT NULL REFERENCES school,
    person_id   bigint      NOT NULL REFERENCES person,
    issuer      text        NOT NULL CHECK (length(issuer) BETWEEN 1 AND 400),
    subject     text        NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
    bound_at    timestamptz NOT NULL,
    ended_at    timestamptz
);
CREATE UNIQUE INDEX sso_identity_subject ON sso_identity (issuer, subject) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX sso_identity_person ON sso_identity (person_id) WHERE ended_at IS NULL;
CALL guard_by_school('sso_identity');
GRANT SELECT, INSERT, UPDATE ON sso_identity TO inkwell_app;
