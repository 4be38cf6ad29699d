package console

import (
	"context"
	"fmt"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/web/webtest"
)

// TestShotsOfRoles takes pictures of each role's own screens, as TestShots does.
func TestShotsOfRoles(t *testing.T) {
	h := newHouse(t)
	h.shootAll("roles", h.roleScenes)
}

// as makes whom the pictures are taken for another role.
func (h *house) as(role school.Role) func() {
	return func() {
		dbtest.Exec(h.T, h.db, "UPDATE person_role SET role = $2 WHERE person_id = $1", h.IT.Person, string(role))
		h.IT.Roles = []school.Role{role}
	}
}

// openMenu opens it.
func openMenu(p *webtest.Page) {
	p.Click(".menu summary")
	p.Until(`document.querySelector('.menu[open] .menu__panel a')`)
}

// crowd adds a class of pupils who print, which whoever looks teaches just now.
func (h *house) crowd() school.ClassID {
	h.Helper()
	var pupils []school.Newcomer
	for i, name := range []string{"Amira Khan", "Ben Ode", "Chloe Marsh", "Dara Quinn", "Eli Stone", "Femi Ade", "Grace Lowe", "Hari Patel", "Isla Ross", "Jonah Frey"} {
		var given, family string
		_, _ = fmt.Sscan(name, &given, &family)
		pupils = append(pupils, school.Newcomer{Username: fmt.Sprintf("19p%02d", i), Given: given, Family: family, Year: 9, Role: school.Pupil})
	}
	var ids []school.PersonID
	h.in(func(ctx context.Context, tx *db.Tx) (err error) {
		if ids, err = h.Directory.AddPeople(ctx, tx, h.School, pupils); err != nil {
			return err
		}
		all := append([]school.PersonID{h.Sam.Person, h.Mia.Person}, ids...)
		return school.AddClasses(ctx, tx, h.School, []school.Class{
			{Name: "9A/Sc1", Pupils: all, Teachers: []school.PersonID{h.IT.Person}, From: friday.AddDate(0, -3, 0), To: friday.AddDate(0, 6, 0)},
			{Name: "10C/Sc2", Pupils: ids[4:], Teachers: []school.PersonID{h.IT.Person}, From: friday.AddDate(0, -3, 0), To: friday.AddDate(0, 6, 0)},
		})
	})
	for i, id := range ids {
		for n := range 7 {
			h.printed(school.Actor{Person: id}, (i*3+n*n*2)%70, 1+(i*n+n)%14, 1+(i*n)%7)
		}
	}
	for d := range 10 {
		h.printed(h.Sam, d*7, 3+d%4, 2)
	}
	if err := h.console.conduct.Suspend(h.Context(), h.Chief, ids[3], friday.AddDate(0, 0, 6), "140 pages in 10 minutes on Tuesday"); err != nil {
		h.Fatal(err)
	}
	return dbtest.Value[school.ClassID](h.T, h.db, "SELECT class_id FROM class WHERE name = '9A/Sc1'")
}

// roleScenes are each role's first screens and what only they have.
func (h *house) roleScenes() []scene {
	var class school.ClassID
	return []scene{
		{name: "it-menu", path: "/staff", act: openMenu},
		{name: "it-help", path: "/staff/help#staff-people"},
		{name: "teacher-none", path: "/staff", set: h.as(school.Teacher)},
		{name: "teacher-classes", path: "/staff", set: func() { class = h.crowd() }},
		{name: "teacher-now", path: "/staff", set: func() { h.begins(h.IT, class) }},
		{name: "teacher-now-list", path: "/staff#pupils"},
		{name: "teacher-usage", path: "/staff/class-usage"},
		{name: "teacher-menu", path: "/staff", act: openMenu},
		{name: "head", path: "/staff", set: h.as(school.Head)},
		{name: "finance", path: "/staff", set: h.as(school.Finance)},
		{name: "prices", path: "/staff/prices", set: h.priced},
		{name: "prices-tried", path: "/staff/prices", act: func(p *webtest.Page) { p.Click(`[formaction^="/staff/prices/try"]`); p.Seen("Nothing is saved") }},
		{name: "prices-wrong", path: "/staff/prices", act: func(p *webtest.Page) {
			p.Fill("#colour", "five")
			p.Click(`[formaction^="/staff/prices/try"]`)
			p.Seen("whole number")
		}},
		{name: "allowances", path: "/staff/allowances"},
		{name: "allowances-tried", path: "/staff/allowances", act: func(p *webtest.Page) {
			p.Fill("#who", "pupil+year:10-11")
			p.Fill("#units", "20")
			p.Click(`[formaction^="/staff/allowances/try"]`)
			p.Seen("Nothing is saved")
		}},
		{name: "holds", path: "/staff/holds", set: h.held},
		{name: "requests", path: "/staff/requests?of=it", set: h.requested},
		{name: "exams", path: examsPath, set: h.examined},
		{name: "exams-wrong", path: examsPath, act: func(p *webtest.Page) {
			p.Fill("#name", "GCSE Art")
			p.Fill("#person", "nobody")
			p.Fill("#from", "2026-11-23T09:00")
			p.Fill("#until", "2026-11-23T11:30")
			p.Click(`[action="/staff/exams"] .button--main`)
			p.Seen("Nobody here has the user name")
		}},
		{name: "trust", path: "/staff/trust", set: h.as(school.COO)},
		{name: "record", path: "/staff/audit", set: h.as(school.Auditor)},
		{name: "record-sound", path: "/staff/audit", act: func(p *webtest.Page) { p.Click(`[action$="/verify"] button`); p.Seen("is sound") }},
		{name: "rosters", path: "/staff/rosters", set: func() {
			h.as(school.IT)()
			dbtest.Exec(h.T, h.db, `
				INSERT INTO roster_run (at, source, by, origin, digest, outcome, counts, bad_rows, reasons)
				SELECT $1::timestamptz - n * interval '1 day', 'mis', 'schedule', '/srv/roster/export.zip', sha256(n::text::bytea), (ARRAY['stopped', 'applied', 'unchanged'])[1 + n % 3],
				       CASE n % 3 WHEN 2 THEN '{}' ELSE jsonb_build_object('joiners', n, 'leavers', (5 - n) * 40, 'classes', n * 3) END, n % 2, CASE WHEN n % 3 = 0 THEN ARRAY['200 people would leave: more than 5 in 100'] ELSE '{}' END
				  FROM generate_series(0, 5) AS n`, friday)
		}},
		{name: "person-past", path: h.page(h.Sam.Person), set: func() {
			dbtest.Exec(h.T, h.db, `
				INSERT INTO audit (school_id, at, act, actor, subject)
				SELECT $1, $2::timestamptz - n * interval '31 hours', (ARRAY['pass-issued', 'printing-suspended', 'suspension-lifted', 'refund-granted'])[1 + n % 4], $3, $4 FROM generate_series(1, 9) AS n`,
				h.School, friday, h.Chief.Pseudonym, h.Sam.Pseudonym)
		}},
	}
}
