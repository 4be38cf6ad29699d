package release

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
)

// What a queue does with a job that its owner may not print just now, and with a user
// name that everybody uses.
const (
	blockedHold   = "hold"
	nameRefuse    = "refuse" // of --blocked too
	nameBelieve   = "believe"
	anyPrinter    = "any"
	sidesOne      = "one-sided"
	sidesTwo      = "two-sided"
	colourAll     = "everybody"
	colourNone    = "nobody"
	yearMark      = "year:"
	classMark     = "class:"
	proofLoopback = "loopback"
)

// QueueWish is what somebody wants of a queue, by the names of the flags of inkwell queue set: name,
// blocked, generic, sides, colour-default, proof, account, programs, printer, users and colour. A part
// that is not named stays as it is.
type QueueWish map[string][]string

// one is the only value of a part.
func (f QueueWish) one(part string) string { return strings.Join(f[part], ",") }

// Apply changes the queue to what is wished and returns what was changed for the audit: keywords, in
// which classes and printers are numbers. Refusals name the flag to mend.
func (f QueueWish) Apply(ctx context.Context, tx *db.Tx, q *Queue) (facts map[string]any, err error) {
	facts = map[string]any{}
	for _, part := range []struct {
		flag string
		set  func() (any, error)
	}{
		{"name", func() (any, error) { q.Name = strings.TrimSpace(f.one("name")); return true, nil }},
		{"blocked", func() (any, error) {
			return f.one("blocked"), oneOf("blocked", f.one("blocked"), &q.Refuses, blockedHold, nameRefuse)
		}},
		{"generic", func() (any, error) {
			return f.one("generic"), oneOf("generic", f.one("generic"), &q.Policy.Believes, nameRefuse, nameBelieve)
		}},
		{"sides", func() (any, error) {
			return f.one("sides"), oneOf("sides", f.one("sides"), &q.Policy.OneSided, sidesTwo, sidesOne)
		}},
		{"colour-default", func() (any, error) { return f.one("colour-default"), f.setMode(q) }},
		{"proof", func() (any, error) { return keywords(f["proof"]), f.setProofs(q) }},
		{"account", func() (any, error) { return f.setAccount(ctx, tx, q) }},
		{"programs", func() (any, error) { return f.setPrograms(q) }},
		{"printer", func() (any, error) { return f.setPrinters(ctx, tx, q) }},
		{"users", func() (any, error) { return setCircle(ctx, tx, q.School, &q.Policy.Users, "users", f["users"]) }},
		{"colour", func() (any, error) { return setCircle(ctx, tx, q.School, &q.Policy.Colour, "colour", f["colour"]) }},
	} {
		if _, given := f[part.flag]; !given {
			continue
		}
		if facts[part.flag], err = part.set(); err != nil {
			return nil, err
		}
	}
	return facts, nil
}

// oneOf reads a flag that has two values, the second of which is true.
func oneOf(flag, said string, to *bool, no, yes string) error {
	if said != no && said != yes {
		return fault.New(fault.Invalid, flag+"-unknown", "Say --%s %s or --%s %s.", flag, no, flag, yes)
	}
	*to = said == yes
	return nil
}

func (f QueueWish) setMode(q *Queue) error {
	modes := map[string]string{"mono": "", "colour": "color", "auto": "auto"}
	mode, ok := modes[f.one("colour-default")]
	if !ok {
		return fault.New(fault.Invalid, "colour-default-unknown", "Say --colour-default mono, colour or auto.")
	}
	q.Policy.ColorMode = mode
	return nil
}

// proofWords are the words of --proof.
var proofWords = map[string]school.Proof{
	"password": school.ByPassword, proofLoopback: school.ByLoopback, "address": school.ByAddress, "server": school.ByServer, "devices": school.ByVouch,
}

func (f QueueWish) setProofs(q *Queue) error {
	var taken []school.Proof
	for _, word := range f["proof"] {
		p, ok := proofWords[word]
		if !ok {
			return fault.New(fault.Invalid, "proof-unknown", "There is no proof %q. Say --proof with any of password, address, server and devices, or loopback.", word)
		}
		taken = append(taken, p)
	}
	q.Proof = school.ByPassword
	if slices.Contains(taken, school.ByLoopback) {
		q.Proof = school.ByLoopback
		if slices.Contains(taken, school.ByPassword) {
			return fault.New(fault.Invalid, "proof-twice", "One address cannot ask for a password and believe names as well. Say --proof with password or with loopback, and make a queue for the other.")
		}
	}
	q.Policy.Untaken = nil
	for _, p := range []school.Proof{q.Proof, school.ByAddress, school.ByServer, school.ByVouch} {
		if !slices.Contains(taken, p) {
			q.Policy.Untaken = append(q.Policy.Untaken, p)
		}
	}
	return nil
}

func (f QueueWish) setPrograms(q *Queue) (any, error) {
	n, err := strconv.Atoi(strings.TrimSpace(f.one("programs")))
	if err != nil {
		return nil, fault.New(fault.Invalid, "queue-programs", "Say --programs with a number of pages, or 0 for none.").Because(err)
	}
	q.Policy.Programs = n
	return n, nil
}

func (f QueueWish) setAccount(ctx context.Context, tx *db.Tx, q *Queue) (any, error) {
	if strings.EqualFold(f.one("account"), "none") {
		q.Account = 0
		return "none", nil
	}
	a, err := quota.SharedByCode(ctx, tx, q.School, f.one("account"))
	q.Account = a.ID
	return int64(a.ID), err
}

func (f QueueWish) setPrinters(ctx context.Context, tx *db.Tx, q *Queue) (any, error) {
	if len(f["printer"]) == 1 && strings.EqualFold(f["printer"][0], anyPrinter) {
		q.Policy.Printers = nil
		return anyPrinter, nil
	}
	all, err := PrintersByName(ctx, tx, q.School, f["printer"])
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fault.New(fault.Invalid, "printer-none", "Say --printer with the names of printers, or any.")
	}
	if q.Kind == Direct {
		q.Printer = all[0]
	}
	q.Policy.Printers = all
	var facts []string
	for _, p := range all {
		facts = append(facts, strconv.Itoa(int(p)))
	}
	return keywords(facts), nil
}

// setCircle reads who is meant. What it returns names classes by their numbers.
func setCircle(ctx context.Context, tx *db.Tx, id school.ID, to *Circle, flag string, said []string) (any, error) {
	c := Circle{Closed: true}
	var facts []string
	for _, word := range said {
		fact, err := meant(ctx, tx, id, &c, flag, strings.TrimSpace(word))
		if err != nil {
			return nil, err
		}
		facts = append(facts, fact)
	}
	if !c.Closed && len(said) > 1 || slices.Contains(said, colourNone) && len(said) > 1 || len(said) == 0 {
		return nil, fault.New(fault.Invalid, flag+"-mixed", "Say --%s everybody alone, or name who is meant.", flag)
	}
	*to = c
	return keywords(facts), nil
}

// keywords are words as one fact of an audit entry.
func keywords(words []string) string { return strings.ToLower(strings.Join(words, ".")) }

// meant adds one word to a circle.
func meant(ctx context.Context, tx *db.Tx, id school.ID, c *Circle, flag, word string) (string, error) {
	year, isYear := strings.CutPrefix(word, yearMark)
	class, isClass := strings.CutPrefix(word, classMark)
	role := school.Role(strings.ToLower(word))
	roles := append([]school.Role{school.Pupil, school.Guest, Staff}, school.StaffRoles()...)
	switch {
	case strings.EqualFold(word, colourAll):
		c.Closed = false
	case strings.EqualFold(word, colourNone) && flag == "colour":
	case isYear:
		return word, addYear(ctx, tx, id, c, flag, year)
	case isClass:
		k, err := school.ClassByName(ctx, tx, id, class)
		if fault.KindOf(err) == fault.NotFound {
			return "", fault.New(fault.NotFound, "class-unknown", "The school has no class %q. Name one of its classes in --%s, such as class:9A.", class, flag)
		}
		c.Classes = append(c.Classes, k)
		return fmt.Sprintf("%s%d", classMark, k), err
	case slices.Contains(roles, role):
		c.Roles = append(c.Roles, role)
	default:
		return "", fault.New(fault.Invalid, flag+"-unknown", "There is no role %q. Say --%s with everybody, a role such as pupil, staff, teacher or it, a year group such as year:7, or a class such as class:9A.", word, flag)
	}
	return word, nil
}

func addYear(ctx context.Context, tx *db.Tx, id school.ID, c *Circle, flag, said string) error {
	years, err := school.YearGroups(ctx, tx, id)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(said)
	if err != nil || !slices.Contains(years, n) {
		return fault.New(fault.NotFound, "year-unknown", "Nobody is in year %s. The school's years are %s: name one in --%s, such as year:7.",
			said, numbers(years), flag)
	}
	c.Years = append(c.Years, n)
	return nil
}

func numbers(all []int) string {
	words := make([]string, len(all))
	for i, n := range all {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, ", ")
}

// WishOf is how a queue is, as it would be wished for: Apply changes nothing by it.
func WishOf(ctx context.Context, tx *db.Tx, q Queue) (QueueWish, error) {
	printers, err := PrinterNames(ctx, tx, q.School)
	if err != nil {
		return nil, err
	}
	classes, err := school.ClassNames(ctx, tx, append(slices.Clone(q.Policy.Users.Classes), q.Policy.Colour.Classes...))
	if err != nil {
		return nil, err
	}
	either := func(is bool, no, yes string) []string {
		if is {
			return []string{yes}
		}
		return []string{no}
	}
	w := QueueWish{
		"name": {q.Name}, "blocked": either(q.Refuses, blockedHold, nameRefuse), "generic": either(q.Policy.Believes, nameRefuse, nameBelieve),
		"sides": either(q.Policy.OneSided, sidesTwo, sidesOne), "colour-default": {map[string]string{"": "mono", "color": "colour", "auto": "auto"}[q.Policy.ColorMode]},
		"programs": {strconv.Itoa(q.Policy.Programs)}, "users": q.Policy.Users.wish(classes), "colour": q.Policy.Colour.wish(classes), "account": {"none"},
	}
	for word, p := range proofWords {
		if q.Policy.Takes(p) && (p == q.Proof || p != school.ByPassword && p != school.ByLoopback) {
			w["proof"] = append(w["proof"], word)
		}
	}
	slices.Sort(w["proof"])
	for _, p := range q.Policy.Printers {
		w["printer"] = append(w["printer"], printers[p])
	}
	if len(w["printer"]) == 0 {
		w["printer"] = []string{anyPrinter}
	}
	if q.Account != 0 {
		a, err := quota.SharedByID(ctx, tx, q.School, q.Account)
		if err != nil {
			return nil, err
		}
		w["account"] = []string{a.Code}
	}
	return w, nil
}

// wish is who is meant, in the words of --users.
func (c Circle) wish(classes map[school.ClassID]string) (all []string) {
	for _, r := range c.Roles {
		all = append(all, string(r))
	}
	for _, y := range c.Years {
		all = append(all, yearMark+strconv.Itoa(y))
	}
	for _, k := range c.Classes {
		all = append(all, classMark+classes[k])
	}
	switch {
	case !c.Closed:
		return []string{colourAll}
	case len(all) == 0:
		return []string{colourNone}
	}
	return all
}

// QueuesOf are a school's queues, by path.
func QueuesOf(ctx context.Context, tx *db.Tx, id school.ID) ([]Queue, error) {
	all, err := queues(ctx, tx)
	all = slices.DeleteFunc(all, func(q Queue) bool { return q.School != id || q.Removed || q.Kind == Test })
	slices.SortFunc(all, func(a, b Queue) int { return strings.Compare(a.Path, b.Path) })
	return all, err
}
