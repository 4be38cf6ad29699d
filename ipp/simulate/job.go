package simulate

import (
	"slices"
	"time"

	"inkwell/ipp/wire"
)

// job is one print job, in memory until enough others have ended after it.
type job struct {
	id       int
	name     string // job-name
	user     string // job-originating-user-name
	ticket   ticket
	document []byte
	closed   bool // no more documents are coming

	state   int      // job-state
	reasons []string // job-state-reasons; empty means none
	pages   []int    // the pages to print, once counted: page-ranges applied
	done    int      // impressions that came out, all copies together

	created, began, ended time.Time
}

// incoming is how long a job may wait for its document
// (multiple-operation-time-out) before it is aborted.
const incoming = time.Minute

func (j *job) over() bool { return wire.JobEnded(j.state) }

// impressions is how many there are in all copies; 0 until counted.
func (j *job) impressions() int { return len(j.pages) * j.ticket.copies }

// sheets is how many n impressions of the job take. Each copy begins a new one.
func (j *job) sheets(n int) int {
	if len(j.pages) == 0 {
		return 0
	}
	perSheet := 1
	if j.ticket.twoSided() {
		perSheet = 2
	}
	perCopy := (len(j.pages) + perSheet - 1) / perSheet
	return n/len(j.pages)*perCopy + (n%len(j.pages)+perSheet-1)/perSheet
}

// startsSheet reports whether the next impression needs a fresh sheet.
func (j *job) startsSheet() bool { return j.sheets(j.done+1) > j.sheets(j.done) }

// end puts the job into its last state. The caller holds the printer's lock.
func (p *Printer) end(j *job, state int, reason string) {
	j.state, j.reasons, j.ended, j.closed = state, []string{reason}, p.o.Now(), true
	p.o.Log.Info("virtual print job ended", "job", j.id, "state", state, "impressions", j.done)
	p.forget()
	p.change()
}

// add takes in a new job and gives it its id. The caller holds the lock.
func (p *Printer) add(j *job) {
	p.lastID++
	j.id, j.created = p.lastID, p.o.Now()
	p.jobs = append(p.jobs, j)
	p.change()
}

// forget drops the oldest ended jobs beyond those to keep.
func (p *Printer) forget() {
	over := 0
	for _, j := range p.jobs {
		if j.over() {
			over++
		}
	}
	p.jobs = slices.DeleteFunc(p.jobs, func(j *job) bool {
		drop := over > p.o.Keep && j.over()
		if drop {
			over--
		}
		return drop
	})
}

// find is the job of that id; nil if there is none, or no longer.
func (p *Printer) find(id int) *job {
	for _, j := range p.jobs {
		if j.id == id {
			return j
		}
	}
	return nil
}

// expire aborts jobs whose document never came. The caller holds the lock.
func (p *Printer) expire() {
	now := p.o.Now()
	for _, j := range slices.Clone(p.jobs) {
		if !j.closed && now.Sub(j.created) > incoming {
			p.end(j, wire.JobAborted, "aborted-by-system")
		}
	}
}

// reasonsNow is job-state-reasons as of now: a job that waits or stands still
// because of the printer says so. The caller holds the lock.
func (p *Printer) reasonsNow(j *job) []string {
	reasons := slices.Clone(j.reasons)
	if !j.over() && j.closed && len(p.stopReasons()) > 0 {
		reasons = append(reasons, "printer-stopped")
	}
	return reasons
}

// JobView is a job as it was when asked for.
type JobView struct {
	ID        int
	Name      string // job-name
	User      string // job-originating-user-name
	State     int    // job-state
	Reasons   []string
	Format    string // document-format as declared
	Bytes     int
	Pages     int // to print of one copy; 0 until counted
	Copies    int
	Sides     string // sides
	ColorMode string // print-color-mode
	Media     string // media
	Source    string // media-source, or auto
	Type      string // media-type, or auto
	Finish    []int  // finishings without none
	Bin       string // output-bin
	Scaling   string // print-scaling
	Handling  string // multiple-document-handling
	Quality   int    // print-quality
	Total     int    // impressions of all copies
	Printed   int    // job-impressions-completed
	Sheets    int    // job-media-sheets-completed
	Created   time.Time
	Began     time.Time // zero until processing
	Ended     time.Time // zero until ended
}

// Jobs is all jobs the printer still knows, oldest first.
func (p *Printer) Jobs() []JobView {
	p.mu.Lock()
	defer p.mu.Unlock()
	views := make([]JobView, 0, len(p.jobs))
	for _, j := range p.jobs {
		views = append(views, JobView{
			ID: j.id, Name: j.name, User: j.user, State: j.state, Reasons: p.reasonsNow(j),
			Format: j.ticket.format, Bytes: len(j.document), Pages: len(j.pages), Copies: j.ticket.copies,
			Sides: j.ticket.sides, ColorMode: j.ticket.colorMode, Media: j.ticket.media,
			Source: j.ticket.source, Type: j.ticket.kind, Finish: slices.Clone(j.ticket.finishings), Bin: j.ticket.bin,
			Scaling: j.ticket.scaling, Handling: j.ticket.handling, Quality: j.ticket.quality,
			Total: j.impressions(), Printed: j.done, Sheets: j.sheets(j.done),
			Created: j.created, Began: j.began, Ended: j.ended,
		})
	}
	return views
}

// Document is the document of a job the printer still knows.
func (p *Printer) Document(id int) ([]byte, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if j := p.find(id); j != nil && len(j.document) > 0 {
		return j.document, true
	}
	return nil, false
}
