package release_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// tariff sets prices at the school from now on, and lets a second pass.
func (h *house) tariff(change func(*quota.Tariff)) quota.Tariff {
	h.t.Helper()
	var set quota.Tariff
	h.in(func(ctx context.Context, tx *db.Tx) (err error) {
		set, err = quota.SetTariff(ctx, tx, "", h.School, time.Time{}, func(t *quota.Tariff) error {
			change(t)
			return nil
		})
		return err
	})
	h.clock.Advance(time.Second)
	return set
}

// group puts the library's printer into a group.
func (h *house) group(name string) (g quota.GroupID) {
	h.t.Helper()
	h.in(func(ctx context.Context, tx *db.Tx) error {
		if err := release.AddToGroup(ctx, tx, h.School, name, []release.PrinterID{h.station.Printer.ID}); err != nil || name == "" {
			return err
		}
		var err error
		g, err = release.GroupByName(ctx, tx, h.School, strings.ToUpper(name))
		return err
	})
	return g
}

// story is what "inkwell job show" says of the prices and charges of a job.
func (h *house) story(id release.JobID) (all []string) {
	h.t.Helper()
	_, life, err := h.Life(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, m := range life {
		if slices.Contains([]string{"released", "price", "charged"}, m.What) {
			all = append(all, m.Say)
		}
	}
	return all
}

// A job costs what the tariff says at the printer that it comes out of, as the kiosk shows it, and
// says so for ever.
func TestAJobCostsWhatItsPrinterAsks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g := h.group("Library colour")
	h.tariff(func(t *quota.Tariff) {
		t.Base.Duplex = new(int64(1))
		t.Groups = map[quota.GroupID]quota.Rates{g: {Job: new(int64(2)), Sheet: new(int64(1))}}
	})
	job := h.submit(h.Sam, 5)
	if job.Price != 5-2 {
		t.Errorf("at no particular printer it costs %d", job.Price)
	}
	visit, err := h.Visit(t.Context(), h.at(h.Sam))
	if err != nil || visit.Jobs[0].Due != 5-2+3+2 || visit.Jobs[0].Why != "3 sheets two-sided" {
		t.Fatalf("the kiosk shows %+v, %v", visit.Jobs, err)
	}
	v := h.at(h.Sam)
	v.Shown = map[release.JobID]int64{job.ID: visit.Jobs[0].Due}
	if _, err := h.Release(t.Context(), v, ids(job.ID)); err != nil {
		t.Fatal(err)
	}
	h.state(job.ID, release.Done)
	if n := h.balance(h.Sam); n != 92 {
		t.Errorf("%d left", n)
	}
	want := []string{"to Library, 8 pages set aside", "5 sides in black and white at 1 page: 5 pages", "3 sheets of paper at 1 page: 3 pages",
		"2 sheets printed on both sides at −1 page: −2 pages", "for the job: 2 pages", "8 pages: balance 100 before, 92 after"}
	if said := h.story(job.ID); !slices.Equal(said, want) {
		t.Errorf("its story is %q", said)
	}
	h.group("Elsewhere")
	h.tariff(func(t *quota.Tariff) { t.Base.Side, t.Base.Colour = new(int64(9)), new(int64(9)) })
	if said := h.story(job.ID); !slices.Equal(said, want) {
		t.Errorf("by a newer tariff its story is %q", said)
	}
	h.explained()
	h.sound()
}

// explained works out every delivery's price again.
func (h *house) explained() {
	h.t.Helper()
	deliveries := dbtest.Value[int](h.t, h.db, "SELECT count(*) FROM delivery")
	if n := dbtest.Value[int](h.t, h.db, "SELECT count(*) FROM delivery WHERE work IS NOT NULL"); n != deliveries || n == 0 {
		h.t.Errorf("%d of %d deliveries keep what they were priced by", n, deliveries)
	}
	h.in(func(ctx context.Context, tx *db.Tx) error {
		wrong, err := release.Unexplained(ctx, tx)
		if len(wrong) > 0 {
			h.t.Errorf("these cost something else than their tariff says: %v", wrong)
		}
		return err
	})
}

// What costs more than it was shown for is not released; what costs less is.
func TestNothingIsReleasedForMoreThanWasShown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job, cheap := h.submit(h.Sam, 4), h.submit(h.Sam, 2)
	v := h.at(h.Sam)
	v.Shown = map[release.JobID]int64{job.ID: 4, cheap.ID: 2}
	h.tariff(func(t *quota.Tariff) { t.Base.Job = new(int64(1)) })
	_, err := h.Release(t.Context(), v, ids(job.ID, cheap.ID))
	wantFault(t, err, "price-changed")
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM delivery"); n != 0 || h.balance(h.Sam) != 100 {
		t.Errorf("%d deliveries, %d left", n, h.balance(h.Sam))
	}
	h.tariff(func(t *quota.Tariff) { t.Base.Job, t.Base.Duplex = new(int64(0)), new(int64(1)) })
	if _, err := h.Release(t.Context(), v, ids(job.ID, cheap.ID)); err != nil {
		t.Fatal(err)
	}
	h.state(job.ID, release.Done)
	h.state(cheap.ID, release.Done)
	if n := h.balance(h.Sam); n != 97 {
		t.Errorf("%d left", n)
	}
	h.explained()
}

// A job that broke off is never paid twice: what is left is priced anew, without the fee.
func TestTheRestCostsItsPart(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.tariff(func(t *quota.Tariff) {
		t.Base.Job, t.Base.Side, t.Base.Colour = new(int64(5)), new(int64(3)), new(int64(3))
	})
	job := h.printing(10)
	if job.Price != 35 {
		t.Fatalf("it costs %d", job.Price)
	}
	h.paper.tell(release.Progress{Phase: release.PhaseStopped, Impressions: 3})
	h.eventually("the end of patience", func() (string, bool) {
		h.clock.Advance(10 * time.Second)
		return "", h.job(job.ID).State == release.Held
	})
	if n := h.balance(h.Sam); n != 100-10 { // 3 of 10 sides for 35
		t.Errorf("%d left", n)
	}
	visit, err := h.Visit(t.Context(), h.at(h.Sam))
	if err != nil || visit.Jobs[0].Due != 7*3 {
		t.Fatalf("the rest costs %+v, %v", visit.Jobs, err)
	}
	h.paper.with(func() { h.paper.hold = false })
	h.release(h.Sam, job.ID)
	h.state(job.ID, release.Done)
	if n := h.balance(h.Sam); n != 100-10-21 {
		t.Errorf("%d left", n)
	}
	h.explained()
	h.sound()
}

// In money, amounts are money wherever a person reads them.
func TestASchoolCountsInMoney(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	dbtest.Exec(t, h.db, `INSERT INTO tariff (school_id, unit, base, groups, from_at, made_at) VALUES ($1, 'pence', '{"side": 30, "colour": 30}', '{}', $2, $2)`, h.School, tuesday.Add(-time.Hour))
	job := h.submit(h.Sam, 4)
	j, err := h.Job(t.Context(), h.submission(h.Sam).Actor, job.ID)
	if err != nil || len(j.Obstacles) != 1 || !strings.Contains(j.Obstacles[0].Error(), "Needs £1.20, you have £1.00.") {
		t.Errorf("its computer is told %v, %v", j.Obstacles, err)
	}
	_, err = h.Release(t.Context(), h.at(h.Sam), ids(job.ID))
	if err == nil || !strings.Contains(err.Error(), "Needs £1.20, you have £1.00.") {
		t.Errorf("refused with %v", err)
	}
	visit, err := h.Visit(t.Context(), h.at(h.Sam))
	if err != nil || visit.Unit != quota.Penny || visit.Jobs[0].Due != 120 {
		t.Errorf("%+v, %v", visit, err)
	}
	h.clock.Advance(time.Minute)
	own, err := h.Account(t.Context(), h.at(h.Sam))
	if err != nil || len(own.Messages) != 1 || own.Messages[0].Units != 100 || own.Messages[0].Unit != quota.Penny || own.Messages[0].Pages != 0 {
		t.Errorf("what was given: %+v, %v", own.Messages, err)
	}
}

func TestATariffIsTriedOnWhatWasPrinted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, n := range []int{4, 6} {
		job := h.submit(h.Sam, n)
		h.release(h.Sam, job.ID)
		h.state(job.ID, release.Done)
	}
	next := quota.DefaultTariff()
	next.Base.Sheet, next.Base.Job = new(int64(2)), new(int64(1))
	h.in(func(ctx context.Context, tx *db.Tx) error {
		sc, err := school.ByID(ctx, tx, h.School)
		if err != nil {
			return err
		}
		gives := func(pages int64) quota.Policy {
			return quota.Policy{Per: quota.Term, Combine: quota.Highest, All: []quota.Allowance{{For: quota.Everybody, Pages: pages}}}
		}
		was, would := release.Plan{Tariff: quota.DefaultTariff(), Policy: gives(10)}, release.Plan{Tariff: next, Policy: gives(22)}
		all, err := release.TryPlan(ctx, tx, sc, was, would, tx.Now.Add(-time.Hour), tx.Now.Add(time.Hour))
		if err != nil || len(all) != 1 || all[0].Prints != 2 || all[0].Pages != 10 || all[0].Cost != 10 || all[0].Would != 10+10+2 || all[0].People != 1 || all[0].Out+all[0].WouldOut != 0 {
			t.Errorf("%+v, %v", all, err)
		}
		was.Policy, would.Policy = gives(9), gives(21)
		if all, err = release.TryPlan(ctx, tx, sc, was, would, tx.Now.Add(-time.Hour), tx.Now.Add(time.Hour)); err != nil || len(all) != 1 || all[0].Out != 1 || all[0].WouldOut != 1 {
			t.Errorf("one page too little: %+v, %v", all, err)
		}
		none, err := release.TryPlan(ctx, tx, sc, was, would, tx.Now.Add(time.Hour), tx.Now.Add(2*time.Hour))
		if err != nil || len(none) != 0 {
			t.Errorf("%+v, %v", none, err)
		}
		return nil
	})
}

// A job is priced as the printer beside its owner prints it: colour only where that has colour,
// one side a sheet where it has no other.
func TestAPriceIsThatOfWhatComesOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.tariff(func(t *quota.Tariff) {
		t.Base.Colour, t.Base.Sheet = new(int64(5)), new(int64(1))
		t.Base.Sizes, t.Base.Finishing = map[string]int64{"iso_a3": 2}, map[string]int64{"staple": 3}
	})
	pdf := documenttest.Coloured(4, 2) // one of four pages
	can := func(capabilities string) {
		t.Helper()
		dbtest.Exec(t, h.db, "UPDATE printer SET capabilities = $1", capabilities)
	}
	for _, c := range []struct {
		name   string
		ticket release.Ticket
		can    string
		due    int64
		why    string
	}{
		{"in colour", release.Ticket{ColorMode: "color"}, `{}`, 3 + 5 + 2, "2 sheets two-sided, 1 of 4 sides colour"},
		{"in black and white", release.Ticket{}, `{}`, 4 + 2, "2 sheets two-sided"},
		{"colour at a printer without", release.Ticket{ColorMode: "color"}, `{"asked": true, "color_modes": ["monochrome"]}`, 4 + 2, "2 sheets two-sided"},
		{"both sides at a printer of one", release.Ticket{}, `{"asked": true, "sides": ["one-sided"]}`, 4 + 4, "4 sheets"},
		{"large, stapled, two copies", release.Ticket{ColorMode: "auto", Media: "iso_a3_297x420mm", Finishings: []int{20}, Copies: 2}, `{}`, 2*(2*(3+5)+4) + 2*3,
			"4 sheets two-sided, 2 of 8 sides colour, A3, stapled"},
	} {
		job := h.held(pdf, h.Sam, c.ticket)
		can(c.can)
		visit, err := h.Visit(t.Context(), h.at(h.Sam))
		if err != nil || visit.Jobs[0].Due != c.due || visit.Jobs[0].Why != c.why {
			t.Fatalf("%s: %+v, %v", c.name, visit.Jobs, err)
		}
		before := h.balance(h.Sam)
		if visit.Jobs[0].Lacks == "" {
			h.release(h.Sam, job.ID)
			h.state(job.ID, release.Done)
			if paid := before - h.balance(h.Sam); paid != c.due {
				t.Errorf("%s: %d paid, %d shown", c.name, paid, c.due)
			}
		} else if err := h.Cancel(t.Context(), h.Sam, job.ID); err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(release.Lingers + time.Second) // it leaves the list
	}
	h.explained()
	h.sound()
}

// Nobody looks at a price on the way to a direct queue's printer, so what its computer was told
// holds: dearer, it waits for a kiosk.
func TestADirectJobCostsWhatItsComputerWasTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hold, now := release.HoldUntil{Name: release.Indefinite}, release.HoldUntil{Name: release.NoHold}
	send := func() release.Job {
		return h.submit(h.Sam, 2, func(s *release.Submission) { s.Queue, s.Hold = h.direct, hold })
	}
	as := h.submission(h.Sam).Actor
	dearer := send()
	h.tariff(func(t *quota.Tariff) { t.Base.Job = new(int64(1)) })
	_, err := h.Change(t.Context(), as, dearer.ID, release.Change{Hold: &now})
	wantFault(t, err, "price-changed")
	cheaper := send()
	h.tariff(func(t *quota.Tariff) { t.Base.Job = new(int64(0)) })
	if _, err := h.Change(t.Context(), as, cheaper.ID, release.Change{Hold: &now}); err != nil {
		t.Fatal(err)
	}
	h.state(cheaper.ID, release.Done)
	if n := h.balance(h.Sam); n != 98 {
		t.Errorf("%d left", n)
	}
	h.release(h.Sam, dearer.ID) // at the kiosk
	h.state(dearer.ID, release.Done)
	h.explained()
}
