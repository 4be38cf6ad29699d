package main

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"inkwell/ipp/simulate"
	"inkwell/kiosk"
	"inkwell/release/document/documenttest"
)

// stories are the ways through the kiosk. The long ones wait for a clock of the page's own.
var stories = []struct {
	name string
	tell func(*farScreen)
	long bool
}{
	{"a page left out", (*farScreen).aVisit, false},
	{"the paper saver", (*farScreen).savesPaper, false},
	{"some, then all", (*farScreen).someThenAll, false},
	{"second thoughts", (*farScreen).secondThoughts, true},
	{"somebody else's", (*farScreen).somebodyElses, true},
	{"page by page", (*farScreen).pageByPage, false},
	{"a jam", (*farScreen).aJam, true},
	{"lost from sight", (*farScreen).lostFromSight, false},
	{"a lost badge", (*farScreen).aLostBadge, false},
	{"a runner", (*farScreen).aRunner, false},
	{"their own account", (*farScreen).ownAccount, false},
	{"another language", (*farScreen).anotherLanguage, true},
	{"a class", (*farScreen).aClass, false},
	{"left alone", (*farScreen).leftAlone, true},
	{"the cable is out", (*farScreen).theCableIsOut, false},
	{"the power goes", (*farScreen).thePowerGoes, true},
	{"retired", (*farScreen).isRetired, false},
}

// pupil is the number of somebody who has not been here yet.
func (p *farScreen) pupil() int {
	p.s.told++
	return 100 + p.s.told
}

// sends has a document of a pupil's or a teacher's wait, with what they wish of it.
func (p *farScreen) sends(user, file string, wishes ...string) {
	p.t.Helper()
	if said, ok := p.s.ask(wishTest(wishes...), p.s.queue(user, "/ipp/print"), file); !ok {
		p.t.Fatal(said)
	}
}

// waiting is a new pupil with so many jobs, of two pages, three and so on.
func (p *farScreen) waiting(jobs int) (pupil int) {
	p.t.Helper()
	pupil = p.pupil()
	for i := range jobs {
		p.sends(demoPupil(pupil), blankPDF(p.t, 2+i))
	}
	p.s.held(demoPupil(pupil), jobs)
	return pupil
}

// comesFor is a new pupil with a document, who taps their badge, and sees their list.
func (p *farScreen) comesFor(file string, wishes ...string) (pupil int) {
	p.t.Helper()
	pupil = p.pupil()
	p.sends(demoPupil(pupil), file, wishes...)
	p.s.held(demoPupil(pupil), 1)
	p.comes(pupil)
	return pupil
}

// tap holds a badge to the reader, and not so soon again that it is the reader's echo.
func (p *farScreen) tap(badge string) {
	p.t.Helper()
	time.Sleep(time.Until(p.tapped[badge].Add(3 * time.Second)))
	p.Badge(badge)
	p.tapped[badge] = time.Now()
}

// knowsNothingOf taps what is no way in any more.
func (p *farScreen) knowsNothingOf(badge string) {
	p.t.Helper()
	p.tap(badge)
	p.face(kiosk.FaceMessage)
	p.press("back")
	p.face(kiosk.FaceIdle)
}

// comes is a pupil who taps their badge, and sees their list.
func (p *farScreen) comes(pupil int) {
	p.t.Helper()
	p.tap(demoBadge(pupil))
	p.face(kiosk.FaceJobs)
}

// leaves signs out by a tap, and nothing of the pupil's stays.
func (p *farScreen) leaves(pupil int) {
	p.t.Helper()
	p.press("sign-out")
	p.isNobodys(pupil)
}

// isNobodys waits until nobody is signed in, and looks for what is left of a pupil.
func (p *farScreen) isNobodys(pupil int) {
	p.t.Helper()
	p.face(kiosk.FaceIdle)
	p.nothingPersonal("Field notes", demoPupil(pupil), demoBadge(pupil), demoCode(pupil), "Hi ", "Helo ")
}

// became holds each of a pupil's jobs, by its state and the pages printed of it, to what it is to be.
func (p *farScreen) became(pupil int, want string) {
	p.t.Helper()
	got := rows[string](p.s.demo, "SELECT coalesce(string_agg(state || ':' || printed, ' ' ORDER BY printed), '') FROM job JOIN person USING (person_id) WHERE username = $1", demoPupil(pupil))
	if got != want {
		p.t.Errorf("the jobs are %s, not %s", got, want)
	}
}

// aVisit is a pupil who leaves a page out of a job and prints the rest.
func (p *farScreen) aVisit() {
	p.shot("idle")
	pupil := p.comesFor(blankPDF(p.t, 4))
	p.Seen("Field notes")
	p.shot("jobs")
	p.press("change")
	p.face(kiosk.FaceChange)
	p.Until(`document.querySelectorAll('.leaf[data-seen]').length === 4`)
	p.Click(`.leaf[data-key="2"] button`)
	p.Seen("3 pages")
	p.shot("change")
	p.press("release")
	p.Seen("Done: 3 pages")
	p.shot("done")
	p.leaves(pupil)
	p.became(pupil, "done:3")
}

// savesPaper is a pupil who has the rest come out two on a side, on one side of the paper and then on both, in
// black and white, and the printer is told so.
func (p *farScreen) savesPaper() {
	pupil := p.comesFor(tempFile(p.t, documenttest.Coloured(6, 2, 5)), "ATTR keyword print-color-mode color")
	p.press("change")
	p.face(kiosk.FaceChange)
	p.Click(`.leaf[data-key="6"] button`)
	p.Seen("5 pages")
	p.Click(`[data-do="up"][data-up="2"]`)
	p.Seen("3 pages, 2 sheets")
	const side = `.change__panel [data-do="both"]:nth-of-type(%d)`
	p.Click(fmt.Sprintf(side, 2))
	p.Seen("3 pages, 3 sheets")
	p.Click(fmt.Sprintf(side, 1))
	p.Seen("3 pages, 2 sheets")
	p.press("grey")
	p.Until(`document.querySelector('[data-do="grey"]').getAttribute('aria-pressed') === 'true'`)
	p.shot("saver")
	p.press("release")
	p.Seen("Done: 3 pages")
	p.leaves(pupil)
	p.became(pupil, "done:3")
	told := p.s.eve.Told(p.t)
	for _, wish := range []string{"IPP_PRINT_COLOR_MODE=monochrome", "IPP_SIDES=two-sided-long-edge"} {
		if !strings.Contains(told, wish) {
			p.t.Errorf("the printer was told\n%s", told)
		}
	}
}

// byName signs a pupil in by name and code, with the screen's own keys for the code.
func (p *farScreen) byName(pupil int) {
	p.t.Helper()
	p.press("keypad")
	p.face(kiosk.FaceKeypad)
	p.Keys(demoPupil(pupil))
	p.Click(".keypad [type=submit]")
	for _, digit := range demoCode(pupil) {
		row, column := (int(digit-'0')+2)/3, (int(digit-'0')+2)%3+1
		if digit == '0' {
			row, column = 4, 1
		}
		p.Click(fmt.Sprintf(`[data-for="keypad-code"]:not([hidden]) .keys__row:nth-child(%d) .key:nth-child(%d)`, row, column))
	}
	p.Click(".keypad [type=submit]:enabled")
	p.face(kiosk.FaceJobs)
}

// someThenAll is a pupil who comes by name and code, and prints one of two jobs, and then what is left.
func (p *farScreen) someThenAll() {
	pupil := p.waiting(2)
	p.byName(pupil)
	p.Seen("Print all")
	p.Click(`.job .job__box`)
	p.Until(`document.querySelectorAll('.job input:checked').length === 1`)
	p.press("release")
	p.Seen("Done: ")
	p.press("back")
	p.face(kiosk.FaceJobs)
	p.Click(`.job .job__box`)
	p.press("release")
	p.Seen("Done: ")
	p.leaves(pupil)
	p.became(pupil, "done:2 done:3")
}

// secondThoughts is a pupil who deletes a job, takes that back, deletes it after all, and has the next
// pupil's badge end the visit, who is shown nothing of it.
func (p *farScreen) secondThoughts() {
	pupil, next := p.waiting(1), p.waiting(1)
	p.comes(pupil)
	was := p.Says(`document.querySelector('h1').textContent`)
	p.press("delete")
	p.press("undo")
	p.press("delete")
	p.Seen("Nothing waiting")
	p.became(pupil, "cancelled:0")
	p.tap(demoBadge(next))
	p.Until(fmt.Sprintf(`document.getElementById('kiosk').dataset.face === 'jobs' && document.querySelector('h1').textContent !== %q`, was))
	p.Seen("Field notes")
	p.nothingPersonal(was, demoPupil(pupil), demoBadge(pupil))
	p.leaves(next)
	p.became(next, "held:0")
}

// somebodyElses is a pupil in whose name a device of the room has sent a job that is not theirs.
func (p *farScreen) somebodyElses() {
	pupil := p.pupil()
	if said, ok := p.s.ask(sayTest, "ipp://"+p.s.ipp+"/ipp/print/g/room-12", blankPDF(p.t, 2), "-d", "who="+demoPupil(pupil)); !ok {
		p.t.Fatal(said)
	}
	p.s.held(demoPupil(pupil), 1)
	p.comes(pupil)
	p.press("not-mine")
	p.Seen("Not yours: deleted")
	p.Seen("Nothing waiting")
	p.leaves(pupil)
	p.became(pupil, "cancelled:0")
	if n := rows[int](p.s.demo, "SELECT count(*) FROM audit a JOIN person p ON p.pseudonym = a.actor WHERE a.act = 'job-disowned' AND p.username = $1", demoPupil(pupil)); n != 1 {
		p.t.Errorf("%d reports of it", n)
	}
}

// pageByPage is a pupil who watches the pages come out.
func (p *farScreen) pageByPage() {
	p.s.lever("slow", true)
	defer p.s.lever("slow", false)
	pupil := p.comesFor(blankPDF(p.t, 4))
	p.Eval(`window.titles = []; new MutationObserver(() => {
		const title = document.querySelector('h1').textContent;
		if (titles.at(-1) !== title) titles.push(title);
	}).observe(document.getElementById('kiosk'), { subtree: true, childList: true, characterData: true })`)
	p.press("release")
	p.Seen("Done: 4 pages")
	titles := p.Says(`titles.join(', ')`)
	seen := regexp.MustCompile(`Printing page \d of 4`).FindAllString(titles, -1)
	if len(seen) < 3 || strings.Join(seen, "") > strings.Join(seen[1:], "") {
		p.t.Errorf("it says %s", titles)
	}
	p.leaves(pupil)
	p.became(pupil, "done:4")
}

// aJam is a pupil whose paper is stuck after the first page, and who has the others come out at
// another printer. A jam is what no ippeveprinter has: for a while a printer of ours stands in the library.
func (p *farScreen) aJam() {
	jams, uri := virtual(p.t, "Library", simulate.Mono)
	p.library(uri, false)
	defer p.library(p.s.eve.URI, true)
	jams.JamAfter(1)
	pupil := p.comesFor(blankPDF(p.t, 4))
	p.press("release")
	p.Seen("The paper is stuck")
	p.Seen("Print the other 3 at Sixth form")
	p.shot("jam")
	p.press("move")
	p.Seen("It is at Sixth form.")
	p.leaves(pupil)
	p.became(pupil, "done:4")
	got := rows[string](p.s.demo, "SELECT string_agg(r.name || ':' || d.printed, ' ' ORDER BY delivery_id) FROM delivery d JOIN printer r USING (printer_id) JOIN job j USING (job_id) JOIN person p ON p.person_id = j.person_id WHERE username = $1", demoPupil(pupil))
	if got != "Library:1 Sixth form:3" {
		p.t.Errorf("it came out at %s", got)
	}
}

// library puts another printer into the library, and waits until it is known what it can do.
func (p *farScreen) library(uri string, colour bool) {
	p.t.Helper()
	number := rows[int](p.s.demo, "SELECT printer_id FROM printer WHERE name = 'Library'")
	p.s.inkwell("printer", "set", fmt.Sprint(number), "--address", uri, "--printers-loopback=true")
	p.s.eventually("the library's printer", func() bool {
		return rows[bool](p.s.demo, `SELECT state = 'idle' AND asked_at IS NOT NULL AND coalesce(capabilities->'color_modes', '[]') @> '["color"]' = $2 FROM printer WHERE printer_id = $1`, number, colour)
	})
}

// lostFromSight is a pupil whose printer is switched off at the wrong moment, and knows nothing of
// their job when it is back: they are asked how much of it came out.
func (p *farScreen) lostFromSight() {
	pupil := p.comesFor(blankPDF(p.t, 4))
	p.s.lever("hold", true)
	p.press("release")
	p.face(kiosk.FacePrinting)
	p.s.eventually("the printer to have it", func() bool {
		return rows[bool](p.s.demo, "SELECT coalesce(bool_or(d.state = 'printing'), false) FROM delivery d JOIN job j USING (job_id) JOIN person p ON p.person_id = j.person_id WHERE username = $1", demoPupil(pupil))
	})
	p.s.eve.Restart(p.s.t) // it is there for the next browser too
	p.s.lever("hold", false)
	p.face(kiosk.FaceQuestion)
	p.shot("question")
	p.press("part")
	p.face(kiosk.FaceCount)
	p.Click(`.sheaf li:nth-of-type(3) [data-do="count"]`)
	p.Seen("3 pages came out")
	p.press("counted")
	p.Seen("The rest is safe in your list.")
	p.press("back")
	p.face(kiosk.FaceJobs)
	p.Seen("the other 1 page")
	p.leaves(pupil)
	p.became(pupil, "held:3")
}

// aLostBadge is a pupil to whom reception gives a day pass for a badge that is lost: its QR code is read off the
// page, and held to the reader.
func (p *farScreen) aLostBadge() {
	pupil := p.waiting(1)
	number := rows[int](p.s.demo, "SELECT person_id FROM person WHERE username = $1", demoPupil(pupil))
	pass := readCode(p.t, p.s.office("reception01").post(fmt.Sprintf("/staff/people/%d/badge/lost", number), nil))
	p.knowsNothingOf(demoBadge(pupil))
	p.tap(pass)
	p.face(kiosk.FaceJobs)
	p.Seen("20 pages left")
	p.press("release")
	p.Seen("Done: 2 pages")
	p.press("sign-out")
	p.isNobodys(pupil)
	p.nothingPersonal(pass)
	p.became(pupil, "done:2")
}

// aRunner is a pupil with a slip of a teacher's for one job, which prints once.
func (p *farScreen) aRunner() {
	teacher := demoTeacher(2)
	p.sends(teacher, blankPDF(p.t, 3))
	p.s.held(teacher, 1)
	office := p.s.office(teacher)
	page := office.get("/staff/mine")
	slip := regexp.MustCompile(`action="(/staff/mine/\d+/slip)"`).FindStringSubmatch(page)
	at := regexp.MustCompile(`<option value="(\d+)"[^>]*>Library`).FindStringSubmatch(page)
	if slip == nil || at == nil {
		p.t.Fatalf("no slip can be made:\n%s", page)
	}
	code := readCode(p.t, office.post(slip[1], url.Values{"printer": {at[1]}}))
	p.tap(code)
	p.face(kiosk.FaceSlip)
	p.Seen("3 pages")
	p.shot("slip")
	p.press("release")
	p.Seen("Done: 3 pages")
	p.press("sign-out")
	p.face(kiosk.FaceIdle)
	p.nothingPersonal("Field notes", teacher, code)
	p.knowsNothingOf(code)
}

// ownAccount is a pupil who asks for pages back, looks at what they printed, has a new code, and reports the printer.
func (p *farScreen) ownAccount() {
	pupil := p.waiting(2)
	p.byName(pupil)
	p.Click(`.job .job__box`)
	p.press("release")
	p.Seen("Done: ")
	p.press("wrong")
	p.press("ask-back")
	p.Seen("We have asked for you.")
	p.press("back")
	p.face(kiosk.FaceDone)
	p.press("back")
	p.face(kiosk.FaceJobs)
	p.press("account")
	p.face(kiosk.FaceAccount)
	p.Until(`document.querySelectorAll('.account__print').length === 1`)
	p.shot("account")
	p.press("back")
	p.face(kiosk.FaceJobs)
	p.press("new-code")
	p.face(kiosk.FaceRenew)
	p.press("renew")
	p.face(kiosk.FaceCode)
	code := p.Says(`document.querySelector('.newcode').textContent`)
	p.press("back")
	p.face(kiosk.FaceJobs)
	p.press("account")
	p.face(kiosk.FaceAccount)
	p.press("broken")
	p.face(kiosk.FaceBroken)
	p.press("report")
	p.s.eventually("the report of the printer", func() bool {
		return rows[int](p.s.demo, "SELECT count(*) FROM printer_report r JOIN person p USING (person_id) WHERE username = $1", demoPupil(pupil)) == 1
	})
	p.press("sign-out")
	p.isNobodys(pupil)
	p.nothingPersonal(code)
	if n := rows[int](p.s.demo, "SELECT count(*) FROM refund r JOIN person p USING (person_id) WHERE username = $1", demoPupil(pupil)); n != 1 {
		p.t.Errorf("asked for pages back %d times", n)
	}
}

// anotherLanguage is a pupil who presses a language for one visit, and then has it remembered.
func (p *farScreen) anotherLanguage() {
	pupil := p.waiting(1)
	p.Click(`.idle__tongue[lang="cy"]`)
	p.Seen("Tapiwch eich bathodyn")
	p.comes(pupil)
	p.Seen("Helo ")
	p.leaves(pupil)
	p.Seen("Tap your badge")
	p.comes(pupil)
	p.Seen("Hi ")
	p.press("account")
	p.face(kiosk.FaceAccount)
	p.Click(`.account__tongue[lang="cy"]`)
	p.Until(`document.querySelector('.account__tongue[lang="cy"]').getAttribute('aria-pressed') === 'true'`)
	p.leaves(pupil)
	p.Seen("Tap your badge")
	p.comes(pupil)
	p.Seen("Helo ")
	p.shot("welsh")
	p.leaves(pupil)
}

// aClass is a teacher whose badge opens the list of a class: three children collect by their names, one after another, and
// the adult prints the rest, which comes out child by child.
func (p *farScreen) aClass() {
	var users []string
	for range 5 {
		p.s.class++
		users = append(users, demoPupil(p.s.class))
	}
	last := rows[string](p.s.demo, "SELECT username FROM person WHERE username = ANY ($1) ORDER BY family_name DESC LIMIT 1", users)
	for _, user := range users {
		p.sends(user, blankPDF(p.t, 2))
		p.sends(last, blankPDF(p.t, 1)) // before and after those of others
	}
	for _, user := range users {
		p.s.held(user, map[bool]int{false: 1, true: 6}[user == last])
	}
	const names = `[...document.querySelectorAll('.pupil:enabled .pupil__name')].map((e) => e.textContent)`
	p.tap(demoStaffBadge(1))
	p.face(kiosk.FaceClass)
	for left := 5; left > 2; left-- {
		p.Until(fmt.Sprintf(`%s.length === %d`, names, left))
		if left == 5 {
			p.shot("class")
		}
		child, others := p.Says(names+`[0]`), p.Says(names+`.slice(1).join()`)
		p.press("pupil")
		p.face(kiosk.FacePupil)
		p.Seen(child)
		for other := range strings.SplitSeq(others, ",") {
			if strings.Contains(p.Text(), other) {
				p.t.Errorf("%s is asked, and reads of %s", child, other)
			}
		}
		p.press("for-pupils")
		p.face(kiosk.FaceClass)
		p.Seen("Well done")
	}
	p.Until(names + `.length === 2`)
	rest := p.Says(names + `.join(" ")`)
	p.press("whole")
	p.face(kiosk.FaceWhole)
	p.press("for-pupils")
	p.Seen("Nothing waits for this class.")
	p.press("sign-out")
	p.face(kiosk.FaceIdle)
	p.s.eventually("the jobs of the class", func() bool {
		return rows[int](p.s.demo, "SELECT count(*) FROM job JOIN person USING (person_id) WHERE username = ANY ($1) AND state = 'done'", users) == 10
	})
	by := rows[string](p.s.demo, `SELECT string_agg(DISTINCT t.username, ' ') || count(*) FROM audit a JOIN person t ON t.pseudonym = a.actor JOIN person c ON c.pseudonym = a.subject
		WHERE a.act = 'job-released' AND c.username = ANY ($1)`, users)
	if by != demoTeacher(1)+"10" {
		p.t.Errorf("released by %q", by)
	}
	out := rows[string](p.s.demo, `SELECT string_agg(given_name, ' ' ORDER BY printing_at) FROM
		(SELECT p.given_name, d.printing_at FROM delivery d JOIN person p USING (person_id) WHERE p.username = ANY ($1) ORDER BY d.printing_at DESC LIMIT 7) AS latest`, users)
	if got := strings.Join(slices.Compact(strings.Fields(out)), " "); got != rest {
		p.t.Errorf("the rest came out as %q, the list has %q", out, rest)
	}
}

// leftAlone is a pupil who walks away: the page signs them out by itself.
func (p *farScreen) leftAlone() {
	pupil := p.waiting(1)
	p.comes(pupil)
	began := time.Now()
	p.isNobodys(pupil)
	if took := time.Since(began); took < 15*time.Second || took > 30*time.Second {
		p.t.Errorf("signed out after %s", took)
	}
	p.became(pupil, "held:0")
}

// theCableIsOut is a pupil whose kiosk loses its network, without a word, before the badge is tapped and
// once more when Print has been pressed. The page says so and comes back; a tap counts once, and the job prints once.
func (p *farScreen) theCableIsOut() {
	pupil := p.waiting(1)
	before := p.s.taps()
	p.offline(func() {})
	p.tap(demoBadge(pupil))
	p.Seen("Your badge was read.")
	p.shot("offline")
	p.back()
	taps := 1 + p.signedIn(pupil)
	p.offline(func() { p.press("release") })
	p.back()
	taps += p.signedIn(pupil)
	p.Eval(`(document.querySelector('[data-do=release]:enabled') || document.body).click()`) // what has not arrived
	p.s.eventually("the job to be done", func() bool {
		return rows[bool](p.s.demo, `SELECT state = 'done' FROM job JOIN person USING (person_id) WHERE username = $1`, demoPupil(pupil))
	})
	p.leaves(pupil)
	got := rows[string](p.s.demo, `SELECT count(*) || ' ' || sum(d.printed) FROM delivery d JOIN job j USING (job_id) JOIN person p ON p.person_id = j.person_id WHERE username = $1`, demoPupil(pupil))
	if got != "1 2" {
		p.t.Errorf("deliveries and pages: %s", got)
	}
	p.s.eventually("the taps to be counted", func() bool { return p.s.taps()-before >= taps })
	if n := p.s.taps() - before; n != taps {
		p.t.Errorf("%d taps were counted %d times", taps, n)
	}
}

// taps is how many have been counted.
func (s *farKiosk) taps() int {
	s.t.Helper()
	return rows[int](s.demo, "SELECT coalesce(sum(known + unknown), 0) FROM station_tap")
}

// offline takes the cable out, does something at the page, and waits until the page says so.
func (p *farScreen) offline(press func()) {
	p.t.Helper()
	began := time.Now()
	p.s.cut()
	press()
	p.face("offline")
	p.t.Logf("it says so after %s", time.Since(began).Round(time.Millisecond))
}

// back puts the cable in again and waits until the page is back.
func (p *farScreen) back() {
	p.t.Helper()
	began := time.Now()
	p.s.mend()
	p.Until(`document.getElementById('kiosk').dataset.face !== 'offline'`)
	p.t.Logf("it is back after %s", time.Since(began).Round(time.Millisecond))
}

// signedIn waits for a pupil's visit. A page that is idle has not kept the tap, or not given it yet: to be
// tapped twice does it no harm. It says how often that was.
func (p *farScreen) signedIn(pupil int) (again int) {
	p.t.Helper()
	const idle, visit = `document.getElementById('kiosk').dataset.face === 'idle'`, `['jobs', 'printing', 'done'].includes(document.getElementById('kiosk').dataset.face)`
	p.Until(idle + "||" + visit)
	if p.Says("String("+idle+")") == "true" {
		p.t.Log("tapped again")
		p.tap(demoBadge(pupil))
		again = 1
	}
	p.Until(visit)
	return again
}

// isRetired is a kiosk that IT retires in the middle of a visit: it closes within a second and forgets everything,
// and the screen can be paired again.
func (p *farScreen) isRetired() {
	pupil := p.waiting(1)
	p.comes(pupil)
	p.Seen("Field notes")
	p.Eval(`const root = document.getElementById('kiosk'); new MutationObserver(() => {
		if (root.dataset.face !== 'jobs') window.closedAt ??= Date.now();
	}).observe(root, { attributes: true })`)
	p.s.inkwell("kiosk", "retire", "library")
	p.face("over")
	p.shot("over")
	var closed int64
	if _, err := fmt.Sscan(p.Says(`String(closedAt)`), &closed); err != nil {
		p.t.Fatal(err)
	}
	late := time.UnixMilli(closed).Sub(rows[time.Time](p.s.demo, "SELECT max(ended_at) FROM kiosk_device"))
	p.t.Logf("closed %s after its end", late.Round(time.Millisecond))
	if late > time.Second {
		p.t.Errorf("closed %s after its end", late)
	}
	for _, word := range []string{"Field notes", demoPupil(pupil), demoBadge(pupil), "Hi "} {
		if strings.Contains(p.Says(kept), word) {
			p.t.Errorf("%q is still in the browser", word)
		}
	}
	p.Click("[data-again]")
	p.face(kiosk.FacePair)
	p.link = ""
	p.Open(p.s.address("/kiosk"))
	p.pairs()
	p.comes(pupil)
	p.leaves(pupil)
}
