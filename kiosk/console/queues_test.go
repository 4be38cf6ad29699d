package console

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school/schooltest"
	"inkwell/release"
)

// wished is a form as the page has it for a queue.
func (h *house) wished(id release.QueueID) url.Values {
	h.Helper()
	form := url.Values{}
	h.in(func(ctx context.Context, tx *db.Tx) error {
		all, err := release.QueuesOf(ctx, tx, h.School)
		if err != nil {
			return err
		}
		for _, q := range all {
			if q.ID != id {
				continue
			}
			w, err := release.WishOf(ctx, tx, q)
			if err != nil {
				return err
			}
			for part, said := range w {
				form[part] = []string{strings.Join(said, ", ")}
			}
			form["proof"] = w["proof"]
			if form.Get("printer") == "any" {
				delete(form, "printer")
			}
			before := q.Policy
			if _, err := w.Apply(ctx, tx, &q); err != nil || fmt.Sprint(before) != fmt.Sprint(q.Policy) {
				h.Errorf("a queue wished as it is came to %+v, was %+v (%v)", q.Policy, before, err)
			}
		}
		return nil
	})
	return form
}

// TestQueues: a queue is previewed, changed, made and ended here; what contradicts itself is refused in the
// page's own words, and another school's is not there.
func TestQueues(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.stand()
	h.enter("it")
	first := dbtest.Value[release.QueueID](t, h.db, "SELECT queue_id FROM queue WHERE path = '/ipp/print'")
	at := fmt.Sprintf("%s/%d", queuesPath, first)
	h.says(h.get(queuesPath), http.StatusOK, "/ipp/print", "Wait for their owner at a kiosk", "Everybody")
	h.says(h.get(at), http.StatusOK, "How it is", "Everybody", "Two-sided where the printer can")

	form := h.wished(first)
	form.Set("users", "staff")
	form.Set("colour", "teacher")
	form["printer"] = []string{"Library"}
	form.Set("do", "preview")
	h.says(h.post(at, form), http.StatusOK, "How it would be", "Staff", "before: Everybody", "Library")
	if users := dbtest.Value[string](t, h.db, "SELECT users FROM queue WHERE queue_id = $1", first); users != "everybody" {
		t.Errorf("a preview has changed the queue: %s", users)
	}
	form.Set("do", "save")
	if a := h.post(at, form); a.status != http.StatusSeeOther || a.location != at+"?done=saved" {
		t.Fatalf("%d %s", a.status, a.body)
	}
	h.says(h.get(at+"?done=saved"), http.StatusOK, "Saved.", "Staff", `value="teacher"`)
	h.wished(first)

	for want, change := range map[string][2]string{
		"There is no role “prefect”":                {"users", "prefect"},
		"names somebody who may not use this queue": {"colour", "year:11"},
		"Nobody is in year 3":                       {"users", "year:3"},
		"with 1 to 100 characters":                  {"name", " "},
		"number of pages":                           {"programs", "many"},
	} {
		bad := maps.Clone(form)
		bad[change[0]] = []string{change[1]}
		a := h.post(at, bad)
		if body := strings.NewReplacer("&#34;prefect&#34;", "“prefect”").Replace(a.body); a.status != http.StatusConflict || !strings.Contains(body, want) || strings.Contains(body, "--") && strings.Contains(body, "Say --") {
			t.Errorf("%v: %d, no %q", change, a.status, want)
		}
	}
	form.Set("path", "/ipp/staff room")
	form.Set("kind", "hold")
	h.says(h.post(queuesPath, form), http.StatusConflict, "small letters, digits and hyphens", "/ipp/staff room")
	form.Set("path", "/ipp/print")
	h.says(h.post(queuesPath, form), http.StatusConflict, "There is a queue at this path already")
	form.Set("path", "/ipp/staff")
	form.Set("name", "Staff room")
	made := h.post(queuesPath, form)
	if made.status != http.StatusSeeOther {
		t.Fatalf("%d %s", made.status, made.body)
	}
	h.says(h.get(made.location), http.StatusOK, "Staff room", "Made.")
	own, _, _ := strings.Cut(made.location, "?")
	if a := h.post(own+"/remove", nil); a.status != http.StatusSeeOther || a.location != queuesPath {
		t.Errorf("%d %s", a.status, a.body)
	}
	h.says(h.post(at+"/remove", nil), http.StatusConflict, "still wait or print")

	other := schooltest.New(t, h.db, "Hill School")
	foreign := dbtest.Value[int](t, h.db, "INSERT INTO queue (school_id, path, name, kind, proof) VALUES ($1, '/ipp/hill', 'Hill', 'hold', 'password') RETURNING queue_id", other.School)
	form.Set("do", "save")
	for _, a := range []answer{h.get(fmt.Sprintf("%s/%d", queuesPath, foreign)), h.post(fmt.Sprintf("%s/%d", queuesPath, foreign), form), h.post(fmt.Sprintf("%s/%d/remove", queuesPath, foreign), nil)} {
		if a.status != http.StatusNotFound {
			t.Errorf("another school's queue: %d", a.status)
		}
	}
	if got := h.acts(); got != "staff-signed-in queue-set queue-added queue-removed" {
		t.Errorf("audit has %s", got)
	}
}
