package conduct_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/quota/conduct"
)

// letters are the mails that went out: address and whole text.
type letters struct{ sent []string }

func (l *letters) SendTo(_ context.Context, to []string, subject, text string) error {
	l.sent = append(l.sent, strings.Join(to, ",")+": "+subject+" / "+text)
	return nil
}

// keepers makes Ida the safeguarding lead, Tom a deputy and Cleo the head, with addresses.
func (s *story) keepers() (lead, deputy, head school.Actor) {
	s.t.Helper()
	lead, deputy, head = as(s.IT, school.Safeguarding), as(s.Teacher, school.Safeguarding), as(s.Chief, school.Head)
	for _, a := range []school.Actor{lead, deputy, head} {
		dbtest.Exec(s.t, s.db, "UPDATE person_role SET role = $2 WHERE person_id = $1", a.Person, string(a.Roles[0]))
	}
	s.given("Ida is the lead, Tom her deputy, Cleo the head", s.NameKeepers(s.t.Context(), head, []conduct.Keeper{
		{Rank: conduct.Lead, Person: lead.Person, Mail: "lead@harbour.example"},
		{Rank: conduct.Deputy, Person: deputy.Person, Mail: "deputy@harbour.example"},
		{Rank: conduct.LastHead, Person: head.Person, Mail: "head@harbour.example"},
	}))
	return lead, deputy, head
}

// sees wants so many matters to be with somebody.
func (s *story) sees(who school.Actor, want int) error {
	all, err := s.Matters(s.t.Context(), who)
	if err == nil && len(all) != want {
		err = fmt.Errorf("they see %d matters, want %d", len(all), want)
	}
	return err
}

// mailed wants the last of so many mails to be to somebody, and to say nothing of anybody.
func (l *letters) mailed(n int, to string) error {
	if len(l.sent) != n || n > 0 && !strings.HasPrefix(l.sent[n-1], to+":") {
		return fmt.Errorf("mails are %q", l.sent)
	}
	for _, m := range l.sent {
		if strings.Contains(m, "Mia") || strings.Contains(m, "Okafor") || strings.Contains(m, "Harbour Academy") {
			return fmt.Errorf("a mail names somebody: %s", m)
		}
	}
	return nil
}

func TestTheLeadIsAbsentAndTheDeputyIsAlerted(t *testing.T) {
	s := newStory(t)
	lead, deputy, head := s.keepers()
	post := &letters{}
	s.at("Tue 17 Nov 15:00")
	s.flag(s.Mia, nil, &s.IT, "safeguarding", "safeguarding")
	s.when("something of Mia's is flagged at 15:00", s.Climb(t.Context(), post))
	s.then("the lead is mailed", post.mailed(1, "lead@harbour.example"))
	s.then("the lead and the deputy see it", s.sees(lead, 1))
	s.then("", s.sees(deputy, 1))
	s.then("the head does not", s.sees(head, 0))
	s.at("Tue 17 Nov 23:00")
	s.when("the school is closed since 16:00", s.Climb(t.Context(), post))
	s.then("nobody else is mailed: one school hour has passed", post.mailed(1, "lead@harbour.example"))
	s.at("Wed 18 Nov 09:01")
	s.when("the second school hour has passed", s.Climb(t.Context(), post))
	s.then("the deputy is", post.mailed(2, "deputy@harbour.example"))
	s.then("the head still sees nothing", s.sees(head, 0))
	s.at("Wed 18 Nov 11:02")
	s.when("two more have passed", s.Climb(t.Context(), post))
	s.then("the head is", post.mailed(3, "head@harbour.example"))
	s.then("and sees it", s.sees(head, 1))
	s.at("Fri 20 Nov 11:02")
	s.when("it stays there", s.Climb(t.Context(), post))
	s.then("nobody is mailed again", post.mailed(3, "head@harbour.example"))
}

func TestAMatterWaitsOverTheWeekendAndAHoliday(t *testing.T) {
	s := newStory(t)
	_, _, head := s.keepers()
	post := &letters{}
	s.at("Fri 18 Dec 15:30")
	s.flag(s.Mia, nil, &s.IT, "safeguarding", "safeguarding")
	s.when("it is flagged half an hour before the holidays", s.Climb(t.Context(), post))
	s.clock.Set(time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC))
	s.when("the school has been open for one hour and a half in all", s.Climb(t.Context(), post))
	s.then("it is still the lead's", post.mailed(1, "lead@harbour.example"))
	s.clock.Set(time.Date(2027, 1, 4, 9, 31, 0, 0, time.UTC))
	s.when("two hours have passed", s.Climb(t.Context(), post))
	s.then("the deputy is told", post.mailed(2, "deputy@harbour.example"))
	s.then("not the head", s.sees(head, 0))
}

func TestAnAcknowledgedMatterClimbsNoFurther(t *testing.T) {
	s := newStory(t)
	lead, deputy, head := s.keepers()
	post := &letters{}
	s.flag(s.Mia, nil, &s.IT, "safeguarding", "safeguarding")
	s.when("it is flagged", s.Climb(t.Context(), post))
	id := s.firstMatter(lead)
	s.when("the lead acknowledges it", s.Acknowledge(t.Context(), lead, id))
	s.then("the deputy need not", refused(s.Acknowledge(t.Context(), deputy, id), "matter-acknowledged"))
	s.at("Fri 20 Nov 12:00")
	s.when("days pass", s.Climb(t.Context(), post))
	s.then("nobody else was mailed", post.mailed(1, "lead@harbour.example"))
	s.then("the head never saw it", s.sees(head, 0))
	s.then("nor may act on it", refused(s.HandOver(t.Context(), head, id, "x"), "matter-unknown"))
	s.when("the lead hands it over", s.HandOver(t.Context(), lead, id, "The school's record of concerns"))
	s.then("nothing is left to see", s.sees(lead, 0))
	s.then("it is on record", s.recorded("matter-handed-over"))
	if dbtest.Value[bool](t, s.db, "SELECT EXISTS (SELECT FROM audit WHERE act LIKE 'matter-%' AND subject IS NOT NULL)") {
		t.Error("the record of acts, which others read, says whose matter it was")
	}
}

func (s *story) firstMatter(who school.Actor) conduct.MatterID {
	s.t.Helper()
	all, err := s.Matters(s.t.Context(), who)
	if err != nil || len(all) == 0 {
		s.t.Fatalf("no matter: %v", err)
	}
	return all[0].ID
}

func TestWithNobodyNamedTheRoleIsTold(t *testing.T) {
	s := newStory(t)
	lead := as(s.Teacher, school.Safeguarding)
	s.flag(s.Mia, nil, &s.IT, "safeguarding", "safeguarding")
	s.when("it is flagged", s.Climb(t.Context(), nil))
	s.then("whoever has the role sees it", s.sees(lead, 1))
	s.at("Tue 17 Nov 11:01")
	s.when("two school hours have passed", s.Climb(t.Context(), nil))
	s.then("the head sees it", s.sees(as(s.Chief, school.Head), 1))
}

func TestAFlagIsReferredToTheLead(t *testing.T) {
	s := newStory(t)
	lead, _, _ := s.keepers()
	it := as(s.Chief, school.IT)
	c := s.withdrawnByRule(s.Mia)
	flags, _, err := s.History(t.Context(), it, s.Mia.Person, morning.AddDate(0, 0, -1))
	if err != nil || len(flags) != 1 || flags[0].Rule != "Many jobs at once" || flags[0].Seen["pages"] != 140 {
		t.Fatalf("%+v, %v", flags, err)
	}
	s.when("IT refers it", s.Refer(t.Context(), it, c.Flags[0], "The pages worry me"))
	s.then("the lead sees it", s.sees(lead, 1))
	if flags, _, err = s.History(t.Context(), it, s.Mia.Person, morning.AddDate(0, 0, -1)); err != nil || len(flags) != 0 {
		t.Errorf("IT still sees it: %+v, %v", flags, err)
	}
	s.then("once", refused(s.Refer(t.Context(), it, c.Flags[0], "again"), "flag-unknown"))
}

func TestASealedDocumentIsSeenWithAWitness(t *testing.T) {
	s := newStory(t)
	lead, deputy, head := s.keepers()
	job := s.heldJob(s.Mia)
	id := s.flag(s.Mia, nil, &s.IT, "safeguarding", "safeguarding")
	dbtest.Exec(t, s.db, `UPDATE flag SET evidence = jsonb_build_object('seen', jsonb_build_array('job:' || $2::integer)) WHERE flag_id = $1`, id, job)
	s.given("a job of Mia's is flagged", s.Climb(t.Context(), nil))
	m := s.firstMatter(lead)
	ctx := t.Context()
	_, err := s.LookedAt(ctx, lead, m)
	s.then("an unsealed document is nobody's to see", refused(err, "not-sealed"))
	s.when("the lead seals it", s.Seal(ctx, lead, m))
	_, err = s.LookedAt(ctx, lead, m)
	s.then("alone they do not look at it", refused(err, "look-unwitnessed"))
	s.when("the lead asks to look", s.AskToLook(ctx, lead, m))
	s.then("and is not their own witness", refused(s.Witness(ctx, lead, m), "look-own"))
	s.then("nor is the head, whose it is not", refused(s.Witness(ctx, head, m), "matter-unknown"))
	s.when("the deputy confirms", s.Witness(ctx, deputy, m))
	got, err := s.LookedAt(ctx, lead, m)
	s.then("the lead looks", err)
	if got != job {
		t.Errorf("at job %d, want %d", got, job)
	}
	s.then("each look is on record", s.recorded("matter-looked-at"))
	s.clock.Advance(31 * time.Minute)
	_, err = s.LookedAt(ctx, lead, m)
	s.then("after half an hour no more", refused(err, "look-unwitnessed"))
	s.when("the lead closes the matter", s.HandOver(ctx, lead, m, ""))
	if dbtest.Value[bool](t, s.db, "SELECT ends_at > $1 FROM sealed_document", s.clock.Now()) {
		t.Error("the document is kept on")
	}
}

func TestAWishWaitsAQuarterOfAnHourForItsWitness(t *testing.T) {
	s := newStory(t)
	lead, deputy, _ := s.keepers()
	job := s.heldJob(s.Mia)
	id := s.flag(s.Mia, nil, &s.IT, "safeguarding", "safeguarding")
	dbtest.Exec(t, s.db, `UPDATE flag SET evidence = jsonb_build_object('seen', jsonb_build_array('job:' || $2::integer)) WHERE flag_id = $1`, id, job)
	m := s.firstMatter(lead)
	s.given("a sealed document that the lead asked to see", s.Seal(t.Context(), lead, m))
	s.given("", s.AskToLook(t.Context(), lead, m))
	s.clock.Advance(16 * time.Minute)
	s.then("the deputy confirms too late", refused(s.Witness(t.Context(), deputy, m), "look-none"))
}

// heldJob is a job of somebody's that waits at a printer.
func (s *story) heldJob(who school.Actor) int32 {
	s.t.Helper()
	dbtest.Exec(s.t, s.db, "INSERT INTO queue (school_id, path, name, kind, proof) VALUES ($1, '/ipp/print', 'Print', 'hold', 'password') ON CONFLICT DO NOTHING", s.School)
	return dbtest.Value[int32](s.t, s.db, `
		INSERT INTO job (school_id, queue_id, person_id, proof, state, title, ticket, document, digest, bytes, pages, impressions, sheets, price, submitted_at, held_at, expires_at)
		SELECT $1, queue_id, $2, 'password', 'held', 'a title', '{}', md5(random()::text), sha256('x'), 1000, 1, 1, 1, 1, $3, $3, $3::timestamptz + interval '1 day' FROM queue LIMIT 1 RETURNING job_id`,
		s.School, who.Person, s.clock.Now())
}

func TestTheLeadsWords(t *testing.T) {
	s := newStory(t)
	lead, _, head := s.keepers()
	ctx := t.Context()
	s.when("the lead adds a phrase", s.AddWord(ctx, lead, "  Blue   Whale "))
	s.when("twice", s.AddWord(ctx, lead, "blue whale"))
	all, err := s.Words(ctx, lead)
	if err != nil || len(all) != 1 || all[0].Text != "blue whale" {
		t.Fatalf("%+v, %v", all, err)
	}
	for _, bad := range []string{"", "x", "a%b", "a\nb;", strings.Repeat("x", 61)} {
		if bad != "a\nb;" {
			s.then("no word: "+bad, refused(s.AddWord(ctx, lead, bad), "word-form"))
		}
	}
	for _, other := range []school.Actor{head, as(s.Chief, school.IT), as(s.Teacher, school.Teacher), s.Sam} {
		_, err := s.Words(ctx, other)
		s.then("nobody else reads the list", refused(err, "not-allowed"))
		s.then("or changes it", refused(s.AddWord(ctx, other, "other"), "not-allowed"))
	}
	s.when("the lead removes it", s.RemoveWord(ctx, lead, all[0].ID))
	if all, err = s.Words(ctx, lead); err != nil || len(all) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
}
