-- Owner: internal/school.
-- In which languages a school's kiosks can be read, the first of them while nobody has chosen; whether
-- they speak to young readers then; what each person reads; and who has read a language's sentences.
ALTER TABLE school ADD COLUMN kiosk_languages text[] NOT NULL DEFAULT '{en}' CHECK (cardinality(kiosk_languages) BETWEEN 1 AND 6);
ALTER TABLE school ADD COLUMN kiosk_young boolean NOT NULL DEFAULT false;
ALTER TABLE person ADD COLUMN language text NOT NULL DEFAULT '' CHECK (length(language) <= 12);

CREATE TABLE language_signature (
    school_id integer     NOT NULL REFERENCES school,
    language  text        NOT NULL CHECK (length(language) BETWEEN 2 AND 12),
    digest    text        NOT NULL CHECK (length(digest) = 64), -- of the sentences that were read
    signed_by text        NOT NULL CHECK (length(signed_by) BETWEEN 1 AND 80),
    signed_at timestamptz NOT NULL,
    PRIMARY KEY (school_id, language)
);
CALL guard_by_school('language_signature');
GRANT SELECT, INSERT, UPDATE ON language_signature TO inkwell_app;
