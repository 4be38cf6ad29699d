package rule

import (
	"fmt"
	"strings"
	"time"
)

// WordsAbout are Words as others read them.
func WordsAbout(k Kind, e Evidence, at time.Time) string {
	return strings.ReplaceAll(Words(k, e, at), "your ", "their ")
}

// Words say what evidence tells, as the person reads it whom it is about: "140 pages in 10 minutes
// on Tuesday 17 November". at is in the school's zone.
func Words(k Kind, e Evidence, at time.Time) string {
	n := func(name string) string { return fmt.Sprint(e.Numbers[name]) }
	counted := func(name, one, many string) string {
		if e.Numbers[name] == 1 {
			return "1 " + one
		}
		return n(name) + " " + many
	}
	pages, jobs, days := counted("pages", "page", "pages"), counted("jobs", "job", "jobs"), counted("days", "day", "days")
	on := " on " + at.Format("Monday 2 January")
	until := " until" + at.Format(" Monday 2 January")
	switch k {
	case Burst:
		return jobs + ", " + pages + ", in " + counted("minutes", "minute", "minutes") + on
	case Volume:
		return pages + " in " + days + until + ", far more than is usual"
	case Identical:
		return "the same document " + n("times") + " times in " + counted("hours", "hour", "hours") + on
	case Large:
		return "one job of " + pages + on
	case ColourShare:
		return n("colour") + " of " + pages + " in colour in " + days + until
	case Abandon:
		return n("jobs") + " of " + n("of") + " jobs sent and never printed in " + days + until
	case WrongCodes:
		return n("times") + " wrong codes with your name in " + counted("hours", "hour", "hours") + on
	case Travel:
		return "your badge was used in two places within " + counted("seconds", "second", "seconds") + on
	case OneKiosk:
		return "codes of " + n("people") + " people at one kiosk within " + counted("seconds", "second", "seconds") + on
	case WrongNames:
		return "wrong codes with the names of " + n("people") + " people at one kiosk within " + counted("minutes", "minute", "minutes") + on
	case OutOfHours:
		return jobs + " printed while the school was closed, in " + days + until
	case Probing:
		return n("times") + " tries to print more than was left in " + counted("hours", "hour", "hours") + on
	case PaperTrick:
		return "printers stopped for your jobs again and again, and for nobody else," + until
	case Refunds:
		return "pages asked back " + n("times") + " times in " + days + until
	case SameDocument:
		return "the same document printed by " + n("people") + " people in " + counted("hours", "hour", "hours") + on
	}
	return "something that a person looks at" + on
}
