package release_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/quota"
	"inkwell/release"
)

// room is a teacher whose department pays, who runs the print room, and what is wished for unless said.
func (h *house) room() (teacher, room school.Actor, wish release.RoomWish) {
	h.t.Helper()
	h.account("maths", 40, "staff")
	teacher, room = h.Teacher, h.IT
	room.Roles, room.Proof = []school.Role{school.PrintRoom}, school.BySession
	teacher.Proof = school.BySession
	wish = release.RoomWish{Due: tuesday.Add(5 * time.Hour), Copies: 3, Sides: "one-sided", Finish: []string{"folded", "stapled"}, Paper: " yellow  160 g", Payer: "maths", Note: "For 9A"}
	return teacher, room, wish
}

// handed sends a document of n pages and hands it over.
func (h *house) handed(n int, change ...func(*release.RoomWish)) (release.Job, release.RoomTicketID) {
	h.t.Helper()
	teacher, wish := h.Teacher, release.RoomWish{Due: tuesday.Add(5 * time.Hour), Copies: 1, Sides: "one-sided", Payer: "maths"}
	teacher.Proof = school.BySession
	for _, c := range change {
		c(&wish)
	}
	job := h.submit(h.Teacher, n)
	if err := h.HandOver(h.t.Context(), teacher, job.ID, wish); err != nil {
		h.t.Fatal(err)
	}
	return job, dbtest.Value[release.RoomTicketID](h.t, h.db, "SELECT room_ticket_id FROM room_ticket WHERE job_id = $1 AND ended_at IS NULL", job.ID)
}

func (h *house) roomTicket(room school.Actor, id release.RoomTicketID) (t release.RoomTicket) {
	h.t.Helper()
	r, err := h.Room(h.t.Context(), room)
	if err != nil {
		h.t.Fatal(err)
	}
	all := slices.Concat(r.Open, r.Ended)
	i := slices.IndexFunc(all, func(t release.RoomTicket) bool { return t.ID == id })
	if i < 0 {
		h.t.Fatalf("ticket %d is not in %+v", id, all)
	}
	return all[i]
}

// The print room's day: a teacher hands a document over, nobody else prints it, it comes out in as
// many copies, its account pays once, and the teacher reads that it is ready.
func TestThePrintRoom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	teacher, room, wish := h.room()
	maths := dbtest.Value[quota.AccountID](t, h.db, "SELECT account_id FROM shared_account")
	job := h.submit(h.Teacher, 4)
	offer, err := h.RoomOffer(ctx, teacher, job.ID)
	if err != nil || len(offer.Finishes) != 6 || len(offer.Payers.All) < 2 || !offer.Due.After(tuesday) {
		t.Fatalf("%+v, %v", offer, err)
	}
	if err := h.HandOver(ctx, teacher, job.ID, wish); err != nil {
		t.Fatal(err)
	}
	wantFault(t, h.HandOver(ctx, teacher, job.ID, wish), "with-print-room")
	j := h.job(job.ID)
	if !j.InPrintRoom || j.Impressions != 12 || j.Sheets != 12 || j.Due() != 12 {
		t.Errorf("handed over: %+v", j)
	}
	if want := time.Date(2026, 11, 19, 18, 0, 0, 0, time.UTC); !j.Expires.Equal(want) {
		t.Errorf("kept until %s, want %s", j.Expires, want)
	}
	_, err = h.Release(ctx, h.at(h.Teacher), ids(job.ID))
	wantFault(t, err, "with-print-room")
	wantFault(t, h.ChargeTo(ctx, h.at(h.Teacher), ids(job.ID), quota.OwnCode), "with-print-room")
	_, err = h.MakeSlip(ctx, teacher, job.ID, 1)
	wantFault(t, err, "with-print-room")
	if row := h.row(h.Teacher, job.ID); row.Lacks == "" {
		t.Error("the kiosk does not say where it is")
	}

	ticket := dbtest.Value[release.RoomTicketID](t, h.db, "SELECT room_ticket_id FROM room_ticket")
	seen := h.roomTicket(room, ticket)
	if seen.Job.Title != "My essay" || seen.Who == "" || seen.Copies != 3 || !slices.Equal(seen.Finish, []string{"stapled", "folded"}) || seen.Paper != "yellow 160 g" || seen.Payer != "maths account" || seen.Note != "For 9A" {
		t.Errorf("the print room sees %+v", seen)
	}
	if picture, err := h.RoomPicture(ctx, room, ticket); err != nil || len(picture) == 0 {
		t.Errorf("the first page: %d bytes, %v", len(picture), err)
	}
	wantFault(t, h.RoomDone(ctx, room, ticket), "room-not-out")
	if seen.Costs[1] != 12 {
		t.Errorf("it costs %v", seen.Costs)
	}
	wantFault(t, h.RoomPrint(ctx, room, ticket, 1, 11), "price-changed")

	var pressed sync.WaitGroup
	said := make([]error, 4)
	for i := range said {
		pressed.Go(func() { said[i] = h.RoomPrint(ctx, room, ticket, 1, 1000) })
	}
	pressed.Wait()
	once := 0
	for _, err := range said {
		if err == nil {
			once++
		} else if code := codeOf(err); code != "already-released" && code != "job-ended" {
			t.Errorf("pressed again: %v", err)
		}
	}
	h.state(job.ID, release.Done)
	if once != 1 || h.pagesOut() != 12 || h.onAccount(maths) != 28 {
		t.Errorf("%d releases, %d pages out, %d left", once, h.pagesOut(), h.onAccount(maths))
	}
	if by := dbtest.Value[bool](t, h.db, "SELECT bool_and(released_by = $1) FROM delivery", room.Person); !by {
		t.Error("nobody is recorded as who released it")
	}
	if n, err := h.RoomNews(ctx, teacher); n != 0 || err != nil {
		t.Errorf("news before it is done: %d, %v", n, err)
	}
	if err := h.RoomDone(ctx, room, ticket); err != nil {
		t.Fatal(err)
	}
	wantFault(t, h.RoomDone(ctx, room, ticket), "room-gone")
	wantFault(t, h.RoomPrint(ctx, room, ticket, 1, 1000), "room-gone")
	if n, err := h.RoomNews(ctx, teacher); n != 1 || err != nil {
		t.Errorf("news: %d, %v", n, err)
	}
	if seen := h.roomTicket(room, ticket); seen.As != release.RoomDone || seen.Units != 12 || seen.Job.Printed != 12 || seen.Job.Title != "" {
		t.Errorf("done: %+v", seen)
	}
	if err := h.RoomSeen(ctx, teacher); err != nil {
		t.Fatal(err)
	}
	if n, _ := h.RoomNews(ctx, teacher); n != 0 {
		t.Error("it is news for ever")
	}
	h.clock.Advance(31 * 24 * time.Hour)
	h.eventually("the notes to go", func() (string, bool) {
		left := dbtest.Value[string](t, h.db, "SELECT note || paper FROM room_ticket")
		return left, left == ""
	})
	if r, err := h.Room(ctx, room); err != nil || len(r.Ended) != 0 {
		t.Errorf("a month later: %+v, %v", r, err)
	}
	h.sound()
}

// A printer that jams at page 3 of 10 is paid three; Print sends the other seven, and only then is it done.
func TestThePrintRoomsPrinterJams(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	_, room, _ := h.room()
	maths := dbtest.Value[quota.AccountID](t, h.db, "SELECT account_id FROM shared_account")
	job, ticket := h.handed(10)
	h.paper.with(func() { h.paper.hold = true })
	if err := h.RoomPrint(ctx, room, ticket, 1, 1000); err != nil {
		t.Fatal(err)
	}
	h.eventually("the printer to begin", func() (string, bool) {
		return "", dbtest.Value[string](t, h.db, "SELECT state FROM delivery") == "printing"
	})
	h.paper.tell(release.Progress{Phase: release.PhaseActive, Impressions: 2})
	h.paper.tell(release.Progress{Phase: release.PhaseStopped, Impressions: 3})
	h.eventually("the end of patience", func() (string, bool) {
		h.clock.Advance(10 * time.Second)
		j := h.job(job.ID)
		return "", j.State == release.Held && j.Printed == 3
	})
	h.paper.with(func() { h.paper.hold = false })
	if h.onAccount(maths) != 37 {
		t.Errorf("%d left", h.onAccount(maths))
	}
	wantFault(t, h.RoomDone(ctx, room, ticket), "room-not-out")
	teacher := h.Teacher
	teacher.Proof = school.BySession
	wantFault(t, h.TakeBack(ctx, teacher, job.ID), "room-begun")
	_, err := h.Release(ctx, h.at(h.Teacher), ids(job.ID))
	wantFault(t, err, "with-print-room")
	if err := h.RoomPrint(ctx, room, ticket, 1, 1000); err != nil {
		t.Fatal(err)
	}
	h.state(job.ID, release.Done)
	if err := h.RoomDone(ctx, room, ticket); err != nil {
		t.Fatal(err)
	}
	if seen := h.roomTicket(room, ticket); seen.Units != 10 || h.onAccount(maths) != 30 {
		t.Errorf("%d charged, %d left", seen.Units, h.onAccount(maths))
	}
	h.sound()
}

// What is taken back or sent back is its owner's as it was, and the print room's no more.
func TestBackFromThePrintRoom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	teacher, room, _ := h.room()
	copies := func(w *release.RoomWish) { w.Copies = 9; w.Due = tuesday.Add(48 * time.Hour) }
	job, ticket := h.handed(2, copies)
	if err := h.TakeBack(ctx, teacher, job.ID); err != nil {
		t.Fatal(err)
	}
	wantFault(t, h.TakeBack(ctx, teacher, job.ID), "room-gone")
	wantFault(t, h.RoomPrint(ctx, room, ticket, 1, 1000), "room-gone")
	wantFault(t, h.SendBack(ctx, room, ticket, "late"), "room-gone")
	if j := h.job(job.ID); j.InPrintRoom || j.Impressions != 2 || j.Ticket.Account != "" || !j.Expires.Equal(time.Date(2026, 11, 25, 18, 0, 0, 0, time.UTC)) && !j.Expires.Equal(job.Expires) {
		t.Errorf("taken back: %+v", j)
	}
	_, err := h.RoomPicture(ctx, room, ticket)
	wantFault(t, err, "room-unknown")

	again, second := h.handed(2, copies)
	wantFault(t, h.SendBack(ctx, room, second, "  "), "room-reason")
	if err := h.SendBack(ctx, room, second, "The margins are cut off."); err != nil {
		t.Fatal(err)
	}
	_, ended, err := h.RoomTickets(ctx, teacher)
	if err != nil || len(ended) != 1 || ended[0].Reason != "The margins are cut off." || ended[0].Told {
		t.Errorf("what the teacher reads: %+v, %v", ended, err)
	}
	if j := h.job(again.ID); j.InPrintRoom || j.Impressions != 2 {
		t.Errorf("sent back: %+v", j)
	}

	// Taken back while it is printed: one of them is too late, whichever.
	race, third := h.handed(1)
	var both sync.WaitGroup
	var printed, taken error
	both.Go(func() { printed = h.RoomPrint(ctx, room, third, 1, 1000) })
	both.Go(func() { taken = h.TakeBack(ctx, teacher, race.ID) })
	both.Wait()
	if (printed == nil) == (taken == nil) {
		t.Errorf("printed %v, taken back %v", printed, taken)
	}
	if printed == nil {
		h.state(race.ID, release.Done)
	}
	h.sound()
}

// What cannot be printed says so, and stays: no pages left, a printer that stands, a document that is gone.
func TestWhatThePrintRoomCannotPrint(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	teacher, room, _ := h.room()
	job, ticket := h.handed(5, func(w *release.RoomWish) { w.Copies = 9 }) // 45 of 40
	wantFault(t, h.RoomPrint(ctx, room, ticket, 1, 1000), "room-unpaid")
	wantFault(t, h.RoomPrint(ctx, room, ticket, 999, 1000), "printer-unknown")
	dbtest.Exec(t, h.db, "UPDATE printer SET state = 'stopped', state_reasons = '{media-jam-error}'")
	wantFault(t, h.RoomPrint(ctx, room, ticket, 1, 1000), "printer-stopped")
	dbtest.Exec(t, h.db, "UPDATE printer SET state = 'idle', state_reasons = '{}', only_beside = true")
	wantFault(t, h.RoomPrint(ctx, room, ticket, 1, 1000), "printer-unknown")
	dbtest.Exec(t, h.db, "UPDATE printer SET only_beside = false")
	if j := h.job(job.ID); j.State != release.Held || !j.InPrintRoom {
		t.Errorf("a refusal left %+v", j)
	}
	if err := h.Cancel(ctx, teacher, job.ID); err != nil { // its owner deletes it
		t.Fatal(err)
	}
	wantFault(t, h.RoomPrint(ctx, room, ticket, 1, 1000), "job-ended")
	if seen := h.roomTicket(room, ticket); seen.Job.State != release.Cancelled || seen.Job.Title != "" {
		t.Errorf("gone: %+v", seen)
	}
	if err := h.SendBack(ctx, room, ticket, "The document is gone. Please send it again."); err != nil {
		t.Fatal(err)
	}
	if dbtest.Value[int](t, h.db, "SELECT count(*) FROM delivery") != 0 {
		t.Error("something was released")
	}
	h.sound()
}

// Pupils hand nothing over, nobody anybody else's, another school's print room sees nothing; and what is wished is bounded.
func TestWhoUsesThePrintRoom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	teacher, room, wish := h.room()
	job, ticket := h.handed(1)
	sams, own := h.submit(h.Sam, 1), h.submit(h.Teacher, 1)
	wantFault(t, h.HandOver(ctx, h.Sam, sams.ID, wish), "not-allowed")
	wantFault(t, h.HandOver(ctx, teacher, sams.ID, wish), "job-unknown")
	wantFault(t, h.HandOver(ctx, teacher, 9999, wish), "job-unknown")
	wantFault(t, h.TakeBack(ctx, h.Sam, job.ID), "job-unknown")
	for code, change := range map[string]func(*release.RoomWish){
		"room-due":        func(w *release.RoomWish) { w.Due = tuesday.AddDate(0, 0, 4) }, // a Saturday
		"room-copies":     func(w *release.RoomWish) { w.Copies = 1000 },
		"room-sides":      func(w *release.RoomWish) { w.Sides = "three" },
		"room-finish":     func(w *release.RoomWish) { w.Finish = []string{"gilded"} },
		"room-paper":      func(w *release.RoomWish) { w.Paper = strings.Repeat("x", 81) },
		"room-note":       func(w *release.RoomWish) { w.Note = strings.Repeat("x", 201) },
		"account-unknown": func(w *release.RoomWish) { w.Payer = "art" },
	} {
		other := wish
		change(&other)
		wantFault(t, h.HandOver(ctx, teacher, own.ID, other), code)
	}
	for name, due := range map[string]time.Time{"past": tuesday.Add(-time.Minute), "far": tuesday.AddDate(0, 0, 31)} {
		other := wish
		other.Due = due
		if err := h.HandOver(ctx, teacher, own.ID, other); codeOf(err) != "room-due" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if j := h.job(own.ID); j.InPrintRoom {
		t.Error("a refusal handed it over")
	}
	_, err := h.Room(ctx, teacher)
	wantFault(t, err, "not-allowed")
	elsewhere := schooltest.New(t, h.db, "Hill").IT
	elsewhere.Roles, elsewhere.Proof = room.Roles, school.BySession
	if r, err := h.Room(ctx, elsewhere); err != nil || len(r.Open) != 0 || len(r.Printers) != 0 {
		t.Errorf("another school sees %+v, %v", r, err)
	}
	wantFault(t, h.RoomPrint(ctx, elsewhere, ticket, 1, 1000), "room-unknown")
	wantFault(t, h.SendBack(ctx, elsewhere, ticket, "no"), "room-unknown")
	_, err = h.RoomPicture(ctx, elsewhere, ticket)
	wantFault(t, err, "room-unknown")
}
