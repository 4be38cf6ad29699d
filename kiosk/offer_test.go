package kiosk

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"inkwell/internal/fault"
	_ "inkwell/internal/propertytest"
	"inkwell/quota"
	"inkwell/release"
)

// priced is a held job that costs otherwise than a page a side.
func priced(id release.JobID, sides int, units int64, colour int) release.VisitJob {
	j := held(id, "Rivers", sides, 5)
	j.Due, j.Colour = units, colour
	return j
}

func over(v View) (all []release.JobID) {
	for _, j := range v.Jobs {
		if j.Over {
			all = append(all, j.ID)
		}
	}
	return all
}

// Where not all that is chosen fits, as much is offered as does, oldest first; one tap prints
// exactly that.
func TestAsManyAsFit(t *testing.T) {
	t.Parallel()
	nine, ten := 9, 10
	for name, k := range map[string]struct {
		jobs                       []release.VisitJob
		change                     func(*release.Visit)
		label, sum, after, details string
		fit, over                  []release.JobID
	}{
		"the oldest that fit": {
			[]release.VisitJob{priced(41, 2, 2, 0), priced(42, 6, 6, 0), priced(43, 3, 3, 0), priced(44, 1, 1, 0)}, nil,
			"Print 2 that fit", "4 jobs, 12 pages", "Needs 12, you have 5.", "5 pages, 0 left", []release.JobID{41, 43}, []release.JobID{42, 44},
		},
		"one of them": {
			[]release.VisitJob{priced(41, 2, 8, 2), priced(42, 3, 3, 0)}, nil,
			"Print 1 that fits", "2 jobs, 11 pages", "Needs 11, you have 5.", "3 pages, 2 left", []release.JobID{42}, []release.JobID{41},
		},
		"none of them": {
			[]release.VisitJob{priced(41, 8, 8, 0), priced(42, 9, 9, 0)}, nil,
			"Print", "2 jobs, 17 pages", "Needs 17, you have 5. Choose fewer, or ask for more.", "", nil, []release.JobID{41, 42},
		},
		"all of them": {
			[]release.VisitJob{priced(41, 2, 2, 0), priced(42, 3, 3, 0)}, nil, "Print all", "2 jobs, 5 pages", "0 left afterwards", "", []release.JobID{41, 42}, nil,
		},
		"in money": {
			[]release.VisitJob{priced(41, 2, 30, 2), priced(42, 3, 9, 0)}, func(v *release.Visit) { v.Unit, v.Balance = quota.Penny, 35 },
			"Print 1 that fits", "2 jobs, £0.39", "Needs £0.39, you have £0.35.", "£0.30, £0.05 left", []release.JobID{41}, []release.JobID{42},
		},
		"below the ceiling on colour": {
			[]release.VisitJob{priced(41, 8, 8, 8), priced(42, 3, 3, 3), priced(43, 4, 4, 0)}, func(v *release.Visit) { v.Balance, v.Colour = 95, &nine },
			"Print 2 that fit", "3 jobs, 15 pages", "Needs 11 in colour, you have 9.", "12 pages, 83 left", []release.JobID{41, 43}, []release.JobID{42},
		},
		"on a day pass": {
			[]release.VisitJob{priced(41, 8, 40, 8), priced(42, 3, 15, 3)}, func(v *release.Visit) { v.Balance, v.Pass = 95, &ten },
			"Print 1 that fits", "2 jobs, 55 pages", "Your day pass has 10 pages left.", "40 pages, 2 left", []release.JobID{41}, []release.JobID{42},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newScene(t)
			visit := visitWith(k.jobs...)
			visit.Balance = 5
			if k.change != nil {
				k.change(&visit)
			}
			c.signIn(visit)
			v := c.face(FaceJobs)
			p := v.Print
			if p.Label != k.label || p.Sum != k.sum || p.After != k.after || p.Detail != k.details || !slices.Equal(p.Jobs, k.fit) || !slices.Equal(over(v), k.over) {
				t.Fatalf("offered %+v, over %v", *p, over(v))
			}
			c.quiet() // nothing is printed without a press
			c.does(Release{Jobs: p.Jobs, Units: &p.Units})
			if len(k.fit) == 0 {
				c.quiet()
				return
			}
			e := next[ReleaseJobs](c)
			if !slices.Equal(e.Jobs, k.fit) || len(e.Visitor.Shown) != len(k.fit) {
				t.Errorf("released %+v", e)
			}
		})
	}
}

func TestWhatCostsMoreThanWasShownIsNotPrinted(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.signIn(visitWith(priced(41, 3, 3, 0), priced(42, 1, 1, 0)))
	seen := c.face(FaceJobs).Print
	c.changes(visitWith(priced(41, 3, 6, 0), priced(42, 1, 1, 0))) // as the finger comes down
	c.does(Release{Jobs: seen.Jobs, Units: &seen.Units})
	c.quiet()
	v := c.face(FaceJobs)
	if v.Note != "The price has changed. Look at it again, then print." || v.Print.Sum != "2 jobs, 7 pages" || !v.Print.Ready {
		t.Fatalf("%q, %+v", v.Note, v.Print)
	}
	c.does(Release{Jobs: v.Print.Jobs, Units: &v.Print.Units})
	e := next[ReleaseJobs](c)
	if e.Visitor.Shown[41] != 6 || e.Visitor.Shown[42] != 1 {
		t.Errorf("shown %v", e.Visitor.Shown)
	}
	c.does(Acted{Turn: e.Turn, Of: e, Err: fault.New(fault.Conflict, "price-changed", "The price has changed.")})
	c.sees(visitWith(priced(41, 3, 9, 0), priced(42, 1, 1, 0)))
	if v := c.face(FaceJobs); v.Note != "The price has changed." || v.Print.Units != 10 || v.Busy {
		t.Errorf("%+v", v)
	}
}

// What is offered can always be paid, and none of the rest could be added to it.
func TestTheOfferFits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := release.Visit{Balance: rapid.Int64Range(0, 30).Draw(t, "balance")}
		if rapid.Bool().Draw(t, "a ceiling") {
			v.Colour = new(rapid.IntRange(0, 10).Draw(t, "ceiling"))
		}
		if rapid.Bool().Draw(t, "a pass") {
			v.Pass = new(rapid.IntRange(0, 20).Draw(t, "pass"))
		}
		var all []release.VisitJob
		for id := range rapid.IntRange(1, 8).Draw(t, "jobs") {
			sides := rapid.IntRange(1, 9).Draw(t, "sides")
			all = append(all, priced(release.JobID(id+1), sides, rapid.Int64Range(0, 12).Draw(t, "units"), rapid.IntRange(0, sides).Draw(t, "colour")))
		}
		fits := func(jobs []release.VisitJob) bool {
			var colour, out int
			for _, j := range jobs {
				colour, out = colour+j.Colour, out+j.Pages
			}
			return due(jobs) <= v.Balance && (v.Colour == nil || colour <= *v.Colour) && (v.Pass == nil || out <= *v.Pass)
		}
		fit, short := v.Fitting(all)
		if !fits(fit) || (short == nil) != fits(all) || short == nil && len(fit) != len(all) {
			t.Fatalf("%+v of %+v: %v", fit, all, short)
		}
		for _, j := range all {
			if !slices.ContainsFunc(fit, func(f release.VisitJob) bool { return f.ID == j.ID }) && fits(append(slices.Clone(fit), j)) {
				t.Fatalf("job %d would fit as well", j.ID)
			}
		}
	})
}
