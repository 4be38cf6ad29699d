package rule

import "time"

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
		all := before(w.Events, at, time.Duration(r.Figure(unit))*each, what)
		if len(all) < r.Figure("times") {
			return nil
		}
		return evidence(all, map[string]int{"times": len(all), unit: r.Figure(unit)})
	}
}

func seesBurst(r Rule, w Window, at int) *Evidence {
	if w.Events[at].What != Released {
		return nil
	}
	all := before(w.Events, at, time.Duration(r.Figure("minutes"))*time.Minute, Released)
	n := pages(all)
	// One job is no burst, however large: that is another rule's.
	if len(all) < 2 || len(all) < r.Figure("jobs") && n < r.Figure("pages") {
		return nil
	}
	return evidence(all, map[string]int{"jobs": len(all), "pages": n, "minutes": r.Figure("minutes")})
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
	all := before(w.Events, at, within, Released)
	n := pages(all)
	if n < r.Figure("pages") {
		return nil
	}
	earlier := pages(before(w.Events, at, within+ownWeeks*7*day, Released)) - n
	own, year := earlier*days/(ownWeeks*7), 0
	if w.Usual != nil {
		year = w.Usual(w.Events[at].At) * days / 7
	}
	if n*100 < own*r.Figure("own") || n*100 < year*r.Figure("year") {
		return nil
	}
	return evidence(all, map[string]int{"pages": n, "days": days, "own": own, "year": year})
}

func seesIdentical(r Rule, w Window, at int) *Evidence {
	e := w.Events[at]
	if e.What != Released || e.Document == 0 {
		return nil
	}
	var same []Event
	for _, b := range before(w.Events, at, time.Duration(r.Figure("hours"))*time.Hour, Released) {
		if b.Document == e.Document {
			same = append(same, b)
		}
	}
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
	all := before(w.Events, at, time.Duration(r.Figure("days"))*24*time.Hour, Released)
	n, colour := pages(all), 0
	for _, b := range all {
		colour += b.Colour
	}
	if n < r.Figure("pages") || colour*100 < n*r.Figure("percent") {
		return nil
	}
	return evidence(all, map[string]int{"colour": colour, "pages": n, "days": r.Figure("days")})
}

func seesAbandon(r Rule, w Window, at int) *Evidence {
	if w.Events[at].What != Left {
		return nil
	}
	within := time.Duration(r.Figure("days")) * 24 * time.Hour
	left, printed := before(w.Events, at, within, Left), before(w.Events, at, within, Released)
	if len(left) < r.Figure("jobs") || len(left)*100 < (len(left)+len(printed))*r.Figure("percent") {
		return nil
	}
	return evidence(left, map[string]int{"jobs": len(left), "of": len(left) + len(printed), "days": r.Figure("days")})
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
