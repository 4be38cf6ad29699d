-- Owner: internal/school.
-- Guests under the head's dated authority, and supply staff, who need none. Both are gone by themselves.

CREATE TABLE guest_authority (
    authority_id integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id    integer     NOT NULL REFERENCES school,
    reason       text        NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
    starts_on    date        NOT NULL,
    ends_on      date        NOT NULL CHECK (ends_on BETWEEN starts_on AND starts_on + 366),
    guests       integer     NOT NULL CHECK (guests BETWEEN 1 AND 500), -- in all
    given_by     uuid        NOT NULL,
    given_at     timestamptz NOT NULL,
    withdrawn_at timestamptz
);
CALL guard_by_school('guest_authority');
GRANT SELECT, INSERT, UPDATE (withdrawn_at) ON guest_authority TO inkwell_app;

CREATE TABLE guest (
    person_id    bigint      PRIMARY KEY REFERENCES person,
    school_id    integer     NOT NULL REFERENCES school,
    authority_id integer     REFERENCES guest_authority, -- none: supply staff
    sponsor      uuid        NOT NULL,
    organisation text        NOT NULL DEFAULT '' CHECK (length(organisation) <= 100),
    pages        integer     NOT NULL CHECK (pages BETWEEN 1 AND 1000),
    ends_on      date        NOT NULL, -- the last day
    entered_at   timestamptz NOT NULL
);
CREATE INDEX guest_by_authority ON guest (authority_id);
CREATE INDEX guest_to_end ON guest (ends_on);
CALL guard_by_school('guest');
GRANT SELECT, INSERT ON guest TO inkwell_app;
