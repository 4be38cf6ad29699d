package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
)

// elsewhere makes IT of the house staff of another school, too.
func (h *house) elsewhere(name string, role school.Role) (at school.ID) {
	h.Helper()
	at = schooltest.New(h.T, h.db, name).School
	if err := h.db.InTx(h.Context(), db.System("staff"), func(ctx context.Context, tx *db.Tx) error {
		p, err := school.PersonByID(ctx, tx, h.IT.Person)
		if err == nil {
			_, err = school.JoinAnother(ctx, tx, p, at, "ida", role)
		}
		return err
	}); err != nil {
		h.Fatal(err)
	}
	return at
}

// TestYourSchools: each with what is not well and where to go, worst first; one click goes there, and to no school that is not theirs.
func TestYourSchools(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	if page := h.get("/staff"); strings.Contains(page.body, schoolsPath) {
		t.Error("somebody of one school is offered several")
	}
	hill, other := h.elsewhere("Hill School", school.Provider), schooltest.New(t, h.db, "Foreign School").School
	teaches := h.elsewhere("Beach School", school.Teacher)
	h.findings = []Finding{{Ill, "printers", "none is ready", "go"}, {Look, "spool", "little room", "make room"}, {Well, "clock", "it agrees", ""}}
	page := h.get(schoolsPath)
	h.says(page, http.StatusOK, "2 of 3 schools need attention now", "Hill School", "None is ready", "you are here", "You do not look after its machines", `href="/staff/printers"`)
	if strings.Contains(page.body, "Foreign") || strings.Contains(page.body, "It agrees") {
		t.Error("a school that is not theirs, or what is well, is listed")
	}
	h.says(h.get("/staff"), http.StatusOK, schoolsPath)
	to := func(at school.ID, next string) answer {
		return h.post(fmt.Sprintf("%s/%d", schoolsPath, at), url.Values{"next": {next}})
	}
	h.says(to(other, printersPath), http.StatusNotFound)
	h.says(h.get(schoolsPath), http.StatusOK, "you are here")
	if a := to(hill, "https://elsewhere.example/"); a.status != http.StatusSeeOther || a.location != "/staff" {
		t.Fatalf("%d %s", a.status, a.location)
	}
	h.says(h.get(schoolsPath), http.StatusOK, "Hill School", "Harbour Academy")
	h.says(h.get("/staff/people"), http.StatusNotFound) // a provider there, and no IT
	if a := to(h.School, printersPath); a.status != http.StatusSeeOther || a.location != printersPath {
		t.Fatalf("%d %s", a.status, a.location)
	}
	h.says(h.get("/staff/people"), http.StatusOK)
	dbtest.Exec(t, h.db, "UPDATE school SET factor_roles = '{teacher}' WHERE school_id = $1", teaches)
	h.says(to(teaches, printersPath), http.StatusConflict, "wants a second factor")
	h.findings = nil
	h.says(h.get(schoolsPath), http.StatusOK, "All is well at every school of yours")
	h.findings = []Finding{{Ill, "printers", "none is ready", "go"}}
	dbtest.Exec(t, h.db, "UPDATE person SET opened_by = NULL WHERE school_id = $1", hill) // as if another school's IT had given the account there a password
	h.says(to(hill, printersPath), http.StatusConflict, "does not open that school")
	page = h.get(schoolsPath)
	h.says(page, http.StatusOK, "1 of 3 schools", "What you signed in with does not open this school")
	if strings.Contains(page.body, fmt.Sprintf(`action="%s/%d"`, schoolsPath, hill)) {
		t.Error("a school that is not opened is offered")
	}
}
