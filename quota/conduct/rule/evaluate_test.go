package rule_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"inkwell/internal/school/calendar"
	"inkwell/quota/conduct/rule"
)

// tuesday is a morning in term.
var tuesday = time.Date(2026, 11, 17, 9, 0, 0, 0, time.UTC)

// only is a policy of one rule.
func only(k rule.Kind, with map[string]int) rule.Set {
	s := rule.Default()
	for _, r := range s.Rules {
		if r.Kind == k {
			r.With = with
			s.Rules = []rule.Rule{r}
			return s
		}
	}
	panic("no rule of kind " + k)
}

// story is some events of one person, each so long after the one before.
func story(of ...rule.Event) []rule.Event {
	at := tuesday
	for i := range of {
		at = at.Add(of[i].At.Sub(time.Time{}))
		of[i].At, of[i].ID, of[i].Person = at, int64(i+1), 1
	}
	return of
}

// after makes an event that happens so long after the one before it.
func after(by time.Duration, e rule.Event) rule.Event {
	e.At = time.Time{}.Add(by)
	return e
}

func repeat(n int, by time.Duration, e rule.Event) (all []rule.Event) {
	for range n {
		all = append(all, after(by, e))
	}
	return all
}

func TestWhatEachKindSees(t *testing.T) {
	t.Parallel()
	page := rule.Event{What: rule.Released, Pages: 1, Station: 1, Building: "Main"}
	pages := func(n int) rule.Event { e := page; e.Pages = n; return e }
	colour := func(n, of int) rule.Event { e := pages(of); e.Colour = n; return e }
	document := func(d uint64) rule.Event { e := page; e.Document = d; return e }
	in := func(building string) rule.Event { e := page; e.Building = building; return e }
	for name, c := range map[string]struct {
		kind   rule.Kind
		with   map[string]int
		events []rule.Event
		want   map[string]int // the figures of the one flag; nil for none
	}{
		"a burst of jobs":          {rule.Burst, map[string]int{"jobs": 5}, repeat(5, time.Minute, page), map[string]int{"jobs": 5, "pages": 5, "minutes": 10}},
		"one job fewer":            {rule.Burst, map[string]int{"jobs": 5}, repeat(4, time.Minute, page), nil},
		"the same, slowly":         {rule.Burst, map[string]int{"jobs": 5}, repeat(50, 3*time.Minute, page), nil},
		"a burst of pages":         {rule.Burst, map[string]int{"pages": 100}, repeat(2, time.Minute, pages(50)), map[string]int{"jobs": 2, "pages": 100, "minutes": 10}},
		"one large job is none":    {rule.Burst, map[string]int{"pages": 100}, repeat(1, 0, pages(500)), nil},
		"what is sent is not yet":  {rule.Burst, map[string]int{"jobs": 5}, repeat(9, time.Second, rule.Event{What: rule.Submitted, Pages: 9}), nil},
		"a heavy week":             {rule.Volume, map[string]int{"pages": 100}, repeat(5, 24*time.Hour, pages(20)), map[string]int{"pages": 100, "days": 7, "own": 0, "year": 10}},
		"usual for this person":    {rule.Volume, map[string]int{"pages": 100}, repeat(35, 24*time.Hour, pages(15)), nil}, // since the fifth week
		"usual for the year group": {rule.Volume, map[string]int{"pages": 30, "year": 400}, repeat(2, time.Hour, pages(19)), nil},
		"the same six times":       {rule.Identical, nil, repeat(6, time.Hour, document(7)), map[string]int{"times": 6, "hours": 24, "pages": 6}},
		"six documents":            {rule.Identical, nil, []rule.Event{document(1), document(2), document(3), document(4), document(5), document(6)}, nil},
		"unknown documents":        {rule.Identical, nil, repeat(9, time.Hour, document(0)), nil},
		"a large job":              {rule.Large, nil, repeat(1, 0, pages(100)), map[string]int{"pages": 100}},
		"not so large":             {rule.Large, nil, repeat(3, time.Hour, pages(99)), nil},
		"all in colour":            {rule.ColourShare, nil, repeat(4, time.Hour, colour(15, 15)), map[string]int{"colour": 60, "pages": 60, "days": 28}},
		"half in colour":           {rule.ColourShare, nil, repeat(9, time.Hour, colour(7, 15)), nil},
		"a little, in colour":      {rule.ColourShare, nil, repeat(3, time.Hour, colour(5, 5)), nil},
		"sent and left":            {rule.Abandon, nil, repeat(12, 24*time.Hour, rule.Event{What: rule.Left, Pages: 3}), map[string]int{"jobs": 12, "of": 12, "days": 28}},
		"most of it printed":       {rule.Abandon, nil, slices.Concat(repeat(12, time.Hour, page), repeat(12, time.Hour, rule.Event{What: rule.Left})), nil},
		"guessing":                 {rule.WrongCodes, nil, repeat(10, time.Minute, rule.Event{What: rule.WrongCode}), map[string]int{"times": 10, "hours": 24}},
		"a forgotten code":         {rule.WrongCodes, nil, repeat(9, time.Minute, rule.Event{What: rule.WrongCode}), nil},
		"two buildings at once":    {rule.Travel, nil, []rule.Event{in("Main"), after(30*time.Second, in("Art"))}, map[string]int{"seconds": 30}},
		"a walk":                   {rule.Travel, nil, []rule.Event{in("Main"), after(2*time.Minute, in("Art"))}, nil},
		"nobody said where":        {rule.Travel, nil, []rule.Event{in(""), after(time.Second, in("Art"))}, nil},
		"probing":                  {rule.Probing, nil, repeat(8, time.Minute, rule.Event{What: rule.TooFew}), map[string]int{"times": 8, "hours": 24}},
		"the paper trick":          {rule.PaperTrick, nil, repeat(1, 0, rule.Event{What: rule.Unlucky}), map[string]int{"times": 1, "days": 90}},
		"a word":                   {rule.TitleWords, nil, repeat(1, 0, rule.Event{What: rule.TitleWord, Word: 4}), map[string]int{"word": 4}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			since := tuesday
			if len(c.events) == 35 {
				since = since.AddDate(0, 0, 28)
			}
			flags := only(c.kind, c.with).Evaluate(rule.Window{Person: 1, Events: story(c.events...), Since: since, Usual: func(time.Time) int { return 10 }})
			switch {
			case c.want == nil && len(flags) > 0:
				t.Errorf("flagged: %+v", flags)
			case c.want != nil && (len(flags) != 1 || !maps.Equal(flags[0].Evidence.Numbers, c.want) || len(flags[0].Evidence.Seen) == 0):
				t.Errorf("flags are %+v, want one of %v", flags, c.want)
			}
		})
	}
}

func TestOutOfHoursAsksTheCalendar(t *testing.T) {
	t.Parallel()
	night := time.Date(2026, 11, 17, 23, 0, 0, 0, time.UTC)
	var all []rule.Event
	for i := range 4 {
		all = append(all, rule.Event{What: rule.Released, ID: int64(i + 1), At: night.Add(time.Duration(i) * time.Minute), Pages: 1, Station: 1})
	}
	s := only(rule.OutOfHours, nil)
	if flags := s.Evaluate(rule.Window{Events: all}); len(flags) != 1 {
		t.Errorf("at night: %+v", flags)
	}
	for i := range all {
		all[i].At = all[i].At.Add(-12 * time.Hour)
	}
	if flags := s.Evaluate(rule.Window{Events: all}); len(flags) > 0 {
		t.Errorf("by day: %+v", flags)
	}
	snow := calendar.Calendar{}.Closing(calendar.DateOf(night), "Snow")
	if flags := s.Evaluate(rule.Window{Events: all, Calendar: snow}); len(flags) > 0 {
		t.Errorf("on a day of closure nothing is out of hours: %+v", flags)
	}
}

// A rule says something once, and what was judged before is context.
func TestARuleIsQuietAfterAFlag(t *testing.T) {
	t.Parallel()
	s := only(rule.Burst, map[string]int{"jobs": 3})
	all := story(repeat(120, time.Minute, rule.Event{What: rule.Released, Pages: 1})...)
	flags := s.Evaluate(rule.Window{Person: 1, Events: all})
	if len(flags) != 2 || flags[1].At.Sub(flags[0].At) != time.Hour {
		t.Fatalf("two hours of it: %+v", flags)
	}
	if flags[0].Bucket == flags[1].Bucket {
		t.Error("both are in one stretch, and only one would be kept")
	}
	later := s.Evaluate(rule.Window{Person: 1, Events: all, Since: all[10].At, Raised: map[rule.Number]time.Time{1: flags[0].At}})
	if len(later) != 1 || !later[0].At.Equal(flags[1].At) {
		t.Errorf("judged in two parts: %+v", later)
	}
}

func TestWordsAreNeverPassedOver(t *testing.T) {
	t.Parallel()
	flags := only(rule.TitleWords, nil).Evaluate(rule.Window{Events: story(repeat(3, time.Second, rule.Event{What: rule.TitleWord, Word: 1})...)})
	if len(flags) != 3 || flags[0].Bucket == flags[1].Bucket {
		t.Errorf("three titles: %+v", flags)
	}
}

func TestManyPeopleTogether(t *testing.T) {
	t.Parallel()
	var all []rule.Event
	for i := range 7 {
		all = append(all, rule.Event{What: rule.CodeUsed, ID: int64(i + 1), Person: rule.Person(i + 1), At: tuesday.Add(time.Duration(i) * 5 * time.Second), Station: 3})
	}
	s := only(rule.OneKiosk, nil)
	flags := s.EvaluateShared(all, tuesday, nil)
	if len(flags) != 7 || flags[0].Evidence.Numbers["people"] != 6 || len(flags[0].Evidence.Seen) != 1 {
		t.Fatalf("seven people within half a minute: %+v", flags)
	}
	if flags[0].Weight != 0 || flags[0].Route != rule.ToPerson {
		t.Errorf("whose code was used is not punished: %+v", flags[0])
	}
	known := func(rule.Number, rule.Person) (time.Time, bool) { return tuesday, true }
	if again := s.EvaluateShared(all, tuesday, known); len(again) > 0 {
		t.Errorf("flagged twice: %+v", again)
	}
	for i := range all {
		all[i].Station = int32(i + 1) // #nosec G115 -- below 8
	}
	if flags := s.EvaluateShared(all, tuesday, nil); len(flags) > 0 {
		t.Errorf("at seven kiosks: %+v", flags)
	}
}
