-- Owner: release.
-- The browsers that may open a station's page: each by a key of its own, which never leaves it.

-- What a link gave a browser was a secret that could be copied; such computers are paired anew.
DROP TABLE pairing;

-- A browser that shows a code and waits for IT to type it. Nobody knows yet whose school it is in.
-- The code stands on a screen for anybody to read, and does nothing without somebody of IT.
CREATE TABLE kiosk_request (
    thumb   bytea       PRIMARY KEY CHECK (octet_length(thumb) = 32), -- SHA-256 of the key
    key     bytea       NOT NULL CHECK (octet_length(key) = 65),      -- a point of P-256, uncompressed
    code    text        NOT NULL UNIQUE CHECK (code ~ '^[2-9A-HJ-NP-Z]{8}$'),
    address inet        NOT NULL,
    until   timestamptz NOT NULL
);
CREATE INDEX kiosk_request_by_until ON kiosk_request (until);
GRANT SELECT, INSERT, DELETE ON kiosk_request TO inkwell_app;

-- A link by which browsers pair themselves with a station: once by a person, or by a school's
-- device management, which opens it on a tablet that was wiped. Kept as a digest of 128 random bits.
CREATE TABLE kiosk_link (
    link_id    integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id  integer     NOT NULL REFERENCES school,
    station_id integer     NOT NULL REFERENCES station,
    digest     bytea       NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
    networks   cidr[]      NOT NULL,
    most       integer     NOT NULL CHECK (most BETWEEN 1 AND 1000), -- browsers of it at the same time
    times      integer     NOT NULL CHECK (times BETWEEN 1 AND 10000),
    used       integer     NOT NULL DEFAULT 0 CHECK (used BETWEEN 0 AND times),
    made_at    timestamptz NOT NULL,
    until      timestamptz NOT NULL CHECK (until > made_at AND until <= made_at + interval '400 days'),
    ended_at   timestamptz CHECK (ended_at >= made_at),
    CHECK (cardinality(networks) > 0 OR until <= made_at + interval '1 day')
);
CREATE INDEX kiosk_link_by_station ON kiosk_link (station_id) WHERE ended_at IS NULL;
CALL guard_by_school('kiosk_link');
GRANT SELECT, INSERT, UPDATE (used, ended_at) ON kiosk_link TO inkwell_app;

-- A browser that is paired, or was: one that was is told to forget its key when it comes back.
CREATE TABLE kiosk_device (
    device_id  integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id  integer     NOT NULL REFERENCES school,
    station_id integer     NOT NULL REFERENCES station,
    link_id    integer     REFERENCES kiosk_link, -- NULL: IT typed its code
    thumb      bytea       NOT NULL UNIQUE CHECK (octet_length(thumb) = 32),
    key        bytea       NOT NULL CHECK (octet_length(key) = 65),
    paired_at  timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL CHECK (seen_at >= paired_at),
    ended_at   timestamptz CHECK (ended_at >= paired_at)
);
CREATE INDEX kiosk_device_by_station ON kiosk_device (station_id) WHERE ended_at IS NULL;
CALL guard_by_school('kiosk_device');
GRANT SELECT, INSERT, UPDATE (seen_at, ended_at) ON kiosk_device TO inkwell_app;
