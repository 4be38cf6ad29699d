package ipp

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"sync"
	"time"

	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/release"
	"inkwell/release/document"
)

// The queues of the fake desk.
var (
	holdQueue    = release.Queue{ID: 1, School: 1, Path: "/ipp/print", Name: "Follow me", Kind: release.Hold, Proof: school.ByPassword}
	directQueue  = release.Queue{ID: 2, School: 1, Path: "/ipp/print/direct", Name: "Room 4", Kind: release.Direct, Proof: school.ByLoopback, Printer: 1}
	trustedQueue = release.Queue{ID: 3, School: 1, Path: "/ipp/print/trusted", Name: "Lab", Kind: release.Hold, Proof: school.ByLoopback}
	officeQueue  = release.Queue{ID: 4, School: 1, Path: "/ipp/print/office", Name: "Office", Kind: release.Direct, Proof: school.ByPassword, Printer: 1}
)

// The people of the fake directory, all with the password "correct horse 7".
var people = map[string]school.Actor{
	"ada":  {School: 1, Person: 1, Roles: []school.Role{school.Pupil}},
	"ben":  {School: 1, Person: 2, Roles: []school.Role{school.Pupil}},
	"iris": {School: 1, Person: 3, Roles: []school.Role{school.IT}},
}

const (
	password  = "correct horse 7"
	adasToken = "adasadasadasadasadasadas22" // of her personal address
)

// fakeDesk keeps jobs in memory. Like the real one it reads a document to its end,
// leaves no job for one that breaks off, and looks at its content. Whoever looks at a
// direct job finds it printed.
type fakeDesk struct {
	mu      sync.Mutex
	jobs    []release.Job
	sums    map[release.JobID][32]byte
	arrived []release.Submission

	roll     roll                               // who wants to hear of what
	switches map[release.QueueID]release.Switch // what was turned last
	offers   map[release.QueueID]*release.Offer // everyday without one
	notices  map[release.QueueID]release.Notice // what IT has said of each
	refuse   error                              // what Validate, Print and Create say, if not nil
	met      []error                            // the Obstacles of every job that waits
	policies map[release.QueueID]release.Policy
	// Jobs that ask for colour come without, as of somebody who may not use it.
	colourless bool
	failSend   error // what the next Send says, if not nil
}

// errNobody is for a face that asks in the name of an actor it never proved.
var errNobody = errors.New("nobody asks")

func (d *fakeDesk) Queue(_ context.Context, path string) (release.Queue, error) {
	return d.queue(func(q release.Queue) bool { return q.Path == path })
}

func (d *fakeDesk) QueueOf(_ context.Context, id release.JobID) (release.Queue, error) {
	j := d.change(id, func(*release.Job) {})
	if j.ID == 0 {
		return release.Queue{}, jobUnknown
	}
	return d.queue(func(q release.Queue) bool { return q.ID == j.Queue })
}

func (d *fakeDesk) queue(is func(release.Queue) bool) (release.Queue, error) {
	all, _ := d.Queues(context.Background())
	i := slices.IndexFunc(all, is)
	if i < 0 {
		return release.Queue{}, fault.New(fault.NotFound, "queue-unknown", "There is no such printer.")
	}
	return all[i], nil
}

func (d *fakeDesk) Queues(context.Context) ([]release.Queue, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := []release.Queue{holdQueue, directQueue, trustedQueue, officeQueue}
	for i, q := range all {
		all[i].Closed = d.switches[q.ID] == release.CloseQueue
		all[i].Paused = d.switches[q.ID] == release.PauseQueue
		all[i].Policy = d.policies[q.ID]
		if d.switches[q.ID] != "" {
			all[i].Switched = switchedAt
		}
		for to, said := range map[*string]*string{&all[i].Info: d.notices[q.ID].Info, &all[i].Location: d.notices[q.ID].Location, &all[i].Message: d.notices[q.ID].Message} {
			if said != nil {
				*to, all[i].Said = *said, holdEnds
			}
		}
	}
	return all, nil
}

// switchedAt is when any switch was turned.
var switchedAt = time.Date(2026, 11, 17, 10, 0, 0, 0, time.UTC)

func (d *fakeDesk) SwitchSaying(ctx context.Context, a school.Actor, id release.QueueID, to release.Switch, why release.Notice) error {
	if err := d.Announce(ctx, a, id, why); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.switches == nil {
		d.switches = map[release.QueueID]release.Switch{}
	}
	d.switches[id] = to
	return nil
}

func (d *fakeDesk) Announce(_ context.Context, a school.Actor, id release.QueueID, n release.Notice) error {
	if !a.May(school.ManageFace) {
		return fault.New(fault.Forbidden, "not-your-queue", "Only IT can do that to a printer.")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.notices == nil {
		d.notices = map[release.QueueID]release.Notice{}
	}
	was := d.notices[id]
	d.notices[id] = release.Notice{Info: cmp.Or(n.Info, was.Info), Location: cmp.Or(n.Location, was.Location), Message: cmp.Or(n.Message, was.Message)}
	return nil
}

func (d *fakeDesk) Remark(ctx context.Context, a school.Actor, id release.JobID, say string) error {
	if _, err := d.Job(ctx, a, id); err != nil {
		return err
	}
	if !a.May(school.ManageFace) {
		return fault.New(fault.Forbidden, "not-for-you", "Only IT can say that about a job.")
	}
	d.change(id, func(j *release.Job) { j.Message = say })
	return nil
}

func (d *fakeDesk) Change(ctx context.Context, a school.Actor, id release.JobID, c release.Change) (release.Job, error) {
	j, err := d.Job(ctx, a, id)
	switch {
	case err != nil:
		return j, err
	case j.State.Ended():
		return j, fault.New(fault.Conflict, "job-ended", "This job has already ended.")
	}
	return d.change(id, func(j *release.Job) {
		if c.Title != nil {
			j.Title = *c.Title
		}
		if c.Ticket != nil {
			j.Ticket = c.Ticket(j.Ticket)
		}
		if c.Hold != nil {
			hold(j, *c.Hold)
		}
		if c.Remark != nil {
			j.Message = *c.Remark
		}
	}), nil
}

// everyday is the offer of printers that nobody has asked yet.
var everyday = &release.Offer{Can: release.Everyday}

func (d *fakeDesk) Offer(_ context.Context, q release.Queue) (*release.Offer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if o := d.offers[q.ID]; o != nil {
		return o, nil
	}
	return everyday, nil
}

// offer has the queue's printers do something else from now on.
func (d *fakeDesk) offer(q release.Queue, o release.Offer) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.offers == nil {
		d.offers = map[release.QueueID]*release.Offer{}
	}
	d.offers[q.ID] = &o
}

func (d *fakeDesk) Queued(_ context.Context, q release.Queue) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for _, j := range d.jobs {
		if j.Queue == q.ID && !j.State.Ended() {
			n++
		}
	}
	return n, nil
}

func (d *fakeDesk) Validate(_ context.Context, s release.Submission) ([]release.Touch, error) {
	return d.touches(s), d.validate(s)
}

// touches takes colour from those whom the test has it taken from.
func (d *fakeDesk) touches(s release.Submission) []release.Touch {
	if d.colourless && s.Ticket.ColorMode == inColour {
		return []release.Touch{release.ColourWithheld}
	}
	return nil
}

func (d *fakeDesk) validate(s release.Submission) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.arrived = append(d.arrived, s)
	if s.Password != nil {
		return errors.Join(d.refuse, s.Password.Check())
	}
	return d.refuse
}

func (d *fakeDesk) Print(ctx context.Context, s release.Submission, doc io.Reader) (release.Job, error) {
	if err := d.validate(s); err != nil {
		return release.Job{}, err
	}
	sum, n, err := receive(s.Declared, doc)
	if err != nil {
		return release.Job{}, err
	}
	return d.meet(d.counting(d.insert(s), sum, n)), nil
}

func (d *fakeDesk) Create(ctx context.Context, s release.Submission) (release.Job, error) {
	if err := d.validate(s); err != nil {
		return release.Job{}, err
	}
	return d.meet(d.insert(s)), nil
}

func (d *fakeDesk) Send(ctx context.Context, a school.Actor, id release.JobID, declared string, doc io.Reader) (release.Job, error) {
	j, err := d.Job(ctx, a, id)
	if err != nil {
		return j, err
	}
	if j.State != release.Receiving || j.Person != a.Person {
		return j, fault.New(fault.Conflict, "job-not-open", "This job already has its document.")
	}
	if err := d.failSend; err != nil {
		d.failSend = nil
		return j, err
	}
	sum, n, err := receive(declared, doc)
	if err != nil {
		d.change(id, func(j *release.Job) { j.State, j.Reason, j.Ended = release.Refused, fault.As(err).Code, time.Now() })
		return j, err
	}
	return d.meet(d.counting(j, sum, n)), nil
}

func (d *fakeDesk) Abort(_ context.Context, _ school.Actor, id release.JobID, code string) error {
	d.change(id, func(j *release.Job) { j.State, j.Reason, j.Ended = release.Refused, code, time.Now() })
	return nil
}

func (d *fakeDesk) CancelSaying(ctx context.Context, a school.Actor, id release.JobID, why *string) error {
	if err := d.Cancel(ctx, a, id); err != nil || why == nil {
		return err
	}
	return d.Remark(ctx, a, id, *why)
}

func (d *fakeDesk) Cancel(ctx context.Context, a school.Actor, id release.JobID) error {
	j, err := d.Job(ctx, a, id)
	switch {
	case err != nil:
		return err
	case j.State.Ended():
		return fault.New(fault.Conflict, "job-ended", "This job has already ended.")
	}
	d.change(id, func(j *release.Job) { j.State, j.Title, j.Ended = release.Cancelled, "", time.Now() })
	return nil
}

func (d *fakeDesk) Job(_ context.Context, a school.Actor, id release.JobID) (release.Job, error) {
	if a.Person == 0 {
		return release.Job{}, errNobody
	}
	j := d.change(id, advance)
	if j.ID == 0 || !sees(a, j) {
		return release.Job{}, jobUnknown
	}
	return d.meet(j), nil
}

// meet is the job with what stands in the way of its release.
func (d *fakeDesk) meet(j release.Job) release.Job {
	if j.State == release.Receiving || j.State == release.Counting || j.State == release.Held {
		j.Obstacles = d.met
	}
	return j
}

func (d *fakeDesk) Glimpse(_ context.Context, q release.Queue, id release.JobID) (release.Job, error) {
	j := d.change(id, advance)
	if j.ID == 0 || j.Queue != q.ID {
		return release.Job{}, jobUnknown
	}
	j.Title, j.Owner, j.Message = "", "", ""
	return j, nil
}

func (d *fakeDesk) Jobs(_ context.Context, a school.Actor, f release.JobFilter) ([]release.Job, error) {
	if a.Person == 0 {
		return nil, errNobody
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []release.Job
	for _, j := range d.jobs {
		if j.Queue == f.Queue && j.State.Ended() == f.Ended && sees(a, j) && (j.Person == a.Person || !f.Mine) {
			all = append(all, d.meet(j))
		}
	}
	return all[:min(len(all), f.Limit)], nil
}

// sees is the real desk's rule.
func sees(a school.Actor, j release.Job) bool {
	switch a.Proof {
	case school.ByVouch:
		return j.SentBy(a)
	case school.ByAddress:
		return j.Person == a.Person && j.Proof == a.Proof
	}
	return j.Person == a.Person || a.May(school.ManageFace)
}

func receive(declared string, doc io.Reader) (sum [32]byte, n int64, err error) {
	head := make([]byte, 64)
	k, err := io.ReadFull(doc, head)
	if err != nil && !errors.Is(err, io.EOF) && k == 0 {
		return sum, 0, brokenOff.Because(err)
	}
	if _, err := document.Agree(declared, head[:k]); err != nil {
		return sum, 0, err
	}
	hash := sha256.New()
	hash.Write(head[:k])
	n, err = io.Copy(hash, doc)
	if err != nil {
		return sum, 0, brokenOff.Because(err)
	}
	return [32]byte(hash.Sum(nil)), n + int64(k), nil
}

func (d *fakeDesk) insert(s release.Submission) release.Job {
	d.mu.Lock()
	defer d.mu.Unlock()
	owner := ""
	for name, a := range people {
		if a.Person == s.Actor.Person {
			owner = name
		}
	}
	j := release.Job{
		ID: release.JobID(len(d.jobs) + 1), School: 1, Queue: s.Queue.ID, Locked: s.Password != nil, Person: s.Actor.Person, Owner: owner,
		Proof: s.Actor.Proof, Group: s.Actor.Group, Device: s.Actor.Device,
		State: release.Receiving, Title: s.Title, Ticket: s.Ticket, Touched: d.touches(s), Submitted: time.Now(),
	}
	j.Subscriptions = d.roll.enter(s.Actor, s.Queue, j.ID, s.Subscriptions)
	hold(&j, s.Hold)
	d.jobs = append(d.jobs, j)
	return j
}

// holdEnds is when every hold with an end of its own ends.
var holdEnds = time.Date(2026, 11, 18, 0, 30, 0, 0, time.UTC)

// hold puts a job of a direct queue on hold, or lets it go.
func hold(j *release.Job, h release.HoldUntil) {
	direct := j.Queue == directQueue.ID || j.Queue == officeQueue.ID
	j.OnHold = direct && (!h.Time.IsZero() || h.Name != "" && h.Name != release.NoHold)
	j.HoldUntil, j.HoldEnds = "", time.Time{}
	if j.OnHold {
		j.HoldUntil = h.Name
		if h.Name != release.Indefinite {
			j.HoldEnds = holdEnds
		}
	}
}

func (d *fakeDesk) counting(j release.Job, sum [32]byte, n int64) release.Job {
	d.mu.Lock()
	if d.sums == nil {
		d.sums = map[release.JobID][32]byte{}
	}
	d.sums[j.ID] = sum
	d.mu.Unlock()
	return d.change(j.ID, func(j *release.Job) {
		j.State, j.Bytes, j.Format, j.Received = release.Counting, n, "application/pdf", time.Now()
	})
}

// change applies fn to a job and returns it; the zero Job if there is none.
func (d *fakeDesk) change(id release.JobID, fn func(*release.Job)) release.Job {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := slices.IndexFunc(d.jobs, func(j release.Job) bool { return j.ID == id })
	if i < 0 {
		return release.Job{}
	}
	fn(&d.jobs[i])
	return d.jobs[i]
}

// advance prints a direct job.
func advance(j *release.Job) {
	if j.State != release.Counting || j.OnHold || j.Queue != directQueue.ID && j.Queue != officeQueue.ID {
		return
	}
	copies := max(1, j.Ticket.Copies)
	j.Pages, j.Impressions, j.Sheets, j.Price, j.Printed = 4, 4*copies, 2*copies, 4, 4*copies
	j.State, j.Title, j.Held, j.Ended = release.Done, "", time.Now(), time.Now()
}

// all is the desk's jobs as they are now.
func (d *fakeDesk) all() []release.Job {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.jobs)
}

func (d *fakeDesk) last() release.Submission {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.arrived) == 0 {
		return release.Submission{}
	}
	return d.arrived[len(d.arrived)-1]
}

// tries is how often something was submitted.
func (d *fakeDesk) tries() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.arrived)
}

// fakeDirectory knows people, and the places where passwords were tried.
type fakeDirectory struct {
	mu     sync.Mutex
	places []string
}

func (f *fakeDirectory) ByPassword(_ context.Context, _ school.ID, username, secret, place string) (school.Actor, error) {
	f.mu.Lock()
	f.places = append(f.places, place)
	f.mu.Unlock()
	a, ok := people[username]
	if !ok || secret != password {
		return school.Actor{}, fault.New(fault.Unauthenticated, "password-wrong", "We can't sign you in.")
	}
	a.Proof = school.ByPassword
	return a, nil
}

// room12 is where carts are, beside this machine.
var room12 = netip.MustParsePrefix("10.1.12.0/24")

// Group knows the devices of this machine as carts, those of another one as a
// room, and this machine as a print server too.
func (f *fakeDirectory) Group(_ context.Context, _ school.ID, slug string, from school.Device) (school.DeviceGroup, error) {
	g := school.DeviceGroup{ID: 1, School: 1, Slug: slug, Name: "Carts", Trusted: slug == "server"}
	switch {
	case slug == "room" || !from.Address.IsLoopback() && !room12.Contains(from.Address):
		return g, fault.New(fault.Forbidden, "not-from-group", "This printer address works on the school's own devices only.")
	case slug != "carts" && slug != "server":
		return g, school.AddressUnknown
	}
	return g, nil
}

// GroupsOf tells the carts of room 12 that they are carts, and this machine nothing.
func (f *fakeDirectory) GroupsOf(_ context.Context, _ school.ID, from school.Device) ([]school.DeviceGroup, error) {
	if !room12.Contains(from.Address) {
		return nil, nil
	}
	return []school.DeviceGroup{{ID: 1, School: 1, Slug: "carts", Name: "Carts"}}, nil
}

func (f *fakeDirectory) ByGroup(_ context.Context, g school.DeviceGroup, from school.Device, username string) (school.Actor, error) {
	a, ok := people[username]
	if !ok {
		return school.Actor{}, fault.New(fault.Forbidden, "name-unknown", "This computer does not say who you are.")
	}
	a.Proof, a.Group, a.Device = school.ByVouch, g.ID, from.Address
	if g.Trusted {
		a.Proof = school.ByServer
	}
	return a, nil
}

// ByAddress knows one address, Ada's.
func (f *fakeDirectory) ByAddress(_ context.Context, _ school.ID, token string) (school.Actor, error) {
	if token != adasToken {
		return school.Actor{}, school.AddressUnknown
	}
	a := people["ada"]
	a.Proof = school.ByAddress
	return a, nil
}

func (f *fakeDirectory) ByLoopback(_ context.Context, _ school.ID, username string) (school.Actor, error) {
	a, ok := people[username]
	if !ok {
		return school.Actor{}, fault.New(fault.Unauthenticated, "password-wrong", "We can't sign you in.")
	}
	a.Proof = school.ByLoopback
	return a, nil
}

var pdf = []byte("%PDF-1.7\n" + fmt.Sprintf("%01024d", 0) + "\n%%EOF\n")
