package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"inkwell/internal/web/webtest"
	"inkwell/ipp/simulate"
)

// entersStaff signs a member of staff in at the pages.
func (s *demo) entersStaff(p *webtest.Page, username, password string) {
	s.t.Helper()
	p.Open("https://" + s.web + "/staff/sign-in")
	p.Seen("Staff sign-in")
	p.Fill("#username", username)
	p.Fill("#password", password)
	p.Click(".door form .button")
	p.Seen("Sign out")
}

// TestTheFinishesOfThePrintRoom are those that IT says, in that order.
func TestTheFinishesOfThePrintRoom(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	offers := func() string { return rows[string](s, "SELECT array_to_string(room_finishes, '|') FROM school") }
	if got := offers(); got != "stapled|hole-punched|folded|cut|laminated|bound" {
		t.Errorf("a school begins with %s", got)
	}
	for _, wrong := range [][]string{{"folded", "folded"}, {" "}, {strings.Repeat("x", 41)}, strings.Fields(strings.Repeat("a b c d e f g h i j k ", 2))} {
		refused(t, "finish", append(append([]string{"print-room", "finishes"}, wrong...), "--data-dir", s.dir)...)
	}
	if said := s.inkwell("print-room", "finishes", "stapled", " spiral   bound "); !strings.Contains(said, "The print room offers: stapled, spiral bound") || offers() != "stapled|spiral bound" {
		t.Errorf("it says %q, and offers %s", said, offers())
	}
	if said := s.inkwell("print-room", "finishes"); !strings.Contains(said, "The print room offers: none") || offers() != "" {
		t.Errorf("without any it says %q, and offers %q", said, offers())
	}
}

// TestThePrintRoomsDay: a teacher hands a document over, the print room gets its account, prints it, sees the paper come out, is
// done; the account pays once, and the teacher reads that it is ready.
func TestThePrintRoomsDay(t *testing.T) {
	copier, uri := virtual(t, "Print room", simulate.Copier)
	s := serveDemo(t)
	s.printTo(uri)
	s.inkwell("print-room", "finishes", "stapled", "spiral bound")
	s.inkwell("account", "add", "Science", "--code", "sci", "--who", "teacher")
	s.inkwell("account", "top-up", "sci", "100", "--reason", "autumn")
	teacher, _ := demoStaff(1)
	if said, ok := s.submit(s.queue(teacher, "/ipp/print"), blankPDF(t, 6)); !ok {
		t.Fatal(said)
	}
	s.held(teacher, 1)

	at, room := webtest.Start(t).Page(t), webtest.Start(t).Page(t) // each signed in by themselves
	link := regexp.MustCompile(`/staff/invitation/\S+`).FindString(s.inkwell("staff", "add", "pam", "--given", "Pam", "--family", "Ford", "--role", "print-room"))
	const password = "Violet-anchors-7-lanterns"
	room.Open("https://" + s.web + link)
	room.Seen("Choose a password")
	room.Fill("#password", password)
	room.Fill("#again", password)
	room.Click(".button--go")
	room.Seen("Staff sign-in")
	s.entersStaff(room, "pam", password)
	room.Seen("Nothing to print") // and is left open

	s.entersStaff(at, teacher, demoPassword)
	at.Open("https://" + s.web + "/staff/mine")
	at.Click(`main a[href$="/print-room"]`)
	at.Seen("To the print room")
	at.Seen("Spiral bound")
	at.Fill("#copies", "5")
	at.Click(`[name="finish"][value="spiral bound"]`)
	at.Eval(`for (const o of document.querySelector("#payer").options) if (o.text.includes("Science")) document.querySelector("#payer").value = o.value`)
	at.Fill("#note", "Blue covers, please")
	at.Click(".ticket-form .button--main")
	at.Seen("5 copies, due")

	room.Seen("Field notes")
	room.Until(`document.body.innerText.toLowerCase().includes("spiral bound")`)
	room.Seen("Blue covers, please")
	room.Seen("paid by Science")
	room.Until(`[...document.images].every((i) => i.loading === "lazy" || i.complete && i.naturalWidth > 0)`)
	room.Axe()
	room.Click(".ticket__print .button--main")
	s.eventually("the paper", func() bool { return rows[string](s, "SELECT state FROM job") == "done" })
	came := 0
	for _, j := range copier.Jobs() {
		came += j.Pages * j.Copies
	}
	if came != 30 {
		t.Errorf("%d pages lie in the tray, want 6 pages 5 times: %+v", came, copier.Jobs())
	}
	tray := webtest.Start(t).Page(t)
	tray.Open(strings.Replace(strings.TrimSuffix(uri, "/ipp/print"), "ipp:", "http:", 1) + "/")
	tray.Seen(fmt.Sprintf("%d pages printed", came))

	room.Click(`[action$="/done"] .button--main`)
	room.Seen("Nothing to print")
	room.Seen("Done in the last 30 days")
	room.Unhurt()
	at.Open("https://" + s.web + "/staff/mine")
	at.Seen("Collect it from the print room")

	room.Click(".menu > summary") // who has something open is not taken away from it
	if said, ok := s.submit(s.queue(teacher, "/ipp/print"), blankPDF(t, 2)); !ok {
		t.Fatal(said)
	}
	s.held(teacher, 1)
	at.Open("https://" + s.web + "/staff/mine")
	at.Click(`main a[href$="/print-room"]`)
	at.Click(".ticket-form .button--main")
	at.Seen("To the print room")
	room.Seen("Something has changed since.")
	room.Click("[data-told] a")
	room.Until(`document.querySelectorAll(".ticket").length === 1`)
	room.Unhurt()
	if got := rows[string](s, "SELECT string_agg(t.kind || ':' || t.amount, ' ' ORDER BY t.transfer_id) FROM transfer t WHERE delivery_id IS NOT NULL"); got != "reserve:30 settle:30" {
		t.Errorf("transfers: %s", got)
	}
	if said := s.inkwell("account", "list"); !strings.Contains(said, "70") {
		t.Errorf("Science has 100 pages less 30: %s", said)
	}
	s.stop() // its log is whole then
	if log := s.log.String(); strings.Contains(log, "Field notes") || strings.Contains(log, "Blue covers") {
		t.Error("the log knows what was printed")
	}
}

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
