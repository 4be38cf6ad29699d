package conduct

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/sheet"
)

// Told is a flag as staff read it: what was seen, by which rule of which version with which
// figures, and what a person made of it.
type Told struct {
	Flag     FlagID
	At       time.Time
	Category string // its title then
	Rule     string // "" of staff
	Version  SetID
	Since    time.Time      // when that version began
	Figures  map[string]int // as that version set them; what is left out was a default
	Seen     map[string]int // figures of the evidence: "pages", "minutes"
	By       string         // of staff
	Note     string
	Reported bool // it counted for nothing: rules only reported then
	Outcome  Outcome
	Closing  string
}

// History is what was flagged and done about a person since a time, the newest first, without
// anything of safeguarding. Who reads it stands on record.
func (c *Conduct) History(ctx context.Context, by school.Actor, person school.PersonID, since time.Time) (flags []Told, cases []Case, err error) {
	if !by.May(school.SeeConduct) {
		return nil, nil, school.NotAllowed
	}
	err = c.db.InTx(ctx, db.InSchool(by.School), func(ctx context.Context, tx *db.Tx) error {
		p, err := school.PersonByID(ctx, tx, person)
		if err != nil {
			return err
		}
		if flags, err = told(ctx, tx, by.School, person, since); err != nil {
			return err
		}
		if cases, err = casesOf(ctx, tx, by.School, person, since); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{School: by.School, Act: "conduct-viewed", Actor: by.Pseudonym, Subject: p.Pseudonym})
	})
	return flags, cases, err
}

// Letter is the case of a withdrawal, for a letter home that a person sends: for who sees the
// school's conduct, and for its reviewer.
func (c *Conduct) Letter(ctx context.Context, by school.Actor, which SuspensionID) (of Case, err error) {
	err = c.db.InTx(ctx, db.InSchool(by.School), func(ctx context.Context, tx *db.Tx) error {
		all, err := caseOf(ctx, tx, by.School, which)
		if err != nil {
			return err
		}
		if len(all) == 0 || !by.May(school.SeeConduct) && (!by.May(school.ReviewConduct) || all[0].Objection.Reviewer != by.Person) {
			return fault.New(fault.NotFound, "case-unknown", "There is no such case, or it is not yours to review.")
		}
		of = all[0]
		p, err := school.PersonByID(ctx, tx, of.Person)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{School: by.School, Act: "letter-drafted", Actor: by.Pseudonym, Subject: p.Pseudonym})
	})
	return of, err
}

// exported are the columns of Export.
var exported = []string{"begins", "ends", "username", "name", "year", "step", "reason", "imposed by", "rule", "version", "given back", "objection", "answer"}

// Export writes the school's withdrawals and notices since a time as CSV, for its behaviour
// system. Nothing of safeguarding is among them, and no pause.
func (c *Conduct) Export(ctx context.Context, by school.Actor, since time.Time, to io.Writer) error {
	if !by.May(school.SeeConduct) {
		return school.NotAllowed
	}
	var rows [][]string
	err := c.db.InTx(ctx, db.InSchool(by.School), func(ctx context.Context, tx *db.Tx) error {
		rows = nil
		all, err := casesSince(ctx, tx, by.School, since)
		if err != nil {
			return err
		}
		for _, one := range all {
			p, err := school.PersonByID(ctx, tx, one.Person)
			if err != nil {
				return err
			}
			rows = append(rows, exportRow(one, p))
		}
		return audit.Record(ctx, tx, audit.Entry{School: by.School, Act: "conduct-exported", Actor: by.Pseudonym, Facts: map[string]any{"rows": len(all)}})
	})
	if err != nil {
		return err
	}
	table, err := sheet.NewWriter(to, exported...)
	for i := 0; err == nil && i < len(rows); i++ {
		err = table.Row(rows[i]...)
	}
	if err != nil {
		return fmt.Errorf("write steps: %w", err)
	}
	return table.Close()
}

func exportRow(c Case, p school.Person) []string {
	row := []string{c.Starts.In(c.Ends.Location()).Format(time.RFC3339), c.Ends.Format(time.RFC3339), p.Username, c.Name}
	zone := c.Ends.Location()
	year, version := "", ""
	if c.Year > school.NoYear {
		year = fmt.Sprint(c.Year)
	}
	if c.Version != 0 {
		version = fmt.Sprint(c.Version)
	}
	return append(row, year, string(c.Action), c.Reason, c.By, c.Rule, version, stamp(c.Lifted, zone), stamp(c.Objection.Made, zone), string(c.Objection.Outcome))
}

// stamp is a time in the table; "" for none.
func stamp(at time.Time, zone *time.Location) string {
	if at.IsZero() {
		return ""
	}
	return at.In(zone).Format(time.RFC3339)
}

// Figures says numbers by their names: "minutes 10, pages 140".
func Figures(all map[string]int) string {
	words := make([]string, 0, len(all))
	for name, n := range all {
		words = append(words, fmt.Sprintf("%s %d", name, n))
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}
