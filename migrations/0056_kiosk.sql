-- Owner: release, and internal/school for people.
-- What a school says on the screens beside its printers until a moment, and people to whom
-- those screens give more time.
ALTER TABLE school ADD COLUMN kiosk_words text NOT NULL DEFAULT '' CHECK (length(kiosk_words) <= 160);
ALTER TABLE school ADD COLUMN kiosk_words_until timestamptz;
ALTER TABLE school ADD CHECK ((kiosk_words = '') = (kiosk_words_until IS NULL));
ALTER TABLE person ADD COLUMN more_time boolean NOT NULL DEFAULT false;
