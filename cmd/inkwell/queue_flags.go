package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release"
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

// queueFlags are the parts of a queue that commands set. One that was not given stays.
type queueFlags struct {
	flags *pflag.FlagSet

	name, blocked, sides, mode, generic string
	users, colour, printers, proofs     []string
	account                             string
	programs                            int
}

func (f *queueFlags) add(to *pflag.FlagSet) {
	f.flags = to
	to.StringVar(&f.name, "name", "", "what computers call it, such as Staff")
	to.StringSliceVar(&f.printers, "printer", nil, "the printers its jobs can come out of, by name, or any; a direct queue prints at the first")
	to.StringSliceVar(&f.proofs, "proof", nil, "how people prove who they are, any of password, address, server and devices; or loopback instead of password")
	to.StringSliceVar(&f.users, "users", nil, "who may use it: everybody, or any of roles such as pupil, staff and teacher, year:7 and class:9A")
	to.StringSliceVar(&f.colour, "colour", nil, "who may print in colour, as --users, or nobody; what others send comes out black and white")
	to.StringVar(&f.sides, "sides", "", "two-sided or one-sided, where a job does not say")
	to.StringVar(&f.mode, "colour-default", "", "mono, colour or auto, where a job does not say")
	to.StringVar(&f.generic, "generic", "", "refuse or believe user names that everybody uses (inkwell queue names) where nobody proves them")
	to.StringVar(&f.account, "account", "", "the shared account that pays for its jobs where their owner may charge it, by code or name, or none")
	to.IntVar(&f.programs, "programs", 0, "take PostScript and PCL of staff from trusted print servers, each job at most so many pages; 0 takes none")
	to.StringVar(&f.blocked, "blocked", "", "hold or refuse what its owner may not print just now")
}

// given says whether a flag was named at all.
func (f *queueFlags) given() bool {
	return slices.ContainsFunc([]string{"name", "printer", "proof", "users", "colour", "sides", "colour-default", "generic", "blocked", "account", "programs"}, f.flags.Changed)
}

// apply changes the queue to what the flags say and returns what was changed for the
// audit: keywords, in which classes and printers are numbers.
func (f *queueFlags) apply(ctx context.Context, tx *db.Tx, q *release.Queue) (facts map[string]any, err error) {
	facts = map[string]any{}
	for _, part := range []struct {
		flag string
		set  func() (any, error)
	}{
		{"name", func() (any, error) { q.Name = strings.TrimSpace(f.name); return true, nil }},
		{"blocked", func() (any, error) {
			return f.blocked, oneOf("blocked", f.blocked, &q.Refuses, blockedHold, nameRefuse)
		}},
		{"generic", func() (any, error) {
			return f.generic, oneOf("generic", f.generic, &q.Policy.Believes, nameRefuse, nameBelieve)
		}},
		{"sides", func() (any, error) { return f.sides, oneOf("sides", f.sides, &q.Policy.OneSided, sidesTwo, sidesOne) }},
		{"colour-default", func() (any, error) { return f.mode, f.setMode(q) }},
		{"proof", func() (any, error) { return keywords(f.proofs), f.setProofs(q) }},
		{"account", func() (any, error) { return f.setAccount(ctx, tx, q) }},
		{"programs", func() (any, error) { q.Policy.Programs = f.programs; return f.programs, nil }},
		{"printer", func() (any, error) { return f.setPrinters(ctx, tx, q) }},
		{"users", func() (any, error) { return setCircle(ctx, tx, q.School, &q.Policy.Users, "users", f.users) }},
		{"colour", func() (any, error) { return setCircle(ctx, tx, q.School, &q.Policy.Colour, "colour", f.colour) }},
	} {
		if !f.flags.Changed(part.flag) {
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

func (f *queueFlags) setMode(q *release.Queue) error {
	modes := map[string]string{"mono": "", "colour": "color", "auto": "auto"}
	mode, ok := modes[f.mode]
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

func (f *queueFlags) setProofs(q *release.Queue) error {
	var taken []school.Proof
	for _, word := range f.proofs {
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

func (f *queueFlags) setAccount(ctx context.Context, tx *db.Tx, q *release.Queue) (any, error) {
	if strings.EqualFold(f.account, "none") {
		q.Account = 0
		return "none", nil
	}
	a, err := quota.SharedByCode(ctx, tx, q.School, f.account)
	q.Account = a.ID
	return int64(a.ID), err
}

func (f *queueFlags) setPrinters(ctx context.Context, tx *db.Tx, q *release.Queue) (any, error) {
	if len(f.printers) == 1 && strings.EqualFold(f.printers[0], anyPrinter) {
		q.Policy.Printers = nil
		return anyPrinter, nil
	}
	all, err := release.PrintersByName(ctx, tx, q.School, f.printers)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fault.New(fault.Invalid, "printer-none", "Say --printer with the names of printers, or any.")
	}
	if q.Kind == release.Direct {
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
func setCircle(ctx context.Context, tx *db.Tx, id school.ID, to *release.Circle, flag string, said []string) (any, error) {
	c := release.Circle{Closed: true}
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
func meant(ctx context.Context, tx *db.Tx, id school.ID, c *release.Circle, flag, word string) (string, error) {
	year, isYear := strings.CutPrefix(word, yearMark)
	class, isClass := strings.CutPrefix(word, classMark)
	role := school.Role(strings.ToLower(word))
	roles := append([]school.Role{school.Pupil, school.Guest, release.Staff}, school.StaffRoles()...)
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

func addYear(ctx context.Context, tx *db.Tx, id school.ID, c *release.Circle, flag, said string) error {
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
