package console

import (
	"fmt"
	"testing"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/internal/web/webtest"
	"inkwell/quota/conduct"
)

// TestConductShots takes pictures of the pages about conduct, as TestShots does of others.
func TestConductShots(t *testing.T) {
	h := newHouse(t)
	p := webtest.Start(t).Page(t)
	p.Open(h.server.URL + "/staff/sign-in")
	signInAs(p, "it", schooltest.Password)
	p.Seen("Jobs")
	for _, scene := range h.conductScenes() {
		if scene.set != nil {
			scene.set()
		}
		for _, size := range [][2]int64{{390, 844}, {1280, 800}} {
			for _, scheme := range []string{"light", "dark"} {
				p.Size(size[0], size[1])
				p.Scheme(scheme)
				p.Open(h.server.URL + scene.path)
				if scene.act != nil {
					scene.act(p)
				}
				h.shoot(p, fmt.Sprintf("conduct-%s-%d-%s.png", scene.name, size[0], scheme), size[0])
			}
		}
	}
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
		{name: "class", path: classPath(own), set: func() {
			h.are(school.Teacher)()
			dbtest.Exec(h.T, h.db, "UPDATE enrolment SET person_id = $1 WHERE person_id = $2 AND class_id = $3", h.IT.Person, h.Teacher.Person, own)
			dbtest.Exec(h.T, h.db, "UPDATE conduct_order SET made_by = $1 WHERE kind = 'pause'", h.IT.Person)
		}},
	}
}
