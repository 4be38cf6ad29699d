package school_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
)

// paper is a school on a day with an agreement in force.
type paper struct {
	*testing.T
	db    *db.DB
	clock *dbtest.Clock
	cast  *schooltest.Cast
	form  school.Agreement
}

func newPaper(t *testing.T) *paper {
	clock := dbtest.NewClock(time.Date(2026, 9, 14, 9, 0, 0, 0, time.UTC))
	d := dbtest.New(t, dbtest.At(clock))
	p := &paper{T: t, db: d, clock: clock, cast: schooltest.New(t, d, "Harbour")}
	p.form = p.add(school.Agreement{Version: "2026-09", Audience: school.Pupils, Clauses: 2, Parent: true, Starts: date("2026-09-01"), Blocks: date("2026-10-05")}, "")
	return p
}

func date(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return d
}

func (p *paper) tx(fn func(ctx context.Context, tx *db.Tx) error) error {
	return p.db.InTx(p.Context(), db.InSchool(p.cast.School), fn)
}

// add adds a version, or is refused with the code.
func (p *paper) add(a school.Agreement, refusal string) (added school.Agreement) {
	p.Helper()
	a.School = p.cast.School
	err := p.tx(func(ctx context.Context, tx *db.Tx) (err error) {
		added, err = school.AddAgreement(ctx, tx, "", a)
		return err
	})
	p.check(err, refusal)
	return added
}

func (p *paper) check(err error, refusal string) {
	p.Helper()
	code := ""
	if f := fault.As(err); f != nil {
		code = f.Code
	}
	if code != refusal || refusal == "" && err != nil {
		p.Fatalf("refusal %q, want %q: %v", code, refusal, err)
	}
}

func (p *paper) imports(list, refusal string) (rows, fresh int, err error) {
	p.Helper()
	err = p.tx(func(ctx context.Context, tx *db.Tx) (err error) {
		rows, fresh, err = school.ImportForms(ctx, tx, p.cast.IT.Pseudonym, p.form, strings.NewReader(list))
		return err
	})
	p.check(err, refusal)
	return rows, fresh, err
}

// consent is how Sam stands.
func (p *paper) consent() (c school.Consent) {
	p.Helper()
	p.check(p.tx(func(ctx context.Context, tx *db.Tx) error {
		all, err := school.Consents(ctx, tx, []school.PersonID{p.cast.Sam.Person, p.cast.Teacher.Person})
		if !all[p.cast.Teacher.Person].Signed {
			p.Error("an adult has to sign what is for pupils")
		}
		c = all[p.cast.Sam.Person]
		return err
	}), "")
	return c
}

const formHead = "username,signatory,signed_on,answer1,answer2\n"

func TestANoIsNotSigned(t *testing.T) {
	t.Parallel()
	p := newPaper(t)
	if c := p.consent(); c.Signed || c.Bars || c.Agreement.Version != "2026-09" {
		t.Errorf("with nothing signed: %+v", c)
	}
	for _, step := range []struct {
		form   string
		signed bool
	}{
		{"sam,self,2026-09-02,yes,yes\n", false}, // the parent has not
		{"sam,parent,2026-09-03,yes,no\n", false},
		{"sam,parent,2026-09-04,Yes,Y\n", true},
		{"sam,self,2026-09-10,no,yes\n", false}, // thought better of it
		{"sam,self,2026-09-11,yes,yes\n", true},
	} {
		if _, fresh, _ := p.imports(formHead+step.form, ""); fresh != 1 {
			t.Errorf("%q: %d are new", step.form, fresh)
		}
		if _, fresh, _ := p.imports(formHead+step.form, ""); fresh != 0 {
			t.Errorf("%q a second time: %d are new", step.form, fresh)
		}
		if c := p.consent(); c.Signed != step.signed {
			t.Errorf("after %q: signed %v", step.form, c.Signed)
		}
	}
	var all []school.Signature
	p.check(p.tx(func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = school.Signatures(ctx, tx, p.cast.Sam.Person)
		return err
	}), "")
	if len(all) != 5 || !all[0].Agreed() || all[1].Agreed() || all[0].Recorder != p.cast.IT.Pseudonym {
		t.Errorf("the record is %+v", all)
	}
}

func TestFromADayOnItStopsPrinting(t *testing.T) {
	t.Parallel()
	p := newPaper(t)
	zone, _ := time.LoadLocation("Europe/London")
	for _, c := range []struct {
		at   time.Time
		bars bool
	}{
		{time.Date(2026, 10, 4, 23, 59, 59, 0, zone), false},
		{time.Date(2026, 10, 5, 0, 0, 0, 0, zone), true}, // which is still the fourth in UTC
	} {
		at, bars := c.at, c.bars
		p.clock.Set(at)
		if c := p.consent(); c.Bars != bars {
			t.Errorf("at %v: bars %v", at, c.Bars)
		}
		told := dbtest.Value[bool](t, p.db, "SELECT agreement_bars($1, $2, $3)", p.cast.Sam.Person, p.cast.School, at)
		if told != bars {
			t.Errorf("at %v the computer is told %v", at, told)
		}
	}
	p.check(p.tx(func(ctx context.Context, tx *db.Tx) error {
		return school.SetBlocks(ctx, tx, "", p.form, time.Time{})
	}), "")
	if p.consent().Bars {
		t.Error("it stops printing though the school said never")
	}
	later := p.add(school.Agreement{Version: "2027-01", Audience: school.Pupils, Starts: date("2026-10-05")}, "")
	if c := p.consent(); c.Agreement.ID != later.ID {
		t.Errorf("in force is %+v", c.Agreement)
	}
	var unsigned []school.Person
	p.check(p.tx(func(ctx context.Context, tx *db.Tx) (err error) {
		unsigned, _, err = school.Unsigned(ctx, tx, p.cast.School, 10)
		return err
	}), "")
	if len(unsigned) != 2 || unsigned[0].Username != "mia" || unsigned[1].Username != "sam" {
		t.Errorf("unsigned are %+v", unsigned)
	}
}

func TestFormsThatCannotBe(t *testing.T) {
	t.Parallel()
	p := newPaper(t)
	good := "mia,self,2026-09-02,yes,yes\n"
	for name, row := range map[string]string{
		"nobody":               "samuel,self,2026-09-02,yes,yes",
		"another signatory":    "sam,uncle,2026-09-02,yes,yes",
		"no date":              "sam,self,9-2026,yes,yes",
		"a day to come":        "sam,self,2026-09-15,yes,yes",
		"a day long gone":      "sam,self,2016-09-02,yes,yes",
		"a question left open": "sam,self,2026-09-02,yes,",
		"neither yes nor no":   "sam,self,2026-09-02,yes,perhaps",
	} {
		if _, _, err := p.imports(formHead+good+row+"\n", "sheet-rows"); !strings.Contains(fault.As(err).Say, "line 3:") {
			t.Errorf("%s: %v", name, err)
		}
	}
	p.imports("username,signatory,signed_on,answer1\nsam,self,2026-09-02,yes\n", "sheet-columns")
	if n := dbtest.Value[int](t, p.db, "SELECT count(*) FROM signature"); n != 0 {
		t.Errorf("%d forms were recorded from files that were refused", n)
	}
	for refusal, a := range map[string]school.Agreement{
		"agreement-there":    {Version: "2026-09", Audience: school.Adults, Starts: date("2026-09-02")},
		"agreement-version":  {Version: " ", Audience: school.Pupils, Starts: date("2026-09-02")},
		"agreement-audience": {Version: "x", Audience: "parents", Starts: date("2026-09-02")},
		"agreement-clauses":  {Version: "x", Audience: school.Pupils, Clauses: 21, Starts: date("2026-09-02")},
		"agreement-parent":   {Version: "x", Audience: school.Adults, Parent: true, Starts: date("2026-09-02")},
		"agreement-blocks":   {Version: "x", Audience: school.Adults, Starts: date("2026-09-02"), Blocks: date("2026-09-01")},
	} {
		p.add(a, refusal)
	}
	other := schooltest.New(t, p.db, "Hill")
	err := p.tx(func(ctx context.Context, tx *db.Tx) error {
		_, err := school.RecordForms(ctx, tx, "", p.form, []school.Signature{{Person: other.Sam.Person, By: school.Self, Answers: []bool{true, true}, On: date("2026-09-02")}})
		return err
	})
	p.check(err, "person-unknown")
}
