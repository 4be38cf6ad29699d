package console

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/internal/web/webtest"
	"inkwell/quota"
	"inkwell/release"
)

// deed is one thing that somebody does at a page, or reads on it.
type deed func(t *testing.T, p *webtest.Page)

func presses(selector string) deed {
	return func(_ *testing.T, p *webtest.Page) { p.Click(selector) }
}

func types(selector, text string) deed {
	return func(_ *testing.T, p *webtest.Page) { p.Fill(selector, text) }
}

// reads waits until each of the words is on the page.
func reads(words ...string) deed {
	return func(_ *testing.T, p *webtest.Page) {
		for _, w := range words {
			p.Seen(w)
		}
	}
}

// never fails where one of the words is on the page.
func never(words ...string) deed {
	return func(t *testing.T, p *webtest.Page) {
		text := p.Text()
		for _, w := range words {
			if strings.Contains(text, w) {
				t.Errorf("the page says %q: %s", w, text)
			}
		}
	}
}

// gone waits until words are no longer on the page.
func gone(words string) deed {
	return func(_ *testing.T, p *webtest.Page) {
		p.Until(fmt.Sprintf(`document.readyState === "complete" && !document.body.innerText.includes(%q)`, words))
	}
}

// pictured takes the page's picture as it is then, where pictures are wanted.
func pictured(name string) deed {
	return func(_ *testing.T, p *webtest.Page) {
		folder := os.Getenv("INKWELL_SHOTS")
		if folder == "" {
			return
		}
		for _, l := range looks() {
			p.Size(l.width, l.height)
			p.Scheme(l.scheme)
			p.Shot(filepath.Join(folder, fmt.Sprintf("day-%s-%d-%s.png", name, l.width, l.scheme)))
		}
		p.Scheme("light")
	}
}

// leadsTo goes to a part of the menu, as it stands beside the others.
func leadsTo(path string) deed {
	return presses(`.staff-nav a[href="` + path + `"]`)
}

// comesTrue waits until the database says so: of what an act does that leaves the page as it is.
func (h *house) comesTrue(says string) deed {
	return func(t *testing.T, _ *webtest.Page) {
		for end := time.Now().Add(time.Minute); !dbtest.Value[bool](t, h.db, says); time.Sleep(20 * time.Millisecond) { // between two looks
			if time.Now().After(end) {
				t.Fatalf("waited in vain for %s", says)
			}
		}
	}
}

// day is what somebody of a role does, from their first screen on.
type day struct {
	role school.Role
	set  func() // makes the school so
	does []deed
}

// TestADayOfEveryRole goes through each role's day, one after the other in one school: what each presses, and what
// the page says of it then.
func TestADayOfEveryRole(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	days := h.days()
	p := webtest.Start(t).Page(t)
	p.Open(h.server.URL + signInPath)
	signInAs(p, "it", schooltest.Password)
	p.Seen("Ida Hall")
	for _, day := range days {
		h.as(day.role)()
		if day.set != nil {
			day.set()
		}
		t.Logf("the day of %s", day.role)
		p.Open(h.server.URL + firstPath)
		for _, do := range day.does {
			do(t, p)
		}
		p.Unhurt()
	}
}

// days are those of each role, in an order in which each may build on those before.
func (h *house) days() []day {
	h.Helper()
	h.lesson()
	return []day{
		{school.Teacher, h.teachersDay, []deed{
			reads("UNTIL 11:24", "9A/Sc1", "pages this week", "Cannot print just now", "Dara Quinn", "2 pupils wait to print", "Not just now", "2 jobs wait for your yes"), never("140 pages in 10 minutes", "Thu 26"), pictured("teacher"),
			presses(`main a[href="/staff/waiting"]`), reads("Sam Bell", "72 pages, 36 sheets", "Mia Okafor"), never(secretTitle),
			presses(".ask:first-child .button--main"), gone("72 pages"), reads("Mia Okafor"),
			presses(".ask summary"), presses(".ask__chips button"), reads("Nobody waits"),
			leadsTo(firstPath), types("#each", "5"), types("#reason", "Portfolio"), presses("#give button"), reads("5 pages each?", "60 pages"), pictured("give"),
			presses(".button--go"), reads("12 pupils were given theirs", "340"),
			presses(`[action$="/pause"] button`), reads("Printing is paused for 9A/Sc1 until 11:24"),
			presses(`[action$="/end"] button`), reads("Pause printing until the bell"),
			presses("#flag-title ~ details summary"), types("#flag-person", fmt.Sprint(h.Sam.Person)), types("#flag-category", "behaviour"), types("#flag-note", "Threw printouts about."),
			presses(`[action$="/flag"] button`), reads("Recorded."),
			presses(`#pupils a[href^="/staff/class-usage"]`), reads("Excel", "CSV", "Amira Khan", "This term"),
			leadsTo("/staff/mine"), reads(secretTitle), presses(".mine__form .button--main"), reads("Slip for a runner", "Prints once, until 10:44"),
		}},
		{school.Cover, h.coversDay, []deed{
			reads("9B", "You cover this class until 10:50", "PERIOD 2", "Sam Bell"), never("this term", "Other weeks", "4,321"), pictured("cover"),
			presses(`[action$="/pause"] button`), reads("Printing is paused for 9B until 10:50"), presses(`[action$="/end"] button`), reads("Pause printing until the bell"),
			func(_ *testing.T, p *webtest.Page) { h.clock.Set(friday.Add(26 * time.Minute)) }, // the bell
			leadsTo(firstPath), reads("No class of yours just now"), never("Sam Bell"),
		}},
		{school.IT, func() {
			dbtest.Exec(h.T, h.db, "UPDATE printer SET seen_at = $1, state = 'stopped', state_reasons = '{media-jam-error}'", h.clock.Now())
		}, []deed{
			reads("Library: Paper jam", "jobs sent today"), never(secretTitle),
			types("#q", "okafor"), presses(".find button"), reads("1 person with"), presses(".fold-name a"), reads("May print", "History"),
			types("#reason", "Ran off with the toner"), presses(`[action$="/suspend"] button`),
			reads("Is it still you, Ida Hall?"), types("#password", schooltest.Password), presses(".door .button--go"), reads("Printing withdrawn"), // and so for the rest of the day
			types("#why", "Brought it back"), presses(`[action$="/lift"] button`), reads("May print"),
			leadsTo(printersPath), presses(`.table--printers tr:first-child a`), presses(`[action$="/pause"] button`), reads("Paused: it is sent nothing new"),
			presses(`[action$="/pause"] button`), gone("Paused: it is sent"), reads("Paper jam"),
		}},
		{school.Reception, nil, []deed{
			types("#q", "bell"), presses(".find button"), reads("1 person with"), presses(".fold-name a"), reads("Sam Bell", "1 badge"), never("History", "pages left"),
			presses(`[action$="/badge/lost"] button`), reads("Badge lost, pass ready", "for 20 pages"),
			presses("main a"), reads("a pass until"), presses(`[action$="/badge/found"] button`), reads("Lost badge: pass for today"),
			leadsTo("/staff/guests"), types("#given", "Ann"), types("#family", "Lee"), presses("[action='/staff/guests'] .button--main"), reads("Ann Lee", "can print"),
		}},
		{school.Safeguarding, func() {
			h.raise(h.Mia, h.Chief, "safeguarding", "safeguarding", "She printed this and cried")
		}, []deed{
			reads("Mia Okafor", "She printed this and cried"), presses(`[action$="/acknowledge"] button`), reads("Acknowledged"),
			presses(".ask summary"), types(".ask details input", "CPOMS"), presses(".ask details .button"), reads("Nothing waits"),
			presses(`a[href="` + wordsPath + `"]`), types("#word", "county lines"), presses(".sides .button--main, .decide .button--main"), reads("1 word"),
		}},
		{school.Head, h.headsDay, []deed{
			reads("To decide", "Reviews due", "In force"), presses(`.desk a[href="` + reviewsPath + `"]`), reads("score sheets for the chess club"),
			types(".ask textarea", "They were for the club."), presses(`.ask [value="lifted"]`), reads("Nobody waits for your answer"),
			leadsTo(fairnessPath), reads("By year group"), never("Sam Bell"),
		}},
		{school.Finance, nil, []deed{
			reads("November 2026", "Departments", "Accounted for by nobody"), leadsTo(accountsPath), types("#name", "History"), presses("[action='/staff/accounts'] .button--main"), reads("History", "Who may charge it"),
			types("#amount", "250"), types("#reason", "Autumn"), presses(`[action$="/top-up"] button`), reads("250"),
			leadsTo(usagePath), reads("pages printed"),
		}},
		{school.Exams, nil, []deed{
			reads("Exams", "Open now", "To come"), never("Sam Bell"),
			types("#name", "GCSE Art"), types("#person", "sam"), types("#from", "2026-11-23T09:00"), types("#until", "2026-11-23T11:30"), presses(`[name="station"]`),
			presses(`[action="/staff/exams"] .button--main`), reads("GCSE Art"),
			presses(".ask summary"), presses(`[action$="/remove"] button`), reads("None is planned"),
		}},
		{school.COO, nil, []deed{
			reads("The trust", "Harbour Academy", "Sums alone"), never("Sam Bell"), leadsTo(usagePath), reads("pages printed"), never("Sam Bell"),
			leadsTo(fairnessPath), reads("By year group"), leadsTo(rulesPath), reads("Rules"),
		}},
		{school.Provider, nil, []deed{
			reads("Library", "Kiosks"), never("Sam Bell", "Mia Okafor"),
			leadsTo(printersPath), presses(`.table--printers tr:first-child a`), presses(`[action$="/pause"] button`), reads("Paused: it is sent nothing new"),
			presses(`[action$="/pause"] button`), gone("Paused: it is sent"),
			leadsTo(kiosksPath), reads("Kiosks"), leadsTo("/staff/roll-out"), reads("Roll-out"),
			func(_ *testing.T, p *webtest.Page) { p.Open(h.server.URL + h.page(h.Sam.Person)) }, reads("There is no page at this address"),
		}},
		{school.Assistant, nil, []deed{
			reads("My jobs", secretTitle), presses(".mine__form .button--main"), reads("Slip for a runner", "Prints once"), never("My classes", "People"),
			leadsTo(flagPath), types("#username", "sam"), types("#family", "Okafor"), types("#flag-category", "behaviour"), types("#flag-note", "Threw the paper about"),
			presses(`[action="/staff/flag"] .button--main`), reads("No pupil here has that user name"), types("#family", "bell"),
			presses(`[action="/staff/flag"] .button--main`), reads("Recorded."), never("Sam Bell"),
		}},
		{school.Auditor, h.seal, []deed{
			reads("YOUR FIRST VISIT", "Printing suspended", "Who holds which role"), never("Ran off with the toner"),
			presses(`[action$="/verify"] button`), reads("What was done is sound.", "The ledger is sound."),
			leadsTo(accessPath), reads("Who may use these pages", "It is due now", "Never"), never("Sam Bell", "Mia Okafor"),
			presses(`tr:first-child [name="go"]`), types(`tr:first-child .access__why .input`, "Nobody has used it"), presses(`[name="looked"]`), pictured("auditor-access"),
			presses(`[form="review"].button`), reads("As it was signed", "Nobody has used it", "Still there", "The next review is due on 20 November 2027"),
		}},
		{school.DataProtection, nil, []deed{
			reads("None is open"), types("#who", "sam"), presses(`[action="/staff/requests"] .button--main`), reads("Sam Bell", "20 December 2026", "not yet"),
			presses(`[action$="/file"] button`), h.comesTrue("SELECT count(*) = 1 FROM data_request WHERE made_at IS NOT NULL"),
			leadsTo(requestsPath), presses(`[action$="/answered"] button`), reads("None is open", "Answered"),
			types("#of", "sam"), presses(`[action^="/staff/requests#"] button`), reads("Ida Hall", "Opened their page", "Made the file of a request"),
			leadsTo(holdsPath), types("#who", "mia"), types("#reason", "The police asked, 41/26"), presses(`[action="/staff/holds"] .button--main`), reads("Mia Okafor", "The police asked, 41/26"),
			types(`[id^="end-"]`, "They need nothing more"), presses(`[action$="/end"] button`), reads("None is in force", "They need nothing more"), pictured("data-protection"),
			leadsTo(accessPath), reads("Is now Data protection; is no longer Auditor", "As it was signed"), leadsTo(recordPath), reads("Legal hold ended", "Access review signed"), never("The police asked"),
		}},
		{school.PrintRoom, func() {
			dbtest.Exec(h.T, h.db, "UPDATE printer SET state = 'idle', state_reasons = '{}' WHERE name = 'Sixth form'")
			late := h.inRoom(h.Teacher, "Mock exam: answer booklets", 16, 90, 2*time.Hour, "stapled")
			dbtest.Exec(h.T, h.db, "UPDATE room_ticket SET due_at = $2 WHERE job_id = $1", late, friday.Add(-2*time.Hour))
			dbtest.Exec(h.T, h.db, "UPDATE job SET state = 'done', title = NULL, printed = impressions, ended_at = $2 WHERE job_id = $1", h.inRoom(h.Teacher, "Revision cards", 8, 30, 3*time.Hour, "cut"), friday)
		}, []deed{
			reads("Mock exam: answer booklets", "1 late", "90 copies", "stapled", "Two piles"), never(secretTitle),
			presses(`[action$="/print"] button`), reads("The paper is stuck."), // as IT left the library's printer
			func(_ *testing.T, p *webtest.Page) {
				p.Eval(`document.querySelector(".ticket__print select").selectedIndex = 1`)
			},
			presses(`[action$="/print"] button`), reads("too few pages left"),
			presses(`[action$="/done"] button`), reads("Done in the last 30 days"),
			presses(".ticket summary"), types(".ticket [name=why]", "Science has no pages left."), presses(`.ticket [action$="/return"] button`), reads("Nothing to print", "Science has no pages left."), pictured("print-room"),
		}},
		{school.Pupil, nil, []deed{
			func(_ *testing.T, p *webtest.Page) { p.Open(h.server.URL + myPath) }, reads("Hi Ida", "Waiting to be printed", "12 pages on 12 sheets"),
			presses(".own__delete summary"), presses(".own__delete .button--bad"), reads("Nothing waiting"),
		}},
	}
}

// teachersDay has whoever looks teach twelve pupils just now: one cannot print, and two ask for a yes.
func (h *house) teachersDay() {
	h.Helper()
	class := h.crowd()
	h.begins(h.IT, class)
	h.in(func(ctx context.Context, tx *db.Tx) error {
		id, err := quota.AddShared(ctx, tx, h.Chief, quota.Shared{Code: "sc", Name: "9A/Sc1", Sort: quota.ClassSort, Class: class, Limited: true})
		if err != nil {
			return err
		}
		if _, err = quota.GiveTopUp(ctx, tx, h.Chief, quota.TopUp{Shared: id, Amount: 400, Reason: "Autumn", Key: "day"}); err != nil {
			return err
		}
		_, err = quota.Give(ctx, tx, h.School, "", []quota.Grant{{Person: h.IT.Person, Amount: 100, Key: "it"}})
		return err
	})
	h.needsYes(h.Sam, 72, 0, 1)
	h.needsYes(h.Mia, 128, 12, 2)
	h.job(h.IT, release.Held, 12, time.Minute)
}

// coversDay has whoever looks cover a lesson of Cleo Shaw's, and teach nobody of their own.
func (h *house) coversDay() {
	h.Helper()
	dbtest.Exec(h.T, h.db, "DELETE FROM lesson_act")
	h.printed(h.Sam, 1, 4321, 6)
	h.covers()
	dbtest.Exec(h.T, h.db, "DELETE FROM enrolment WHERE person_id = $1", h.IT.Person)
	dbtest.Exec(h.T, h.db, "UPDATE cover SET cover_id = $1", h.IT.Person)
}

// headsDay has a pupil object.
func (h *house) headsDay() {
	h.Helper()
	if err := h.console.conduct.Suspend(h.Context(), h.Chief, h.Sam.Person, friday.AddDate(0, 0, 6), "140 pages in 10 minutes on Tuesday"); err != nil {
		h.Fatal(err)
	}
	cases, err := h.console.conduct.MyCases(h.Context(), h.Sam)
	if err == nil {
		_, err = h.console.conduct.Object(h.Context(), h.Sam, cases[0], "They were the score sheets for the chess club.")
	}
	if err != nil {
		h.Fatal(err)
	}
}
