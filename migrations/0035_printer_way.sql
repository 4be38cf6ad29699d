-- Owner: release.
-- How a printer is reached, as far as its address does not say.

ALTER TABLE printer DROP CONSTRAINT printer_uri_check;
ALTER TABLE printer ADD CONSTRAINT printer_uri_check CHECK (uri ~ '^(ipps?|socket)://');
-- The public key that the printer showed at its first contact: SHA-256 of the SPKI. NULL
-- before that, and for ways without TLS.
ALTER TABLE printer ADD COLUMN pin bytea CHECK (octet_length(pin) = 32);
-- What IT says that a printer can do which cannot say it itself.
ALTER TABLE printer ADD COLUMN told jsonb CHECK (octet_length(told::text) <= 65536);
-- User name and password that the printer wants of us, encrypted with a key that is not
-- in the database.
ALTER TABLE printer ADD COLUMN login bytea CHECK (octet_length(login) BETWEEN 28 AND 1024);
