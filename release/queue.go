package release

import (
	"time"

	"inkwell/internal/school"
	"inkwell/quota"
)

// QueueID names a queue.
type QueueID int32

// QueueKind is what a queue does with a job once it is counted.
type QueueKind string

// The kinds of queue.
const (
	Hold   QueueKind = "hold"   // waits for its owner at a station
	Direct QueueKind = "direct" // released at once to the queue's printer
	Test   QueueKind = "test"   // a school's test pages: has no address, and nobody prints to it
)

// Queue is an address our computers print to.
type Queue struct {
	ID      QueueID
	School  school.ID
	Path    string // path of its printer-uri, e.g. /ipp/print
	Name    string // printer-name
	Kind    QueueKind
	Proof   school.Proof // ByPassword, or ByLoopback: believe requesting-user-name from this machine
	Printer PrinterID    // of a Direct queue; 0 otherwise
	Closed  bool         // takes no new jobs: not printer-is-accepting-jobs
	Paused  bool         // releases none of its jobs by itself: printer-state stopped
	Policy  Policy       // who may use it, how, and what becomes of their jobs
	// Account is the shared account that its jobs are charged to unless their owner, who
	// must be one of those that may charge it, chooses otherwise; 0 for none.
	Account quota.AccountID
	Removed bool // kept for the jobs that came by it
	// Refuses says that what would stand in the way of a release is refused at the
	// computer already, instead of held.
	Refuses bool
	// What IT says of it (Announce), and when Message was last said; each may be "".
	Info, Location, Message string
	Said                    time.Time
	// Switched is when Closed or Paused last changed (printer-state-change-time);
	// zero if never.
	Switched time.Time
}
