package quota

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// Marks before what an audience names.
const (
	yearMark   = "year:"
	classMark  = "class:"
	personMark = "person:"
	everybody  = "everybody"
)

// ReadAudience reads an audience as people write it: everybody, staff or another role,
// year:10, year:7-9, class:9A, person:23sbell, and several with a plus between them:
// pupil+class:11A ("audience", "class-unknown", "person-unknown").
func ReadAudience(ctx context.Context, tx *db.Tx, id school.ID, words string) (a Audience, err error) {
	a = Everybody
	for part := range strings.SplitSeq(strings.TrimSpace(words), "+") {
		if err := a.read(ctx, tx, id, strings.TrimSpace(part)); err != nil {
			return a, err
		}
	}
	return a, a.check()
}

func (a *Audience) read(ctx context.Context, tx *db.Tx, id school.ID, part string) (err error) {
	word := strings.ToLower(part)
	switch {
	case word == everybody:
	case word == string(AnyStaff), word == string(school.Pupil), word == string(school.Guest):
		a.Role = school.Role(word)
	case strings.HasPrefix(word, yearMark):
		first, last, span := strings.Cut(word[len(yearMark):], "-")
		if !span {
			last = first
		}
		var wrong error
		if a.From, err = strconv.Atoi(first); err == nil {
			a.To, wrong = strconv.Atoi(last)
		}
		if err != nil || wrong != nil {
			return audienceYears
		}
	case strings.HasPrefix(word, classMark):
		a.Class, err = school.ClassByName(ctx, tx, id, part[len(classMark):])
	case strings.HasPrefix(word, personMark):
		var p school.Person
		p, err = school.PersonByUsername(ctx, tx, id, part[len(personMark):])
		a.Person = p.ID
	default:
		if a.Role, err = school.ParseStaffRole(word); err != nil {
			err = fault.New(fault.Invalid, "audience", "%q is nobody we know. Write everybody, staff, a role such as pupil or teacher, year:7-9, class:9A or person:USERNAME.", part)
		}
	}
	return err
}

// WriteAudiences are audiences as ReadAudience reads them.
func WriteAudiences(ctx context.Context, tx *db.Tx, all []Audience) ([]string, error) {
	n, err := namesOf(ctx, tx, all)
	if err != nil {
		return nil, err
	}
	return column(all, func(a Audience) string { return a.write(n) }), nil
}

func (a Audience) write(n Names) string {
	var parts []string
	if a.Role != "" {
		parts = append(parts, string(a.Role))
	}
	switch a.From {
	case school.NoYear:
	case a.To:
		parts = append(parts, fmt.Sprintf("%s%d", yearMark, a.From))
	default:
		parts = append(parts, fmt.Sprintf("%s%d-%d", yearMark, a.From, a.To))
	}
	if a.Class != 0 {
		parts = append(parts, classMark+n.Classes[a.Class])
	}
	if a.Person != 0 {
		parts = append(parts, personMark+n.People[a.Person])
	}
	if len(parts) == 0 {
		return everybody
	}
	return strings.Join(parts, "+")
}

// SayAudiences are audiences in words: "pupils, Years 7 to 9".
func SayAudiences(ctx context.Context, tx *db.Tx, all []Audience) ([]string, error) {
	n, err := namesOf(ctx, tx, all)
	if err != nil {
		return nil, err
	}
	return column(all, func(a Audience) string { return a.words(n) }), nil
}

// namesOf finds what audiences name.
func namesOf(ctx context.Context, tx *db.Tx, all []Audience) (Names, error) {
	rules := make([]Restriction, len(all))
	for i, a := range all {
		rules[i].For = a
	}
	return NamesOf(ctx, tx, Rules{All: rules})
}
