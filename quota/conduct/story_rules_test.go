package conduct_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/events"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/quota/conduct"
	"inkwell/quota/conduct/rule"
)

// school adds what rules look at to a story: a printer with a kiosk in each of two buildings, a queue, and
// the watchers of two servers. Its rules act.
type ruled struct {
	*story
	one, two *conduct.Watcher
	post     *inbox
}

// inbox is IT's box for mail.
type inbox struct{ all []string }

func (l *inbox) Send(_ context.Context, subject, text string) error {
	l.all = append(l.all, subject+"\n"+text)
	return nil
}

func newRuled(t *testing.T) *ruled {
	t.Helper()
	s := &ruled{story: newStory(t), post: &inbox{}}
	dbtest.Exec(t, s.db, `INSERT INTO printer (school_id, name, uri, place) VALUES ($1, 'Library', 'ipp://192.0.2.1', 'Main/1/Library'), ($1, 'Art', 'ipp://192.0.2.2', 'Art block')`, s.School)
	dbtest.Exec(t, s.db, `INSERT INTO station (school_id, slug, name, printer_id) SELECT school_id, lower(name), name, printer_id FROM printer`)
	dbtest.Exec(t, s.db, `INSERT INTO queue (school_id, path, name, kind, proof) VALUES ($1, '/ipp/print', 'School', 'hold', 'password')`, s.School)
	s.one, s.two = s.server(), s.server()
	s.act()
	s.given("rules of their own", s.policy(storyRules))
	return s
}

// storyRules are the rules of these stories, whatever the defaults are tuned to.
func storyRules(s *rule.Set) {
	figures := map[rule.Kind]map[string]int{
		rule.Burst: {"jobs": 12, "pages": 150}, rule.Volume: {"pages": 120, "days": 7, "own": 400, "year": 800}, rule.Identical: {"times": 6}, rule.Abandon: {"jobs": 12, "percent": 75},
		rule.WrongCodes: {"times": 10}, rule.SameDocument: {"people": 40, "hours": 24, "kiosks": 1},
	}
	weights := map[rule.Kind]int{rule.Burst: 30, rule.Volume: 20, rule.Identical: 10, rule.Large: 10, rule.ColourShare: 10, rule.Abandon: 10, rule.OutOfHours: 5, rule.Probing: 5, rule.PaperTrick: 10}
	seen := map[rule.Kind]bool{}
	s.Rules = slices.DeleteFunc(s.Rules, func(r rule.Rule) bool {
		again := seen[r.Kind]
		seen[r.Kind] = true
		return again
	})
	for i := range s.Rules {
		r := &s.Rules[i]
		r.Weight, r.With = weights[r.Kind], figures[r.Kind]
		switch r.Kind {
		case rule.Volume:
			r.Decay, r.Quiet = 30, 72
		case rule.Abandon:
			r.Decay = 30
		case rule.PaperTrick:
			r.Category = "waste"
		}
	}
}

func (s *ruled) server() *conduct.Watcher {
	log := slog.New(slog.DiscardHandler)
	return &conduct.Watcher{DB: s.db, Hub: events.New(s.db, log), Log: log, Post: s.post}
}

// act ends the weeks in which rules only report.
func (s *ruled) act() {
	s.t.Helper()
	s.given("the rules act", s.in(func(ctx context.Context, tx *db.Tx) error {
		return conduct.SwitchOn(ctx, tx, s.IT.Pseudonym, s.School, tx.Now)
	}))
}

// policy changes the school's policy.
func (s *ruled) policy(change func(*rule.Set)) error {
	return s.in(func(ctx context.Context, tx *db.Tx) error {
		p, err := conduct.PolicyOf(ctx, tx, s.School)
		if err != nil {
			return err
		}
		change(&p.Set)
		_, err = conduct.ChangePolicy(ctx, tx, s.IT.Pseudonym, s.School, p.Set)
		return err
	})
}

// print is somebody's jobs that come out.
type print struct {
	jobs, pages, colour int
	document            int // the same for the same; 0: each is another
	proof               string
	station             string // "" at none
	by                  school.PersonID
	title               string
}

// releases has somebody print, just now.
func (s *ruled) releases(who school.Actor, p print) error {
	p.proof = or(p.proof, "password")
	return s.in(func(ctx context.Context, tx *db.Tx) error {
		for range max(1, p.jobs) {
			var job int32
			err := tx.QueryRow(ctx, `
				INSERT INTO job (school_id, queue_id, person_id, proof, state, ticket, document, digest, bytes, pages, impressions, sheets, price, submitted_at, held_at, expires_at, title)
				SELECT $1, (SELECT queue_id FROM queue), $2, $3, 'released', '{}', md5(random()::text),
				       sha256(CASE WHEN $4 = 0 THEN random()::text ELSE $4::text END::bytea), 1, $5, $5, $5, 0, $6, $6, $6::timestamptz + interval '1 day', nullif($7, '') RETURNING job_id`,
				s.School, who.Person, p.proof, p.document, max(1, p.pages), tx.Now, p.title).Scan(&job)
			if err != nil {
				return err
			}
			conduct.NoteTitles(tx, s.School, p.station != "", job)
			if _, err := tx.Exec(ctx, `
				INSERT INTO delivery (school_id, job_id, person_id, printer_id, station_id, state, token, first_page, copies, impressions, colour, amount, reserved_at, not_before, released_by)
				SELECT $1, $2, $3, (SELECT min(printer_id) FROM printer), (SELECT station_id FROM station WHERE slug = $4), 'reserved', md5(random()::text), 1, 1, $5, $6, 0, $7, $7, nullif($8::bigint, 0)`,
				s.School, job, who.Person, p.station, max(1, p.pages), p.colour, tx.Now, p.by); err != nil {
				return err
			}
		}
		return nil
	})
}

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// burst is what the default rules see at once.
var burst = print{jobs: 12, pages: 3, station: "library"}

// looks has a server look at what happened.
func (s *ruled) looks(w *conduct.Watcher) error { return w.Look(s.t.Context()) }

// both is the printing and the look of the first server.
func (s *ruled) seen(who school.Actor, p print) error {
	return errors.Join(s.releases(who, p), s.looks(s.one))
}

// flags wants somebody to have so many flags of a kind; "" is any.
func (s *ruled) flags(who school.Actor, kind rule.Kind, want int) error {
	if n := dbtest.Value[int](s.t, s.db, "SELECT count(*) FROM flag WHERE person_id = $1 AND ($2 = '' OR kind = $2)", who.Person, kind); n != want {
		return fmt.Errorf("%d flags of %q, want %d", n, kind, want)
	}
	return nil
}

// steps wants the steps of somebody's ladder: "notice tutor", with what held one back: "notice(report-only)".
func (s *ruled) steps(who school.Actor, want string) error {
	got := dbtest.Value[string](s.t, s.db, `
		SELECT coalesce(string_agg(action || coalesce('(' || held_back || ')', ''), ' ' ORDER BY step_id), '') FROM step WHERE person_id = $1`, who.Person)
	if got != want {
		return fmt.Errorf("the steps are %q, want %q", got, want)
	}
	return nil
}

// printsBy wants somebody to be able to print in a way.
func (s *ruled) printsBy(who school.Actor, way conduct.Way) error {
	return s.in(func(ctx context.Context, tx *db.Tx) error { return conduct.CheckBy(ctx, tx, who.Person, way) })
}

// classmates are more pupils of a year group.
func (s *ruled) classmates(n, year int) (all []school.Actor) {
	s.t.Helper()
	s.given(fmt.Sprintf("%d pupils in Year %d", n, year), s.in(func(ctx context.Context, tx *db.Tx) error {
		var new []school.Newcomer
		for i := range n {
			new = append(new, school.Newcomer{Username: fmt.Sprintf("y%dp%d", year, i), Given: "A", Family: "B", Year: year, Role: school.Pupil})
		}
		ids, err := s.Directory.AddPeople(ctx, tx, s.School, new)
		for _, id := range ids {
			all = append(all, school.Actor{School: s.School, Person: id})
		}
		return err
	}))
	return all
}

// told wants IT to have a mail with some words.
func (s *ruled) told(words string) error {
	if !strings.Contains(strings.Join(s.post.all, "\n"), words) {
		return fmt.Errorf("IT was mailed %q", s.post.all)
	}
	return nil
}

// impossible wants the database to refuse a statement.
func (s *ruled) impossible(constraint, sql string, args ...any) error {
	err := s.in(func(ctx context.Context, tx *db.Tx) error { _, err := tx.Exec(ctx, sql, args...); return err })
	if err == nil || !strings.Contains(err.Error(), constraint) {
		return fmt.Errorf("the database says %w, want %s", err, constraint)
	}
	return nil
}

func TestABurstIsStoppedAndExplained(t *testing.T) {
	s := newRuled(t)
	s.at("Tue 17 Nov 10:15")
	s.given("Sam prints 12 jobs within minutes", s.releases(s.Sam, burst))
	s.when("the server looks", s.looks(s.one))
	s.then("Sam is flagged once", s.flags(s.Sam, rule.Burst, 1))
	s.then("the ladder takes him to his teacher's release", s.steps(s.Sam, "teacher-release"))
	s.then("he reads what, until when and how to object", s.stopped(s.Sam, "12 jobs, 36 pages, in 10 minutes on Tuesday 17 November",
		"A teacher prints your work with you until Thursday 19 November, 08:00", "Disagree? Ask your tutor for a review."))
	s.then("a teacher can print with him", s.printsBy(s.Sam, conduct.Way{Teacher: true}))
	s.then("Mia prints", s.prints(s.Mia))
	s.then("it is on record", s.recorded("step-taken"))
	s.at("Thu 19 Nov 08:00")
	s.then("on Thursday he prints again, by itself", s.prints(s.Sam))
}

func TestTwoServersSeeTheSameOnce(t *testing.T) {
	s := newRuled(t)
	s.given("Sam prints a burst", s.releases(s.Sam, burst))
	done := make(chan error, 2)
	for _, w := range []*conduct.Watcher{s.one, s.two} {
		go func() { done <- s.looks(w) }()
	}
	s.when("two servers look at once", errors.Join(<-done, <-done))
	s.then("there is one flag", s.flags(s.Sam, "", 1))
	s.then("and one step", s.steps(s.Sam, "teacher-release"))
	s.when("the second looks once more", s.looks(s.two))
	s.then("there is still one", s.flags(s.Sam, "", 1))
}

func TestTheFirstWeeksOnlyReport(t *testing.T) {
	s := newRuled(t)
	s.given("rules only report until Tuesday in a week", s.in(func(ctx context.Context, tx *db.Tx) error {
		return conduct.SwitchOn(ctx, tx, "", s.School, morning.AddDate(0, 0, 7))
	}))
	s.when("Sam prints a burst", s.seen(s.Sam, burst))
	s.then("it is reported what would have been done", s.steps(s.Sam, "teacher-release(report-only)"))
	s.then("Sam prints", s.prints(s.Sam))
	s.at("Tue 24 Nov 09:00")
	s.when("he prints another, a week later, when they act", s.seen(s.Sam, burst))
	s.then("what was only reported counts for nothing", s.steps(s.Sam, "teacher-release(report-only) teacher-release"))
	s.then("and he is stopped", s.stopped(s.Sam, "Tuesday 24 November"))
}

func TestANewSchoolReportsForFourWeeks(t *testing.T) {
	s := newStory(t)
	var state conduct.State
	s.when("somebody asks", s.in(func(ctx context.Context, tx *db.Tx) (err error) {
		state, err = conduct.StateOf(ctx, tx, s.School)
		return err
	}))
	if want := morning.AddDate(0, 0, 28); !state.ActsFrom.Equal(want) || !state.Off.IsZero() {
		t.Errorf("the school's state is %+v, want acting from %v", state, want)
	}
}

func TestWasteBringsANoticeAndThenTheTutor(t *testing.T) {
	s := newRuled(t)
	same := print{jobs: 6, document: 7, station: "library"}
	s.when("Mia prints the same page six times", s.seen(s.Mia, same))
	s.then("she gets a notice", s.steps(s.Mia, "notice"))
	s.then("she can still print", s.prints(s.Mia))
	s.at("Wed 18 Nov 10:00")
	s.when("she does it with another page the next day", s.seen(s.Mia, print{jobs: 6, document: 8, station: "library"}))
	s.then("her tutor is told", s.steps(s.Mia, "notice tutor"))
	for day := 19; day <= 20; day++ {
		s.at(fmt.Sprintf("%s %d Nov 10:00", []string{"Thu", "Fri"}[day-19], day))
		s.when("and again", s.seen(s.Mia, print{jobs: 6, document: day, station: "library"}))
	}
	s.then("waste never stops her: a person is asked", s.steps(s.Mia, "notice tutor teacher-release(person)"))
	s.then("she can still print", s.prints(s.Mia))
}

func TestPointsAreForgotten(t *testing.T) {
	s := newRuled(t)
	s.given("Mia had a notice", s.seen(s.Mia, print{jobs: 6, document: 7, station: "library"}))
	s.at("Thu 17 Dec 10:00")
	s.when("she does it again a month later", s.seen(s.Mia, print{jobs: 6, document: 9, station: "library"}))
	s.then("it is a notice again, and not her tutor's", s.steps(s.Mia, "notice notice"))
}

func TestAStepOverAWeekend(t *testing.T) {
	s := newRuled(t)
	s.at("Fri 20 Nov 10:00")
	s.when("Sam prints a burst on Friday", s.seen(s.Sam, burst))
	s.then("his two days are Friday and Monday", s.stopped(s.Sam, "until Tuesday 24 November, 08:00"))
	s.at("Tue 24 Nov 07:59")
	s.then("a minute before he is stopped", s.stopped(s.Sam))
	s.at("Tue 24 Nov 08:00")
	s.then("then he prints", s.prints(s.Sam))
}

func TestAStepOverTheHolidays(t *testing.T) {
	s := newRuled(t)
	s.at("Fri 18 Dec 10:00")
	s.when("Sam prints a burst on the last day of term", s.seen(s.Sam, burst))
	s.then("his second day is the first one of the next", s.stopped(s.Sam, "until Tuesday 5 January, 08:00"))
}

func TestAgainAndAgainGoesToAPerson(t *testing.T) {
	s := newRuled(t)
	s.given("Sam's first burst", s.seen(s.Sam, burst))
	s.at("Thu 19 Nov 09:00")
	s.given("his second, when he can print again", s.seen(s.Sam, burst))
	s.at("Mon 23 Nov 09:00")
	s.when("his third", s.seen(s.Sam, burst))
	s.then("he has climbed to a review", s.steps(s.Sam, "teacher-release teacher-release review"))
	s.then("which stops him for two school days and no more", s.stopped(s.Sam, "You can't print here until Wednesday 25 November, 08:00", "A member of staff looks at this"))
	s.then("not even with a teacher", refused(s.printsBy(s.Sam, conduct.Way{Teacher: true}), "printing-suspended"))
	s.at("Wed 25 Nov 08:00")
	s.then("without a person's word it is over then", s.prints(s.Sam))
}

func TestAJobFromASharedComputerFramesNobody(t *testing.T) {
	s := newRuled(t)
	s.given("somebody at a computer that believes any name sends 20 jobs as Sam", s.releases(s.Sam, print{jobs: 20, pages: 9, proof: "loopback"}))
	s.when("the server looks", s.looks(s.one))
	s.then("Sam is not flagged", s.flags(s.Sam, "", 0))
	s.when("Sam himself prints such jobs at a kiosk", s.seen(s.Sam, print{jobs: 12, proof: "loopback", station: "library"}))
	s.then("then they are his", s.flags(s.Sam, rule.Burst, 1))
}

func TestAWordInATitleFramesNobody(t *testing.T) {
	s := newRuled(t)
	dbtest.Exec(t, s.db, "INSERT INTO title_word (school_id, word, added_at, added_by) VALUES ($1, 'self harm', $2, gen_random_uuid())", s.School, morning)
	s.given("a job with a word in Sam's name from a computer that believes any name", s.seen(s.Sam, print{proof: "loopback", title: "Self-Harm.docx"}))
	s.then("nothing is known of Sam", s.flags(s.Sam, "", 0))
	s.when("Mia sends one herself", s.seen(s.Mia, print{title: "about SELF  harm (2)"}))
	s.then("the safeguarding lead has a flag", s.flags(s.Mia, rule.TitleWords, 1))
	s.then("no step follows by itself", s.steps(s.Mia, ""))
	if dbtest.Value[bool](t, s.db, "SELECT EXISTS (SELECT FROM flag f WHERE lower(f::text) LIKE '%harm%') OR EXISTS (SELECT FROM fact f WHERE lower(f::text) LIKE '%harm%')") {
		t.Error("the title or the word is kept")
	}
	s.then("the record does not tell of it", refusedRecord(s, "flag-raised"))
	s.when("Sam writes about shelf harmony", s.seen(s.Sam, print{title: "Shelf harmony"}))
	s.then("part of a word is none", s.flags(s.Sam, "", 0))
}

func refusedRecord(s *ruled, act string) error {
	if s.recorded(act) == nil {
		return errors.New("the record has " + act)
	}
	return nil
}

func TestWhatATeacherPrintsIsNobodysBurst(t *testing.T) {
	s := newRuled(t)
	s.when("a teacher releases 20 jobs of Mia's for the class", s.seen(s.Mia, print{jobs: 20, by: s.Teacher.Person}))
	s.then("Mia is not flagged", s.flags(s.Mia, "", 0))
}

func TestAJamIsNotTwoJobs(t *testing.T) {
	s := newRuled(t)
	s.given("Sam prints eleven jobs", s.releases(s.Sam, print{jobs: 11, station: "library"}))
	dbtest.Exec(t, s.db, "UPDATE delivery SET state = 'settled', ended_at = reserved_at, printed = 0, charged = 0")
	dbtest.Exec(t, s.db, `INSERT INTO delivery (school_id, job_id, person_id, printer_id, station_id, state, token, first_page, copies, impressions, amount, reserved_at, not_before)
		SELECT school_id, job_id, person_id, printer_id, station_id, 'reserved', md5(random()::text), 1, 1, 1, 0, reserved_at, reserved_at FROM delivery`)
	s.when("each of them jams, and comes out at the second try", s.looks(s.one))
	s.then("that is eleven jobs, and no burst", s.flags(s.Sam, "", 0))
}

func TestAnExamIsNeverStopped(t *testing.T) {
	s := newRuled(t)
	s.given("Sam is stopped", s.seen(s.Sam, burst))
	library := dbtest.Value[int32](t, s.db, "SELECT station_id FROM station WHERE slug = 'library'")
	dbtest.Exec(t, s.db, "INSERT INTO exam (school_id, name, begins_at, ends_at, account, added_at) VALUES ($1, 'English', $2, $3, '', $2)", s.School, morning, morning.Add(3e12))
	dbtest.Exec(t, s.db, "INSERT INTO exam_station (exam_id, school_id, station_id, during) SELECT exam_id, school_id, $1, tstzrange(begins_at, ends_at) FROM exam", library)
	dbtest.Exec(t, s.db, "INSERT INTO exam_person (exam_id, school_id, person_id) SELECT exam_id, school_id, $1 FROM exam", s.Sam.Person)
	s.then("at the kiosk of his exam he prints", s.printsBy(s.Sam, conduct.Way{Station: library}))
	s.then("at another he does not", refused(s.printsBy(s.Sam, conduct.Way{Station: library + 1}), "printing-suspended"))
	s.at("Tue 17 Nov 11:00")
	s.then("nor after it", refused(s.printsBy(s.Sam, conduct.Way{Station: library}), "printing-suspended"))
	s.then("but what was released in it comes out", s.printsBy(s.Sam, conduct.Way{Station: library, At: morning}))
	s.at("Thu 19 Nov 08:00")
	s.at("Tue 17 Nov 09:10")
	s.when("Mia prints a burst in an exam of hers", errors.Join(
		s.in(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO exam_person (exam_id, school_id, person_id) SELECT exam_id, school_id, $1 FROM exam", s.Mia.Person)
			return err
		}), s.seen(s.Mia, burst)))
	s.then("that is nobody's conduct", s.flags(s.Mia, "", 0))
}

func TestWhoIsLetOffAllRulesIsNotStopped(t *testing.T) {
	s := newRuled(t)
	letOff := func(who school.Actor) {
		dbtest.Exec(t, s.db, `INSERT INTO exemption (school_id, person_id, reason, starts_at, ends_at, made_by, by_officer) VALUES ($1, $2, 'large print', $3, $4, $5, true)`,
			s.School, who.Person, morning.AddDate(0, 0, -1), morning.AddDate(0, 1, 0), s.Chief.Person)
	}
	letOff(s.Sam)
	s.when("Sam, who is let off all rules, prints a burst", s.seen(s.Sam, burst))
	s.then("the step is written down and does nothing", s.steps(s.Sam, "teacher-release(exempt)"))
	s.then("he prints", s.prints(s.Sam))
	s.when("Mia is stopped", s.seen(s.Mia, burst))
	s.then("she is", s.stopped(s.Mia))
	letOff(s.Mia)
	s.then("and no longer once she is let off", s.prints(s.Mia))
}

func TestAWrongRuleStopsItself(t *testing.T) {
	s := newRuled(t)
	year := s.classmates(40, 9)
	s.given("a rule that takes two jobs for a burst", s.policy(func(p *rule.Set) { p.Rules[0].With = map[string]int{"jobs": 2} }))
	var err error
	for _, p := range year[:4] {
		err = errors.Join(err, s.releases(p, print{jobs: 2, station: "library"}))
	}
	s.given("four pupils of Year 9 print two jobs", errors.Join(err, s.looks(s.one)))
	s.then("they are stopped", s.stopped(year[0]))
	s.when("a fifth one does", s.seen(year[4], print{jobs: 2, station: "library"}))
	s.then("the rule is stopped instead", s.prints(year[4]))
	s.then("and those before are freed", s.prints(year[0]))
	s.then("it is on record", s.recorded("rule-stopped"))
	s.then("IT is mailed", s.told("Rule 1, Burst: it flagged 5 of 40 pupils"))
	s.when("a sixth one does", s.seen(year[5], print{jobs: 2, station: "library"}))
	s.then("nothing happens", s.flags(year[5], "", 0))
	if n := len(s.post.all); n != 1 {
		t.Errorf("IT was mailed %d times", n)
	}
	s.then("nobody's points remain", s.impossible("", "SELECT 1 / count(*) FROM flag WHERE outcome IS NULL"))
	s.when("IT mends it and arms it again", errors.Join(s.policy(storyRules),
		s.in(func(ctx context.Context, tx *db.Tx) error { return conduct.Arm(ctx, tx, s.IT.Pseudonym, s.School, 1) })))
	s.at("Tue 17 Nov 12:00")
	s.when("Sam prints a burst", s.seen(s.Sam, burst))
	s.then("it works again", s.stopped(s.Sam))
}

func TestTheSwitch(t *testing.T) {
	s := newRuled(t)
	s.given("Sam is stopped by a rule", s.seen(s.Sam, burst))
	s.given("Mia by IT", s.Suspend(t.Context(), s.IT, s.Mia.Person, morning.AddDate(0, 0, 2), "threw paper"))
	s.when("the rules are switched off", s.in(func(ctx context.Context, tx *db.Tx) error {
		return conduct.SwitchOff(ctx, tx, events.New(s.db, slog.New(slog.DiscardHandler)), "", s.School, "they are wrong")
	}))
	s.then("Sam prints", s.prints(s.Sam))
	s.then("what IT decided stays", s.stopped(s.Mia, "threw paper"))
	s.when("Sam prints another burst", s.seen(s.Sam, burst))
	s.then("nobody looks", s.flags(s.Sam, "", 1))
	s.at("Thu 19 Nov 10:00")
	s.act()
	s.when("they are switched on, and he prints a third", s.seen(s.Sam, burst))
	s.then("they look again", s.flags(s.Sam, "", 2))
}

func TestStaffAreNoPupils(t *testing.T) {
	s := newRuled(t)
	s.when("Tom, a teacher, prints a burst", s.seen(s.Teacher, burst))
	s.then("there is a flag for a person to look at", s.flags(s.Teacher, rule.Burst, 1))
	s.then("and no step", s.steps(s.Teacher, ""))
	s.then("he prints", s.prints(s.Teacher))
}

func TestGuessingGoesToAPerson(t *testing.T) {
	s := newRuled(t)
	s.given("ten wrong codes with Sam's name", s.in(func(ctx context.Context, tx *db.Tx) error {
		var err error
		for range 10 {
			err = errors.Join(err, conduct.Note(ctx, tx, conduct.Fact{School: s.School, Person: s.Sam.Person, Kind: "wrong-code", Detail: map[string]any{"station": 1}}))
		}
		return err
	}))
	s.when("the server looks", s.looks(s.one))
	s.then("a person is to look at it", s.flags(s.Sam, rule.WrongCodes, 1))
	s.then("Sam, whose name was tried, is stopped from nothing", s.prints(s.Sam))
	s.then("and no step is taken", s.steps(s.Sam, ""))
}

func TestABadgeInTwoBuildings(t *testing.T) {
	s := newRuled(t)
	s.given("Sam's badge prints in the library", s.releases(s.Sam, print{station: "library"}))
	s.at("Tue 17 Nov 09:01")
	dbtest.Exec(t, s.db, "UPDATE delivery SET reserved_at = $1", s.clock.Now().Add(-30e9))
	s.when("and half a minute later in the art block", s.seen(s.Sam, print{station: "art"}))
	s.then("two people have it, and a person looks at that", s.flags(s.Sam, rule.Travel, 1))
	s.then("Sam is not stopped", s.prints(s.Sam))
}

func TestManyCodesAtOneKiosk(t *testing.T) {
	s := newRuled(t)
	var err error
	for _, p := range s.classmates(6, 8) {
		err = errors.Join(err, s.in(func(ctx context.Context, tx *db.Tx) error {
			return conduct.Note(ctx, tx, conduct.Fact{School: s.School, Person: p.Person, Kind: "code-used", Detail: map[string]any{"station": 1}})
		}))
	}
	s.when("six people's codes are typed at one kiosk at once", errors.Join(err, s.looks(s.one)))
	if n := dbtest.Value[int](t, s.db, "SELECT count(*) FROM flag WHERE kind = 'one-kiosk' AND weight = 0 AND route = 'person'"); n != 6 {
		t.Errorf("%d of the six are flagged", n)
	}
}

func TestWhatExpiresUnprinted(t *testing.T) {
	s := newRuled(t)
	s.given("twelve jobs of Sam's", s.releases(s.Sam, print{jobs: 12}))
	dbtest.Exec(t, s.db, "DELETE FROM delivery")
	dbtest.Exec(t, s.db, "UPDATE job SET state = 'expired', ended_at = $1, document = NULL", morning)
	s.when("expire", s.looks(s.one))
	s.then("he sent them and left", s.flags(s.Sam, rule.Abandon, 1))
	s.then("and reads so", s.steps(s.Sam, "notice"))
}

func TestAHeavyWeek(t *testing.T) {
	s := newRuled(t)
	s.given("Sam prints 70 pages on Tuesday", s.seen(s.Sam, print{pages: 70, station: "library"}))
	s.at("Fri 20 Nov 11:00")
	s.when("and 60 on Friday", s.seen(s.Sam, print{pages: 60, station: "library"}))
	s.then("that is far more than usual", s.flags(s.Sam, rule.Volume, 1))
	s.then("and his tutor is told", s.steps(s.Sam, "tutor"))
}

func TestOldFlagsAreExplainedByTheirRule(t *testing.T) {
	s := newRuled(t)
	s.given("Sam is stopped", s.seen(s.Sam, burst))
	s.given("then the rules are changed", s.policy(func(p *rule.Set) { p.Rules[0].Name, p.Rules[0].With = "Flood", map[string]int{"jobs": 500} }))
	s.when("somebody asks by which rule", s.in(func(ctx context.Context, tx *db.Tx) error {
		set := dbtest.Value[conduct.SetID](t, s.db, "SELECT set_id FROM flag")
		then, err := conduct.PolicyVersion(ctx, tx, s.School, set)
		if r, _ := then.Rule(1); err == nil && (r.Name != "Burst" || r.Figure("jobs") != 12) {
			err = fmt.Errorf("it was %+v", r)
		}
		return err
	}))
	s.then("it cannot be changed afterwards", s.impossible("permission denied", "UPDATE conduct_set SET made_at = made_at"))
	s.then("nor can what was seen", s.impossible("permission denied", "UPDATE flag SET weight = 0"))
}

func TestAWithdrawalWithoutItsPartsIsImpossible(t *testing.T) {
	s := newRuled(t)
	const whole = `INSERT INTO suspension (school_id, person_id, starts_at, ends_at, reason, imposed_by, evidence, objection) VALUES ($1, $2, $3, $4, `
	for name, c := range map[string]struct{ constraint, values string }{
		"a reason":        {"suspension_reason", `' ', gen_random_uuid(), '{"said": "reason"}', 'Ask your tutor.')`},
		"evidence":        {"suspension_evidence", `'r', gen_random_uuid(), '{}', 'Ask your tutor.')`},
		"any evidence":    {"evidence", `'r', gen_random_uuid(), NULL, 'Ask your tutor.')`},
		"an author":       {"suspension_author", `'r', NULL, '{"said": "reason"}', 'Ask your tutor.')`},
		"a way to object": {"suspension_objection_check", `'r', gen_random_uuid(), '{"said": "reason"}', ' ')`},
		"such a way":      {"objection", `'r', gen_random_uuid(), '{"said": "reason"}', NULL)`},
	} {
		s.then("there is none without "+name, s.impossible(c.constraint, whole+c.values, s.School, s.Sam.Person, morning, morning.AddDate(0, 0, 1)))
	}
	s.then("nor without an end", s.impossible("ends_at", whole+`'r', gen_random_uuid(), '{"said": "reason"}', 'Ask your tutor.')`, s.School, s.Sam.Person, morning, nil))
	s.then("nor one that ends before it begins", s.impossible("suspension_check", whole+`'r', gen_random_uuid(), '{"said": "reason"}', 'Ask your tutor.')`, s.School, s.Sam.Person, morning, morning))
	s.given("Sam is stopped by a rule", s.seen(s.Sam, burst))
	s.then("a rule's needs the flags it rests on", s.impossible("suspension_evidence", "UPDATE suspension SET evidence = '{\"flags\": []}'"))
	s.then("and is short until a person confirms it", s.impossible("suspension_bounded", "UPDATE suspension SET ends_at = starts_at + interval '100 days'"))
}

func TestAWrongPolicyIsNotTaken(t *testing.T) {
	s := newRuled(t)
	s.then("a rule that acts on guesses is refused", refused(s.policy(func(p *rule.Set) { p.Rules[6].Category = "excess" }), "conduct-rules"))
	s.given("the defaults are kept", s.policy(func(*rule.Set) {}))
	before := dbtest.Value[int](t, s.db, "SELECT count(*) FROM conduct_set")
	s.when("the same policy is entered again", s.policy(func(*rule.Set) {}))
	if after := dbtest.Value[int](t, s.db, "SELECT count(*) FROM conduct_set"); after != before {
		t.Errorf("%d versions, and %d before", after, before)
	}
}

func TestStaffFlagPupils(t *testing.T) {
	s := newRuled(t)
	raise := func(by school.Actor, about school.Actor, category, note string) error {
		_, err := s.Raise(t.Context(), by, about.Person, category, note)
		return err
	}
	s.when("Tom flags Mia for behaviour", raise(s.Teacher, s.Mia, "behaviour", "threw the paper about"))
	s.then("a person is to look at it", s.flags(s.Mia, rule.ByStaff, 1))
	s.then("no step is taken", s.steps(s.Mia, ""))
	s.then("it is on record", s.recorded("flag-raised"))
	s.then("a pupil flags nobody", refused(raise(s.Sam, s.Mia, "behaviour", "x"), "not-allowed"))
	s.then("nobody flags themself", refused(raise(s.Teacher, s.Teacher, "behaviour", "x"), "own-case"))
	s.then("a note is needed", refused(raise(s.Teacher, s.Mia, "behaviour", " "), "note-missing"))
	s.then("and a category", refused(raise(s.Teacher, s.Mia, "other", "x"), "category-unknown"))
	s.then("Tom flags no pupil of another's class", refused(raise(s.Teacher, s.Sam, "behaviour", "x"), "pupil-untaught"))
	s.then("IT does", raise(s.IT, s.Sam, "behaviour", "took the toner"))
	assistant := s.Teacher
	assistant.Roles = []school.Role{school.Assistant}
	named := func(by school.Actor, username, family string) error {
		_, err := s.RaiseNamed(t.Context(), by, username, family, "behaviour", "ran about")
		return err
	}
	s.when("an assistant, who teaches nobody, names Sam", named(assistant, " SAM", "bell"))
	s.then("it is Sam whom a person is to look at", s.flags(s.Sam, rule.ByStaff, 2))
	s.then("another's family name is nobody", refused(named(assistant, "sam", "Okafor"), "pupil-unnamed"))
	s.then("nor is a colleague", refused(named(assistant, "it", "Hall"), "pupil-unnamed"))
	s.then("a teacher names nobody", refused(named(s.Teacher, "sam", "Bell"), "not-allowed"))
	s.then("nobody of another school is flagged", refused(raise(schooltest.New(t, s.db, "Hill").IT, s.Sam, "behaviour", "x"), "person-unknown"))
	records := dbtest.Value[int](t, s.db, "SELECT count(*) FROM audit")
	s.when("he flags her for safeguarding", raise(s.Teacher, s.Mia, "safeguarding", "what she printed worries me"))
	if n := dbtest.Value[int](t, s.db, "SELECT count(*) FROM audit"); n != records {
		t.Error("the record tells of it")
	}
}
