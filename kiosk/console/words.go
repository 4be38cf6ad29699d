package console

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"inkwell/internal/school"
	"inkwell/release"
)

// pages says a number of them.
func pages(n int64) string { return counted(n, "page") }

func counted(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// people says a number of them.
func people(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}

// lastSeen says when a printer last answered.
func lastSeen(at, now time.Time) string {
	switch ago := now.Sub(at); {
	case at.IsZero():
		return "Is it switched on, and is its address right?"
	case ago < time.Minute:
		return "Answered just now"
	case ago < time.Hour:
		return fmt.Sprintf("Last answered %d min ago", int(ago.Minutes()))
	}
	return "Last answered " + moment(at, now)
}

// moment names a time as short as it is clear on now's day, in now's zone.
func moment(at, now time.Time) string {
	at = at.In(now.Location())
	switch {
	case at.YearDay() == now.YearDay() && at.Year() == now.Year():
		return at.Format("15:04")
	case at.Year() == now.Year():
		return at.Format("Mon 2 January, 15:04")
	}
	return at.Format("2 January 2006, 15:04")
}

// stateWord is a job's state as staff read it, and the look of its badge.
type stateWord struct{ Word, Look string }

var stateWords = map[release.JobState]stateWord{
	release.Receiving: {"Arriving", ""},
	release.Counting:  {"Being counted", ""},
	release.Held:      {"Waiting", ""},
	release.Released:  {"Printing", "badge--blue"},
	release.Done:      {"Printed", "badge--good"},
	release.Cancelled: {"Deleted", ""},
	release.Expired:   {"Not collected", ""},
	release.Refused:   {"Refused", "badge--bad"},
}

var roleWords = map[school.Role]string{
	school.Pupil: "Pupil", school.Teacher: "Teacher", school.Assistant: "Teaching assistant", school.Cover: "Cover", school.Reception: "Reception",
	school.IT: "IT", school.Provider: "Service provider", school.PrintRoom: "Print room", school.Exams: "Exams", school.Safeguarding: "Safeguarding",
	school.Head: "Head", school.COO: "COO", school.Finance: "Finance", school.DataProtection: "Data protection", school.Auditor: "Auditor", school.Guest: "Guest",
}

// role says what somebody is at the school.
func role(p school.Person) string {
	var words []string
	for _, r := range p.Roles {
		words = append(words, roleWords[r])
	}
	if p.Year > 0 {
		words = append(words, fmt.Sprintf("Year %d", p.Year))
	}
	return strings.Join(words, " · ")
}

// yearAndClasses tells apart people of one name: "Year 8 · 8A".
func yearAndClasses(year int, classes []string) string {
	words := slices.Clone(classes)
	if year > school.NoYear {
		words = slices.Insert(words, 0, fmt.Sprintf("Year %d", year))
	}
	return strings.Join(words, " · ")
}

// sentence begins words with a capital.
func sentence(words string) string {
	return strings.ToUpper(words[:1]) + words[1:]
}
