-- Owner: internal/signin (access_review, staff_account), internal/school (person_role, school).
-- Who may use the staff pages: since when and by what they hold a role, when they last came in, and who signed that they
-- looked at all of that, and what was to go.
SET LOCAL inkwell.system = 'migrate'; -- what is there is seen, of all schools

-- given_at is unknown for what was given before, unless a command on the server gave it and stands in the record.
ALTER TABLE person_role
    ADD COLUMN given_at timestamptz,
    ADD COLUMN given_by text CHECK (given_by IN ('server', 'roster'));
UPDATE person_role r SET given_at = a.at, given_by = 'server'
  FROM person p JOIN (SELECT school_id, subject, facts ->> 'role' AS role, min(at) AS at FROM audit WHERE act IN ('staff-invited', 'staff-joined') GROUP BY 1, 2, 3) a ON a.subject = p.pseudonym
 WHERE r.person_id = p.person_id AND r.school_id = a.school_id AND r.role = a.role;
ALTER TABLE person_role ALTER COLUMN given_at SET DEFAULT tx_now(), ALTER COLUMN given_by SET DEFAULT 'server';

-- The last sign-in stands here: sessions are forgotten 30 days after their end.
ALTER TABLE staff_account
    ADD COLUMN entered_at timestamptz,
    ADD COLUMN entered_way text CHECK (entered_way IN ('password', 'sso')),
    ADD COLUMN entered_factored boolean,
    ADD CHECK ((entered_at IS NULL) = (entered_way IS NULL) AND (entered_at IS NULL) = (entered_factored IS NULL));
INSERT INTO staff_account (person_id, school_id, entered_at, entered_way, entered_factored)
SELECT DISTINCT ON (p.person_id) p.person_id, p.school_id, a.at, coalesce(a.facts ->> 'way', 'password'), coalesce((a.facts ->> 'second-factor')::boolean, false)
  FROM audit a JOIN person p ON p.pseudonym = a.actor AND p.school_id = a.school_id
 WHERE a.act IN ('staff-signed-in', 'staff-came-from-school')
 ORDER BY p.person_id, a.at DESC
    ON CONFLICT (person_id) DO UPDATE SET entered_at = excluded.entered_at, entered_way = excluded.entered_way, entered_factored = excluded.entered_factored;

ALTER TABLE school ADD COLUMN access_review text NOT NULL DEFAULT 'year' CHECK (access_review IN ('year', 'term'));

-- A review that somebody signed. digest is of its entries, each with what was decided; the record of acts has it, too.
CREATE TABLE access_review (
    review_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id integer     NOT NULL REFERENCES school,
    signed_at timestamptz NOT NULL,
    signed_by bigint      NOT NULL REFERENCES person,
    digest    bytea       NOT NULL CHECK (octet_length(digest) = 32)
);
CREATE INDEX access_review_by_school ON access_review (school_id, signed_at);
CALL guard_by_school('access_review');
GRANT SELECT, INSERT, DELETE ON access_review TO inkwell_app;

-- An account as it was signed. roles are each "role since by", the two last as far as they are known; ways are keywords.
CREATE TABLE access_review_entry (
    review_id  bigint  NOT NULL REFERENCES access_review ON DELETE CASCADE,
    school_id  integer NOT NULL REFERENCES school,
    person_id  bigint  NOT NULL REFERENCES person,
    roles      text[]  NOT NULL CHECK (cardinality(roles) > 0),
    ways       text[]  NOT NULL,
    entered_on date,   -- of the last sign-in
    end_reason text    CHECK (length(end_reason) BETWEEN 1 AND 300), -- none: the account is kept
    PRIMARY KEY (review_id, person_id)
);
CREATE INDEX access_review_entry_by_person ON access_review_entry (person_id);
CALL guard_by_school('access_review_entry');
GRANT SELECT, INSERT, DELETE ON access_review_entry TO inkwell_app;
