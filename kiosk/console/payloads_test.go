package console

import (
	"fmt"
	"strings"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/texttest"
)

// heldText is a column of texts that come from without: from a list of the school's, a computer, a printer, a
// directory, single sign-on, a command or a form; and the most that each may be long.
type heldText struct {
	table, column, key string
	most               int
}

var heldTexts = []heldText{
	{"access_review_entry", "end_reason", "review_id", 150}, {"address", "device", "address_id", 50}, {"approval", "media", "approval_id", 60}, {"approval", "reason", "approval_id", 150},
	{"audit_note", "note", "audit_id", 400}, {"bell", "period", "weekday", 12}, {"class", "name", "class_id", 60}, {"class", "subject", "class_id", 90},
	{"conduct_order", "reason", "order_id", 150}, {"conduct_school", "off_why", "school_id", 150}, {"day_off", "reason", "first_day", 40}, {"delivery", "reported", "delivery_id", 100},
	{"device_group", "name", "group_id", 50}, {"exam", "name", "exam_id", 90}, {"exemption", "reason", "exemption_id", 400}, {"flag", "closing", "flag_id", 150},
	{"flag", "note", "flag_id", 400}, {"guest", "organisation", "person_id", 80}, {"guest_authority", "reason", "authority_id", 150}, {"job", "message", "job_id", 100},
	{"job", "title", "job_id", 200}, {"language_signature", "signed_by", "school_id", 60}, {"legal_hold", "end_reason", "hold_id", 150}, {"legal_hold", "reason", "hold_id", 150},
	{"objection", "reason", "objection_id", 150}, {"objection", "words", "objection_id", 400}, {"person", "family_name", "person_id", 90},
	{"person", "given_name", "person_id", 90}, {"printer", "asset", "printer_id", 40}, {"printer", "name", "printer_id", 60}, {"printer", "place", "printer_id", 60},
	{"printer", "room", "printer_id", 60}, {"printer", "state_reasons", "printer_id", 100}, {"printer_count", "device", "printer_id", 60}, {"printer_group", "name", "printer_group_id", 50},
	{"queue", "info", "queue_id", 100}, {"queue", "location", "queue_id", 100}, {"queue", "message", "queue_id", 100}, {"queue", "name", "queue_id", 60},
	{"recovery", "reason", "recovery_id", 150}, {"refund", "why", "refund_id", 150}, {"restriction", "name", "rule", 50}, {"room_ticket", "note", "room_ticket_id", 150},
	{"room_ticket", "paper", "room_ticket_id", 40}, {"room_ticket", "payer", "room_ticket_id", 60}, {"room_ticket", "reason", "room_ticket_id", 150}, {"roster_run", "origin", "run_id", 400},
	{"roster_run", "reasons", "run_id", 400}, {"safeguarding_line", "mail", "person_id", 60}, {"school", "name", "school_id", 80}, {"session", "browser", "session_id", 60},
	{"shared_account", "name", "account_id", 60}, {"sso_identity", "subject", "identity_id", 60}, {"station", "name", "station_id", 60}, {"step", "reason", "step_id", 400},
	{"suspension", "lift_reason", "suspension_id", 150}, {"suspension", "reason", "suspension_id", 400}, {"term", "name", "first_day", 40}, {"timetable", "period", "weekday", 12},
	{"timetable", "room", "weekday", 40},
}

// brought is what lists, commands, printers and signatures leave that no form of a page does.
func (h *house) brought() {
	h.Helper()
	dbtest.Exec(h.T, h.db, strings.NewReplacer("$school", fmt.Sprint(h.School), "$teacher", fmt.Sprint(h.Teacher.Person), "$pupil", fmt.Sprint(h.Sam.Person)).Replace(`
		UPDATE class SET subject = 'Science';
		UPDATE job SET message = 'Two each';
		UPDATE suspension SET lifted_at = now(), lifted_by = imposed_by, lift_reason = 'settled' WHERE suspension_id = (SELECT min(suspension_id) FROM suspension);
		UPDATE approval SET answer = 'returned', reason = 'too many', answered_at = asked_at, answered_by = $teacher WHERE approval_id = (SELECT min(approval_id) FROM approval WHERE answer IS NULL);
		INSERT INTO safeguarding_line VALUES ($school, 'lead', $teacher, 'lead@school.example') ON CONFLICT (school_id, person_id) DO UPDATE SET mail = excluded.mail;
		INSERT INTO term VALUES ($school, 'Autumn', '2026-09-01', '2026-12-18');
		INSERT INTO bell VALUES ($school, 5, 'P1', '09:00', '10:00');
		INSERT INTO timetable SELECT $school, '', 5, 'P1', class_id, $teacher, 'Room 12' FROM class;
		INSERT INTO printer_group (school_id, name) VALUES ($school, 'Library');
		INSERT INTO exam (school_id, name, begins_at, ends_at, account, added_at) VALUES ($school, 'Mocks', '2026-11-27 09:00Z', '2026-11-27 12:00Z', '', now());
		INSERT INTO roster_run (at, source, by, origin, digest, outcome, bad_rows, reasons) VALUES (now(), 'csv', 'command', 'roster.zip', sha256('a'), 'refused', 3, '{bad}');
		INSERT INTO sso_identity (school_id, person_id, issuer, subject, bound_at) VALUES ($school, $teacher, 'https://login.example', 'a', now());
		INSERT INTO legal_hold (school_id, person_id, reason, placed_at, review_on) VALUES ($school, $teacher, 'a claim', now(), '2027-01-01');
		INSERT INTO legal_hold (school_id, person_id, reason, placed_at, review_on, ended_at, end_reason) VALUES ($school, $pupil, 'a claim', now(), '2027-01-01', now(), 'settled');
		INSERT INTO language_signature VALUES ($school, 'cy', repeat('0', 64), 'A reader', now());
		WITH s AS (INSERT INTO rule_set (school_id, made_at, last_rule) VALUES ($school, now(), 1) RETURNING set_id)
			INSERT INTO restriction (set_id, school_id, place, rule, name, pages, outcome, instead) SELECT set_id, $school, 1, 1, 'Long', 50, 'ask', 'Print less' FROM s;
		WITH r AS (INSERT INTO access_review (school_id, signed_at, signed_by, digest) VALUES ($school, now(), $teacher, sha256('a')) RETURNING review_id)
			INSERT INTO access_review_entry SELECT review_id, $school, $pupil, '{teacher}', '{password}', NULL, 'left' FROM r;
		INSERT INTO conduct_order (school_id, kind, year_group, starts_at, ends_at, reason, made_by) VALUES ($school, 'withdrawal', 9, now(), now() + interval '1 day', 'a corridor', $teacher);
		INSERT INTO recovery (school_id, person_id, pence, reason, on_day, added_by, added_at, changed_by, changed_at) VALUES ($school, $pupil, 100, 'a torn book', '2026-11-20', $teacher, now(), $teacher, now())`))
}

// hold puts a payload of its own into every row of those, and fails where there is none.
func (h *house) hold() {
	h.Helper()
	all := texttest.Kept()
	for i, p := range heldTexts {
		kind := dbtest.Value[string](h.T, h.db, "SELECT data_type FROM information_schema.columns WHERE table_name = $1 AND column_name = $2", p.table, p.column)
		text := fmt.Sprintf("left(($1::text[])[1 + (abs(hashtext(%[1]s::text)) + $2) %% array_length($1::text[], 1)], %[2]d) || ' ' || %[1]s::text", p.key, p.most)
		if kind == "ARRAY" {
			text = "ARRAY[" + text + "]"
		}
		n := dbtest.Value[int](h.T, h.db, fmt.Sprintf("WITH u AS (UPDATE %[1]s SET %[2]s = %[3]s WHERE %[2]s IS NOT NULL RETURNING 1) SELECT count(*) FROM u", p.table, p.column, text), all, 50*i)
		if n == 0 {
			h.Errorf("no row of %s has %s", p.table, p.column)
		}
	}
}
