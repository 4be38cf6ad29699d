-- What a school offers on people's own page. Owner: release (own_store.go).

-- The queue that documents go to which people send from that page. No row, and none in it: the
-- school has not turned that on.
CREATE TABLE own_page (
    school_id integer PRIMARY KEY REFERENCES school,
    uploads   integer REFERENCES queue
);
CALL guard_by_school('own_page');
GRANT SELECT, INSERT, UPDATE ON own_page TO inkwell_app;
