package release

import (
	"context"
	"errors"
	"io"
	"time"

	"inkwell/internal/school"
	"inkwell/quota"
)

// PrinterID names a printer.
type PrinterID int32

// PrinterRecord is a printer as the school knows it.
type PrinterRecord struct {
	ID         PrinterID
	School     school.ID
	Name       string
	Room       string
	URI        string // printer-uri of ipp or ipps, or where a socket takes raw bytes
	State      PrinterState
	Reasons    []string // printer-state-reasons
	Seen       time.Time
	Can        Capabilities  // as it said itself
	Group      quota.GroupID // of printers with prices of their own, or 0
	Asset      string        // what the school's inventory calls it, or ""
	Paused     time.Time     // since when IT has us send it nothing; zero: it is in use
	Place      Place         // as far as IT says
	Pin        []byte        // SHA-256 of the public key (SPKI) that it showed first; nil before that
	Told       Capabilities  // what IT says it can do, of one that cannot say it itself
	Login      []byte        // what it wants of us, sealed by whoever set it; nil for nothing
	OnlyBeside bool          // jobs are released to it from beside it alone: a staff room's
}

// PrinterState is a printer's printer-state as last seen.
type PrinterState string

// The printer states.
const (
	PrinterUnknown     PrinterState = "unknown"
	PrinterIdle        PrinterState = "idle"
	PrinterProcessing  PrinterState = "processing"
	PrinterStopped     PrinterState = "stopped"
	PrinterUnreachable PrinterState = "unreachable"
)

// Printer is a real printer, or a queue that prints for us. A method never
// repeats what it sends: whoever calls decides what is safe to try again.
type Printer interface {
	// Status asks for state, reasons and printer-up-time.
	Status(ctx context.Context) (Status, error)
	// Capabilities asks what it can do; what it answers is not yet Cleaned.
	Capabilities(ctx context.Context) (Capabilities, error)
	// Begin opens a job for the errand (Create-Job) and returns its job-id.
	Begin(ctx context.Context, e Errand) (printerJob int, err error)
	// Send streams the document of a job that Begin opened, as its last.
	Send(ctx context.Context, e Errand, printerJob int, document io.Reader) error
	// Progress asks how far a job is. ErrGone when the printer denies having it.
	Progress(ctx context.Context, printerJob int) (Progress, error)
	// Find looks for the errand's token among the printer's active and finished
	// jobs. ErrGone when no job carries it, ErrCannotTell when it has no list.
	Find(ctx context.Context, token string) (printerJob int, p Progress, err error)
	// Cancel ends a job.
	Cancel(ctx context.Context, printerJob int) error
}

// What a Printer's errors mean for the paper. Every other error of a Printer
// means that it may or may not have what was sent.
var (
	// ErrRefused: the printer said no for certain; nothing of this will print.
	ErrRefused = errors.New("the printer refused")
	// ErrBusy: the printer said not now; nothing of this will print, and a later try may work.
	ErrBusy = errors.New("the printer is busy")
	// ErrUnreachable: no connection was made, so nothing was sent.
	ErrUnreachable = errors.New("the printer cannot be reached")
	// ErrGone: the printer has no such job.
	ErrGone = errors.New("the printer has no such job")
	// ErrCannotTell: the printer keeps no list of jobs, and asking again is no use.
	ErrCannotTell = errors.New("the printer keeps no list of jobs")
)

// Errand is what a printer is told about a delivery: nothing that says whose it is.
type Errand struct {
	Token  string // job-name: 32 hex digits, unique to this delivery
	Format string // document-format
	Copies int
	Ticket Ticket // how to print, Fitted to the printer; its Copies, Pages and NumberUp are already applied
}

// Status is what a printer says about itself.
type Status struct {
	State     PrinterState
	Reasons   []string // printer-state-reasons, "none" left out
	Accepting bool     // printer-is-accepting-jobs
	UpTime    int      // printer-up-time in seconds; a decrease means it was restarted
	Counter   int      // printer-impressions-completed: all that ever came out of it; 0 when it does not say
	Config    int      // printer-config-change-time; another one means that it can do something else
}

// Progress is what a printer says about one of its jobs.
type Progress struct {
	Phase       Phase
	Impressions int      // job-impressions-completed; -1 when it does not say
	Sheets      int      // job-media-sheets-completed; -1 when it does not say
	Colour      *int     // of the impressions, in colour (job-impressions-completed-col); nil when it does not say
	Reasons     []string // job-state-reasons
	UpTime      int      // job-printer-up-time in seconds, 0 when it does not say
}

// Phase is a printer's job-state as far as a delivery cares.
type Phase int

// The phases of a job at the printer.
const (
	PhaseIncoming  Phase = iota + 1 // open, its document not there yet (job-incoming, or pending-held without data)
	PhaseActive                     // pending or processing
	PhaseStopped                    // processing-stopped: jam, paper out
	PhaseCompleted                  // completed
	PhaseEnded                      // canceled or aborted
)
