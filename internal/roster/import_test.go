package roster_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/roster"
)

// small is a school of two teachers and thirty pupils.
func small() trust { return generate(1, 32) }

func TestADryRunShowsAndChangesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	before := rowsOf(t, o.db)
	result := o.must(t, roster.Applied, small().oneRoster("1.1").folder(t), func(o *options) { o.DryRun = true })
	if rowsOf(t, o.db) != before || dbtest.Value[int](t, o.db, "SELECT count(*) FROM roster_run") != 0 {
		t.Error("a dry run wrote something")
	}
	if result.Joiners != 32 || len(result.Schools) != 1 || !result.Schools[0].New || len(result.Schools[0].Joiners) != 32 {
		t.Errorf("%+v", result.Counts)
	}
	if l := result.Schools[0].Joiners[0]; l.Given == "" || l.Username == "" {
		t.Errorf("the first joiner is %+v", l)
	}
}

// Both versions say the same, by folder and by zip.
func TestBothVersionsMeanTheSame(t *testing.T) {
	t.Parallel()
	var all []string
	for _, version := range []string{"1.1", "1.2"} {
		o := newOffice(t)
		g := small()
		o.must(t, roster.Applied, g.oneRoster(version).folder(t))
		o.must(t, roster.Unchanged, g.oneRoster(version).zipped(t))
		all = append(all, people(t, o.db))
	}
	if all[0] != all[1] {
		t.Errorf("1.1:\n%.2000s\n1.2:\n%.2000s", all[0], all[1])
	}
	for _, want := range []string{"School 000|u500000|Harry|Ahmed|7|pupil|7A/registration/7//pupil/2027-07-22,Year 7 subject 0/teaching/7//pupil/", "School 000|u0|Sam|Bell|teacher|12A/registration/12//teacher/"} {
		if !strings.Contains(all[0], want) {
			t.Errorf("no %q in\n%.2000s", want, all[0])
		}
	}
}

func TestAMoverKeepsEverythingAndALeaverNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	g := generate(2, 200)
	o.must(t, roster.Applied, g.oneRoster("1.2").folder(t))
	id := func(user string) (n int64) {
		return dbtest.Value[int64](t, o.db, "SELECT min(person_id) FROM person WHERE username = $1 AND left_at IS NULL", user)
	}
	individual := func(n int64) int64 {
		return dbtest.Value[int64](t, o.db, "SELECT individual_id FROM person WHERE person_id = $1", n)
	}
	at := func(id string) *gPerson {
		for i := range g.people {
			if g.people[i].id == id {
				return &g.people[i]
			}
		}
		t.Fatal("nobody is " + id)
		return nil
	}
	stays, moves, leaves := at("S0-p0"), at("S0-p1"), at("S0-p2")
	was, gone := id(moves.user), id(leaves.user)
	version := dbtest.Value[int](t, o.db, "SELECT credential_version FROM person WHERE person_id = $1", gone)
	dbtest.Exec(t, o.db, "INSERT INTO address (school_id, person_id, device, digest, issued_at) SELECT school_id, person_id, 'x', sha256('x'), now() - interval '1 day' FROM person WHERE person_id = $1", gone)

	o.clock.Advance(24 * time.Hour)
	stays.year++
	moves.schools = []string{"S1"}
	g.people = without(g.people, leaves.id)
	for i := range g.classes {
		g.classes[i].pupils = withoutText(g.classes[i].pupils, leaves.id, "S0-p1")
	}
	result := o.must(t, roster.Applied, g.oneRoster("1.2").folder(t))
	if result.Leavers != 1 || result.Movers != 2 || result.Joiners != 1 {
		t.Errorf("%+v", result.Counts)
	}
	is := id(moves.user)
	if is == was || individual(is) != individual(was) {
		t.Error("who went to another school is not the same human at another place")
	}
	if n := dbtest.Value[int](t, o.db, "SELECT count(*) FROM person WHERE person_id = ANY($1) AND left_at IS NOT NULL", []int64{was, gone}); n != 2 {
		t.Errorf("%d of 2 have left the first school", n)
	}
	if v := dbtest.Value[int](t, o.db, "SELECT credential_version FROM person WHERE person_id = $1", gone); v != version+1 {
		t.Error("what proved the leaver still counts")
	}
	for what, sql := range map[string]string{
		"address":   "SELECT count(*) FROM address WHERE person_id = $1 AND revoked_at IS NULL",
		"enrolment": "SELECT count(*) FROM enrolment WHERE person_id = $1 AND valid_to > '2026-11-25'",
	} {
		if n := dbtest.Value[int](t, o.db, sql, gone); n != 0 {
			t.Errorf("the leaver has %d of %s", n, what)
		}
	}
	if n := dbtest.Value[int](t, o.db, "SELECT count(*) FROM departure WHERE person_id = $1 AND erase_on = '2026-12-25' AND returned_at IS NULL", gone); n != 1 {
		t.Error("the leaver is not listed for erasure")
	}
	if n := dbtest.Value[int](t, o.db, "SELECT count(*) FROM change WHERE topic = 'person:' || $1::bigint", gone); n != 1 {
		t.Error("no kiosk hears of the leaver")
	}
	if n := dbtest.Value[int](t, o.db, "SELECT count(*) FROM audit JOIN person ON pseudonym = subject WHERE act = 'person-left' AND person_id = $1", gone); n != 1 {
		t.Error("no record of the leaver")
	}
	// And comes back, in the same row.
	g.people = append(g.people, *leaves)
	g.people[len(g.people)-1].id, g.people[len(g.people)-1].user = "S0-p2", "u500002"
	if result := o.must(t, roster.Applied, g.oneRoster("1.2").folder(t)); result.Returned != 1 {
		t.Errorf("%+v", result.Counts)
	}
	if id("u500002") != gone {
		t.Error("who came back is somebody else")
	}
	if n := dbtest.Value[int](t, o.db, "SELECT count(*) FROM departure WHERE person_id = $1 AND returned_at IS NOT NULL", gone); n != 1 {
		t.Error("who came back is still to be erased")
	}
}

func without(all []gPerson, id string) (rest []gPerson) {
	for _, p := range all {
		if p.id != id {
			rest = append(rest, p)
		}
	}
	return rest
}

func withoutText(all []string, gone ...string) (rest []string) {
	for _, s := range all {
		if !strings.Contains(","+strings.Join(gone, ",")+",", ","+s+",") {
			rest = append(rest, s)
		}
	}
	return rest
}

func TestAListThatWasCutShortWaitsForAPerson(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	g := generate(1, 100)
	o.must(t, roster.Applied, g.oneRoster("1.1").folder(t))
	before := rowsOf(t, o.db)
	cut := g
	cut.people = g.people[:90]
	cut.classes = nil
	result := o.must(t, roster.Stopped, cut.oneRoster("1.1").folder(t))
	if rowsOf(t, o.db) != before || result.Leavers != 10 || len(result.Stops) < 2 {
		t.Errorf("%+v %v", result.Counts, result.Stops)
	}
	// A class that loses its members stops it too, though nobody leaves.
	emptied := g
	emptied.classes = append([]gClass{}, g.classes...)
	emptied.classes[0].pupils = emptied.classes[0].pupils[:5]
	if result := o.must(t, roster.Stopped, emptied.oneRoster("1.1").folder(t)); result.Leavers != 0 || !strings.Contains(result.Stops[0], "1 classes would lose") {
		t.Errorf("%+v %v", result.Counts, result.Stops)
	}
	if result := o.must(t, roster.Applied, cut.oneRoster("1.1").folder(t), allowLeavers); result.Leavers != 10 {
		t.Errorf("%+v", result.Counts)
	}
}

func TestADeltaDoesOnlyWhatItSays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.must(t, roster.Applied, generate(1, 60).oneRoster("1.1").folder(t))
	d := files{
		"manifest.csv": "propertyName,value\noneroster.version,1.1\nfile.orgs,absent\nfile.users,delta\nfile.classes,absent\nfile.enrollments,delta\nfile.academicSessions,absent\n",
		"users.csv": "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,givenName,familyName,grades\n" +
			"S0-p0,tobedeleted,2026-11-24,true,S0,student,u500000,x,y,07\nS0-p1,active,2026-11-24,true,S0,student,u500001,Samira,Bell,09\nnew1,active,2026-11-24,true,S0,student,newone,Jo,New,07\n",
		"enrollments.csv": "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,beginDate,endDate\n" +
			"e1,active,2026-11-24,S0-f70,S0,new1,student,,\ne2,tobedeleted,2026-11-24,S0-l701,S0,S0-p7,student,,\n",
	}
	result := o.must(t, roster.Applied, d.folder(t))
	if c := result.Counts; c.Leavers != 1 || c.Joiners != 1 || c.Movers != 1 || c.Enrolled != 1 || c.Ended != 1 {
		t.Errorf("%+v", c)
	}
	o.must(t, roster.Unchanged, d.folder(t))
}

func TestBadRowsAreNamedAndTheOthersWait(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	g := small()
	o.must(t, roster.Applied, g.oneRoster("1.1").folder(t))
	f := g.oneRoster("1.1")
	lines := strings.Split(strings.TrimSpace(f["users.csv"]), "\n")
	lines[5] = strings.Replace(lines[5], ",true,", ",true,nowhere", 1)
	lines[6] = "S0-p0" + lines[6][strings.Index(lines[6], ","):]
	lines = append(lines, `n1,,,true,S0,student,,,No,Username,07,`, `n2,,,true,S0,wizard,w,,A,B,07,`, "n3,,,true,S0,student,ctrl,,\"A\nB\",C,07,", `n4,gone,,true,S0,student,u4,,A,B,07,`,
		`n5,,,true,S0,student,`+strings.Repeat("u", 65)+`,,A,B,07,`, `n6,,,true,S0,student,tab,,A,`+strings.Repeat("é", 101)+`,07,`, `n7,,,true,S0,student,u500003,,A,B,07,`, `n8,,,true,S0,student,good,,Gil,Good,07,`)
	f["users.csv"] = strings.Join(lines, "\n")
	before := rowsOf(t, o.db)
	result := o.must(t, roster.Refused, f.folder(t))
	if rowsOf(t, o.db) != before {
		t.Error("a refused file changed something")
	}
	said := strings.Join(result.Bad.Lines(100), "\n")
	for _, want := range []string{
		"users.csv line 6: there is no organisation", "users.csv line 7: the same sourcedId is in line 5", "no username", "no role of this name", "holds a line break",
		"neither active nor tobedeleted", "username is longer than 64", "familyName is longer than 100", "the same user name is in users.csv line",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("nothing says %q in\n%s", want, said)
		}
	}
	result = o.must(t, roster.Applied, f.folder(t), func(o *options) { o.ApplyGood = true })
	if result.Joiners != 1 || result.Leavers != 0 || result.Ended != 0 {
		t.Errorf("%+v", result.Counts)
	}
}

func TestNobodyAddedByHandLeavesByARoster(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	g := small()
	o.must(t, roster.Applied, g.oneRoster("1.1").folder(t))
	dbtest.Exec(t, o.db, "INSERT INTO person (school_id, username, given_name, family_name) SELECT school_id, 'hand', 'Ha', 'Nd' FROM school")
	dbtest.Exec(t, o.db, "INSERT INTO person_role SELECT person_id, school_id, r FROM person, unnest(ARRAY['it', 'teacher']) r WHERE username = 'hand'")
	if result := o.must(t, roster.Unchanged, g.oneRoster("1.1").folder(t)); result.Leavers != 0 {
		t.Errorf("%+v", result.Counts)
	}
	// Once the source has them too, they leave by it; the role that a person gave stays as long as they do.
	g.people = append(g.people, gPerson{id: "S0-hand", user: "hand", given: "Ha", family: "Nd", schools: []string{"S0"}})
	if result := o.must(t, roster.Applied, g.oneRoster("1.1").folder(t)); result.Changed != 1 || result.Joiners != 0 {
		t.Errorf("%+v", result.Counts)
	}
	if !strings.Contains(people(t, o.db), "|hand|Ha|Nd|it,teacher") {
		t.Errorf("the roles are lost:\n%s", people(t, o.db))
	}
	// A pupil of their user name is somebody else.
	g.people[len(g.people)-1] = gPerson{id: "S0-other", user: "hand", given: "Ha", family: "Nd", year: 8, schools: []string{"S0"}, upn: "A00000000099Z"}
	if result, err := o.bring(t, g.oneRoster("1.1").folder(t), allowLeavers); err != nil || result.Leavers != 1 || result.Joiners != 1 {
		t.Errorf("%+v %v %v", result.Counts, result.Bad, err)
	}
}

func TestANewIDOfTheSamePersonIsRecognised(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*gPerson)
		same   bool
	}{
		"by UPN, with another user name and name":                   {func(p *gPerson) { p.user, p.given, p.family = "fresh", "Other", "Name" }, true},
		"by user name and name, without a UPN":                      {func(p *gPerson) { p.upn = "" }, true},
		"not when the UPN is another's":                             {func(p *gPerson) { p.upn = "B00000000001A" }, false},
		"not when the user name was given to one of another name":   {func(p *gPerson) { p.upn, p.given = "", "Else" }, false},
		"not when the user name is a teacher's now":                 {func(p *gPerson) { p.upn, p.year = "", 0 }, false},
		"not when only the name is the same: there are many Smiths": {func(p *gPerson) { p.upn, p.user = "", "smith2" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			g := small()
			o.must(t, roster.Applied, g.oneRoster("1.1").folder(t))
			p := &g.people[10]
			was := dbtest.Value[int64](t, o.db, "SELECT individual_id FROM person WHERE username = $1", p.user)
			old := p.id
			p.id = "renumbered"
			c.change(p)
			for i := range g.classes {
				for j, id := range g.classes[i].pupils {
					if id == old {
						g.classes[i].pupils[j] = p.id
					}
				}
				if p.year == 0 {
					g.classes[i].pupils = withoutText(g.classes[i].pupils, p.id)
				}
			}
			result := o.must(t, roster.Applied, g.oneRoster("1.1").folder(t), allowLeavers)
			is := dbtest.Value[int64](t, o.db, "SELECT individual_id FROM person WHERE username = $1 AND left_at IS NULL", p.user)
			if (was == is) != c.same || (result.Relinked == 1) != c.same || (result.Leavers == 0) != c.same {
				t.Errorf("same: %t; %+v", was == is, result.Counts)
			}
			o.must(t, roster.Unchanged, g.oneRoster("1.1").folder(t))
		})
	}
}

func TestRelinkByHandBringsTheFirstOneBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	g := small()
	o.must(t, roster.Applied, g.oneRoster("1.1").folder(t))
	p := &g.people[10]
	was := dbtest.Value[int64](t, o.db, "SELECT person_id FROM person WHERE username = $1", p.user)
	old := p.id
	for i := range g.classes {
		g.classes[i].pupils = withoutText(g.classes[i].pupils, old)
	}
	p.id, p.upn, p.given = "other", "", "Different"
	o.must(t, roster.Applied, g.oneRoster("1.1").folder(t), allowLeavers)
	if err := o.Relink(t.Context(), roster.DefaultSource, "never", "x"); err == nil {
		t.Error("an id that nobody had was relinked")
	}
	if err := o.Relink(t.Context(), roster.DefaultSource, old, "other"); err != nil {
		t.Fatal(err)
	}
	if result := o.must(t, roster.Applied, g.oneRoster("1.1").folder(t), allowLeavers); result.Returned != 1 || result.Leavers != 1 {
		t.Errorf("%+v", result.Counts)
	}
	if is := dbtest.Value[int64](t, o.db, "SELECT person_id FROM person WHERE username = $1 AND left_at IS NULL", p.user); is != was {
		t.Error("the first one is not back")
	}
}

// August: everybody moves up, the oldest leave, forms change their names, and next
// year's 7A is full of new people.
func TestTheNewSchoolYearIsOneImport(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	g := generate(1, 240)
	o.must(t, roster.Applied, g.oneRoster("1.1").folder(t))
	next := generate(1, 240)
	var gone []string
	for i := range next.people {
		if p := &next.people[i]; p.year == 13 {
			gone = append(gone, p.id)
		} else if p.year > 0 {
			p.year++
		}
	}
	for _, id := range gone {
		next.people = without(next.people, id)
	}
	var forms []gClass
	for _, c := range next.classes {
		if c.year == 13 {
			continue
		}
		c.year++
		c.id = "2027-" + c.id
		if c.form {
			c.title = fmt.Sprint(c.year) + c.title[len(c.title)-1:]
		}
		forms = append(forms, c)
	}
	next.classes = forms
	o.clock.Set(time.Date(2026, time.August, 25, 9, 0, 0, 0, time.UTC).AddDate(1, 0, 0))
	result := o.must(t, roster.Stopped, next.oneRoster("1.1").folder(t))
	if result.Leavers != len(gone) || result.Movers < 150 {
		t.Errorf("%+v", result.Counts)
	}
	o.must(t, roster.Applied, next.oneRoster("1.1").folder(t), allowLeavers)
	o.must(t, roster.Unchanged, next.oneRoster("1.1").folder(t))
}

// One school of a trust takes its own part of the trust's export, under the name it has here.
func TestOneSchoolOfMany(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	dbtest.Exec(t, o.db, "INSERT INTO school (name, time_zone) VALUES ('School 001', 'Europe/London')")
	g := generate(3, 90)
	if result := o.must(t, roster.Applied, g.oneRoster("1.1").folder(t), at(1)); result.Joiners != 30 || len(result.Schools) != 1 || result.Counts.Schools != 0 {
		t.Errorf("%+v", result.Counts)
	}
	o.must(t, roster.Unchanged, g.oneRoster("1.1").folder(t), at(1))
	if n := dbtest.Value[string](t, o.db, "SELECT string_agg(name || ' ' || first_day || ' ' || last_day, ',') FROM term"); n != "Autumn 2026-09-01 2026-12-18" {
		t.Errorf("its terms are %q", n)
	}
	// And a slip in a name makes no school.
	result := o.must(t, roster.Refused, files{"staff.csv": "name,username,school\nJo Doe,jdoe,Scool 001\n"}.folder(t))
	if !strings.Contains(result.Bad.Lines(1)[0], "staff.csv line 2: there is no school of this name here") {
		t.Errorf("%v", result.Bad.Lines(5))
	}
	o.must(t, roster.Applied, files{"staff.csv": "name,username,school\nJo Doe,jdoe,school 001\n"}.folder(t), func(o *options) { o.read.Source = "hr" })
}

// Reception chooses what a guest is called and hands them a password: a new member of staff
// whose user name and surname the roster brings later is not that guest.
func TestAGuestIsNobodyOfTheRoster(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	g := small()
	o.must(t, roster.Applied, g.oneRoster("1.1").folder(t))
	dbtest.Exec(t, o.db, "INSERT INTO person (school_id, username, given_name, family_name, password_hash) SELECT school_id, 'ahead', 'Ann', 'Ahead', '$argon2id$x' FROM school")
	dbtest.Exec(t, o.db, "INSERT INTO person_role SELECT person_id, school_id, 'cover' FROM person WHERE username = 'ahead'")
	dbtest.Exec(t, o.db, "INSERT INTO guest (person_id, school_id, sponsor, pages, ends_on, entered_at) SELECT person_id, school_id, gen_random_uuid(), 50, '2026-11-27', now() FROM person WHERE username = 'ahead'")
	g.people = append(g.people, gPerson{id: "S0-ahead", user: "ahead", given: "Alice", family: "Ahead", schools: []string{"S0"}})
	result, err := o.bring(t, g.oneRoster("1.1").folder(t))
	if said := strings.Join(result.Bad.Lines(10), "\n"); err != nil || !strings.Contains(said, "somebody else at the school has the user name") {
		t.Errorf("%+v %q %v", result.Counts, said, err)
	}
	if n := dbtest.Value[int](t, o.db, "SELECT count(*) FROM person_role JOIN person USING (person_id) WHERE username = 'ahead' AND role = 'teacher'"); n != 0 {
		t.Error("the guest is a teacher now")
	}
	dbtest.Exec(t, o.db, "UPDATE person SET left_at = now() WHERE username = 'ahead'")
	if result := o.must(t, roster.Applied, g.oneRoster("1.1").folder(t)); result.Joiners != 1 {
		t.Errorf("once the guest has gone: %+v", result.Counts)
	}
	if n := dbtest.Value[int](t, o.db, "SELECT count(*) FROM person WHERE username = 'ahead' AND left_at IS NULL AND password_hash IS NULL"); n != 1 {
		t.Error("the new teacher has not a row of their own")
	}
}
