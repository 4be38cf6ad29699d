-- Owner: internal/school (person), internal/signin (session).
-- Which account's password, app or single sign-on opens another of the same human's: what one school gives out must not open
-- an account at the next unless that was said on the host, or shown by a link of the one and a sign-in of the other.
ALTER TABLE person ADD COLUMN opened_by bigint REFERENCES person CHECK (opened_by <> person_id);

-- By whose credentials a session began.
ALTER TABLE session ADD COLUMN by_person_id bigint REFERENCES person;
UPDATE session SET by_person_id = person_id;
ALTER TABLE session ALTER COLUMN by_person_id SET NOT NULL;
