package release_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// rules replaces the school's rules.
func (h *house) rules(all ...quota.Restriction) {
	h.t.Helper()
	for i := range all {
		if all[i].For == (quota.Audience{}) {
			all[i].For = quota.Everybody
		}
		if all[i].Name == "" {
			all[i].Name = "A rule"
		}
	}
	h.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := quota.ChangeRules(ctx, tx, "", h.School, func([]quota.Restriction) ([]quota.Restriction, error) { return all, nil })
		return err
	})
}

// teaches puts Sam into a class of the teacher's.
func (h *house) teaches() (class school.ClassID) {
	h.t.Helper()
	h.in(func(ctx context.Context, tx *db.Tx) (err error) {
		if err = school.AddClasses(ctx, tx, h.School, []school.Class{{Name: "11A/Ar", Pupils: []school.PersonID{h.Sam.Person}, Teachers: []school.PersonID{h.Teacher.Person},
			From: tuesday.AddDate(0, -1, 0), To: tuesday.AddDate(0, 1, 0)}}); err != nil {
			return err
		}
		class, err = school.ClassByName(ctx, tx, h.School, "11A/Ar")
		return err
	})
	return class
}

// seen is a job as its owner sees it at the station.
func (h *house) sees(a school.Actor, id release.JobID) release.VisitJob {
	h.t.Helper()
	visit, err := h.Visit(h.t.Context(), h.at(a))
	if err != nil {
		h.t.Fatal(err)
	}
	for _, j := range visit.Jobs {
		if j.ID == id {
			return j
		}
	}
	h.t.Fatalf("job %d is not in the visit", id)
	return release.VisitJob{}
}

func (h *house) explain(id release.JobID) release.Explanation {
	h.t.Helper()
	e, err := h.Explain(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return e
}

// A pupil is asked "Really?" at thirty pages, and nothing is printed before the yes.
func TestReallyIsAskedBeforeAnythingIsPrinted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	small, large := h.submit(h.Sam, 29), h.submit(h.Sam, 30)
	if j := h.sees(h.Sam, small.ID); j.Really != "" || j.Lacks != "" {
		t.Errorf("29 pages: %+v", j)
	}
	if j := h.sees(h.Sam, large.ID); j.Really != "30 pages, 15 sheets. Really print all?" || j.Lacks != "" || j.Sheets != 15 {
		t.Errorf("30 pages: %+v", j)
	}
	v := h.at(h.Sam)
	_, err := h.Release(t.Context(), v, ids(small.ID, large.ID))
	wantFault(t, err, "rule-confirm")
	if h.job(small.ID).State != release.Held || h.balance(h.Sam) != 100 {
		t.Error("a release that has to be asked about left something behind")
	}
	v.Sure = map[release.JobID]bool{large.ID: true}
	if _, err := h.Release(t.Context(), v, ids(small.ID, large.ID)); err != nil {
		t.Fatal(err)
	}
	h.state(large.ID, release.Done)
	e := h.explain(large.ID)
	if len(e.Decided) != 1 || e.Decided[0].Rule != 2 || !strings.HasPrefix(e.Decided[0].Say, `Rule 2, "Really?", asks first, and a yes lets it through: 30 pages`) ||
		e.Decided[0].Cost != "30 pages set aside, 30 pages charged" || len(e.Decided[0].Table) != 2 || e.Decided[0].Printer != "Library" {
		t.Errorf("%+v", e)
	}
	h.state(small.ID, release.Done)
	if e := h.explain(small.ID); len(e.Decided) != 1 || e.Decided[0].Rule != 0 || e.Decided[0].Say != "No rule holds it back." {
		t.Errorf("%+v", e)
	}
	h.sound()
}

// On a direct queue nobody is there to be asked: the job stays for a station, the computer
// is told, and a yes there prints it.
func TestADirectQueueAsksNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.submission(h.Sam)
	s.Queue = h.direct
	job, err := h.Print(t.Context(), s, bytes.NewReader(documenttest.PDF(40)))
	if err != nil {
		t.Fatal(err)
	}
	job = h.until(job.ID, func(j release.Job) bool { return j.Reason == "rule-confirm" })
	if job.State != release.Held || len(job.Obstacles) != 1 || fault.As(job.Obstacles[0]).Code != "rule-confirm" {
		t.Errorf("%+v", job)
	}
	if e := h.explain(job.ID); len(e.Decided) != 2 || !strings.Contains(e.Decided[0].Say, "nobody was there to be asked") || !e.Decided[1].Now {
		t.Errorf("%+v", e)
	}
	v := h.at(h.Sam)
	v.Sure = map[release.JobID]bool{job.ID: true}
	if _, err := h.Release(t.Context(), v, ids(job.ID)); err != nil {
		t.Fatal(err)
	}
	h.state(job.ID, release.Done)
	h.sound()
}

// Above sixty pages a teacher of the pupil says yes, to the job as it is and to no other.
func TestATeacherOfThePupilSaysYes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	h.teaches()
	job := h.submit(h.Sam, 70)
	if j := h.sees(h.Sam, job.ID); j.Lacks != "More than 60 pages needs a teacher's yes. Print pages 1-60, or ask." || !j.MayAsk {
		t.Errorf("%+v", j)
	}
	_, err := h.Release(ctx, h.at(h.Sam), ids(job.ID))
	wantFault(t, err, "rule-ask")
	if all, err := h.Waiting(ctx, h.Teacher); err != nil || len(all) != 0 {
		t.Errorf("nobody has asked, and %+v waits, %v", all, err)
	}
	small := h.submit(h.Sam, 2)
	wantFault(t, h.AskTeacher(ctx, h.at(h.Sam), small.ID), "approval-not-asked")
	wantFault(t, h.AskTeacher(ctx, h.at(h.Mia), job.ID), "job-unknown")
	for range 2 { // a second tap asks nothing more
		if err := h.AskTeacher(ctx, h.at(h.Sam), job.ID); err != nil {
			t.Fatal(err)
		}
	}
	if j := h.sees(h.Sam, job.ID); !strings.HasPrefix(j.Lacks, "A teacher is asked.") || j.MayAsk {
		t.Errorf("%+v", j)
	}
	all, err := h.Waiting(ctx, h.Teacher)
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	if w := all[0]; w.Name != "Sam Bell" || w.Pages != 70 || w.Sheets != 35 || w.Copies != 1 || w.Colour != 0 || w.Paper != "A4" || w.Rule != "Large jobs" ||
		strings.Join(w.Classes, " ") != "11A/Ar" || !w.Asked.Equal(h.clock.Now()) {
		t.Errorf("%+v", w)
	}
	for who, a := range map[string]school.Actor{"the pupil": h.Sam, "another pupil": h.Mia} {
		if err := h.Approve(ctx, a, all[0].ID); fault.As(err) == nil || fault.As(err).Code != "not-allowed" {
			t.Errorf("%s: %v", who, err)
		}
	}
	other := h.Teacher // a teacher of nobody
	other.Person = h.Chief.Person
	if seen, err := h.Waiting(ctx, other); err != nil || len(seen) != 0 {
		t.Errorf("another teacher sees %+v, %v", seen, err)
	}
	wantFault(t, h.Approve(ctx, other, all[0].ID), "approval-gone")
	if seen, err := h.Waiting(ctx, h.IT); err != nil || len(seen) != 1 || len(seen[0].Classes) != 0 {
		t.Errorf("IT sees %+v, %v", seen, err)
	}
	if err := h.Approve(ctx, h.Teacher, all[0].ID); err != nil {
		t.Fatal(err)
	}
	wantFault(t, h.Return(ctx, h.IT, all[0].ID, "Too many."), "approval-gone")
	if j := h.sees(h.Sam, job.ID); j.Lacks != "" || j.Yes != "T. Reid" {
		t.Errorf("%+v", j)
	}

	copies := func(n int) release.Change {
		return release.Change{Ticket: func(t release.Ticket) release.Ticket { t.Copies = n; return t }}
	}
	h.change(h.Sam, job.ID, copies(2))
	if j := h.sees(h.Sam, job.ID); !strings.HasPrefix(j.Lacks, "More than 60 pages") || !j.MayAsk {
		t.Errorf("with two copies: %+v", j)
	}
	h.change(h.Sam, job.ID, copies(1))
	h.release(h.Sam, job.ID)
	h.state(job.ID, release.Done)
	if e := h.explain(job.ID); len(e.Decided) < 2 || !strings.HasPrefix(e.Decided[len(e.Decided)-1].Approved, "approved by T. Reid on") {
		t.Errorf("%+v", e.Decided)
	}
	acts := dbtest.Value[string](t, h.db, "SELECT string_agg(act, ' ' ORDER BY audit_id) FROM audit WHERE act LIKE 'approval-%'")
	if acts != "approval-asked approval-approved" {
		t.Errorf("audit: %s", acts)
	}
	h.sound()
}

// What is returned says what to do instead, and can be asked for again once it is changed.
func TestARequestIsReturnedWithAReason(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	h.teaches()
	job := h.submit(h.Sam, 70)
	ask := func() (id release.ApprovalID) {
		t.Helper()
		if err := h.AskTeacher(ctx, h.at(h.Sam), job.ID); err != nil {
			t.Fatal(err)
		}
		all, err := h.Waiting(ctx, h.Teacher)
		if err != nil || len(all) != 1 {
			t.Fatalf("%+v, %v", all, err)
		}
		return all[0].ID
	}
	first := ask()
	wantFault(t, h.Return(ctx, h.Teacher, first, " \n "), "approval-reason")
	wantFault(t, h.Return(ctx, h.Teacher, first, strings.Repeat("x", 201)), "approval-reason")
	if err := h.Return(ctx, h.Teacher, first, "Print only\nchapter 2."); err != nil {
		t.Fatal(err)
	}
	if j := h.sees(h.Sam, job.ID); j.Lacks != "A teacher says: Print only chapter 2." || j.MayAsk {
		t.Errorf("%+v", j)
	}
	wantFault(t, h.AskTeacher(ctx, h.at(h.Sam), job.ID), "approval-answered")
	oneSided := release.Change{Ticket: func(t release.Ticket) release.Ticket { t.Sides = "one-sided"; return t }}
	h.change(h.Sam, job.ID, oneSided)
	second := ask()
	h.change(h.Sam, job.ID, release.Change{Ticket: func(t release.Ticket) release.Ticket { t.Copies = 2; return t }})
	if all, err := h.Waiting(ctx, h.Teacher); err != nil || len(all) != 0 {
		t.Errorf("what was changed since waits as %+v, %v", all, err)
	}
	wantFault(t, h.Approve(ctx, h.Teacher, second), "approval-gone")
	third := ask()
	h.clock.Advance(34 * time.Hour)
	h.state(job.ID, release.Expired)
	wantFault(t, h.Approve(ctx, h.Teacher, third), "approval-gone")
}

// What was decided is explained by the rules of its time.
func TestAPastJobIsExplainedByTheRulesOfItsTime(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.rules(quota.Restriction{Name: "Books", Pages: 10, Outcome: quota.Refuse})
	job := h.submit(h.Sam, 12)
	if j := h.sees(h.Sam, job.ID); j.Lacks != "More than 9 pages isn't allowed. Print pages 1-9." || j.MayAsk {
		t.Errorf("%+v", j)
	}
	h.sees(h.Sam, job.ID) // is not kept again
	_, err := h.Release(t.Context(), h.at(h.Sam), ids(job.ID))
	wantFault(t, err, "rule-refused")
	h.clock.Advance(time.Minute)
	h.rules(quota.Restriction{Name: "Posters", Pages: 12, Outcome: quota.Confirm})
	e := h.explain(job.ID)
	if len(e.Decided) != 2 || e.Decided[0].Table[0].Name != "Books" || e.Decided[1].Table[0].Name != "Posters" || !e.Decided[1].Now {
		t.Fatalf("%+v", e.Decided)
	}
	if say := e.Decided[0].Say; say != `Rule 3, "Books", refuses it: More than 9 pages isn't allowed. Print pages 1-9.` {
		t.Errorf("it says %q", say)
	}
}

// Rules look at what is still to be printed, at the printer, and at what was printed before.
func TestRulesMeetJobsByTheirFacts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := int32(h.station.Printer.ID)
	colour := h.held(documenttest.Coloured(5, 2, 3), h.Sam, release.Ticket{ColorMode: "color"})
	for name, c := range map[string]struct {
		rule quota.Restriction
		say  string
	}{
		"colour":          {quota.Restriction{Colour: 2, Outcome: quota.Refuse}, "More than 1 page in colour isn't allowed. Print it black and white."},
		"less colour":     {quota.Restriction{Colour: 3, Outcome: quota.Refuse}, ""},
		"this printer":    {quota.Restriction{Printers: []int32{p}, Outcome: quota.Refuse}, "Printing at this printer isn't allowed. Choose another printer."},
		"another printer": {quota.Restriction{Printers: []int32{p + 1}, Outcome: quota.Refuse}, ""},
		"A3":              {quota.Restriction{Paper: []string{"iso_a3_297x420mm"}, Outcome: quota.Refuse}, ""},
		"staff":           {quota.Restriction{For: quota.Audience{Role: quota.AnyStaff, From: -1, To: -1}, Pages: 2, Outcome: quota.Refuse}, ""},
		"Year 11":         {quota.Restriction{For: quota.Audience{From: 11, To: 11}, Pages: 2, Outcome: quota.Refuse}, "More than 1 page isn't allowed. Ask a teacher what else you can do."},
	} {
		h.rules(c.rule)
		if j := h.sees(h.Sam, colour.ID); j.Lacks != c.say {
			t.Errorf("%s: %q, want %q", name, j.Lacks, c.say)
		}
	}
	h.rules(quota.Restriction{Same: quota.Same{Times: 2, Hours: 24}, Outcome: quota.Refuse})
	for range 2 {
		again := h.submit(h.Sam, 3, func(s *release.Submission) { s.Title = "Another name" })
		h.release(h.Sam, again.ID)
		h.state(again.ID, release.Done)
	}
	third, others := h.submit(h.Sam, 3), h.submit(h.Mia, 3)
	if j := h.sees(h.Sam, third.ID); !strings.HasPrefix(j.Lacks, "Printing the same document more than 2 times isn't allowed. It prints from 09:00 on Wednesday.") {
		t.Errorf("the third time: %q", j.Lacks)
	}
	if j := h.sees(h.Mia, others.ID); j.Lacks != "" {
		t.Errorf("somebody else's first time: %q", j.Lacks)
	}
	tried, err := h.TryRules(t.Context(), h.School, quota.Rules{All: []quota.Restriction{
		{Number: 7, For: quota.Everybody, Same: quota.Same{Times: 1, Hours: 1}, Outcome: quota.Refuse}, {Number: 8, For: quota.Everybody, Pages: 3, Outcome: quota.Ask}}}, tuesday.Add(-time.Hour))
	if err != nil || tried.Jobs != 2 || tried.Met[7] != 1 || tried.Met[8] != 1 || tried.People[8] != 1 {
		t.Errorf("%+v, %v", tried, err)
	}
}

// Whoever the head lets off a rule prints; what others enter waits for an officer, and
// nobody records what they made or what is for them.
func TestAnExemptionIsMadeByOneAndRecordedByAnother(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	class := h.teaches()
	job := h.submit(h.Sam, 70)
	officer := func(a school.Actor, r school.Role) school.Actor { a.Roles = []school.Role{r}; return a }
	head, coo := officer(h.Chief, school.Head), officer(h.Mia, school.COO)
	var made quota.Exemption
	act := func(code string, fn func(context.Context, *db.Tx) error) {
		t.Helper()
		err := h.db.InTx(t.Context(), db.InSchool(h.School), fn)
		if f := fault.As(err); code == "" && err != nil || code != "" && (f == nil || f.Code != code) {
			t.Errorf("got %v, want %q", err, code)
		}
	}
	exempt := func(code string, by school.Actor, e quota.Exemption) {
		t.Helper()
		act(code, func(ctx context.Context, tx *db.Tx) (err error) { made, err = quota.Exempt(ctx, tx, by, e); return err })
	}
	record := func(code string, by school.Actor) {
		t.Helper()
		act(code, func(ctx context.Context, tx *db.Tx) error { return quota.RecordExemption(ctx, tx, by, made.ID) })
	}
	week := tuesday.Add(7 * 24 * time.Hour)
	exempt("not-allowed", h.Teacher, quota.Exemption{Class: class, Reason: "r", Ends: week})
	exempt("exemption-whom", h.IT, quota.Exemption{Reason: "r", Ends: week})
	exempt("exemption-reason", h.IT, quota.Exemption{Class: class, Reason: " ", Ends: week})
	exempt("exemption-ends", h.IT, quota.Exemption{Class: class, Reason: "r", Ends: tuesday.AddDate(1, 0, 2)})
	exempt("exemption-ends", h.IT, quota.Exemption{Class: class, Reason: "r", Ends: tuesday})
	exempt("exemption-own", head, quota.Exemption{Person: head.Person, Reason: "r", Ends: week})
	exempt("exemption-own", officer(h.Teacher, school.Head), quota.Exemption{Class: class, Reason: "r", Ends: week})
	exempt("rule-unknown", h.IT, quota.Exemption{Rule: 9, Class: class, Reason: "r", Ends: week})

	exempt("", h.IT, quota.Exemption{Rule: 1, Class: class, Reason: "Coursework", Ends: week})
	if j := h.sees(h.Sam, job.ID); !j.MayAsk {
		t.Errorf("what IT enters works before it is recorded: %+v", j)
	}
	record("not-allowed", h.IT)
	record("exemption-own", officer(h.Teacher, school.COO))
	record("", head)
	record("exemption-recorded", coo)
	if j := h.sees(h.Sam, job.ID); j.Lacks != "" || j.Really == "" {
		t.Errorf("recorded: %+v", j)
	}
	if e := h.explain(job.ID); !strings.HasPrefix(e.Decided[len(e.Decided)-1].Spared, "exemption 1 lets it pass rule 1 until") {
		t.Errorf("%+v", e.Decided)
	}
	act("", func(ctx context.Context, tx *db.Tx) error { return quota.EndExemption(ctx, tx, h.IT, made.ID) })
	act("exemption-over", func(ctx context.Context, tx *db.Tx) error { return quota.EndExemption(ctx, tx, h.IT, made.ID) })
	if j := h.sees(h.Sam, job.ID); !j.MayAsk {
		t.Errorf("taken back: %+v", j)
	}

	exempt("", head, quota.Exemption{Person: h.Sam.Person, Reason: "Art show", Ends: week})
	if j := h.sees(h.Sam, job.ID); j.Lacks != "" || j.Really != "" {
		t.Errorf("the head's works at once: %+v", j)
	}
	record("exemption-same", head)
	h.in(func(ctx context.Context, tx *db.Tx) error {
		all, err := release.ExemptionReport(ctx, tx, h.School)
		if len(all) != 2 || all[0].State != "open, in force" || all[0].Who != "sam" || all[0].Off != "all rules" || all[0].MadeBy != "chief" || all[0].RecordedBy != "" ||
			all[1].State != "over" || all[1].Who != "class 11A/Ar" || all[1].Off != "rule 1, Large jobs" || all[1].RecordedBy != "chief" {
			t.Errorf("%+v", all)
		}
		return err
	})
	record("", coo)
	h.release(h.Sam, job.ID)
	h.state(job.ID, release.Done)
	if e := h.explain(job.ID); !strings.HasPrefix(e.Decided[len(e.Decided)-1].Spared, "exemption 2 lets it pass all rules") {
		t.Errorf("%+v", e.Decided)
	}
	h.sound()
}

// A rule is about what comes out: in black and white where the printer has no colour, and on
// as many sheets as it takes there. So are the sheets that are counted as used.
func TestARuleIsAboutWhatComesOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t, watched(plain))
	h.known(plain)
	h.rules(quota.Restriction{Colour: 1, Outcome: quota.Refuse}, quota.Restriction{Pages: 4, Outcome: quota.Confirm})
	job := h.held(documenttest.Coloured(4, 1), h.Sam, release.Ticket{ColorMode: "color"})
	if seen := h.sees(h.Sam, job.ID); seen.Lacks != "" || seen.Sheets != 4 || !strings.HasPrefix(seen.Really, "4 pages, 4 sheets") {
		t.Errorf("at a printer without colour or duplex: %+v", seen)
	}
	v := h.at(h.Sam)
	v.Sure = map[release.JobID]bool{job.ID: true}
	if _, err := h.Release(t.Context(), v, ids(job.ID)); err != nil {
		t.Fatal(err)
	}
	h.state(job.ID, release.Done)
	if used := dbtest.Value[string](t, h.db, "SELECT sheets || ' sheets, ' || duplex || ' saved' FROM usage"); used != "4 sheets, 0 saved" {
		t.Error("it used", used)
	}
	h.sound()
}
