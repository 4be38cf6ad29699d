package quota_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/sheet"
	"inkwell/quota"
)

// places are two printers, of which five people used the first.
func places(people map[int64]int) quota.Places {
	return quota.Places{
		Names: func(context.Context, *db.Tx, school.ID) (map[int64]string, error) {
			return map[int64]string{1: "Library", 2: "=Office"}, nil
		},
		People: func(context.Context, *db.Tx, school.ID, quota.Span) (map[int64]int, error) { return people, nil },
	}
}

// crowd adds pupils of a year group.
func (h house) crowd(n, year int) (all []school.PersonID) {
	h.t.Helper()
	for i := range n {
		all = append(all, dbtest.Value[school.PersonID](h.t, h.db, `
			INSERT INTO person (school_id, username, given_name, family_name, year_group) VALUES ($1, $2, 'P', 'P', $3) RETURNING person_id`,
			h.School, fmt.Sprintf("y%d-%d", year, i), year))
	}
	return all
}

func told(rows []quota.Row) string {
	var all []string
	for _, r := range rows {
		if r.Hidden {
			all = append(all, r.Label+" hidden")
		} else {
			all = append(all, fmt.Sprintf("%s %d", r.Label, r.Impressions))
		}
	}
	return strings.Join(all, ", ")
}

func TestReportsOfUsage(t *testing.T) {
	h := newHouse(t)
	h.must(func(ctx context.Context, tx *db.Tx) error {
		term := func(y int, m time.Month) time.Time { return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC) }
		return school.AddClasses(ctx, tx, h.School, []school.Class{
			{Name: "11A", Pupils: []school.PersonID{h.Sam.Person, h.Mia.Person}, Teachers: []school.PersonID{h.Teacher.Person}, From: term(2020, 9), To: term(2099, 9)},
			{Name: "Gone", Pupils: []school.PersonID{h.Sam.Person}, From: term(2020, 9), To: term(2021, 9)},
		})
	})
	nine, seven := h.crowd(6, 9), h.crowd(5, 7)
	at := func(p school.PersonID, day, printer, pages int) {
		h.use(quota.Use{School: h.School, Person: p, Day: (firstDay + 7).Time().AddDate(0, 0, day), Printer: int32(printer), Impressions: pages, Sheets: pages}, int64(pages))
	}
	for _, p := range append(nine, seven...) {
		at(p, 0, 1, 2)
	}
	at(h.Sam.Person, 0, 1, 40) // the only one of Year 11
	at(h.Mia.Person, 35, 2, 5) // of Year 7
	at(h.Teacher.Person, 0, 3, 9)
	for by, want := range map[string]struct{ inside, outside string }{
		"year":    {"Year 7 15, Year 9 12, Year 11 40, Staff and others 9", "Year 7 hidden, Year 9 12, Year 11 hidden, Staff and others hidden"},
		"printer": {"Library 62, Printer 3 9, =Office 5", "Library hidden, Printer 3 hidden, =Office hidden"},
		"class":   {"11A 45", "11A hidden"},
		"month":   {"2026-09-01 71, 2026-10-01 5", "2026-09-01 hidden, 2026-10-01 hidden"},
		"person":  {"", ""},
	} {
		h.must(func(ctx context.Context, tx *db.Tx) error {
			per, err := quota.ParseBreakdown(by)
			if err != nil {
				return err
			}
			rows, err := quota.Usage(ctx, tx, h.School, per, ever, places(map[int64]int{1: 12, 2: 1, 3: 1}))
			if err != nil {
				return err
			}
			if by == "person" {
				if rows[0].Label != "sam" || rows[0].Impressions != 40 || len(rows) != 14 {
					t.Errorf("by person: %s", told(rows))
				}
				if _, err := quota.Published(ctx, tx, h.School, per, ever, places(nil)); fault.KindOf(err) != fault.Invalid {
					t.Errorf("people leave the school: %v", err)
				}
				return nil
			}
			if got := told(rows); got != want.inside {
				t.Errorf("by %s: %s, want %s", by, got, want.inside)
			}
			rows, err = quota.Published(ctx, tx, h.School, per, ever, places(map[int64]int{1: 12, 2: 1, 3: 1}))
			if got := told(rows); got != want.outside {
				t.Errorf("published by %s: %s, want %s", by, got, want.outside)
			}
			return err
		})
	}
	if _, err := quota.ParseBreakdown("colour"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("an unknown breakdown: %v", err)
	}
}

// TestADepartmentOfFewIsHidden by who paid from it.
func TestADepartmentOfFewIsHidden(t *testing.T) {
	h := newHouse(t)
	art := dbtest.Value[int64](t, h.db, "INSERT INTO account (school_id, kind, name) VALUES ($1, 'shared', '@Art') RETURNING account_id", h.School)
	h.use(quota.Use{School: h.School, Person: h.Sam.Person, Day: firstDay.Time(), Account: art, Impressions: 3, Sheets: 3}, 3)
	h.must(func(ctx context.Context, tx *db.Tx) error {
		rows, err := quota.Usage(ctx, tx, h.School, quota.ByDepartment, ever, places(nil))
		if err != nil || told(rows) != "@Art 3" {
			t.Errorf("%s, %v", told(rows), err)
		}
		var b bytes.Buffer
		if err := quota.WriteUsage(&b, sheet.CSV, quota.ByDepartment, rows); err != nil || !strings.Contains(b.String(), "\r\n'@Art,1,3,0,3,3,0,0,0\r\n") {
			t.Errorf("written %q, %v", b.String(), err)
		}
		rows, err = quota.Published(ctx, tx, h.School, quota.ByDepartment, ever, places(nil))
		if err != nil || told(rows) != "@Art hidden" {
			t.Errorf("published %s, %v", told(rows), err)
		}
		b.Reset()
		if err := quota.WriteUsage(&b, sheet.CSV, quota.ByDepartment, rows); err != nil || !strings.Contains(b.String(), "\r\n'@Art,,,,,,,,\r\n") {
			t.Errorf("written %q, %v", b.String(), err)
		}
		return nil
	})
}
