package quota_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
	"inkwell/quota"
)

// monday has two lessons, from nine to ten and from eleven to twelve.
var (
	monday = time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)
	bells  = calendar.Calendar{Bells: []calendar.Bell{{Weekday: time.Monday, Period: "1", From: 540, Until: 600}, {Weekday: time.Monday, Period: "2", From: 660, Until: 720}}}
)

const a3 = "iso_a3_297x420mm"

func year9() school.Belonging {
	return school.Belonging{Roles: []school.Role{school.Pupil}, Year: 9, Classes: []school.ClassID{4}}
}

// job is one copy of so many pages of a pupil in a lesson.
func job(pages int) quota.Facts {
	return quota.Facts{Person: 7, Is: year9(), Pages: pages, Each: pages, Copies: 1, Sheets: (pages + 1) / 2, Paper: "iso_a4_210x297mm",
		Printer: 3, At: monday, Calendar: bells}
}

func rules(all ...quota.Restriction) quota.Rules {
	for i := range all {
		all[i].Number = quota.RuleNumber(i + 1)
		if all[i].For == (quota.Audience{}) {
			all[i].For = quota.Everybody
		}
	}
	return quota.Rules{All: all}
}

func TestTheDefaultsAskAtThirtyAndAboveSixty(t *testing.T) {
	t.Parallel()
	staff := school.Belonging{Roles: []school.Role{school.Teacher}, Year: school.NoYear}
	for _, c := range []struct {
		pages int
		is    school.Belonging
		want  quota.Outcome
		say   string
	}{
		{29, year9(), "", ""},
		{30, year9(), quota.Confirm, "30 pages, 15 sheets. Really print all?"},
		{60, year9(), quota.Confirm, "60 pages, 30 sheets. Really print all?"},
		{61, year9(), quota.Ask, "More than 60 pages needs a teacher's yes. Print pages 1-60, or ask."},
		{2000, staff, "", ""},
	} {
		f := job(c.pages)
		f.Is = c.is
		if v := quota.DefaultRules().Decide(nil, f); v.Outcome() != c.want || v.Say != c.say {
			t.Errorf("%d pages: %q %q, want %q %q", c.pages, v.Outcome(), v.Say, c.want, c.say)
		}
	}
	for _, r := range quota.DefaultRules().All {
		if err := r.Check(); err != nil {
			t.Errorf("%s: %v", r.Name, err)
		}
	}
	if hidden := quota.DefaultRules().Hidden(); len(hidden) > 0 {
		t.Errorf("defaults that never decide: %v", hidden)
	}
}

// Each sentence says which rule decided and what the same rules allow instead.
func TestASentenceSaysWhatIsAllowedInstead(t *testing.T) {
	t.Parallel()
	copies := job(40)
	copies.Each, copies.Copies = 10, 4
	colour := job(4)
	colour.Colour = 4
	wide := job(4)
	wide.Paper = a3
	before := job(4)
	before.Before = []time.Time{monday.Add(-2 * time.Hour), monday.Add(-3 * time.Hour)}
	night := job(4)
	night.At = monday.Add(11 * time.Hour)
	for name, c := range map[string]struct {
		facts quota.Facts
		rules quota.Rules
		want  string
	}{
		"pages":  {job(80), rules(quota.Restriction{Pages: 61, Outcome: quota.Refuse}), "More than 60 pages isn't allowed. Print pages 1-60."},
		"copies": {copies, rules(quota.Restriction{Copies: 3, Outcome: quota.Refuse}), "More than 2 copies isn't allowed. Print 2 copies."},
		"pages of copies": {copies, rules(quota.Restriction{Pages: 26, Outcome: quota.Ask}),
			"More than 25 pages needs a teacher's yes. Print 2 copies, or ask."},
		"colour in lessons": {colour, rules(quota.Restriction{Colour: 1, When: quota.When{Bells: quota.Lessons}, Outcome: quota.Refuse}),
			"Colour during lessons isn't allowed. Print it black and white."},
		"some colour": {colour, rules(quota.Restriction{Colour: 3, Outcome: quota.Ask}),
			"More than 2 pages in colour needs a teacher's yes. Print it black and white, or ask."},
		"what another rule refuses is not offered": {colour, rules(
			quota.Restriction{Colour: 3, Outcome: quota.Refuse}, quota.Restriction{Pages: 2, Printers: []int32{3}, Outcome: quota.Refuse}),
			"More than 2 pages in colour isn't allowed. Ask a teacher what else you can do."},
		"A3": {wide, rules(quota.Restriction{Paper: []string{a3}, Outcome: quota.Refuse}), "Printing on A3 isn't allowed. Send it again on A4."},
		"printers": {job(4), rules(quota.Restriction{Pages: 2, Printers: []int32{3}, Outcome: quota.Refuse}),
			"More than 1 page at this printer isn't allowed. Choose another printer."},
		"lessons": {job(4), rules(quota.Restriction{When: quota.When{Bells: quota.Lessons}, Outcome: quota.Refuse}),
			"Printing during lessons isn't allowed. It prints from 10:00."},
		"out of hours": {night, rules(quota.Restriction{When: quota.When{Bells: quota.Closed}, Outcome: quota.Refuse}),
			"Printing out of hours isn't allowed. It prints from 07:00 on Tuesday."},
		"again": {before, rules(quota.Restriction{Same: quota.Same{Times: 2, Hours: 24}, Outcome: quota.Refuse}),
			"Printing the same document more than 2 times isn't allowed. It prints from 06:30 on Tuesday."},
		"own words": {job(80), rules(quota.Restriction{Pages: 61, Outcome: quota.Refuse, Instead: "Books are printed in the print room."}),
			"More than 60 pages isn't allowed. Books are printed in the print room."},
	} {
		if got := c.rules.Decide(nil, c.facts).Say; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestARuleThatCannotBeIsRefusedByItsPart(t *testing.T) {
	t.Parallel()
	for code, break_ := range map[string]func(*quota.Restriction){
		"rule-name":       func(r *quota.Restriction) { r.Name = "=cmd()" },
		"allowance-whom":  func(r *quota.Restriction) { r.For.Person, r.For.Role = 7, school.Pupil },
		"allowance-years": func(r *quota.Restriction) { r.For.From, r.For.To = 9, 7 },
		"rule-pages":      func(r *quota.Restriction) { r.Pages = -1 },
		"rule-copies":     func(r *quota.Restriction) { r.Copies = 1 },
		"rule-colour":     func(r *quota.Restriction) { r.Colour = 100_001 },
		"rule-paper":      func(r *quota.Restriction) { r.Paper = []string{"A3"} },
		"rule-when":       func(r *quota.Restriction) { r.When.Bells = "sometimes" },
		"rule-hours":      func(r *quota.Restriction) { r.When.From, r.When.Until = 600, 600 },
		"rule-days":       func(r *quota.Restriction) { r.When.Days = []time.Weekday{1, 1} },
		"rule-printers":   func(r *quota.Restriction) { r.Printers = make([]int32, 201) },
		"rule-same":       func(r *quota.Restriction) { r.Same.Times = 3 },
		"rule-outcome":    func(r *quota.Restriction) { r.Outcome = "perhaps" },
		"rule-instead":    func(r *quota.Restriction) { r.Instead = strings.Repeat("x", 201) },
		"rule-empty":      func(r *quota.Restriction) { r.Pages = 0 },
		"rule-slack": func(r *quota.Restriction) {
			r.Pages, r.When.Bells, r.Outcome = 0, quota.Lessons, quota.Confirm
		},
	} {
		r := quota.Restriction{Name: "Books", For: quota.Everybody, Pages: 61, Outcome: quota.Refuse}
		if err := r.Check(); err != nil {
			t.Fatal(err)
		}
		break_(&r)
		if f := fault.As(r.Check()); f == nil || f.Code != code || f.Kind != fault.Invalid {
			t.Errorf("%s: %v", code, f)
		}
	}
}

var (
	someRule = rapid.Custom(func(t *rapid.T) quota.Restriction {
		r := quota.Restriction{Name: "r", For: quota.Everybody,
			Pages: rapid.SampledFrom([]int{0, 0, 2, 30, 61}).Draw(t, "pages"), Copies: rapid.SampledFrom([]int{0, 0, 2, 5}).Draw(t, "copies"),
			Colour: rapid.SampledFrom([]int{0, 0, 1, 5}).Draw(t, "colour"), Paper: rapid.SampledFrom([][]string{nil, nil, {a3}, {a3, "iso_a4_210x297mm"}}).Draw(t, "paper"),
			Printers: rapid.SampledFrom([][]int32{nil, nil, {3}, {3, 4}}).Draw(t, "printers"),
			Same:     rapid.SampledFrom([]quota.Same{{}, {}, {Times: 1, Hours: 24}, {Times: 3, Hours: 48}}).Draw(t, "same"),
			When: quota.When{Bells: rapid.SampledFrom([]quota.Bells{"", "", quota.Lessons, quota.Breaks, quota.Closed}).Draw(t, "bells"),
				Days: rapid.SampledFrom([][]time.Weekday{nil, nil, {1}, {1, 2, 3}}).Draw(t, "days")},
			Outcome: rapid.SampledFrom([]quota.Outcome{quota.Refuse, quota.Confirm, quota.Ask}).Draw(t, "outcome")}
		if rapid.Bool().Draw(t, "hours") {
			r.When.From, r.When.Until = 600, rapid.SampledFrom([]calendar.Clock{540, 780}).Draw(t, "until")
		}
		r.For.Role = rapid.SampledFrom([]school.Role{"", "", school.Pupil, school.Teacher, quota.AnyStaff}).Draw(t, "role")
		if rapid.Bool().Draw(t, "years") {
			r.For.From, r.For.To = rapid.IntRange(7, 9).Draw(t, "from"), rapid.IntRange(9, 11).Draw(t, "to")
		}
		r.For.Class = rapid.SampledFrom([]school.ClassID{0, 0, 4, 5}).Draw(t, "class")
		return r
	})
	someRules = rapid.Custom(func(t *rapid.T) quota.Rules { return rules(rapid.SliceOfN(someRule, 0, 6).Draw(t, "rules")...) })
	someFacts = rapid.Custom(func(t *rapid.T) quota.Facts {
		each, copies := rapid.IntRange(1, 70).Draw(t, "each"), rapid.IntRange(1, 8).Draw(t, "copies")
		f := quota.Facts{Person: 7, Pages: each * copies, Each: each, Copies: copies, Sheets: each * copies, Colour: rapid.IntRange(0, each*copies).Draw(t, "colour"),
			Paper: rapid.SampledFrom([]string{a3, "iso_a4_210x297mm"}).Draw(t, "paper"), Printer: rapid.Int32Range(0, 4).Draw(t, "printer"),
			At: monday.Add(time.Duration(rapid.IntRange(-3000, 3000).Draw(t, "minutes")) * time.Minute), Calendar: bells}
		f.Is = school.Belonging{Roles: []school.Role{rapid.SampledFrom([]school.Role{school.Pupil, school.Teacher}).Draw(t, "is")},
			Year: rapid.SampledFrom([]int{school.NoYear, 7, 9, 11}).Draw(t, "year"), Classes: rapid.SampledFrom([][]school.ClassID{nil, {4}, {4, 5}}).Draw(t, "classes")}
		for range rapid.IntRange(0, 4).Draw(t, "before") {
			f.Before = append(f.Before, f.At.Add(-time.Duration(rapid.IntRange(0, 72).Draw(t, "ago"))*time.Hour))
		}
		return f
	})
)

// The first rule that meets a job decides, and none that does not; what never could meet
// anybody's is told beforehand.
func TestTheFirstRuleThatMeetsDecides(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r, f := someRules.Draw(t, "rules"), someFacts.Draw(t, "facts")
		v := r.Decide(nil, f)
		for _, rule := range r.All {
			if rule.Meets(f) {
				if v.Rule.Number != rule.Number {
					t.Fatalf("rule %d decided, %d is the first that meets it", v.Rule.Number, rule.Number)
				}
				break
			}
		}
		if v.Met() && (!v.Rule.Meets(f) || !r.Touches(f) || v.Say == "") {
			t.Fatalf("%+v decided %+v", v, f)
		}
	})
}

// A rule that is called hidden never decides.
func TestAHiddenRuleNeverDecides(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r, f := someRules.Draw(t, "rules"), someFacts.Draw(t, "facts")
		if by := r.Hidden()[r.Decide(nil, f).Rule.Number]; by != 0 {
			t.Fatalf("a rule decided that rule %d hides", by)
		}
	})
}

// Whoever is let off a rule is judged as if it were not there; let off all, nothing is.
func TestAnExemptionTakesItsRuleAway(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r, f := someRules.Draw(t, "rules"), someFacts.Draw(t, "facts")
		e := quota.Exemption{ID: 9, Rule: quota.RuleNumber(rapid.IntRange(0, len(r.All)).Draw(t, "rule")), Person: 7, Officer: true,
			Starts: f.At.Add(-time.Hour), Ends: f.At.Add(time.Hour)}
		without := r
		without.All = nil
		for _, rule := range r.All {
			if e.Rule != 0 && rule.Number != e.Rule {
				without.All = append(without.All, rule)
			}
		}
		if got, want := r.Decide([]quota.Exemption{e}, f), without.Decide(nil, f); got.Rule.Number != want.Rule.Number {
			t.Fatalf("rule %d decided, want %d", got.Rule.Number, want.Rule.Number)
		}
		e.Ends = f.At
		if got := r.Decide([]quota.Exemption{e}, f); !reflect.DeepEqual(got, r.Decide(nil, f)) {
			t.Fatal("an exemption that is over still works")
		}
	})
}

func TestAnExemptionIsOpenUntilASecondOfficerRecordsIt(t *testing.T) {
	t.Parallel()
	e := quota.Exemption{Rule: 1, Class: 4, Starts: monday, Ends: monday.Add(48 * time.Hour)}
	at := func(e quota.Exemption, hours int) bool {
		return e.Spares(1, 7, year9(), monday.Add(time.Duration(hours)*time.Hour))
	}
	recorded, officers, ended := e, e, e
	recorded.Recorded = monday.Add(24 * time.Hour)
	officers.Officer = true
	ended.Officer, ended.Ended = true, monday.Add(2*time.Hour)
	for _, c := range []struct {
		name string
		e    quota.Exemption
		hour int
		want bool
	}{
		{"entered", e, 1, false}, {"not yet recorded", recorded, 1, false}, {"recorded", recorded, 24, true}, {"over", recorded, 48, false},
		{"an officer's, open", officers, 0, true}, {"taken back", ended, 2, false}, {"before that", ended, 1, true},
	} {
		if got := at(c.e, c.hour); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
	if e := recorded; e.Spares(2, 7, year9(), monday.Add(25*time.Hour)) || e.Spares(1, 7, school.Belonging{}, monday.Add(25*time.Hour)) {
		t.Error("it spares from another rule, or somebody of another class")
	}
}
