package console

import (
	"testing"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/web/webtest"
	"inkwell/quota/conduct"
)

// TestConductShots takes pictures of the pages about conduct, as TestShots does of others.
func TestConductShots(t *testing.T) {
	h := newHouse(t)
	h.shootAll("conduct", h.conductScenes)
}

// are makes IT's Ida somebody else.
func (h *house) are(role school.Role) func() {
	return func() {
		dbtest.Exec(h.T, h.db, "UPDATE person_role SET role = $2 WHERE person_id = $1", h.IT.Person, string(role))
	}
}

func (h *house) conductScenes() []scene {
	own, _ := h.taught()
	return []scene{
		{name: "rights", path: rightsPath, set: func() {
			if _, err := h.console.conduct.SuspendGroup(h.Context(), h.IT, conduct.Group{Year: 7}, friday, friday.AddDate(0, 0, 3), "Paper thrown about the library at lunch"); err != nil {
				h.Fatal(err)
			}
			if err := h.console.conduct.Suspend(h.Context(), h.IT, h.Sam.Person, friday.AddDate(0, 0, 6), "140 pages in 10 minutes on Tuesday, after two notices"); err != nil {
				h.Fatal(err)
			}
			if _, err := h.console.conduct.PauseClass(h.Context(), h.Teacher, own); err != nil {
				h.Fatal(err)
			}
		}},
		{name: "policy", path: policyPath, act: func(p *webtest.Page) {
			p.Eval(`document.querySelectorAll("#rule--1 details, #rule--2 details, #rule-1 details").forEach(d => d.open = true)`)
		}},
		{name: "try", path: policyPath, act: func(p *webtest.Page) {
			p.Eval(`document.querySelector("#rule-11 [formaction]").click()`)
			p.Seen("tried")
		}, set: func() {
			dbtest.Exec(h.T, h.db, `
				INSERT INTO fact (school_id, person_id, at, kind, detail) SELECT $1, $2, $3::timestamptz - n * interval '1 minute', 'too-few', '{}' FROM generate_series(1, 9) n`, h.School, h.Sam.Person, friday)
		}},
		{name: "reviews", path: reviewsPath, set: h.objected},
		{name: "flags", path: reviewsPath, act: func(p *webtest.Page) { p.Eval(`document.querySelector("#flags").scrollIntoView()`) }, set: func() {
			h.raise(h.Mia, h.Teacher, "behaviour", "person", "Threw a pile of printouts about the library at lunch, and laughed when Mrs Okoro asked her to pick them up.")
			h.raise(h.Sam, h.Teacher, "behaviour", "person", "Jammed the tray with a folded exercise book.")
			dbtest.Exec(h.T, h.db, `
				INSERT INTO flag (school_id, person_id, set_id, rule, kind, category, route, raised_at, bucket, weight, decays_at, evidence)
				SELECT $1, $2, max(set_id), 1, 'wrong-codes', 'access', 'person', $3::timestamptz - n * interval '27 hours', 100 + n, 0, $3::timestamptz + interval '9 days', '{"numbers": {"times": 5, "hours": 24}}'
				  FROM conduct_set, generate_series(0, 6) n GROUP BY n`, h.School, h.Sam.Person, friday)
		}},
		{name: "steps", path: reviewsPath, act: func(p *webtest.Page) { p.Eval(`document.querySelector("#steps").scrollIntoView()`) }, set: h.stepped},
		{name: "flag", path: h.page(h.Sam.Person), act: func(p *webtest.Page) { p.Eval(openFlag) }},
		{name: "history", path: h.page(h.Sam.Person) + "/conduct"},
		{name: "letter", path: reviewsPath + "/letter/2"},
		{name: "fairness", path: fairnessPath, set: func() {
			dbtest.Exec(h.T, h.db, `
				WITH p AS (INSERT INTO person (school_id, username, given_name, family_name, year_group) SELECT $1, 'n' || n, 'A', 'B', 7 + n % 5 FROM generate_series(1, 900) n RETURNING person_id, year_group)
				INSERT INTO person_role (person_id, school_id, role) SELECT person_id, $1, 'pupil' FROM p`, h.School)
			dbtest.Exec(h.T, h.db, `
				INSERT INTO flag (school_id, person_id, raised_by, kind, category, route, raised_at, bucket, weight, decays_at, evidence, note)
				SELECT $1, person_id, $2, 'staff', 'excess', 'person', $3, 0, 10, $3::timestamptz + interval '14 days', '{"seen": []}', 'x' FROM person WHERE username LIKE 'n%7' OR username LIKE 'n%4' AND year_group = 11`,
				h.School, h.Chief.Person, friday)
		}},
		{name: "class", path: classPath(own), act: func(p *webtest.Page) { p.Eval(openFlag) }, set: func() {
			h.are(school.Teacher)()
			dbtest.Exec(h.T, h.db, "UPDATE enrolment SET person_id = $1 WHERE person_id = $2 AND class_id = $3", h.IT.Person, h.Teacher.Person, own)
			dbtest.Exec(h.T, h.db, "UPDATE conduct_order SET made_by = $1 WHERE kind = 'pause'", h.IT.Person)
		}},
		{name: "matters", path: mattersPath, set: func() {
			h.safeguarded()
			lead, deputy := h.IT, h.Teacher
			lead.Roles, deputy.Roles = []school.Role{school.Safeguarding}, []school.Role{school.Safeguarding}
			all, err := h.console.conduct.Matters(h.Context(), lead)
			if err == nil {
				err = h.console.conduct.Seal(h.Context(), lead, all[0].ID)
			}
			if err == nil {
				err = h.console.conduct.AskToLook(h.Context(), deputy, all[0].ID)
			}
			if err != nil {
				h.Fatal(err)
			}
		}},
		{name: "words", path: wordsPath, set: func() {
			lead := h.IT
			lead.Roles = []school.Role{school.Safeguarding}
			for _, word := range []string{"blue whale", "self harm", "county lines"} {
				if err := h.console.conduct.AddWord(h.Context(), lead, word); err != nil {
					h.Fatal(err)
				}
			}
		}},
		{name: "my", path: messagesPath, set: func() {
			h.are(school.Pupil)()
			dbtest.Exec(h.T, h.db, "UPDATE suspension SET person_id = $1, imposed_by = $2 WHERE person_id = $3", h.IT.Person, h.Chief.Pseudonym, h.Sam.Person)
		}},
		{name: "my-sign-in", path: mySignInPath},
	}
}

// objected has Sam object to what Cleo did.
func (h *house) objected() {
	dbtest.Exec(h.T, h.db, "UPDATE suspension SET imposed_by = $1 WHERE person_id = $2", h.Chief.Pseudonym, h.Sam.Person)
	dbtest.Exec(h.T, h.db, `
		WITH s AS (INSERT INTO conduct_set (school_id, made_at, content) VALUES ($1, $3, '{"rules": [{"rule": 1, "name": "Many pages at once", "with": {"pages": 120, "minutes": 10}}],
			"categories": [{"name": "excess", "title": "Too much paper"}], "ladder": {}, "breaker": {}}') RETURNING set_id)
		INSERT INTO flag (school_id, person_id, set_id, rule, kind, category, route, raised_at, bucket, weight, decays_at, evidence, outcome, closed_at, closing)
		SELECT $1, $2, s.set_id, 1, 'burst', 'excess', 'automatic', $3::timestamptz - n * interval '26 hours', n, 10, $3::timestamptz + interval '9 days', '{"numbers": {"pages": 140, "minutes": 9}}',
		       CASE n WHEN 1 THEN 'dismissed' END, CASE n WHEN 1 THEN $3::timestamptz END, CASE n WHEN 1 THEN 'It was for the chess club.' END
		  FROM s, generate_series(0, 2) n`, h.School, h.Sam.Person, friday)
	cases, err := h.console.conduct.MyCases(h.Context(), h.Sam)
	if err == nil {
		_, err = h.console.conduct.Object(h.Context(), h.Sam, cases[0], "They were the score sheets for the chess club. Mr Reid asked me to print them all before Friday, and the printer jammed, so I had to send them again.")
	}
	if err != nil {
		h.Fatal(err)
	}
}

// stepped has a step of Mia's wait, and several flagged for what they have in common.
func (h *house) stepped() {
	dbtest.Exec(h.T, h.db, `
		WITH b AS (INSERT INTO flag_bundle (school_id, rule, same, opened_at) VALUES ($1, 9, 7, $4) RETURNING bundle_id)
		INSERT INTO flag (school_id, person_id, set_id, rule, kind, category, route, raised_at, bucket, weight, decays_at, evidence, bundle_id)
		SELECT $1, p, (SELECT max(set_id) FROM conduct_set), 9, 'one-kiosk', 'access', 'person', $4, 700, 0, $4::timestamptz + interval '9 days', '{"numbers": {"people": 6, "seconds": 60}}', bundle_id
		  FROM b, unnest(ARRAY[$2::bigint, $3]) p`, h.School, h.Mia.Person, h.Sam.Person, friday)
	dbtest.Exec(h.T, h.db, `
		WITH s AS (INSERT INTO conduct_set (school_id, made_at, content) SELECT school_id, made_at, content FROM conduct_set WHERE school_id = $1 ORDER BY set_id LIMIT 1 RETURNING set_id),
		     f AS (INSERT INTO flag (school_id, person_id, set_id, rule, kind, category, route, raised_at, bucket, weight, decays_at, evidence)
		           SELECT $1, $2, set_id, 3, 'identical', 'waste', 'notice', $3, 800, 7, $3::timestamptz + interval '9 days', '{"numbers": {"times": 9, "hours": 24}}' FROM s RETURNING flag_id, set_id)
		INSERT INTO step (school_id, person_id, set_id, rung, action, flag_id, points, reason, taken_at, ends_at, held_back)
		SELECT $1, $2, set_id, 3, 'teacher-release', flag_id, 34, 'The same document 9 times within a day. Until then your teacher prints your work with you.', $3, $3::timestamptz + interval '3 days', 'person' FROM f`,
		h.School, h.Mia.Person, friday)
}

// openFlag shows the form with which a pupil is flagged.
const openFlag = `document.querySelector("#flag-title ~ details").open = true; document.querySelector("#flag-title").scrollIntoView()`
