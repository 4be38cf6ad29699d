package quota

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"inkwell/internal/school/calendar"
)

// say is why a rule holds a job back, and what is allowed instead.
func (r Rules) say(exempt []Exemption, f Facts, rule Restriction) string {
	if rule.Outcome == Confirm {
		return fmt.Sprintf("%s, %s. Really print all?", Pages(int64(f.Pages)), sheetsOf(f.Sheets))
	}
	why := capital(rule.subject("this printer")) + " isn't allowed."
	if rule.Outcome == Ask {
		why = capital(rule.subject("this printer")) + " needs a teacher's yes."
	}
	instead := rule.Instead
	if instead == "" {
		instead = r.instead(exempt, f, rule)
	}
	return why + " " + instead
}

// subject is what the rule meets, such as "more than 60 pages during lessons". printer is
// how its printers are called.
func (r Restriction) subject(printer string) string {
	var parts []string
	if r.Pages > 0 {
		parts = append(parts, moreThan(r.Pages, "page"))
	}
	if r.Copies > 0 {
		parts = append(parts, moreThan(r.Copies, "copy"))
	}
	switch {
	case r.Colour == 1:
		parts = append(parts, "colour")
	case r.Colour > 1:
		parts = append(parts, moreThan(r.Colour, "page")+" in colour")
	}
	words := strings.Join(parts, " and ")
	switch {
	case words == "" && r.Same.Times > 0:
		words = "printing the same document " + again(r.Same.Times)
	case r.Same.Times > 0:
		words += " of the same document " + again(r.Same.Times)
	case words == "":
		words = "printing"
	}
	if len(r.Paper) > 0 {
		words += " on " + listOf(papers(r.Paper), "or")
	}
	if len(r.Printers) > 0 {
		words += " at " + printer
	}
	if when := r.When.words(); when != "" {
		words += " " + when
	}
	return words
}

// moreThan says "so many and more" of a noun.
func moreThan(n int, noun string) string {
	if n == 2 {
		return "more than 1 " + noun
	}
	return fmt.Sprintf("more than %d %s", n-1, plural(noun))
}

func plural(noun string) string {
	if stem, ok := strings.CutSuffix(noun, "y"); ok {
		return stem + "ies"
	}
	return noun + "s"
}

func again(times int) string {
	if times == 1 {
		return "again"
	}
	return fmt.Sprintf("more than %d times", times)
}

// words say when, to go behind what is meant: "during lessons on Mon-Fri".
func (w When) words() string {
	var parts []string
	switch w.Bells {
	case Lessons:
		parts = append(parts, "during lessons")
	case Breaks:
		parts = append(parts, "outside lessons")
	case Closed:
		parts = append(parts, "out of hours")
	}
	if w.From != w.Until {
		parts = append(parts, fmt.Sprintf("from %s to %s", w.From, w.Until))
	}
	if len(w.Days) > 0 {
		parts = append(parts, "on "+calendar.Days(w.Days))
	}
	return strings.Join(parts, " ")
}

var (
	mediaName   = regexp.MustCompile(`^[a-z]+_([A-Za-z0-9.-]+)_[0-9.]+x[0-9.]+(?:mm|in)$`)
	mediaSeries = regexp.MustCompile(`^[abc][0-9]{1,2}$`)
)

// paperWord is how people call a sheet, "" of what is no media name (PWG 5101.1).
func paperWord(media string) string {
	m := mediaName.FindStringSubmatch(media)
	switch {
	case m == nil:
		return ""
	case mediaSeries.MatchString(m[1]):
		return strings.ToUpper(m[1])
	}
	return capital(strings.ReplaceAll(m[1], "-", " "))
}

func papers(media []string) []string {
	words := make([]string, len(media))
	for i, m := range media {
		words[i] = paperWord(m)
	}
	return words
}

func sheetsOf(n int) string {
	if n == 1 {
		return "1 sheet"
	}
	return fmt.Sprintf("%d sheets", n)
}

func listOf(words []string, last string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " " + last + " " + words[n-1]
	}
	return strings.Join(words, "")
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// A way is how else a job could be printed, and the words that offer it.
type way struct {
	say  string
	then Facts
}

// instead offers the first other way that the rules let through, and the teacher where
// one can be asked.
func (r Rules) instead(exempt []Exemption, f Facts, rule Restriction) string {
	offer := ""
	for _, w := range rule.ways(f) {
		if met := r.First(exempt, w.then); !met.Met() || met.Outcome() == Confirm {
			offer = w.say
			break
		}
	}
	switch {
	case rule.Outcome == Ask && offer == "":
		return "Ask here."
	case rule.Outcome == Ask:
		return offer + ", or ask."
	case offer == "":
		return "Ask a teacher what else you can do."
	}
	return offer + "."
}

// ways are how a job could keep clear of the rule, the easiest first.
func (r Restriction) ways(f Facts) (all []way) {
	add := func(say string, change func(*Facts)) {
		then := f
		change(&then)
		all = append(all, way{say, then})
	}
	if r.Colour > 0 {
		add("Print it black and white", func(f *Facts) { f.Colour = 0 })
	}
	if r.Colour > 1 {
		add(fmt.Sprintf("Print %s in colour at most", Pages(int64(r.Colour-1))), func(f *Facts) { f.Colour = r.Colour - 1 })
	}
	if most := r.copiesLeft(f); most > 0 {
		add("Print "+copiesOf(most), func(f *Facts) { f.printCopies(most) })
	}
	if r.Pages > 2 && f.Copies <= 1 {
		add(fmt.Sprintf("Print pages 1-%d", r.Pages-1), func(f *Facts) { f.printPages(r.Pages - 1) })
	}
	if len(r.Paper) > 0 {
		add("Send it again on A4", func(f *Facts) { f.Paper = a4 })
	}
	if len(r.Printers) > 0 {
		add("Choose another printer", func(f *Facts) { f.Printer = 0 })
	}
	if next, ok := r.clearAt(f); ok {
		add("It prints from "+next.In(f.zone()).Format(clockOn(f, next)), func(f *Facts) { f.At = next })
	}
	return all
}

// a4 is the sheet that everybody has.
const a4 = "iso_a4_210x297mm"

func copiesOf(n int) string {
	if n == 1 {
		return "1 copy"
	}
	return fmt.Sprintf("%d copies", n)
}

// copiesLeft is how many copies, fewer than are asked for, keep clear of the rule; 0 for
// none.
func (r Restriction) copiesLeft(f Facts) int {
	most := f.Copies - 1
	if r.Copies > 0 {
		most = min(most, r.Copies-1)
	}
	if r.Pages > 0 && f.Each > 0 && (r.Copies == 0 || most*f.Each >= r.Pages) {
		most = min(most, (r.Pages-1)/f.Each)
	}
	if r.Copies == 0 && r.Pages == 0 {
		return 0
	}
	return max(0, most)
}

// printCopies leaves so many copies of the job.
func (f *Facts) printCopies(n int) {
	f.Colour = f.Colour * n / f.Copies
	f.Sheets = f.Sheets * n / f.Copies
	f.Pages, f.Copies = f.Each*n, n
}

// printPages leaves the first so many pages.
func (f *Facts) printPages(n int) {
	f.Sheets = min(f.Sheets, n)
	f.Colour = min(f.Colour, n)
	f.Pages, f.Each = n, n
}

func (f Facts) zone() *time.Location {
	if f.Calendar.Zone == nil {
		return time.UTC
	}
	return f.Calendar.Zone
}

// clockOn is how a time is written that is on f's day, or on another.
func clockOn(f Facts, at time.Time) string {
	if f.Calendar.Date(at) == f.Calendar.Date(f.At) {
		return "15:04"
	}
	return "15:04 on Monday"
}

// clearAt is the next quarter of an hour of the coming week, or the next bell, at which
// the rule's time is over and the same document is new again.
func (r Restriction) clearAt(f Facts) (time.Time, bool) {
	if r.When.Any() && r.Same.Times == 0 {
		return time.Time{}, false
	}
	var at []time.Time
	today := f.Calendar.Date(f.At)
	for d := today; d <= today+7; d++ {
		for _, s := range f.Calendar.Day(d) {
			at = append(at, s.From, s.Until)
		}
	}
	quarter := 15 * time.Minute
	for t := f.At.Truncate(quarter).Add(quarter); t.Before(f.At.Add(7 * 24 * time.Hour)); t = t.Add(quarter) {
		at = append(at, t)
	}
	return r.soonest(f, at)
}

func (r Restriction) soonest(f Facts, all []time.Time) (first time.Time, found bool) {
	for _, t := range all {
		then := f
		then.At = t
		if t.After(f.At) && (!found || t.Before(first)) && !r.meetsJob(then) {
			first, found = t, true
		}
	}
	return first, found
}
