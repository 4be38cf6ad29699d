package kiosk

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/web/webtest"
	"inkwell/quota"
	"inkwell/release"
)

// TestShots takes a picture of every face, at every size, light and dark, into the folder that
// INKWELL_SHOTS names. Without the variable there is nothing to do, and it says so. INKWELL_SHOTS_READERS
// names the readers, such as "cy long", and INKWELL_SHOTS_ONLY a part of the faces' names.
func TestShots(t *testing.T) {
	folder, only, wanted := os.Getenv("INKWELL_SHOTS"), os.Getenv("INKWELL_SHOTS_ONLY"), strings.Fields(os.Getenv("INKWELL_SHOTS_READERS"))
	if folder == "" {
		t.Log("INKWELL_SHOTS names no folder: no pictures wanted")
		return
	}
	b := webtest.Start(t)
	for _, r := range audiences(t) {
		if len(wanted) == 0 && r.name != "older" || len(wanted) > 0 && !slices.Contains(wanted, r.name) {
			continue
		}
		for _, s := range shots {
			if !strings.Contains(s.name, only) {
				continue
			}
			t.Run(r.name+"/"+s.name, func(t *testing.T) {
				p := bring(t, b, s, r)
				for _, size := range sizes {
					p.Size(size[0], size[1])
					for _, scheme := range []string{"light", "dark"} {
						p.Scheme(scheme)
						p.Do(chromedp.Sleep(250 * time.Millisecond)) // let the animations arrive
						p.Shot(filepath.Join(folder, fmt.Sprintf("%s-%dx%d-%s-%s.png", s.name, size[0], size[1], scheme, r.name)))
					}
				}
			})
		}
	}
}

// bring opens a kiosk of 1280 by 800 and brings it to where the picture is taken. Then its time stands still.
func bring(t *testing.T, b webtest.Browser, s shot, r audience) *page {
	t.Helper()
	jobs := s.jobs
	if jobs == nil {
		jobs = twoJobs
	}
	d := newFakeDesk(jobs()...)
	if s.set != nil {
		s.set(d)
	}
	p := newPage(t, b)
	p.foreign = r.name != "older"
	if p.foreign {
		d.words, d.station.Languages = r.words, school.Languages{Offered: slices.Compact([]string{r.tag, "en"}), Young: r.young}
		d.visit.Young = r.young
	}
	address, k := open(t, d, time.Minute) // a machine with much to do takes seconds for a few keys
	p.Open(address)
	p.wait(FaceIdle)
	s.act(p, d)
	at := k.clock()
	d.frozen.Store(&at)
	return p
}

// wrongPrints has some prints that may have gone wrong.
func wrongPrints(d *fakeDesk) { d.visit.Printed, d.prints = true, prints() }

func none() []release.VisitJob { return []release.VisitJob{} }

type shot struct {
	name string
	jobs func() []release.VisitJob
	set  func(d *fakeDesk)
	act  func(p *page, d *fakeDesk)
}

func twoJobs() []release.VisitJob {
	return []release.VisitJob{held(41, "Geography: rivers, final draft", 4, 5), held(42, "Maths homework 7B", 3, 0)}
}

func manyJobs() []release.VisitJob {
	colour := held(44, "Poster for the science fair, A3 in colour with all the pictures of the volcano that we took on the trip last Thursday afternoon", 2, 75)
	colour.Due = 8
	counting := held(46, "History essay (1).pdf", 0, 0)
	counting.State = release.Counting
	refused := held(47, "scan0001.pdf", 0, 3)
	refused.State, refused.Refusal = release.Refused, "This document is locked with a password. Save it without one and send it again."
	return append(twoJobs(), held(43, "Übung – مرحبا بالعالم 🖨️", 1, 12), colour, held(45, "Spanish vocabulary list", 2, 60*20), counting, refused)
}

// offeredJobs are four jobs that cost 18 pages together, one of them in colour.
func offeredJobs() []release.VisitJob {
	jobs := append(twoJobs(), held(43, "Science fair poster", 1, 12), held(44, "Spanish vocabulary list", 6, 60*20))
	jobs[2].Due, jobs[2].Why = 5, "1 sheet, colour"
	return jobs
}

// moneyJobs are three jobs with prices in pence.
func moneyJobs() []release.VisitJob {
	jobs := append(twoJobs(), held(43, "Art portfolio", 6, 30))
	for i, j := range []struct {
		units int64
		why   string
	}{{12, "2 sheets two-sided"}, {9, "2 sheets two-sided"}, {186, "3 sheets two-sided, 5 of 6 sides colour, A3"}} {
		jobs[i].Due, jobs[i].Why = j.units, j.why
	}
	return jobs
}

// claims are two jobs, of which a shared device sent the first.
func claims() []release.VisitJob {
	jobs := twoJobs()
	jobs[0].Claim = "Room 12"
	return jobs
}

// lockedJobs are two jobs, of which the first has a code of its own.
func lockedJobs() []release.VisitJob {
	jobs := twoJobs()
	jobs[0].Locked = true
	return jobs
}

// lackingJobs are three jobs, of which the printer lacks paper for the first and has no
// colour for the second.
func lackingJobs() []release.VisitJob {
	jobs := append(twoJobs(), held(43, "Spanish vocabulary list", 2, 60))
	jobs[0].Lacks, jobs[1].Instead = "This printer does not have the kind of paper that was asked for. Hall can print this.", "black and white here"
	return jobs
}

// fleet is a visitor at a kiosk from which three printers can be released to.
func fleet(d *fakeDesk) {
	art := release.PrinterRecord{ID: 5, Name: "Art studio", State: release.PrinterStopped, Reasons: []string{"media-jam-error"}}
	staff := release.PrinterRecord{ID: 4, Name: "Sixth form colour", State: release.PrinterProcessing}
	d.visit.Choices = []release.Choice{{PrinterRecord: d.station.Printer, Beside: true, Reach: true}, {PrinterRecord: staff, Where: "one floor up", Reach: true},
		{PrinterRecord: art, Where: "in Arts", Reach: true}}
}

// offering are jobs that the printer here cannot do as they were asked for, and the next one can.
func offering(d *fakeDesk) {
	fleet(d)
	d.visit.Jobs[0].Lacks = "This printer has no A3 paper. Sixth form colour, one floor up, can print this."
	d.visit.Jobs[0].Offer = &release.Offered{Choice: d.visit.Choices[1], Due: 8}
	d.visit.Jobs[1].Instead, d.visit.Jobs[1].Offer = "black and white here", &release.Offered{Choice: d.visit.Choices[1], Due: 3, Colour: true}
}

// elsewhere is a visitor beside a printer without paper.
func elsewhere(d *fakeDesk) {
	fleet(d)
	d.station.Printer.State, d.station.Printer.Reasons = release.PrinterStopped, []string{"media-empty-error"}
	d.visit.Beside, d.visit.Choices[0].PrinterRecord = d.station.Printer, d.station.Printer
	d.visit.Printer, d.visit.Instead = d.visit.Choices[1].PrinterRecord, "Sixth form colour, one floor up, can print this."
}

// walking is one whose kiosk may not release to it.
func walking(d *fakeDesk) {
	elsewhere(d)
	d.visit.Printer, d.visit.Choices = d.visit.Beside, nil
	d.visit.Instead += " Please go there."
}

// largeJobs are one to ask about, one that waits for a teacher's yes and one that has it.
func largeJobs() []release.VisitJob {
	large, waits, has := held(41, "Coursework: rivers of the north", 46, 4), held(42, "The whole book", 72, 12), held(43, "Spanish vocabulary list", 64, 60)
	large.Really, large.Sheets = "46 pages, 23 sheets. Really print all?", 23
	waits.Lacks, waits.MayAsk = "More than 60 pages needs a teacher's yes. Print pages 1-60, or ask.", true
	has.Yes, has.Sheets = "T. Reid", 32
	return []release.VisitJob{large, waits, has}
}

// ruledJobs are three jobs whose queues have a say: one that comes out elsewhere, one
// without its colour, and one that is not its owner's to print any more.
func ruledJobs() []release.VisitJob {
	jobs := append(twoJobs(), held(43, "Spanish vocabulary list", 2, 60))
	jobs[0].Lacks, jobs[1].Instead = "This one does not come out here. Hall, one floor up, can print this.", "black and white: you may not use colour"
	jobs[2].Lacks = "This was sent to a printer that is not for you. Send it again to another one."
	return jobs
}

// choice is a visitor who may charge three accounts; the second job is the department's.
func choice(d *fakeDesk) {
	d.visit.Payers.All = []quota.Payer{{Code: quota.OwnCode, Name: "Me", Limited: true, Left: quota.Left{Units: 95}}, {Code: quota.PersonalCode, Name: "Private", Account: 8, Limited: true, Left: quota.Left{Units: 20}},
		{Code: "art", Name: "Art department", Account: 9, Limited: true, Left: quota.Left{Units: 412}}}
	d.visit.Jobs[0].Payer, d.visit.Jobs[1].Payer = d.visit.Payers.All[0], d.visit.Payers.All[2]
}

// writing is a visitor who writes an exam.
func writing(d *fakeDesk) {
	d.visit.Payers.All = []quota.Payer{{Code: "exams", Name: "Exams", Account: 10, Exam: true}}
}

func signedIn(p *page, _ *fakeDesk) {
	p.Badge("04A2B3C4")
	p.wait("jobs")
}

func released(p *page, d *fakeDesk) {
	signedIn(p, d)
	p.press("release")
	p.wait("printing")
}

var shots = []shot{
	{name: "wrong-none-waiting", jobs: none, set: wrongPrints, act: signedIn},
	{name: "wrong-list", jobs: none, set: wrongPrints, act: func(p *page, d *fakeDesk) {
		signedIn(p, d)
		p.Click(`.none [data-do="wrong"]`)
		p.Seen("Which print")
	}},
	{name: "wrong-what", jobs: none, set: wrongPrints, act: func(p *page, d *fakeDesk) {
		signedIn(p, d)
		p.Click(`.none [data-do="wrong"]`)
		p.Click(`[data-do="pick"]`)
		p.Seen("What went wrong?")
	}},
	{name: "wrong-answer", set: func(d *fakeDesk) {
		wrongPrints(d)
		d.visit.Refunds = []release.Print{{Pages: 4, Granted: 4, Asked: true, Answered: true, Printer: "Library", When: noon}}
	}, act: signedIn},
	{name: "broken", jobs: none, act: func(p *page, d *fakeDesk) {
		signedIn(p, d)
		p.Click(`.none [data-do="broken"]`)
		p.Seen("What is wrong")
	}},
	{name: "account", jobs: twoJobs, set: wrongPrints, act: func(p *page, d *fakeDesk) {
		signedIn(p, d)
		p.press("account")
		p.wait(FaceAccount)
		p.Seen("Ms Patel said yes")
	}},
	{name: "told", set: noted, act: func(p *page, d *fakeDesk) { signedIn(p, d); p.Seen("There is a note for you") }},
	{name: "told-why", set: noted, act: func(p *page, d *fakeDesk) { signedIn(p, d); p.Click(`.told [data-do="why"]`); p.Seen("6 times") }},
	{name: "move", jobs: stuck, act: func(p *page, d *fakeDesk) {
		p.Badge(badge)
		p.wait(FacePrinting)
		p.Seen("Print the other 9")
	}},
	{name: "count", jobs: func() []release.VisitJob {
		return []release.VisitJob{onItsWay(held(41, "Geography: rivers, final draft", 10, 5), release.Unclear, 0)}
	}, act: func(p *page, d *fakeDesk) {
		p.Badge(badge)
		p.wait(FaceQuestion)
		p.press("part")
		p.wait(FaceCount)
		p.Click(`.sheaf li:nth-of-type(4) button`)
		p.Seen("4 of 10 pages")
	}},
	{name: "same", jobs: func() []release.VisitJob { return append(alike(39, 40, 41), twoJobs()[1:]...) }, act: signedIn},
	{name: "idle", act: func(p *page, _ *fakeDesk) { p.wait("idle") }},
	{name: "idle-words", set: says, act: func(p *page, _ *fakeDesk) { p.Seen("Mock exams") }},
	{name: "idle-trouble", set: func(d *fakeDesk) {
		d.station.Printer.State, d.station.Printer.Reasons = release.PrinterStopped, []string{"media-empty-error"}
	}, act: func(p *page, _ *fakeDesk) { p.wait("idle") }},
	{name: "keypad-name", act: func(p *page, _ *fakeDesk) { p.press("keypad"); p.wait("keypad"); p.Keys("sam.jo") }},
	{name: "keypad-code", act: func(p *page, _ *fakeDesk) {
		p.press("keypad")
		p.wait("keypad")
		p.Keys("sam.jones\r4829")
	}},
	{name: "keypad-note", act: func(p *page, _ *fakeDesk) {
		p.press("keypad")
		p.wait("keypad")
		p.Keys("sam.jones\r000000\r")
		p.Seen("We can't sign you in")
	}},
	{name: "busy", set: func(d *fakeDesk) { d.hold = make(chan struct{}) }, act: func(p *page, _ *fakeDesk) { p.Badge("04A2B3C4"); p.wait("busy") }},
	{name: "message", act: func(p *page, _ *fakeDesk) { p.Badge("99999999"); p.wait("message") }},
	{name: "jobs", act: signedIn},
	{name: "payers", set: choice, act: signedIn},
	{name: "payers-many", jobs: manyJobs, set: choice, act: signedIn},
	{name: "payers-pressed", set: choice, act: func(p *page, d *fakeDesk) {
		signedIn(p, d)
		p.Click(`.payer:last-of-type`)
		p.Seen("Art department: 405 left afterwards")
	}},
	{name: "payers-unknown", set: func(d *fakeDesk) {
		choice(d)
		d.visit.Payers.All = d.visit.Payers.All[:1]
		d.visit.Jobs[1].Payer = quota.Payer{}
	}, act: signedIn},
	{name: "exam", set: writing, act: signedIn},
	{name: "jobs-many", jobs: manyJobs, act: signedIn},
	{name: "jobs-some", jobs: manyJobs, act: func(p *page, d *fakeDesk) {
		signedIn(p, d)
		p.Click(`li[data-key="42"] input`)
		p.Click(`li[data-key="43"] [data-do=delete]`)
		p.Seen("Deleted")
	}},
	{name: "jobs-short", set: func(d *fakeDesk) { d.visit.Balance = 5 }, act: signedIn},
	{name: "jobs-offer", jobs: offeredJobs, set: func(d *fakeDesk) { d.visit.Balance = 9 }, act: signedIn},
	{name: "jobs-money", jobs: moneyJobs, set: func(d *fakeDesk) { d.visit.Balance, d.visit.Unit = 640, quota.Penny }, act: signedIn},
	{name: "jobs-money-offer", jobs: moneyJobs, set: func(d *fakeDesk) { d.visit.Balance, d.visit.Unit = 60, quota.Penny }, act: signedIn},
	{name: "jobs-empty", jobs: func() []release.VisitJob { return []release.VisitJob{} }, act: signedIn},
	{name: "jobs-refused", set: func(d *fakeDesk) {
		d.fail = fault.New(fault.Conflict, "already-released", "")
	}, act: func(p *page, d *fakeDesk) { signedIn(p, d); p.press("release"); p.Seen("on its way") }},
	{name: "jobs-barred", set: barred, act: signedIn},
	{name: "jobs-why", set: barred, act: func(p *page, d *fakeDesk) { signedIn(p, d); p.press("why"); p.Seen("140 pages") }},
	{name: "jobs-unsigned", set: func(d *fakeDesk) { d.visit.Unsigned = true }, act: func(p *page, d *fakeDesk) { signedIn(p, d); p.Seen("not signed yet") }},
	{name: "newbadge", set: enrols, act: func(p *page, _ *fakeDesk) { p.Badge("04FFFFFF"); p.wait("newbadge") }},
	{name: "newbadge-keypad", set: enrols, act: func(p *page, _ *fakeDesk) {
		p.Badge("04FFFFFF")
		p.wait("newbadge")
		p.press("mine")
		p.wait("keypad")
		p.Keys("sam.")
	}},
	{name: "theircode", act: func(p *page, _ *fakeDesk) { p.Badge("0BADCAFE"); p.wait("theircode"); p.Keys("48") }},
	{name: "jobs-newbadge", set: func(d *fakeDesk) { d.visit.NewBadge = "b2c3" }, act: func(p *page, d *fakeDesk) { signedIn(p, d); p.Seen("new badge") }},
	{name: "keypad-alone", set: func(d *fakeDesk) { d.station.CodeAlone = true }, act: func(p *page, _ *fakeDesk) { p.press("keypad"); p.wait("keypad") }},
	{name: "jobs-bycode", act: byCode},
	{name: "renew", act: func(p *page, d *fakeDesk) { byCode(p, d); p.press("new-code"); p.wait("renew") }},
	{name: "newcode", act: func(p *page, d *fakeDesk) {
		byCode(p, d)
		p.press("new-code")
		p.wait("renew")
		p.press("renew")
		p.wait("code")
	}},
	{name: "jobs-claim", jobs: claims, act: signedIn},
	{name: "jobs-not-mine", jobs: claims, act: func(p *page, d *fakeDesk) {
		signedIn(p, d)
		p.Click(`li[data-key="41"] [data-do=not-mine]`)
		p.Seen("IT is told")
	}},
	{name: "change-jobs", jobs: leafedJobs, set: pictured, act: signedIn},
	{name: "change-pages", jobs: leafedJobs, set: pictured, act: leafing},
	{name: "change-loading", jobs: leafedJobs, set: func(d *fakeDesk) {
		d.draw = func(int) ([]byte, error) { <-d.gone; return nil, noSuchPage }
	}, act: func(p *page, d *fakeDesk) {
		signedIn(p, d)
		p.Click(`li[data-key="41"] [data-do=change]`)
		p.wait(FaceChange)
	}},
	{name: "change-none", jobs: leafedJobs, act: leafing},
	{name: "change-one", jobs: func() []release.VisitJob { return []release.VisitJob{leafed(41, "Science fair poster", 1)} }, set: pictured, act: leafing},
	{name: "change-many", jobs: func() []release.VisitJob {
		return []release.VisitJob{leafed(41, "The whole book of the school play, all parts and all notes", 200)}
	}, set: func(d *fakeDesk) { pictured(d); d.visit.Balance = 400 }, act: leafing},
	{name: "change-changed", jobs: leafedJobs, set: pictured, act: func(p *page, d *fakeDesk) {
		leafing(p, d)
		p.Click(`.leaf[data-key="2"] button`)
		p.Click(`.leaf[data-key="6"] button`)
		p.Click(`[data-do="up"][data-key="2"]`)
		p.press("grey")
		p.Seen("2 pages, 1 sheet")
	}},
	{name: "change-short", jobs: leafedJobs, set: func(d *fakeDesk) { pictured(d); d.visit.Balance = 3 }, act: leafing},
	{name: "change-refused", jobs: leafedJobs, set: pictured, act: func(p *page, d *fakeDesk) {
		leafing(p, d)
		d.mu.Lock()
		d.fail = fault.New(fault.Unsupported, "edit-stuck", "That change is too much for this document. It is as it came again: look at it, then print.")
		d.mu.Unlock()
		p.Click(`[data-do="up"][data-key="4"]`)
		p.Seen("too much")
	}},
	{name: "jobs-lacking", jobs: lackingJobs, act: signedIn},
	{name: "places-jobs", set: fleet, act: signedIn},
	{name: "places-offered", jobs: func() []release.VisitJob { return append(twoJobs(), held(43, "Spanish vocabulary list", 2, 60)) }, set: offering, act: signedIn},
	{name: "places-elsewhere", set: elsewhere, act: signedIn},
	{name: "places-walking", set: walking, act: signedIn},
	{name: "places-list", set: fleet, act: func(p *page, d *fakeDesk) { signedIn(p, d); p.press("places"); p.wait("places") }},
	{name: "places-printing", set: elsewhere, act: func(p *page, d *fakeDesk) { released(p, d); d.print(41, 2); p.Seen("comes out at") }},
	{name: "places-done", set: elsewhere, act: func(p *page, d *fakeDesk) {
		released(p, d)
		d.print(41, 4)
		d.print(42, 3)
		p.wait("done")
	}},
	{name: "device-pair", act: func(p *page, _ *fakeDesk) { p.Eval(`location.pathname = "/kiosk"`); p.wait(FacePair) }},
	{name: "device-link", act: func(p *page, _ *fakeDesk) {
		p.Eval(`location.replace("/kiosk#link=none")`)
		p.Seen("This link has been used")
	}},
	{name: "device-paired", act: func(p *page, _ *fakeDesk) {
		p.Eval(`location.replace("/kiosk#link=` + theLink + `")`)
		p.wait(FacePaired)
	}},
	{name: "device-full", act: func(p *page, _ *fakeDesk) {
		address := p.Says(`location.href`)
		p.Open("about:blank")
		for taken := 0; taken < seatLimit; { // the page that has gone gives its own up
			if v, err := dialled(p.t, address).Next(p.t.Context()); err == nil && v.Face == FaceIdle {
				taken++
			}
		}
		p.Open(address)
		p.wait(FaceFull)
	}},
	{name: "device-over", act: func(p *page, d *fakeDesk) {
		p.Eval(`location.pathname = "/kiosk"`)
		p.wait(FacePair)
		key := d.onlyAsking(p.t)
		d.pair(key)
		p.wait(FaceIdle)
		d.unpair(key)
		p.wait("over")
	}},
	{name: "pc-idle", set: func(d *fakeDesk) { d.station.Kind, d.station.Printer.Name = release.PCStation, "Room 12 laser" }, act: func(p *page, _ *fakeDesk) { p.Seen("Print in this room") }},
	{name: "jobs-ruled", jobs: ruledJobs, act: signedIn},
	{name: "jobs-large", jobs: largeJobs, act: signedIn},
	{name: "jobs-asked", jobs: largeJobs, act: func(p *page, d *fakeDesk) {
		signedIn(p, d)
		p.Click(`li[data-key="42"] [data-do=ask-teacher]`)
		p.Seen("A teacher is asked")
	}},
	{name: "really-one", jobs: func() []release.VisitJob { return largeJobs()[:1] }, act: func(p *page, d *fakeDesk) { signedIn(p, d); p.press("release"); p.wait("really") }},
	{name: "really-all", jobs: largeJobs, set: func(d *fakeDesk) { d.visit.Balance = 200 }, act: func(p *page, d *fakeDesk) { signedIn(p, d); p.press("release"); p.wait("really") }},
	{name: "jobs-locked", jobs: lockedJobs, act: signedIn},
	{name: "locked", jobs: lockedJobs, act: func(p *page, d *fakeDesk) { signedIn(p, d); p.press("release"); p.wait("locked"); p.Keys("47") }},
	{name: "locked-note", jobs: lockedJobs, act: func(p *page, d *fakeDesk) {
		signedIn(p, d)
		p.press("release")
		p.wait("locked")
		p.Keys("4712\r")
		p.Seen("not this document's code")
	}},
	{name: "printing", act: func(p *page, d *fakeDesk) { released(p, d); d.print(41, 4); d.print(42, 1); p.Seen("page 6 of 7") }},
	{name: "printing-trouble", act: func(p *page, d *fakeDesk) {
		released(p, d)
		d.print(41, 3)
		_ = d.change(func() { d.job(41).Delivery.Trouble = "The paper is stuck. It's not your fault, and your work is safe." })
		p.Seen("Stopped")
	}},
	{name: "question", act: func(p *page, d *fakeDesk) {
		released(p, d)
		_ = d.change(func() { d.job(41).Delivery.State = release.Unclear })
		p.wait("question")
	}},
	{name: "done", act: func(p *page, d *fakeDesk) { released(p, d); d.print(41, 4); d.print(42, 3); p.wait("done") }},
	{name: "done-partly", act: func(p *page, d *fakeDesk) {
		released(p, d)
		d.print(42, 3)
		_ = d.change(func() {
			j := d.job(41)
			j.State, j.Pages, j.Due = release.Held, 1, 1
			j.Delivery.State, j.Delivery.Printed, j.Delivery.Charged = release.Settled, 3, 3
		})
		p.wait("done")
	}},
	{name: "slip", act: runs},
	{name: "slip-refused", set: func(d *fakeDesk) {
		d.fail = fault.New(fault.Conflict, "slip-stopped", "This can't be printed just now. Please take the slip back.")
	}, act: func(p *page, d *fakeDesk) { runs(p, d); p.press("release"); p.Seen("take the slip back") }},
	{name: "slip-lacking", jobs: lackingJobs, act: runs},
	{name: "slip-printing", act: func(p *page, d *fakeDesk) {
		runs(p, d)
		p.press("release")
		p.wait("printing")
		d.print(41, 2)
		p.Seen("page 3 of 4")
	}},
	{name: "slip-done", act: func(p *page, d *fakeDesk) {
		runs(p, d)
		p.press("release")
		p.wait("printing")
		d.print(41, 4)
		p.wait("done")
	}},
	{name: "class", jobs: none, set: teaching, act: collects},
	{name: "class-done", jobs: none, set: teaching, act: func(p *page, d *fakeDesk) {
		collects(p, d)
		p.Click(`[data-key="101"] button`)
		p.wait(FacePupil)
		p.press("for-pupils")
		p.Seen("Well done, Ava")
	}},
	{name: "class-empty", jobs: none, set: func(d *fakeDesk) { teaching(d); d.class.Pupils = nil }, act: collects},
	{name: "class-refused", jobs: none, set: teaching, act: func(p *page, d *fakeDesk) {
		collects(p, d)
		p.press("whole")
		p.wait(FaceWhole)
		p.press("for-pupils")
		p.Seen("Too few pages left")
	}},
	{name: "pupil", jobs: none, set: teaching, act: func(p *page, d *fakeDesk) {
		collects(p, d)
		p.Click(`[data-key="101"] button`)
		p.wait(FacePupil)
	}},
	{name: "pupil-pay", jobs: none, set: withBudget, act: func(p *page, d *fakeDesk) {
		collects(p, d)
		p.Click(`[data-key="102"] button`)
		p.wait(FacePupil)
	}},
	{name: "sponsor", jobs: none, set: withBudget, act: sponsors},
	{name: "sponsor-short", jobs: none, set: func(d *fakeDesk) { withBudget(d); d.budget = 3 }, act: sponsors},
	{name: "sponsor-code", jobs: none, set: withBudget, act: func(p *page, d *fakeDesk) {
		sponsors(p, d)
		p.press("keypad")
		p.wait(FaceKeypad)
	}},
	{name: "sponsor-refused", jobs: none, set: withBudget, act: func(p *page, d *fakeDesk) {
		sponsors(p, d)
		p.Badge("04C0FFEE")
		p.Seen("Only somebody")
	}},
	{name: "sponsor-done", jobs: none, set: withBudget, act: func(p *page, d *fakeDesk) {
		sponsors(p, d)
		p.Badge(oliveKey.Badge)
		p.wait(FaceTheirCode)
		p.touch(oliveKey.Code)
		p.Click("[type=submit]")
		p.wait(FaceClass)
	}},
	{name: "whole", jobs: none, set: teaching, act: func(p *page, d *fakeDesk) {
		collects(p, d)
		p.press("whole")
		p.wait(FaceWhole)
	}},
	{name: "jobs-teacher", set: teaching, act: signedIn},
	{name: "offline", act: func(p *page, _ *fakeDesk) {
		p.wait("idle")
		p.Eval(`WebSocket.prototype.send = function () { this.onclose(); }; WebSocket = class { static OPEN = 1; close() {} }; document.querySelector('[data-do=keypad]').click()`)
		p.wait("offline")
	}},
	{name: "elsewhere", act: func(p *page, _ *fakeDesk) { p.Eval(`location.pathname = "/kiosk/nowhere"`); p.Seen("Nothing here") }},
}

// sponsors has an adult press "Pay from 3K budget".
func sponsors(p *page, d *fakeDesk) {
	collects(p, d)
	p.Click(`[data-key="102"] button`)
	p.wait(FacePupil)
	p.press("sponsor")
	p.wait(FaceSponsor)
}

func byCode(p *page, _ *fakeDesk) {
	p.press("keypad")
	p.wait("keypad")
	p.Eval(`document.querySelector('#keypad-name').value = 'sam.jones'; document.querySelector('#keypad-code').value = '482913'; document.querySelector('#keypad-code').focus(); document.querySelector('.keypad__form').requestSubmit()`)
	p.wait("jobs")
}

func says(d *fakeDesk) {
	d.station.Words, d.station.WordsUntil = "Mock exams today. Please print before 09:00, keep the corridor quiet, and bring your work to the hall at the end of the lesson, not before. Thank you.", noon.Add(12*time.Hour)
}

func runs(p *page, _ *fakeDesk) { p.Badge(slipText); p.wait("slip") }

func enrols(d *fakeDesk) { d.enrol = true }

func barred(d *fakeDesk) {
	d.visit.MayObject = true
	d.visit.Barred = fault.New(fault.Suspended, "printing-suspended",
		"You can't print here until Thursday 26 November, 08:00. Reason: 31 jobs, 140 pages, in 10 minutes on Tuesday 24 November. Until then your teacher prints your work with you. Disagree? Ask your tutor for a review.")
}

// leafedJobs are two jobs whose pages can be looked at.
func leafedJobs() []release.VisitJob {
	return []release.VisitJob{leafed(41, "Geography: rivers, final draft", 6), leafed(42, "Maths homework 7B", 3)}
}

func pictured(d *fakeDesk) { d.draw = drawn }

func leafing(p *page, d *fakeDesk) {
	signedIn(p, d)
	p.Click(`li[data-key="41"] [data-do=change]`)
	p.wait(FaceChange)
	p.Until(`!document.querySelector('.leaf:not([data-seen], [data-none])')`)
}
