package console

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/internal/web/webtest"
	"inkwell/release"
)

// inRoom has somebody hand over a job of theirs, due so long from now, and returns it.
func (h *house) inRoom(owner school.Actor, title string, pages, copies int, due time.Duration, finish ...string) release.JobID {
	h.Helper()
	h.job(owner, release.Held, pages, time.Hour)
	id := dbtest.Value[release.JobID](h.T, h.db, "SELECT max(job_id) FROM job")
	dbtest.Exec(h.T, h.db, "UPDATE job SET title = $2 WHERE job_id = $1", id, title)
	owner.Roles, owner.Proof = []school.Role{school.Teacher}, school.BySession
	wish := release.RoomWish{Due: friday.Add(max(due, time.Minute)), Copies: copies, Finish: finish, Payer: "own", Note: "For period 5, please. Two piles.", Paper: "Yellow, 160 g"}
	if err := h.console.desk.HandOver(h.Context(), owner, id, wish); err != nil {
		h.Fatal(err)
	}
	dbtest.Exec(h.T, h.db, "UPDATE room_ticket SET due_at = $2 WHERE job_id = $1", id, friday.Add(due))
	return id
}

// busyRoom has some of everything.
func (h *house) busyRoom() {
	h.Helper()
	h.inRoom(h.Teacher, "Mock exam: answer booklets for Year 11", 16, 90, -2*time.Hour, "stapled", "hole-punched")
	h.inRoom(h.Teacher, "Programme of the carol service", 4, 250, 4*time.Hour, "folded")
	h.inRoom(h.Chief, "Letter to parents", 1, 120, 76*time.Hour)
	printed := h.inRoom(h.Teacher, "Revision cards", 8, 30, 2*time.Hour, "cut", "laminated")
	dbtest.Exec(h.T, h.db, "UPDATE job SET state = 'done', title = NULL, printed = impressions, ended_at = $2 WHERE job_id = $1", printed, friday)
	for _, end := range []struct{ as, why string }{{"done", ""}, {"returned", "The margins are cut off. Please send it again as A4."}} {
		id := h.inRoom(h.Teacher, "Worksheet", 2, 30, time.Hour, "stapled")
		dbtest.Exec(h.T, h.db, "UPDATE job SET state = 'done', title = NULL, printed = impressions, ended_at = $2 WHERE job_id = $1", id, friday)
		dbtest.Exec(h.T, h.db, "UPDATE room_ticket SET ended_as = $2, ended_at = asked_at, ended_by = $3, reason = $4 WHERE job_id = $1", id, end.as, h.Chief.Person, end.why)
	}
}

// What the print room sees and does, by its pages.
func TestPrintRoomPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.busyRoom()
	h.enter("it")
	h.as(school.PrintRoom)()
	page := h.get(roomPath)
	h.says(page, http.StatusOK, "Mock exam", "Late: 08:24", "1 late", "1 due today", "90 copies", "stapled, hole-punched", "Yellow, 160 g", "For period 5, please", "Sent back", "The margins are cut off")
	if strings.Index(page.body, "Mock exam") > strings.Index(page.body, "carol service") {
		t.Error("what is late does not come first")
	}
	if strings.Contains(page.body, "lost sight") {
		t.Error("a printer is lost that nobody lost")
	}
	dbtest.Exec(t, h.db, `
		WITH j AS (UPDATE job SET state = 'released' WHERE title LIKE 'Programme%' RETURNING *), p AS (SELECT * FROM printer WHERE name = 'Library')
		INSERT INTO delivery (school_id, job_id, person_id, printer_id, state, token, first_page, copies, impressions, amount, reserved_at, not_before)
			SELECT j.school_id, job_id, j.person_id, printer_id, 'unclear', md5('x'), 1, 1, impressions, price, t.asked_at, t.asked_at FROM j JOIN room_ticket t USING (job_id), p`)
	lost := h.get(roomPath)
	h.says(lost, http.StatusOK, "We lost sight of Library printer. Tom Reid says at a kiosk, with their badge, what came out.")
	dbtest.Exec(t, h.db, "DELETE FROM delivery WHERE state = 'unclear'")
	dbtest.Exec(t, h.db, "UPDATE job SET state = 'held' WHERE title LIKE 'Programme%'")
	table := h.get(roomPath + "/table?as=csv")
	h.says(table, http.StatusOK, "asked by,copies,pages printed", "Sent back", "stapled")
	ticket := func(where string) int64 {
		return dbtest.Value[int64](t, h.db, "SELECT room_ticket_id FROM room_ticket JOIN job USING (job_id) WHERE ended_as IS NULL AND "+where)
	}
	mock, done := ticket("title LIKE 'Mock%'"), ticket("state = 'done'")
	h.says(h.post(fmt.Sprintf("%s/%d/return", roomPath, mock), url.Values{"why": {""}}), http.StatusConflict, "Say why in up to 200 letters")
	h.says(h.post(fmt.Sprintf("%s/%d/done", roomPath, mock), nil), http.StatusConflict, "Not all of it has come out yet")
	h.says(h.post(fmt.Sprintf("%s/%d/print", roomPath, mock), url.Values{"printer": {"1:9999"}}), http.StatusConflict, "too few pages left")
	if a := h.post(fmt.Sprintf("%s/%d/done", roomPath, done), nil); a.status != http.StatusSeeOther {
		t.Errorf("done: %d %s", a.status, a.body)
	}
	if a := h.post(fmt.Sprintf("%s/%d/return", roomPath, mock), url.Values{"why": {"It has 12 blank pages."}}); a.status != http.StatusSeeOther {
		t.Errorf("sent back: %d %s", a.status, a.body)
	}
	if got := h.acts(); !strings.HasSuffix(got, "room-done room-returned") {
		t.Errorf("on record: %s", got)
	}
	h.get("/staff/sign-out")
	h.browser = h.newBrowser()
	h.enter("teacher")
	mine := h.get("/staff/mine")
	h.says(mine, http.StatusOK, "From the print room", "It has 12 blank pages.", "Collect it from the print room", "Take it back", `<span class="nav__count">4<span`)
	if again := h.get("/staff/mine"); strings.Contains(again.body, `<strong>Collect it`) {
		t.Error("it is news for ever")
	}
}

// The print room's day in a browser: a teacher hands a document over and takes another one back, the print room
// sends it back with a reason, and the teacher reads that.
func TestThePrintRoomInARealBrowser(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.job(h.IT, release.Held, 6, time.Hour)
	dbtest.Exec(t, h.db, "UPDATE job SET title = 'Carol service' WHERE job_id = (SELECT max(job_id) FROM job)")
	p := webtest.Start(t).Page(t)
	p.Open(h.server.URL + signInPath)
	signInAs(p, "it", schooltest.Password)
	p.Seen("Ida Hall")
	h.as(school.Teacher)()
	hand := func() {
		p.Open(h.server.URL + "/staff/mine")
		p.Eval(`document.querySelector("a[href$='/print-room']").click()`)
		p.Seen("To the print room")
		p.Axe()
		p.Eval(`document.querySelector("#copies").value = "12"; document.querySelector("#note").value = "Two piles"; document.querySelector("input[value=folded]").checked = true; document.querySelector("main form button").click()`)
		p.Seen("12 copies, due")
	}
	hand()
	p.Axe()
	p.Eval(`document.querySelector("form[action$='/print-room/end'] button").click()`)
	p.Until(`!!document.querySelector("a[href$='/print-room']")`)
	hand()
	h.as(school.PrintRoom)()
	p.Open(h.server.URL + "/staff")
	p.Seen("Carol service")
	p.Seen("Two piles")
	p.Axe()
	p.Eval(`document.querySelector(".ticket summary").click(); document.querySelector(".ticket [name=why]").value = "No staples in the document, please."; document.querySelector(".ticket [action$='/return'] button").click()`)
	p.Seen("Nothing to print")
	p.Seen("Sent back")
	h.as(school.Teacher)()
	p.Open(h.server.URL + "/staff/mine")
	p.Seen("No staples in the document, please.")
}

// TestPrintRoomShots takes the pictures of its pages.
func TestPrintRoomShots(t *testing.T) {
	if os.Getenv("INKWELL_SHOTS") == "" {
		t.Skip("INKWELL_SHOTS names no folder")
	}
	h := newHouse(t)
	h.busyRoom()
	h.job(h.IT, release.Held, 30, 12*time.Minute)
	own := dbtest.Value[int64](t, h.db, "SELECT max(job_id) FROM job")
	h.inRoom(h.IT, "Carol service: programme", 4, 250, 4*time.Hour, "folded")
	h.shootAll("room", func() []scene {
		return []scene{
			{name: "room", path: roomPath, set: h.are(school.PrintRoom)},
			{name: "hand", path: fmt.Sprintf("/staff/mine/%d/print-room", own), set: h.are(school.Teacher)},
			{name: "mine", path: "/staff/mine"},
		}
	})
}
