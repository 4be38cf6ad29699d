-- Owner: internal/signin.
-- What let staff in is forgotten some time after its end: sessions, links, devices and recovery codes.

GRANT DELETE ON session, invitation, known_device, recovery_code TO inkwell_app;

CREATE INDEX session_by_end ON session (ends_at);
CREATE INDEX invitation_by_end ON invitation (expires_at);
CREATE INDEX known_device_by_end ON known_device (ends_at);
CREATE INDEX recovery_code_by_use ON recovery_code (used_at) WHERE used_at IS NOT NULL;
