package release

import (
	"net/netip"
	"slices"
	"time"

	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release/document"
	"inkwell/release/document/picture"
	"inkwell/release/spool"
)

// JobID is a job's one number everywhere: IPP job-id, kiosk, log, database.
type JobID int32

// Job is a submitted document and what has become of it.
type Job struct {
	ID          JobID // job-id
	School      school.ID
	Queue       QueueID
	Person      school.PersonID
	Owner       string       // the owner's user name: job-originating-user-name
	Proof       school.Proof // how the sender proved who they are
	State       JobState
	Reason      string // keyword why it is in this state, or ""
	Title       string // job-name; the owner's alone to see, blank once the job has ended
	Ticket      Ticket
	OnHold      bool   // a direct queue does not release it by itself
	HoldUntil   string // job-hold-until as it was given, while the job is on hold; "" on a hold queue
	Format      string // document-format as found in the bytes
	Document    spool.ID
	Bytes       int64
	Pages       int             // sides of one copy: the chosen pages, number-up on each; 0 until counted
	ColourPages int             // those of Pages that carry colour when they are drawn, or document.Unseen
	Sizes       []document.Size // Pages by the size they were made for; what they are printed on is Ticket.Media
	Impressions int             // page sides the ticket asks for: Pages x copies
	// ColourImpressions are those of Impressions that come out in colour: none of a job
	// that is printed in black and white. All are on sheets of Ticket.Media, A4 if it
	// names none.
	ColourImpressions int
	Sheets            int            // media sheets the ticket asks for
	Price             int64          // units the whole job costs at no particular printer, when it was counted; a kiosk says its own printer's
	Printed           int            // impressions that have come out and are paid
	Submitted         time.Time      // time-at-creation
	Received          time.Time      // the whole document was safe on disk
	Held              time.Time      // counted and priced
	Expires           time.Time      // held until then
	Ended             time.Time      // time-at-completed
	HoldEnds          time.Time      // the hold ends then by itself (job-hold-until-time); zero if it does not
	Locked            bool           // it has a password of its own, to be given at the station
	Group             school.GroupID // of shared devices and print servers: whose it was, ...
	Device            netip.Addr     // ... and which of them
	Message           string         // job-message-from-operator: what IT says to its owner
	Touched           []Touch        // what its queue's policy made of it otherwise than it was sent
	// Obstacles are the refusals that a release would meet just now, the gravest first:
	// told to owner and IT alone, and of a job that waits.
	Obstacles []error

	// Subscriptions are those that came with the job, as Subscribe answers them; in
	// the answers of Print and Create alone.
	Subscriptions []Subscription

	Edition int            // how often its owner changed it at a kiosk or on their own page
	Edit    Edit           // what is otherwise than it came; the zero Edit is nothing
	Tinted  document.Marks // which pages of it as it came have colour, if as many as are known to; else that is not known

	InPrintRoom bool // its owner has handed it to the print room, which alone releases it

	before   *before      // how it came; nil if nothing was changed
	original spool.ID     // the document of that; "" if nothing was changed
	unmade   bool         // Document is still the original
	sent     spool.ID     // a raster or a picture as it was sent, for printers that take it so; "" if it is not kept
	kind     picture.Kind // of that
	owner    school.Pseudonym
	attempts int // how often counting was begun
}

// Left is how many impressions are still to print.
func (j Job) Left() int { return j.Impressions - j.Printed }

// LeftInColour is how many of the impressions still to print carry colour: what came out
// took its share of them.
func (j Job) LeftInColour() int {
	if j.Impressions == 0 || slices.Contains(hasNoneOfColour, j.Ticket.ColorMode) {
		return 0
	}
	return j.ColourImpressions - j.ColourImpressions*j.Printed/j.Impressions
}

// Due is Price for the rest of the job: what has been printed is paid.
func (j Job) Due() int64 {
	if j.Impressions == 0 {
		return 0
	}
	return j.Price - quota.Share(j.Price, j.Printed, j.Impressions)
}

// Ticket is how the owner wants the document printed. The zero Ticket is one
// mono copy, two-sided, of all pages on A4.
type Ticket struct {
	Copies      int         `json:"copies,omitempty"`       // copies, 1-99, in the print room 1-999; 0 means 1
	Sides       string      `json:"sides,omitempty"`        // sides: one-sided, two-sided-long-edge (default), two-sided-short-edge
	ColorMode   string      `json:"color_mode,omitempty"`   // print-color-mode: monochrome (default), color, auto
	Media       string      `json:"media,omitempty"`        // media: a PWG 5101.1 name; iso_a4_210x297mm by default
	MediaSource string      `json:"media_source,omitempty"` // media-source, the tray; "" and auto leave it to the printer
	MediaType   string      `json:"media_type,omitempty"`   // media-type; "" means whatever the tray holds
	Pages       []PageRange `json:"pages,omitempty"`        // page-ranges, ascending; none means all
	NumberUp    int         `json:"number_up,omitempty"`    // number-up: pages on a side; 0 means 1
	Finishings  []int       `json:"finishings,omitempty"`   // finishings enums without none (3), ascending
	OutputBin   string      `json:"output_bin,omitempty"`   // output-bin; "" leaves it to the printer
	Quality     int         `json:"quality,omitempty"`      // print-quality: 3 draft, 4 normal (default), 5 high
	Uncollated  bool        `json:"uncollated,omitempty"`   // multiple-document-handling is separate-documents-uncollated-copies
	Scaling     string      `json:"scaling,omitempty"`      // print-scaling: auto (default), auto-fit, fill, fit, none
	Account     string      `json:"account,omitempty"`      // job-account-id: the shared account named by the client
	AccountUser string      `json:"account_user,omitempty"` // job-accounting-user-id: whom the client named to be charged
}

// PageRange is a rangeOfInteger of page-ranges, 1-based and inclusive.
type PageRange struct {
	First int `json:"first"`
	Last  int `json:"last"`
}
