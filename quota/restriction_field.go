package quota

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
)

// Field is a part of a rule as a command and a table of rules name it: a word, what to
// write there, and how it is read and written. An empty text is "asks nothing".
type Field struct {
	Name, Usage string
	read        func(*Restriction, string, lexicon) error
	write       func(Restriction, Names) string
}

// Names are what people call the classes, people, printers and papers that rules name.
type Names struct {
	Classes  map[school.ClassID]string
	People   map[school.PersonID]string // user names
	Printers map[int32]string
}

// Words finds what a text in a rule names: printers and papers are release's to know.
type Words struct {
	Printer func(string) (int32, error)
	Paper   func(string) string // "" where there is none
}

// lexicon is Words with the school that is asked for classes and people.
type lexicon struct {
	Words
	class  func(string) (school.ClassID, error)
	person func(string) (school.PersonID, error)
}

// Fields are the parts of a rule, in the order of a table's columns.
func Fields() []Field {
	return []Field{
		{"name", "what the rule is called", func(r *Restriction, s string, _ lexicon) error { r.Name = s; return nil },
			func(r Restriction, _ Names) string { return r.Name }},
		{"role", "whose jobs: a role, such as pupil", readRole, func(r Restriction, _ Names) string { return string(r.For.Role) }},
		{"year", "whose jobs: a year group or several, such as 7-9", readYears, writeYears},
		{"class", "whose jobs: a class", readClass, func(r Restriction, n Names) string { return n.Classes[r.For.Class] }},
		{"person", "whose jobs: this person's alone, by user name", readPerson, func(r Restriction, n Names) string { return n.People[r.For.Person] }},
		number("pages", "pages still to print: so many and more", func(r *Restriction) *int { return &r.Pages }),
		number("copies", "copies: so many and more", func(r *Restriction) *int { return &r.Copies }),
		number("colour", "pages in colour: so many and more", func(r *Restriction) *int { return &r.Colour }),
		{"paper", "paper: one of these, such as A3", readPaper, func(r Restriction, _ Names) string { return strings.Join(papers(r.Paper), " ") }},
		{"when", "when: lessons, breaks (outside lessons) or closed (out of hours)", func(r *Restriction, s string, _ lexicon) error { r.When.Bells = Bells(s); return nil },
			func(r Restriction, _ Names) string { return string(r.When.Bells) }},
		clock("from", "from this time of day, such as 08:30", func(r *Restriction) *calendar.Clock { return &r.When.From }),
		clock("until", "until this time of day", func(r *Restriction) *calendar.Clock { return &r.When.Until }),
		{"days", "on these weekdays, such as Mon-Fri", readDays, func(r Restriction, _ Names) string { return calendar.Days(r.When.Days) }},
		{"printers", "at these printers, by name, with ; between them", readPrinters, writePrinters},
		number("same", "the same document, printed so many times before by the same person ...", func(r *Restriction) *int { return &r.Same.Times }),
		number("hours", "... within so many hours", func(r *Restriction) *int { return &r.Same.Hours }),
		{"outcome", "refuse, confirm (\"Really?\") or ask (a teacher)", func(r *Restriction, s string, _ lexicon) error { r.Outcome = Outcome(s); return nil },
			func(r Restriction, _ Names) string { return string(r.Outcome) }},
		{"instead", "what to do instead, in the school's own words", func(r *Restriction, s string, _ lexicon) error { r.Instead = s; return nil },
			func(r Restriction, _ Names) string { return r.Instead }},
	}
}

// SetField reads a text into a part of a rule, and refuses what it cannot read with the
// part's name ("rule-...").
func SetField(ctx context.Context, tx *db.Tx, id school.ID, r *Restriction, field, text string, w Words) error {
	i := slices.IndexFunc(Fields(), func(f Field) bool { return f.Name == field })
	if i < 0 {
		return fault.New(fault.Invalid, "rule-field", "A rule has no part %q.", field)
	}
	return Fields()[i].read(r, strings.TrimSpace(text), lexicon{w,
		func(name string) (school.ClassID, error) { return school.ClassByName(ctx, tx, id, name) },
		func(name string) (school.PersonID, error) {
			p, err := school.PersonByUsername(ctx, tx, id, name)
			return p.ID, err
		}})
}

// Write is the part of a rule as SetField reads it.
func (f Field) Write(r Restriction, n Names) string { return f.write(r, n) }

func number(name, usage string, part func(*Restriction) *int) Field {
	return Field{name, usage, func(r *Restriction, s string, _ lexicon) (err error) {
		*part(r) = 0
		if s != "" {
			if *part(r), err = strconv.Atoi(s); err != nil || *part(r) < 1 {
				return fault.New(fault.Invalid, "rule-figure", "%s is %q and has to be a whole number above 0.", name, s)
			}
		}
		return nil
	}, func(r Restriction, _ Names) string {
		if n := *part(&r); n != 0 {
			return strconv.Itoa(n)
		}
		return ""
	}}
}

// clock is one end of a rule's hours. Where the other end is midnight, this one is written
// too: both are there or none.
func clock(name, usage string, part func(*Restriction) *calendar.Clock) Field {
	return Field{name, usage, func(r *Restriction, s string, _ lexicon) (err error) {
		*part(r) = 0
		if s != "" {
			if *part(r), err = calendar.ParseClock(s); err != nil {
				return fault.New(fault.Invalid, "rule-hours", "%s is %q and looks like 08:30.", name, s)
			}
		}
		return nil
	}, func(r Restriction, _ Names) string {
		if r.When.From == r.When.Until {
			return ""
		}
		return part(&r).String()
	}}
}

func readRole(r *Restriction, s string, _ lexicon) error {
	role := school.Role(s)
	if s != "" && role != school.Pupil && role != school.Guest && role != AnyStaff && !slices.Contains(school.StaffRoles(), role) {
		return fault.New(fault.Invalid, "rule-role", "There is no role %q. Say pupil, guest, staff or a role of staff, such as teacher.", s)
	}
	r.For.Role = role
	return nil
}

func readYears(r *Restriction, s string, _ lexicon) (err error) {
	r.For.From, r.For.To = school.NoYear, school.NoYear
	if s == "" {
		return nil
	}
	first, last, _ := strings.Cut(s, "-")
	if r.For.From, err = strconv.Atoi(first); err == nil {
		r.For.To, err = strconv.Atoi(cmp.Or(last, first))
	}
	if err != nil || r.For.From < 0 {
		return fault.New(fault.Invalid, "rule-years", "year is %q and looks like 10 or 7-9.", s)
	}
	return nil
}

func writeYears(r Restriction, _ Names) string {
	switch r.For.From {
	case school.NoYear:
		return ""
	case r.For.To:
		return strconv.Itoa(r.For.From)
	}
	return fmt.Sprintf("%d-%d", r.For.From, r.For.To)
}

func readClass(r *Restriction, s string, l lexicon) (err error) {
	r.For.Class = 0
	if s != "" {
		if r.For.Class, err = l.class(s); fault.KindOf(err) == fault.NotFound {
			err = fault.New(fault.Invalid, "rule-class", "There is no class %q.", s)
		}
	}
	return err
}

func readPerson(r *Restriction, s string, l lexicon) (err error) {
	r.For.Person = 0
	if s != "" {
		if r.For.Person, err = l.person(s); fault.KindOf(err) == fault.NotFound {
			err = fault.New(fault.Invalid, "rule-person", "There is nobody with the user name %q.", s)
		}
	}
	return err
}

func readPaper(r *Restriction, s string, l lexicon) error {
	r.Paper = nil
	for _, word := range strings.FieldsFunc(s, func(c rune) bool { return c == ' ' || c == ',' || c == ';' }) {
		media := l.Paper(word)
		if media == "" {
			return fault.New(fault.Invalid, "rule-paper", "There is no paper %q. Say A3, A4, A5 or another size.", word)
		}
		if !slices.Contains(r.Paper, media) {
			r.Paper = append(r.Paper, media)
		}
	}
	return nil
}

func readDays(r *Restriction, s string, _ lexicon) (err error) {
	r.When.Days = nil
	if s != "" {
		if r.When.Days, err = school.ParseWeekdays(s); err != nil {
			return fault.New(fault.Invalid, "rule-days", "days is %q and looks like Mon-Fri.", s)
		}
	}
	return nil
}

func readPrinters(r *Restriction, s string, l lexicon) error {
	r.Printers = nil
	for name := range strings.SplitSeq(s, ";") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		p, err := l.Printer(name)
		if err != nil {
			return fault.New(fault.Invalid, "rule-printers", "There is no printer %q.", name).Because(err)
		}
		if !slices.Contains(r.Printers, p) {
			r.Printers = append(r.Printers, p)
		}
	}
	return nil
}

func writePrinters(r Restriction, n Names) string {
	words := make([]string, len(r.Printers))
	for i, p := range r.Printers {
		words[i] = n.Printers[p]
	}
	return strings.Join(words, "; ")
}
