package release_test

import (
	"bytes"
	"context"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// set changes a queue's policy as a command on another node does.
func (h *house) set(path string, change func(*release.Policy)) {
	h.t.Helper()
	h.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := release.SetQueue(ctx, tx, path, func(q *release.Queue) error {
			change(&q.Policy)
			return nil
		})
		return err
	})
}

func only(roles ...school.Role) release.Circle { return release.Circle{Closed: true, Roles: roles} }

// class makes a class of somebody's, from a day before to a day after the clock's.
func (h *house) class(name string, pupil school.Actor) (id school.ClassID) {
	h.t.Helper()
	h.in(func(ctx context.Context, tx *db.Tx) error {
		err := school.AddClasses(ctx, tx, h.School, []school.Class{{Name: name, Pupils: []school.PersonID{pupil.Person}, From: tuesday.AddDate(0, 0, -1), To: tuesday.AddDate(0, 0, 1)}})
		if err == nil {
			id, err = school.ClassByName(ctx, tx, h.School, strings.ToLower(name))
		}
		return err
	})
	return id
}

// printer adds a printer, with a station of its name if it is to have one.
func (h *house) printer(name string, kiosk bool) (p release.PrinterID) {
	h.t.Helper()
	h.in(func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = release.AddPrinter(ctx, tx, release.PrinterRecord{School: h.School, Name: name, URI: "ipp://127.0.0.1:1"})
		if err == nil && kiosk {
			err = release.AddStation(ctx, tx, h.School, strings.ToLower(name), name+" kiosk", p)
		}
		return err
	})
	return p
}

// row is a job as its owner's kiosk shows it.
func (h *house) row(a school.Actor, id release.JobID) release.VisitJob {
	h.t.Helper()
	visit, err := h.Visit(h.t.Context(), h.at(a))
	if err != nil {
		h.t.Fatal(err)
	}
	i := slices.IndexFunc(visit.Jobs, func(j release.VisitJob) bool { return j.ID == id })
	if i < 0 {
		h.t.Fatalf("job %d is not shown", id)
	}
	return visit.Jobs[i]
}

// The three ways to submit refuse alike who may not use a queue, and take who may: by
// role, year group and class, as they are in the submission's own transaction. The
// submission's queue was looked up before the policy.
func TestWhoMayUseAQueue(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	art := h.class("7Art", h.Mia)
	ways := map[string]func(release.Submission) error{
		"Validate": h.validate,
		"Create":   func(s release.Submission) error { _, err := h.Create(t.Context(), s); return err },
		"Print": func(s release.Submission) error {
			_, err := h.Print(t.Context(), s, bytes.NewReader(documenttest.PDF(1)))
			return err
		},
	}
	for _, tc := range []struct {
		users release.Circle
		in    []school.Actor
	}{
		{only(release.Staff), []school.Actor{h.Teacher}},
		{release.Circle{Closed: true, Years: []int{7}}, []school.Actor{h.Mia}},
		{release.Circle{Closed: true, Years: []int{11}, Roles: []school.Role{school.Teacher}}, []school.Actor{h.Sam, h.Teacher}},
		{release.Circle{Closed: true, Classes: []school.ClassID{art}}, []school.Actor{h.Mia}},
	} {
		h.set("/ipp/print", func(p *release.Policy) { p.Users = tc.users })
		for _, a := range []school.Actor{h.Sam, h.Mia, h.Teacher} {
			welcome := slices.ContainsFunc(tc.in, func(in school.Actor) bool { return in.Person == a.Person })
			for name, way := range ways {
				if err := way(h.submission(a)); welcome && err != nil {
					t.Errorf("%s: %+v: %v", name, tc.users, err)
				} else if !welcome {
					wantFault(t, err, "queue-not-yours")
				}
			}
			dbtest.Exec(t, h.db, "UPDATE job SET state = 'cancelled', ended_at = now(), title = NULL WHERE ended_at IS NULL")
		}
	}
	h.clock.Advance(48 * 3600e9) // the class is over
	wantFault(t, h.validate(h.submission(h.Mia)), "queue-not-yours")
	h.set("/ipp/print", func(p *release.Policy) { *p = release.Policy{} })
	if err := h.validate(h.submission(h.Mia)); err != nil {
		t.Errorf("open again: %v", err)
	}
}

// A right that goes between submission and release holds the job back, and says so
// on the row; a right that comes lets it go.
func TestAQueueThatIsClosedToSomebodyLater(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 2)
	h.set("/ipp/print", func(p *release.Policy) { p.Users = only(release.Staff) })
	if got := h.row(h.Sam, job.ID).Lacks; got != "This was sent to a printer that is not for you. Send it again to another one." {
		t.Errorf("the row says %q", got)
	}
	_, err := h.Release(t.Context(), h.at(h.Sam), ids(job.ID))
	wantFault(t, err, "queue-not-yours")
	h.set("/ipp/print", func(p *release.Policy) { p.Users = only(school.Pupil) })
	h.release(h.Sam, job.ID)
	h.state(job.ID, release.Done)
	h.sound()
}

// What a job does not say the queue says: it is kept with the job, priced by it and
// printed so, and what the job says itself goes before.
func TestAQueuesDefaults(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.set("/ipp/print", func(p *release.Policy) { p.OneSided, p.ColorMode = true, "color" })
	silent := h.submit(h.Sam, 4)
	said := h.submit(h.Sam, 4, func(s *release.Submission) {
		s.Ticket = release.Ticket{Sides: "two-sided-long-edge", ColorMode: "monochrome"}
	})
	if silent.Sheets != 4 || silent.Ticket.Sides != "one-sided" || silent.Ticket.ColorMode != "color" {
		t.Errorf("silent: %+v", silent)
	}
	if !slices.Equal(silent.Touched, []release.Touch{release.SidesDefaulted, release.ColourDefaulted}) || len(said.Touched) > 0 {
		t.Errorf("touched: %v, %v", silent.Touched, said.Touched)
	}
	if said.Sheets != 2 || said.Ticket.ColorMode != "monochrome" {
		t.Errorf("said: %+v", said)
	}
	created, err := h.Create(t.Context(), h.submission(h.Sam))
	if err != nil || created.Ticket.Sides != "one-sided" || len(created.Touched) != 2 {
		t.Errorf("created: %+v, %v", created, err)
	}
	h.release(h.Sam, silent.ID)
	h.state(silent.ID, release.Done)
	h.paper.with(func() {
		if got := h.paper.told[0]; got.Sides != "one-sided" || got.ColorMode != "color" {
			t.Errorf("the printer was told %+v", got)
		}
	})
}

// Colour of somebody who may not use it comes out black and white: kept so with the
// job, told before the release, and not to be had back by changing the job.
func TestColourIsWithheld(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.set("/ipp/print", func(p *release.Policy) { p.Colour = release.Circle{Closed: true, Years: []int{11}} })
	inColour := func(s *release.Submission) { s.Ticket.ColorMode = "color" }
	sams, mias := h.submit(h.Sam, 1, inColour), h.submit(h.Mia, 1, inColour)
	if sams.Ticket.ColorMode != "color" || len(sams.Touched) > 0 || h.row(h.Sam, sams.ID).Instead != "" {
		t.Errorf("who may has %+v", sams)
	}
	if mias.Ticket.ColorMode != "monochrome" || !slices.Equal(mias.Touched, []release.Touch{release.ColourWithheld}) {
		t.Errorf("who may not has %+v", mias)
	}
	if row := h.row(h.Mia, mias.ID); row.Instead != "black and white: you may not use colour" || row.Lacks != "" {
		t.Errorf("the row says %q, %q", row.Instead, row.Lacks)
	}
	_, err := h.Change(t.Context(), h.Mia, mias.ID, release.Change{Ticket: func(t release.Ticket) release.Ticket { t.ColorMode = "color"; return t }})
	wantFault(t, err, "colour-not-yours")
	h.change(h.Mia, mias.ID, copies(2))
	strict := h.submission(h.Mia)
	strict.Strict, strict.Ticket.ColorMode = true, "color"
	wantFault(t, h.validate(strict), "colour-not-yours")
	touched, err := h.Validate(t.Context(), func() release.Submission { s := strict; s.Strict = false; return s }())
	if err != nil || !slices.Equal(touched, []release.Touch{release.ColourWithheld}) {
		t.Errorf("Validate says %v, %v", touched, err)
	}
	h.release(h.Mia, mias.ID)
	h.state(mias.ID, release.Done)

	// Whoever may again, and says so, has it again, and the row no longer speaks of it.
	again := h.submit(h.Mia, 1, inColour)
	h.set("/ipp/print", func(p *release.Policy) { p.Colour = release.Circle{} })
	h.change(h.Mia, again.ID, release.Change{Ticket: func(t release.Ticket) release.Ticket { t.ColorMode = "color"; return t }})
	if row := h.row(h.Mia, again.ID); row.Instead != "" {
		t.Errorf("the row says %q", row.Instead)
	}

	// Nor of somebody who no longer may when it is released.
	h.set("/ipp/print", func(p *release.Policy) { p.Colour = release.Circle{Closed: true} })
	if row := h.row(h.Sam, sams.ID); row.Instead != "black and white: you may not use colour" {
		t.Errorf("the row says %q", row.Instead)
	}
	h.change(h.Sam, sams.ID, copies(2)) // which leaves its colour as it is
	h.release(h.Sam, sams.ID)
	done := h.state(sams.ID, release.Done)
	if !slices.Equal(done.Touched, []release.Touch{release.ColourWithheld}) {
		t.Errorf("touched %v", done.Touched)
	}
	h.paper.with(func() {
		for _, told := range h.paper.told {
			if told.ColorMode != "monochrome" {
				t.Errorf("the printer was told %+v", told)
			}
		}
	})
	_, life, err := h.Life(t.Context(), sams.ID)
	if err != nil || !slices.ContainsFunc(life, func(m release.Moment) bool {
		return m.What == "policy" && m.Say == "black and white: the queue Print has no colour for its sender"
	}) {
		t.Errorf("its life is %+v, %v", life, err)
	}
	h.sound()
}

// Jobs come out of the queue's printers alone. Elsewhere the row says where before it
// is pressed, the release refuses, and nothing moves.
func TestWhereAQueuesJobsComeOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hall, office, store := h.printer("Hall", true), h.printer("Office", true), h.printer("Store", false)
	job := h.submit(h.Sam, 1)
	for _, tc := range []struct {
		among []release.PrinterID
		say   string
	}{
		{[]release.PrinterID{hall}, "This one does not come out here. Hall can print this."},
		{[]release.PrinterID{office, hall, store}, "This one does not come out here. Hall can print this."},
	} {
		h.set("/ipp/print", func(p *release.Policy) { p.Printers = tc.among })
		if row := h.row(h.Sam, job.ID); row.Lacks != tc.say {
			t.Errorf("the row says %q, want %q", row.Lacks, tc.say)
		}
		_, err := h.Release(t.Context(), h.at(h.Sam), ids(job.ID))
		wantFault(t, err, "printer-elsewhere")
		if say := fault.As(err).Say; say != tc.say {
			t.Errorf("refused with %q", say)
		}
	}
	if h.job(job.ID).State != release.Held || h.balance(h.Sam) != 100 {
		t.Error("a refused release left something behind")
	}
	h.set("/ipp/print", func(p *release.Policy) { p.Printers = []release.PrinterID{h.station.Printer.ID, hall} })
	if row := h.row(h.Sam, job.ID); row.Lacks != "" {
		t.Errorf("beside one of them the row says %q", row.Lacks)
	}
	h.release(h.Sam, job.ID)
	h.state(job.ID, release.Done)
}

// A name that everybody uses is nobody's, unless it is proven or the queue believes it;
// the list is the school's.
func TestGenericNames(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	dbtest.Exec(t, h.db, "UPDATE person SET username = 'student' WHERE person_id = $1", h.Mia.Person)
	device := h.carts()
	claim := device("student", "10.1.2.3")
	by := func(p school.Proof) school.Actor { a := h.Mia; a.Proof = p; return a }
	h.submit(by(school.ByPassword), 1)
	for _, a := range []school.Actor{claim, by(school.ByLoopback)} {
		wantFault(t, h.validate(h.submission(a)), "name-unknown")
	}
	h.set("/ipp/print", func(p *release.Policy) { p.Believes = true })
	if err := h.validate(h.submission(claim)); err != nil {
		t.Errorf("believed: %v", err)
	}
	h.set("/ipp/print", func(p *release.Policy) { p.Believes = false })
	change := func(add, remove []string) (all []string) {
		h.in(func(ctx context.Context, tx *db.Tx) (err error) {
			all, err = school.ChangeGenericNames(ctx, tx, "", h.School, add, remove)
			return err
		})
		return all
	}
	if all := change([]string{" SAM "}, []string{"Student"}); slices.Contains(all, "student") || !slices.Contains(all, "sam") || !slices.Contains(all, "chronos") {
		t.Errorf("the names are %v", all)
	}
	if err := h.validate(h.submission(claim)); err != nil {
		t.Errorf("off the list: %v", err)
	}
	wantFault(t, h.validate(h.submission(device("sam", "10.1.2.3"))), "name-unknown")
}

// A way that a queue does not take is refused, whoever comes by it.
func TestWaysThatAQueueTakes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.set("/ipp/print", func(p *release.Policy) { p.Untaken = []school.Proof{school.ByAddress, school.ByVouch} })
	for proof, code := range map[school.Proof]string{school.ByPassword: "", school.ByAddress: "way-not-taken", school.ByVouch: "way-not-taken"} {
		a := h.Sam
		a.Proof, a.Device = proof, netip.MustParseAddr("10.1.2.3")
		if err := h.validate(h.submission(a)); code == "" && err != nil {
			t.Errorf("%s: %v", proof, err)
		} else if code != "" {
			wantFault(t, err, code)
		}
	}
}

// What jobs that arrive together are asked and given is each one's own.
func TestTogetherEachByItsPolicy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.set("/ipp/print", func(p *release.Policy) { p.Users, p.OneSided = only(school.Pupil), true })
	h.set("/ipp/direct", func(p *release.Policy) { p.Colour = only(release.Staff) })
	coloured := h.submission(h.Sam)
	coloured.Queue, coloured.Ticket.ColorMode, coloured.Hold.Name = h.direct, "color", release.Indefinite
	jobs, errs := h.together(h.submission(h.Sam), h.submission(h.Teacher), coloured, h.submission(h.Mia))
	if errs[0] != nil || errs[2] != nil || errs[3] != nil {
		t.Fatalf("%v", errs)
	}
	wantFault(t, errs[1], "queue-not-yours")
	for i, want := range map[int]release.Touch{0: release.SidesDefaulted, 2: release.ColourWithheld, 3: release.SidesDefaulted} {
		if got := jobs[i].Touched; !slices.Equal(got, []release.Touch{want}) {
			t.Errorf("job %d: %v", i, got)
		}
	}
}

// A queue offers what its own printers can do, at once when they become others.
func TestAQueueOffersWhatItsPrintersCan(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(h *house) { h.paper.can = plain }) // which is asked once, before there is another
	h.known(plain)
	hall := h.printer("Hall", true)
	dbtest.Exec(t, h.db, `UPDATE printer SET capabilities = '{"asked": true, "color_modes": ["auto", "color", "monochrome"]}' WHERE printer_id = $1`, hall)
	offers := func(among ...release.PrinterID) bool {
		t.Helper()
		q := h.queue
		q.Policy.Printers = among
		o, err := h.Offer(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		return o.Can.Color()
	}
	if offers(h.station.Printer.ID) || !offers(hall) || offers(h.station.Printer.ID) {
		t.Error("the offer is not that of the printers")
	}
}

// A queue goes once no job that came by it is open; its path is free then, and what
// has ended still tells its life.
func TestRemoveAQueue(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	remove := func(path string) error {
		return h.db.InTx(t.Context(), db.InSchool(h.School), func(ctx context.Context, tx *db.Tx) error {
			_, err := release.RemoveQueue(ctx, tx, path)
			return err
		})
	}
	job := h.submit(h.Sam, 1)
	wantFault(t, remove("/ipp/print"), "queue-busy")
	h.release(h.Sam, job.ID)
	h.state(job.ID, release.Done)
	if err := remove("/ipp/print"); err != nil {
		t.Fatal(err)
	}
	wantFault(t, remove("/ipp/print"), "queue-unknown")
	wantFault(t, h.validate(h.submission(h.Sam)), "queue-unknown")
	_, err := h.Print(t.Context(), h.submission(h.Sam), bytes.NewReader(documenttest.PDF(1)))
	wantFault(t, err, "queue-unknown")
	if all, err := h.Queues(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("left are %+v, %v", all, err)
	}
	if _, _, err := h.Life(t.Context(), job.ID); err != nil {
		t.Error(err)
	}
	h.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := release.AddQueue(ctx, tx, release.Queue{School: h.School, Path: "/ipp/print", Name: "Print", Kind: release.Hold, Proof: school.ByPassword})
		return err
	})
}

// What cannot be is refused when it is set, and leaves the queue as it was.
func TestSetQueueRefuses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	store := h.printer("Store", false)
	for code, change := range map[string]func(*release.Queue){
		"queue-users":   func(q *release.Queue) { q.Policy.Users = release.Circle{Closed: true} },
		"queue-colour":  func(q *release.Queue) { q.Policy.Users, q.Policy.Colour = only(school.IT), only(school.Pupil) },
		"queue-printer": func(q *release.Queue) { q.Policy.Printers = []release.PrinterID{store} }, // no kiosk
		"queue-name":    func(q *release.Queue) { q.Name = " " },
	} {
		err := h.db.InTx(t.Context(), db.InSchool(h.School), func(ctx context.Context, tx *db.Tx) error {
			_, err := release.SetQueue(ctx, tx, "/ipp/print", func(q *release.Queue) error { change(q); return nil })
			return err
		})
		wantFault(t, err, code)
	}
	add := func(path string) error {
		return h.db.InTx(t.Context(), db.InSchool(h.School), func(ctx context.Context, tx *db.Tx) error {
			_, err := release.AddQueue(ctx, tx, release.Queue{School: h.School, Path: path, Name: "A", Kind: release.Hold, Proof: school.ByPassword})
			return err
		})
	}
	wantFault(t, add("/ipp/print"), "queue-there")
	for _, path := range []string{"/print", "/ipp/Staff", "/ipp/a/u", "/ipp/g/b", "/ipp/"} {
		wantFault(t, add(path), "queue-path")
	}
}
