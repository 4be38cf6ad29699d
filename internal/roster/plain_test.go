package roster_test

import (
	"strings"
	"testing"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/roster"
	"inkwell/internal/school"
)

func at(id school.ID) func(*options) { return func(o *options) { o.School = id } }

// A school's own minimum, as Excel saves it: a byte order mark, CRLF, quotes.
func TestAUKSchoolsOwnFiles(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	dbtest.Exec(t, o.db, "INSERT INTO school (name, time_zone) VALUES ('Hill Road', 'Europe/London')")
	f := files{
		"staff.csv":   "\ufeffName,Username\r\n\"Reid, Tom\",TREID\r\nJo Doe,jdoe\r\n",
		"pupils.csv":  "\ufeffName,Username,UPN,Year group,Registration group\r\nSam Bell,23sbell,A12345678901Z,Year 7,7A\r\nZoë van Dyk,23zvandyk,A123456789021,R,RB\r\nMia Bell,mia,,,\r\n",
		"classes.csv": "name,teacher,UPNs\r\n7x/En1,treid,\"A12345678901Z, A123456789021\"\r\n",
	}
	result := o.must(t, roster.Applied, f.folder(t), at(1))
	if c := result.Counts; c.Joiners != 5 || c.Classes != 3 || c.Enrolled != 5 {
		t.Errorf("%+v", c)
	}
	want := strings.Join([]string{
		"Hill Road|23sbell|Sam|Bell|7|pupil|7A/registration/7//pupil/2027-09-01,7x/En1/teaching///pupil/2027-09-01",
		"Hill Road|23zvandyk|Zoë|van Dyk|0|pupil|7x/En1/teaching///pupil/2027-09-01,RB/registration/0//pupil/2027-09-01",
		"Hill Road|jdoe|Jo|Doe|teacher",
		"Hill Road|mia|Mia|Bell|pupil",
		"Hill Road|treid|Tom|Reid|teacher|7x/En1/teaching///teacher/2027-09-01",
	}, "\n")
	if got := people(t, o.db); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	o.must(t, roster.Unchanged, f.zipped(t), at(1))
	// Pupils alone say nothing of staff and of lessons.
	o.must(t, roster.Unchanged, files{"pupils.csv": f["pupils.csv"]}.folder(t), at(1))
	for _, table := range []string{"roster_identity", "roster_run", "audit", "audit_note", "person"} {
		if n := dbtest.Value[int](t, o.db, "SELECT count(*) FROM "+table+" x WHERE x::text LIKE '%A1234567890%'"); n > 0 {
			t.Errorf("%s keeps a UPN", table)
		}
	}
	// The same pupil from another system, and then from this one again.
	if result := o.must(t, roster.Applied, files{"pupils.csv": strings.Replace(f["pupils.csv"], "23sbell", "sbell23", 1)}.folder(t), at(1)); result.Changed != 1 {
		t.Errorf("%+v", result.Counts)
	}
}

// One table, with columns that only this school has.
func TestAMappingReadsAnyColumns(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	dbtest.Exec(t, o.db, "INSERT INTO school (name, time_zone) VALUES ('Hill Road', 'Europe/London')")
	for _, c := range []struct {
		role    string
		columns []string
	}{
		{"pupil", []string{"username=Login"}}, {"pupil", []string{"name=N"}}, {"it", []string{"username=L", "name=N"}}, {"pupil", []string{"shoe=S", "username=L", "name=N"}}, {"pupil", []string{"username"}},
	} {
		if _, err := roster.ParseMapping("arbor", c.role, c.columns); err == nil {
			t.Errorf("%v was taken", c)
		}
	}
	m, err := roster.ParseMapping("arbor", "pupil", []string{"id=Student ID", "username=Login", "given=Known as", "family=Surname", "year=NCY", "registration=Tutor group", "classes=Groups"})
	if err != nil {
		t.Fatal(err)
	}
	if err := o.SaveMapping(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if m, err = o.Mapping(t.Context(), "arbor"); err != nil || m.Columns["username"] != "Login" || m.Role != school.Pupil {
		t.Fatalf("%+v %v", m, err)
	}
	with := func(w *options) { w.School, w.read.Mapping = 1, &m }
	text := "Student ID,Known as,Surname,Legal surname,Login,NCY,Tutor group,Groups\n17,Sam,Bell,Bell-Smith,sam,7,7A,\"7x/En1, 7x/Ma2\"\n18,Mia,Okafor,,mia,8,8A,\n"
	o.must(t, roster.Applied, files{"students.csv": text}.folder(t), with)
	if got, want := people(t, o.db), "Hill Road|mia|Mia|Okafor|8|pupil|8A/registration/8//pupil/2027-09-01\n"+
		"Hill Road|sam|Sam|Bell|7|pupil|7A/registration/7//pupil/2027-09-01,7x/En1/teaching///pupil/2027-09-01,7x/Ma2/teaching///pupil/2027-09-01"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if _, err := o.bring(t, files{"students.csv": strings.Replace(text, "Login", "User", 1)}.folder(t), with); err == nil || !strings.Contains(err.Error(), "lacks the column Login") {
		t.Errorf("a column that is gone: %v", err)
	}
	if err := o.RemoveMapping(t.Context(), "arbor"); err != nil {
		t.Error(err)
	}
	if _, err := o.Mapping(t.Context(), "arbor"); err == nil {
		t.Error("the mapping is still there")
	}
}
