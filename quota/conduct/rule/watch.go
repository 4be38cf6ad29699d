package rule

import (
	"slices"
	"time"
)

// watcher says whether the event at a place of a window is one that its rule flags.
type watcher func(r Rule, w Window, at int) *Evidence

// watchers are those of the kinds that look at one person.
var watchers = map[Kind]watcher{
	Burst: seesBurst, Volume: seesVolume, Identical: seesIdentical, Large: seesLarge, ColourShare: seesColour, Abandon: seesAbandon,
	WrongCodes: counts(WrongCode, "hours"), Probing: counts(TooFew, "hours"), PaperTrick: counts(Unlucky, "days"), Refunds: counts(RefundAsked, "days"),
	Travel: seesTravel, OutOfHours: seesOutOfHours, TitleWords: seesTitle,
}

// counts flags when something has happened often enough.
func counts(what What, unit string) watcher {
	each := map[string]time.Duration{"hours": time.Hour, "days": 24 * time.Hour}[unit]
	return func(r Rule, w Window, at int) *Evidence {
		if w.Events[at].What != what {
			return nil
		}
		within := time.Duration(r.Figure(unit)) * each
		n, _, _ := tally(w.Events, at, within, what)
		if n < r.Figure("times") {
			return nil
		}
		return evidence(before(w.Events, at, within, what), map[string]int{"times": n, unit: r.Figure(unit)})
	}
}

func seesBurst(r Rule, w Window, at int) *Evidence {
	if w.Events[at].What != Released {
		return nil
	}
	within := time.Duration(r.Figure("minutes")) * time.Minute
	jobs, n, _ := tally(w.Events, at, within, Released)
	// One job is no burst, however large: that is another rule's.
	if jobs < 2 || jobs < r.Figure("jobs") && n < r.Figure("pages") {
		return nil
	}
	return evidence(before(w.Events, at, within, Released), map[string]int{"jobs": jobs, "pages": n, "minutes": r.Figure("minutes")})
}

// ownWeeks is how many weeks before say what is usual for a person.
const ownWeeks = 4

func seesVolume(r Rule, w Window, at int) *Evidence {
	if w.Events[at].What != Released {
		return nil
	}
	const day = 24 * time.Hour
	days := r.Figure("days")
	within := time.Duration(days) * day
	_, n, _ := tally(w.Events, at, within, Released)
	if n < r.Figure("pages") {
		return nil
	}
	_, all, _ := tally(w.Events, at, within+ownWeeks*7*day, Released)
	own, year := (all-n)*days/(ownWeeks*7), 0
	if w.Usual != nil {
		year = w.Usual(w.Events[at].At) * days / 7
	}
	if n*100 < own*r.Figure("own") || n*100 < year*r.Figure("year") {
		return nil
	}
	return evidence(before(w.Events, at, within, Released), map[string]int{"pages": n, "days": days, "own": own, "year": year})
}

func seesIdentical(r Rule, w Window, at int) *Evidence {
	e := w.Events[at]
	if e.What != Released || e.Document == 0 {
		return nil
	}
	var same []Event
	from := e.At.Add(-time.Duration(r.Figure("hours")) * time.Hour)
	for i := at; i >= 0 && w.Events[i].At.After(from); i-- {
		if b := &w.Events[i]; b.What == Released && b.Document == e.Document {
			same = append(same, *b)
		}
	}
	slices.Reverse(same)
	if len(same) < r.Figure("times") {
		return nil
	}
	return evidence(same, map[string]int{"times": len(same), "hours": r.Figure("hours"), "pages": pages(same)})
}

func seesLarge(r Rule, w Window, at int) *Evidence {
	e := w.Events[at]
	if e.What != Released || e.Pages < r.Figure("pages") {
		return nil
	}
	return evidence([]Event{e}, map[string]int{"pages": e.Pages})
}

func seesColour(r Rule, w Window, at int) *Evidence {
	e := w.Events[at]
	if e.What != Released || e.Colour == 0 {
		return nil
	}
	within := time.Duration(r.Figure("days")) * 24 * time.Hour
	_, n, colour := tally(w.Events, at, within, Released)
	if n < r.Figure("pages") || colour*100 < n*r.Figure("percent") {
		return nil
	}
	return evidence(before(w.Events, at, within, Released), map[string]int{"colour": colour, "pages": n, "days": r.Figure("days")})
}

func seesAbandon(r Rule, w Window, at int) *Evidence {
	if w.Events[at].What != Left {
		return nil
	}
	within := time.Duration(r.Figure("days")) * 24 * time.Hour
	left, _, _ := tally(w.Events, at, within, Left)
	printed, _, _ := tally(w.Events, at, within, Released)
	if left < r.Figure("jobs") || left*100 < (left+printed)*r.Figure("percent") {
		return nil
	}
	return evidence(before(w.Events, at, within, Left), map[string]int{"jobs": left, "of": left + printed, "days": r.Figure("days")})
}

func seesTravel(r Rule, w Window, at int) *Evidence {
	e := w.Events[at]
	if e.What != Released || e.Station == 0 {
		return nil
	}
	far, near := time.Duration(r.Figure("seconds"))*time.Second, time.Duration(r.Figure("near"))*time.Second
	for _, b := range before(w.Events, at, max(far, near), Released) {
		apart := b.Building != "" && e.Building != "" && b.Building != e.Building && e.At.Sub(b.At) < far
		if apart || b.Station != 0 && b.Station != e.Station && e.At.Sub(b.At) < near {
			return evidence([]Event{b, e}, map[string]int{"seconds": int(e.At.Sub(b.At) / time.Second)})
		}
	}
	return nil
}

func seesOutOfHours(r Rule, w Window, at int) *Evidence {
	closed := func(e Event) bool { return e.Station != 0 && w.Calendar.OutOfHours(e.At) }
	if w.Events[at].What != Released || !closed(w.Events[at]) {
		return nil
	}
	var all []Event
	for _, b := range before(w.Events, at, time.Duration(r.Figure("days"))*24*time.Hour, Released) {
		if closed(b) {
			all = append(all, b)
		}
	}
	if len(all) < r.Figure("jobs") {
		return nil
	}
	return evidence(all, map[string]int{"jobs": len(all), "days": r.Figure("days"), "pages": pages(all)})
}

func seesTitle(_ Rule, w Window, at int) *Evidence {
	if e := w.Events[at]; e.What == TitleWord {
		return evidence([]Event{e}, map[string]int{"word": int(e.Word)})
	}
	return nil
}
