package main

import "testing"

// What a school chooses in words of its own is taken, and on record as it was said.
func TestWhatIsChosenInWordsIsOnRecord(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	s.inkwell("print-room", "finishes", "stapled", "spiral bound")
	s.inkwell("kiosk", "language", "offer", "cy", "en")
	got := rows[string](s, "SELECT string_agg(a.act || ': ' || n.note, '; ' ORDER BY a.audit_id) FROM audit a JOIN audit_note n USING (audit_id) WHERE a.act IN ('kiosk-languages', 'room-finishes-set')")
	if want := "room-finishes-set: stapled, spiral bound; kiosk-languages: cy en"; got != want {
		t.Errorf("the record says %q, not %q", got, want)
	}
	if finishes := rows[string](s, "SELECT array_to_string(room_finishes, ', ') FROM school"); finishes != "stapled, spiral bound" {
		t.Errorf("the print room offers %q", finishes)
	}
}
