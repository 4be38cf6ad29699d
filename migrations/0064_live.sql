-- Owner: release.
-- What is happening now, for those who look after printers.

-- How many came to a station in a minute, and how many cards and codes nobody was known by.
-- Numbers alone: nobody stands here, and it is gone after an hour.
CREATE TABLE station_tap (
    station_id integer     NOT NULL REFERENCES station,
    minute     timestamptz NOT NULL CHECK (minute = date_trunc('minute', minute)),
    school_id  integer     NOT NULL REFERENCES school,
    known      integer     NOT NULL CHECK (known >= 0),
    unknown    integer     NOT NULL CHECK (unknown >= 0),
    PRIMARY KEY (station_id, minute)
);
CREATE INDEX station_tap_by_school ON station_tap (school_id, minute);
CALL guard_by_school('station_tap');
GRANT SELECT, INSERT, UPDATE, DELETE ON station_tap TO inkwell_app;

-- Since when a kiosk's page is open without a break; before this its beginning was not kept.
ALTER TABLE kiosk_device ADD COLUMN connected_at timestamptz;
GRANT UPDATE (connected_at) ON kiosk_device TO inkwell_app;
