package kiosk

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/words"
	"inkwell/release"
)

// noon is a Monday in term.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

const sam = school.PersonID(7)

var (
	badgeUnknown = fault.New(fault.Unauthenticated, "badge-unknown", "no such badge")
	codeWrong    = fault.New(fault.Unauthenticated, "code-wrong", "no such code")
)

func library() release.Station {
	return release.Station{
		Zone: time.UTC,
		ID:   1, School: 1, SchoolName: "Riverside Academy", Slug: "library", Name: "Library",
		Printer: release.PrinterRecord{ID: 3, School: 1, Name: "Library printer", State: release.PrinterIdle},
	}
}

// held is a job of so many pages sent minutes before noon.
func held(id release.JobID, title string, pages int, minutes int) release.VisitJob {
	return release.VisitJob{
		ID: id, State: release.Held, Title: title, Pages: pages, Due: int64(pages),
		Submitted: noon.Add(-time.Duration(minutes) * time.Minute), Expires: noon.Add(30 * time.Hour),
	}
}

// fakeDesk is a desk with one pupil, Sam, whose badge is 04A2B3C4 and whose
// name and code are sam.jones and 482913. Tests move his jobs.
type fakeDesk struct {
	mu       sync.Mutex
	station  release.Station
	visit    release.Visit
	fail     error         // returned by Release, Delete and Answer
	away     error         // returned by Visit
	objected string        // what was said against a withdrawal
	enrol    bool          // unknown badges may be linked
	hold     chan struct{} // when not nil, SignIn waits for it
	signIns  int
	browsers browsers
	releases [][]release.JobID
	deleted  []release.JobID
	charged  []string // "art: 41 42"
	prints   []release.Print
	draw     func(page int) ([]byte, error)
	forgot   int
	class    release.ClassPrint
	budget   int64             // of its account
	adults   []school.PersonID // who opened the list that children collected on
	bells    map[string][]chan struct{}

	words  *words.Catalogue // nil for what is shipped
	frozen atomic.Pointer[time.Time]
	gone   <-chan struct{} // closed when its kiosk is
}

func newFakeDesk(jobs ...release.VisitJob) *fakeDesk {
	st := library()
	return &fakeDesk{
		station: st, visit: release.Visit{Name: "Sam", Balance: 95, Printer: st.Printer, Beside: st.Printer, Jobs: jobs},
		bells: map[string][]chan struct{}{},
	}
}

func (d *fakeDesk) Station(_ context.Context, slug string) (release.Station, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if slug != d.station.Slug {
		return release.Station{}, fault.New(fault.NotFound, "station-unknown", "There is no such station.")
	}
	return d.station, nil
}

func (d *fakeDesk) SignIn(ctx context.Context, st release.Station, k release.Key) (release.Visitor, error) {
	d.mu.Lock()
	d.signIns++
	hold := d.hold
	d.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return release.Visitor{}, ctx.Err()
		}
	}
	switch k {
	case release.Key{Badge: slipText}, release.Key{Name: "slip", Code: "31415926"}:
		return runnerAtLibrary(), nil
	case release.Key{Badge: "04A2B3C4"}, release.Key{Name: "sam.jones", Code: "482913"}:
		proof := school.ByBadge
		if k.Badge == "" {
			proof = school.ByCode
		}
		return release.Visitor{Actor: school.Actor{School: 1, Person: sam, Proof: proof}, Station: st}, nil
	}
	if k.Badge == "0BADCAFE" && k.Code == "" {
		return release.Visitor{}, fault.New(fault.Unauthenticated, "badge-code", "x")
	}
	if k.Badge != "" && d.enrol {
		return release.Visitor{}, fault.New(fault.Unauthenticated, "badge-new", "no such badge yet")
	}
	if k.Badge != "" {
		return release.Visitor{}, badgeUnknown
	}
	return release.Visitor{}, codeWrong
}

// Link knows one badge that is somebody else's: 0BADCAFE.
func (d *fakeDesk) Link(ctx context.Context, st release.Station, badge, name, code string) (release.Visitor, error) {
	v, err := d.SignIn(ctx, st, release.Key{Name: name, Code: code})
	if err == nil && badge == "0BADCAFE" {
		err = fault.New(fault.Conflict, "badge-taken", "x")
	}
	if err == nil {
		err = d.change(func() { d.visit.NewBadge = "b2c3" })
	}
	return v, err
}

func (d *fakeDesk) Visit(_ context.Context, who release.Visitor) (release.Visit, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	v := d.visit
	v.Jobs = slices.Clone(d.visit.Jobs)
	for i, j := range v.Jobs {
		if j.Delivery != nil {
			delivery := *j.Delivery
			v.Jobs[i].Delivery = &delivery
		}
	}
	if who.Slip != nil {
		v = slipVisit(v.Jobs[:1]...)
		v.Jobs[0].Title = ""
	}
	return v, d.away
}

func (d *fakeDesk) Release(_ context.Context, _ release.Visitor, ids []release.JobID) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail != nil {
		return 0, d.fail
	}
	d.releases = append(d.releases, ids)
	for i := range d.visit.Jobs {
		j := &d.visit.Jobs[i]
		if slices.Contains(ids, j.ID) {
			j.State = release.Released
			j.Delivery = &release.VisitDelivery{State: release.Reserved, Printer: d.visit.Printer.Name, Of: j.Pages}
			d.visit.Balance -= j.Due
		}
	}
	return len(ids), nil
}

func (d *fakeDesk) ChargeTo(_ context.Context, _ release.Visitor, ids []release.JobID, account string) error {
	if d.fail != nil {
		return d.fail
	}
	return d.change(func() {
		d.charged = append(d.charged, fmt.Sprintf("%s: %v", account, ids))
		payer, _ := d.visit.Payers.Named(account)
		for _, id := range ids {
			d.job(id).Payer = payer
		}
	})
}

func (d *fakeDesk) RenewCode(_ context.Context, v release.Visitor) (release.Visitor, string, error) {
	return v, "604815", nil
}

// Unlock knows one code for all documents: 4711.
func (d *fakeDesk) Speak(_ context.Context, _ release.Visitor, language string) error {
	return d.change(func() { d.visit.Language = language })
}

func (d *fakeDesk) Unlock(_ context.Context, v release.Visitor, id release.JobID, digits string) (release.Visitor, error) {
	if digits != "4711" {
		return v, fault.New(fault.Forbidden, "job-password-wrong", "That is not this document's code.")
	}
	opened := map[release.JobID]bool{id: true}
	maps.Copy(opened, v.Opened)
	v.Opened = opened
	return v, nil
}

func (d *fakeDesk) Delete(_ context.Context, _ release.Visitor, id release.JobID) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail != nil {
		return d.fail
	}
	d.deleted = append(d.deleted, id)
	d.visit.Jobs = slices.DeleteFunc(d.visit.Jobs, func(j release.VisitJob) bool { return j.ID == id })
	return nil
}

// AskTeacher has a teacher asked.
func (d *fakeDesk) AskTeacher(_ context.Context, _ release.Visitor, id release.JobID) error {
	return d.change(func() {
		d.job(id).Lacks, d.job(id).MayAsk = "A teacher is asked. Your work is safe: tap your badge again later.", false
	})
}

func (d *fakeDesk) Disown(ctx context.Context, v release.Visitor, id release.JobID) error {
	return d.Delete(ctx, v, id)
}

func (d *fakeDesk) Answer(_ context.Context, _ release.Visitor, id release.JobID, came bool) error {
	return d.change(func() {
		j := d.job(id)
		if came {
			d.finish(j)
			return
		}
		j.State, j.Delivery.State = release.Held, release.Void
	})
}

func (d *fakeDesk) MoveOn(_ context.Context, _ release.Visitor, ids []release.JobID, _ release.PrinterID) error {
	return d.change(func() {
		for _, id := range ids {
			j := d.job(id)
			j.Pages = j.Rest.Pages
			j.Delivery = &release.VisitDelivery{State: release.Printing, Printer: j.Rest.Name, Of: j.Rest.Pages}
			j.Rest = nil
		}
	})
}

func (d *fakeDesk) Account(context.Context, release.Visitor) (release.OwnAccount, error) {
	return release.OwnAccount{Prints: d.prints, Wasted: 12, Messages: []release.Message{
		{Key: "approval:3", Kind: release.TellsYes, When: noon.Add(-time.Hour), Pages: 8, Who: "Ms Patel"},
		{Key: "refund:2", Kind: release.TellsRefund, When: noon.Add(-20 * time.Hour), Pages: 4, Read: true},
		{Key: "step:1", Kind: release.TellsNotice, When: noon.Add(-70 * time.Hour), Why: "You printed the same 12 pages 6 times on Friday.", Read: true},
		{Key: "given:9", Kind: release.TellsGiven, When: noon.Add(-200 * time.Hour), Units: 150, Read: true},
	}}, d.away
}

func (d *fakeDesk) ReadNotice(context.Context, release.Visitor, release.NoticeID) error {
	return d.change(func() { d.visit.Notice = "" })
}

func (d *fakeDesk) AnswerSome(_ context.Context, _ release.Visitor, id release.JobID, pages int) error {
	return d.change(func() {
		j := d.job(id)
		j.State, j.Delivery.State, j.Delivery.Printed, j.Delivery.Charged = release.Held, release.Settled, pages, int64(pages)
		j.Pages, j.Due = j.Pages-pages, j.Due-int64(pages)
	})
}

func (d *fakeDesk) Prints(context.Context, school.Actor) ([]release.Print, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.prints), nil
}

func (d *fakeDesk) AskRefund(_ context.Context, _ school.Actor, id release.DeliveryID, reason release.RefundReason, pages int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range d.prints {
		if p := &d.prints[i]; p.Delivery == id && !p.Asked && pages <= p.Pages && slices.Contains(release.RefundReasons(), reason) {
			p.Asked = true
			return nil
		}
	}
	return fault.New(fault.Conflict, "refund-asked", "You have asked for that one already.")
}

func (d *fakeDesk) Report(_ context.Context, _ release.Visitor, kind release.FaultKind) error {
	if !slices.Contains(release.ReportKinds(), kind) {
		return fault.New(fault.Invalid, "report-kind", "Choose what is wrong with the printer.")
	}
	return nil
}

func (d *fakeDesk) Object(_ context.Context, _ release.Visitor, words string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.visit.MayObject, d.visit.Answer = false, "Tom Reid looks at what you said."
	d.objected = words
	return nil
}

// job is for use within change.
func (d *fakeDesk) job(id release.JobID) *release.VisitJob {
	i := slices.IndexFunc(d.visit.Jobs, func(j release.VisitJob) bool { return j.ID == id })
	return &d.visit.Jobs[i]
}

func (d *fakeDesk) finish(j *release.VisitJob) {
	j.State, j.Title = release.Done, ""
	j.Delivery.State, j.Delivery.Printed, j.Delivery.Charged = release.Settled, j.Delivery.Of, int64(j.Delivery.Of)
}

// change alters the desk and rings for Sam and the printer.
func (d *fakeDesk) change(act func()) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail != nil {
		return d.fail
	}
	act()
	d.ring(events.Person(int64(sam)), events.Printer(int32(d.station.Printer.ID)))
	return nil
}

// ring rings for topics. Its caller holds the lock.
func (d *fakeDesk) ring(topics ...string) {
	for _, topic := range topics {
		for _, bell := range d.bells[topic] {
			select {
			case bell <- struct{}{}:
			default:
			}
		}
	}
}

// print makes the printer report so many pages of the job, the last one settling it.
func (d *fakeDesk) print(id release.JobID, pages int) {
	_ = d.change(func() {
		j := d.job(id)
		j.Delivery.State, j.Delivery.Printed = release.Printing, pages
		if pages == j.Delivery.Of {
			d.finish(j)
		}
	})
}

func (d *fakeDesk) subscribe(topics ...string) (<-chan struct{}, func()) {
	bell := make(chan struct{}, 1)
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, t := range topics {
		d.bells[t] = append(d.bells[t], bell)
	}
	return bell, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		for _, t := range topics {
			d.bells[t] = slices.DeleteFunc(d.bells[t], func(b chan struct{}) bool { return b == bell })
		}
	}
}

// counts reads what has been asked of the desk.
func (d *fakeDesk) counts() (signIns, releases, deleted, listeners int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, b := range d.bells {
		listeners += len(b)
	}
	return d.signIns, len(d.releases), len(d.deleted), listeners
}

// open serves the desk's kiosk on loopback at a clock that stands near noon, and
// returns the address of its page.
func open(t *testing.T, d *fakeDesk, idle time.Duration) (address string, k *Kiosk) {
	t.Helper()
	start := time.Now()
	k, err := New(Options{
		Desk: d, Subscribe: d.subscribe, Log: slog.New(slog.DiscardHandler), Idle: idle, Unpaired: true, Words: d.words,
		Clock: func() time.Time {
			if at := d.frozen.Load(); at != nil {
				return *at
			}
			return noon.Add(time.Since(start))
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	d.gone = ctx.Done()
	ended := make(chan struct{})
	go func() { defer close(ended); _ = k.Run(ctx) }()
	server := httptest.NewServer(k.Handler())
	t.Cleanup(func() { cancel(); <-ended; server.Close() })
	return server.URL + "/kiosk/library", k
}

// EditJob prices a page at one unit and a sheet's other side at none, as the desk does.
func (d *fakeDesk) EditJob(_ context.Context, _ release.Visitor, id release.JobID, edition int, e release.Edit) error {
	return d.change(func() {
		j := d.job(id)
		if j.Edition != edition {
			return
		}
		kept := 0
		for page := 1; page <= j.Changes.Of; page++ {
			if e.Keeps(page) {
				kept++
			}
		}
		up, changes := max(1, e.NumberUp), *j.Changes // who was shown it has the old ones
		j.Edition++
		changes.Edit, changes.Copies, changes.TwoSided = e, max(1, e.Copies), e.Sides != "one-sided"
		sides := (kept + up - 1) / up
		j.Pages, j.Due, changes.Sheets = sides*changes.Copies, int64(sides*changes.Copies), sides*changes.Copies
		if changes.TwoSided {
			changes.Sheets = (sides + 1) / 2 * changes.Copies
		}
		j.Changes = &changes
	})
}

// Picture draws what is on pages, unless the desk has none.
func (d *fakeDesk) Picture(_ context.Context, v release.Visitor, _ release.JobID, page int) ([]byte, error) {
	d.mu.Lock()
	draw := d.draw
	d.mu.Unlock()
	if draw == nil || v.Actor.Person != sam {
		return nil, fault.New(fault.Unsupported, "picture-none", "There is no picture of this page.")
	}
	return draw(page)
}

func (d *fakeDesk) Thumbnail(ctx context.Context, v release.Visitor, id release.JobID) ([]byte, error) {
	return d.Picture(ctx, v, id, 1)
}

func (d *fakeDesk) ForgetPictures(school.PersonID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.forgot++
}
