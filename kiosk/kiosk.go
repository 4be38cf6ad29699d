package kiosk

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"hash/maphash"
	"html/template"
	"io/fs"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"inkwell/internal/school"
	"inkwell/internal/web"
	"inkwell/internal/words"
	"inkwell/release"
)

//go:embed static all:templates
var files embed.FS

// scripts are the page's scripts in the order they need each other.
var scripts = []string{"words.js", "bind.js", "reader.js", "keypad.js", "device.js", "sound.js", "kiosk.js"}

// Desk is the part of release.Desk that a kiosk needs. Every method may return a
// fault; release.Desk says which.
type Desk interface {
	Station(ctx context.Context, slug string) (release.Station, error)
	Visit(ctx context.Context, v release.Visitor) (release.Visit, error)
	Release(ctx context.Context, v release.Visitor, ids []release.JobID) (int, error)
	WaysIn
	HeldJobs
	ClassRelease
	Previews
	Prints
	Accounts
	Devices
}

// WaysIn is the desk's part in who somebody is.
type WaysIn interface {
	SignIn(ctx context.Context, st release.Station, k release.Key) (release.Visitor, error)
	Link(ctx context.Context, st release.Station, badge, name, code string) (release.Visitor, error)
	RenewCode(ctx context.Context, v release.Visitor) (release.Visitor, string, error)
	Speak(ctx context.Context, v release.Visitor, language string) error
}

// HeldJobs is the desk's part in what a visitor does with a job that waits, but print it.
type HeldJobs interface {
	Unlock(ctx context.Context, v release.Visitor, id release.JobID, digits string) (release.Visitor, error)
	Delete(ctx context.Context, v release.Visitor, id release.JobID) error
	Disown(ctx context.Context, v release.Visitor, id release.JobID) error
	AskTeacher(ctx context.Context, v release.Visitor, id release.JobID) error
	ChargeTo(ctx context.Context, v release.Visitor, ids []release.JobID, account string) error
	MoveOn(ctx context.Context, v release.Visitor, ids []release.JobID, to release.PrinterID) error
}

// Prints is the desk's part in what a visitor says of what was printed.
type Prints interface {
	Answer(ctx context.Context, v release.Visitor, id release.JobID, came bool) error
	AnswerSome(ctx context.Context, v release.Visitor, id release.JobID, pages int) error
	Prints(ctx context.Context, a school.Actor) ([]release.Print, error)
	AskRefund(ctx context.Context, a school.Actor, id release.DeliveryID, reason release.RefundReason, pages int) error
	Report(ctx context.Context, v release.Visitor, kind release.FaultKind) error
	Object(ctx context.Context, v release.Visitor, words string) error
}

// Options are a kiosk's parts.
type Options struct {
	Desk Desk
	// Subscribe returns a bell for topics of package events, and how to take it
	// down: events.Hub.Subscribe's C and Close.
	Subscribe func(topics ...string) (bell <-chan struct{}, stop func())
	Log       *slog.Logger
	Clock     func() time.Time // nil means time.Now
	// Idle is how long a visit lives without a touch; 0 means 20 s.
	Idle time.Duration
	// Words are the languages that kiosks can be read in; nil means those that are shipped.
	Words *words.Catalogue
	// Unpaired has any browser on this machine itself open a station's page at its own address, without
	// a key: for demos and tests.
	Unpaired bool
}

// Kiosk serves the pages beside all printers. It is safe for concurrent use.
type Kiosk struct {
	desk      Desk
	subscribe func(topics ...string) (<-chan struct{}, func())
	log       *slog.Logger
	clock     func() time.Time
	idle      time.Duration
	pages     *web.Pages
	edition   atomic.Pointer[edition]
	seed      maphash.Seed
	openHere  bool // Options.Unpaired

	rests rests         // browsers that were dropped for what they sent
	quit  chan struct{} // closed when Run ends
	lines sync.WaitGroup
	mu    sync.Mutex // guards what follows
	shut  bool
	seats map[seat]int       // open sockets
	left  map[seat]time.Time // paired browsers whose last socket ended, and when
	came  []release.DeviceID // those of them that the desk is still to be told of
	loans map[string]loan
	taps  map[reader]*tapped // the last numbered one of each
}

// New checks the options and parses the page.
func New(o Options) (*Kiosk, error) {
	if o.Desk == nil || o.Subscribe == nil || o.Log == nil {
		return nil, errors.New("a kiosk needs a desk, a hub and a log")
	}
	if o.Idle < 0 || o.Idle > 10*time.Minute {
		return nil, fmt.Errorf("kiosk idle time %s is not between 0 and 10 minutes", o.Idle)
	}
	k := &Kiosk{
		desk: o.Desk, subscribe: o.Subscribe, log: o.Log, idle: o.Idle, seed: maphash.MakeSeed(), openHere: o.Unpaired,
		quit: make(chan struct{}), seats: map[seat]int{}, left: map[seat]time.Time{}, loans: map[string]loan{}, taps: map[reader]*tapped{},
	}
	if k.idle == 0 {
		k.idle = 20 * time.Second
	}
	k.clock = o.Clock
	if k.clock == nil {
		k.clock = time.Now
	}
	if err := k.parse(); err != nil {
		return nil, err
	}
	return k, k.Speak(cmp.Or(o.Words, shipped))
}

// Connected is how many kiosks' pages are open now.
func (k *Kiosk) Connected() (n int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, open := range k.seats {
		n += open
	}
	return n
}

func (k *Kiosk) parse() error {
	templates, err := fs.Sub(files, "templates")
	if err != nil {
		return fmt.Errorf("open kiosk templates: %w", err)
	}
	static, err := fs.Sub(files, "static")
	if err != nil {
		return fmt.Errorf("open kiosk static files: %w", err)
	}
	k.pages, err = web.New(web.Options{
		Prefix: staticPrefix, Templates: templates, Static: static, Log: k.log,
		Funcs: template.FuncMap{"scripts": func() []string { return scripts }},
	})
	return err
}

// Run tells who is connected until ctx ends, then closes every socket and waits until what people
// have pressed is done. A socket that comes afterwards is refused.
func (k *Kiosk) Run(ctx context.Context) error {
	k.tellWhoIsHere(ctx)
	k.mu.Lock()
	if !k.shut {
		k.shut = true
		close(k.quit)
	}
	k.mu.Unlock()
	k.lines.Wait()
	return nil
}

func (k *Kiosk) digestBadge(badge string) uint64 { return maphash.String(k.seed, badge) }
