package roster

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// Wish is what somebody says about a file that the file does not say.
type Wish struct {
	Source  string // "" is DefaultSource
	Mapping string // the name of a mapping, or ""
	School  string // the school that it is for, by name, or ""
}

// ReadFor reads a pack as it is wished, and finds the school that it is for: the one
// named, or the only one there is, for a file that names none. It is 0 where the file says.
func (i *Importer) ReadFor(ctx context.Context, p *Pack, w Wish) (*Roster, school.ID, error) {
	o := ReadOptions{Source: w.Source, Digest: i.UPNs()}
	if o.Source != "" && !nameForm.MatchString(o.Source) {
		return nil, 0, refuse("roster-source", "A source's name has small letters, digits and hyphens, such as mis.")
	}
	if w.Mapping != "" {
		m, err := i.Mapping(ctx, w.Mapping)
		if err != nil {
			return nil, 0, err
		}
		o.Mapping = &m
	}
	home, only, err := i.homeOf(ctx, w.School)
	if err != nil {
		return nil, 0, err
	}
	o.Day = i.DB.Now()
	if home.ID != 0 {
		o.Day, o.SchoolKey = home.Day(o.Day), fmt.Sprint(home.ID)
	}
	r, err := Read(p, o)
	if err != nil || w.School != "" {
		return r, home.ID, err
	}
	if only && len(r.Schools) == 0 && !strings.HasPrefix(r.Format, "OneRoster") {
		return r, home.ID, nil
	}
	return r, 0, nil
}

// homeOf is the school of the name, or the first one, and whether it is the only one.
func (i *Importer) homeOf(ctx context.Context, name string) (home school.School, only bool, err error) {
	var all []school.School
	err = i.DB.InTx(ctx, db.System("roster"), func(ctx context.Context, tx *db.Tx) error {
		all, err = school.All(ctx, tx)
		return err
	})
	if err != nil || name == "" && len(all) == 0 {
		return home, false, err
	}
	at := slices.IndexFunc(all, func(s school.School) bool { return name == "" || strings.EqualFold(s.Name, name) })
	if at < 0 {
		return home, false, fault.New(fault.NotFound, "school-unknown", "There is no school of this name. Give --school with its name as it was given.")
	}
	return all[at], len(all) == 1, nil
}
