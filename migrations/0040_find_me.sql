-- Owner: release.
-- Where printers stand, from where jobs can be released to them, and browsers that are paired.

-- BUILDING/FLOOR/ROOM as far as IT says; '' where nobody did.
ALTER TABLE printer ADD COLUMN place text NOT NULL DEFAULT '' CHECK (length(place) <= 200);

-- A kiosk stands beside its printer; what is not its own printer's may be released from it to
-- others (elsewhere). A pc is all the computers of a room that are paired with its printer.
ALTER TABLE station
    ADD COLUMN kind      text    NOT NULL DEFAULT 'kiosk' CHECK (kind IN ('kiosk', 'pc')),
    ADD COLUMN elsewhere boolean NOT NULL DEFAULT true,
    ADD CHECK (kind = 'kiosk' OR NOT elsewhere);
CREATE UNIQUE INDEX station_of_pcs ON station (printer_id) WHERE kind = 'pc';

-- Printers that a kiosk serves besides its own.
CREATE TABLE station_printer (
    station_id integer NOT NULL REFERENCES station,
    printer_id integer NOT NULL REFERENCES printer,
    school_id  integer NOT NULL REFERENCES school,
    PRIMARY KEY (station_id, printer_id)
);
CREATE INDEX station_printer_by_printer ON station_printer (printer_id);
CALL guard_by_school('station_printer');
GRANT SELECT, INSERT, DELETE ON station_printer TO inkwell_app;

-- A browser that may open the page of a station: a link that works once gives it a secret of
-- its own. Both are kept as digests of 128 random bits alone.
CREATE TABLE pairing (
    pairing_id integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id  integer     NOT NULL REFERENCES school,
    station_id integer     NOT NULL REFERENCES station,
    link       bytea       NOT NULL UNIQUE CHECK (octet_length(link) = 32),
    made_at    timestamptz NOT NULL,
    until      timestamptz NOT NULL CHECK (until > made_at AND until <= made_at + interval '1 day'), -- of the link
    secret     bytea       UNIQUE CHECK (octet_length(secret) = 32),
    paired_at  timestamptz CHECK (paired_at >= made_at AND paired_at < until),
    ended_at   timestamptz CHECK (ended_at >= made_at),
    CHECK ((secret IS NULL) = (paired_at IS NULL))
);
CREATE INDEX pairing_by_station ON pairing (station_id) WHERE ended_at IS NULL;
CALL guard_by_school('pairing');
GRANT SELECT, INSERT, UPDATE (secret, paired_at, ended_at) ON pairing TO inkwell_app;
