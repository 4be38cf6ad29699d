package kiosk

import (
	"context"
	"encoding/json"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"inkwell/internal/fault"
	"inkwell/internal/web/socket"
	"inkwell/release"
)

// callWait is how long one call to the desk may take.
const callWait = 10 * time.Second

// classWait is how long the desk may take over a whole class, one pupil after the other.
const classWait = time.Minute

// settleAfter, to twice of it, is how long after it has come a paired browser's screen looks again.
const settleAfter = 10 * time.Second

// line is one page's connection: reader and writer around a dispatcher, which
// alone touches the Screen.
type line struct {
	k      *Kiosk
	conn   *websocket.Conn
	slug   string
	device release.Device // the zero value on this machine
	log    *slog.Logger
	screen *Screen

	inputs  chan Input  // from the reader
	results chan Input  // from calls
	views   chan []byte // to the writer; capacity 1, only the newest
	writing atomic.Bool // there is a writer
	again   *time.Timer // the next ping
	gone    chan struct{}
	once    sync.Once
	ends    sync.WaitGroup // of reader and writer

	calls sync.WaitGroup
	loan  loan   // of the page that the screen shows, or showed last in this visit
	lent  string // the name under which its pictures are there, or ""
	drawn bool   // some were lent in this visit

	topics []string
	bell   <-chan struct{}
	unhook func()
}

// talk has a connection served until either side ends it, and then over called. It returns at once, and
// with it the handler that was asked for the connection: what a request took is not kept for as
// long as a screen stands there.
func (k *Kiosk) talk(conn *websocket.Conn, st release.Station, device release.Device, over func()) {
	l := &line{
		k: k, conn: conn, slug: st.Slug, device: device, log: k.log.With("station", st.ID),
		screen: NewScreen(st, k.idle, k.digestBadge),
		inputs: make(chan Input), results: make(chan Input), views: make(chan []byte, 1),
		gone: make(chan struct{}), unhook: func() {},
	}
	l.screen.read(k.edition.Load().catalogue)
	l.again = time.AfterFunc(time.Hour, l.ping)
	l.again.Reset(socket.PingEvery)
	l.ends.Go(l.read)
	go func() {
		defer over()
		l.dispatch()
		l.hangUp()
		l.ends.Wait()
		l.calls.Wait()
	}()
}

// hangUp closes the connection, which ends reader, writer and dispatcher.
func (l *line) hangUp() {
	l.once.Do(func() {
		close(l.gone)
		l.again.Stop()
		_ = l.conn.Close()
	})
}

// dispatch gives the screen its inputs one by one, makes the calls it wants and
// sends its view after each.
func (l *line) dispatch() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	defer func() { l.unhook() }()
	defer l.close()
	defer l.leave(ctx)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	var in Input = Changed{}
	var settled <-chan time.Time
	if l.device.ID != 0 { // its station was read with it: what changed before the bell was up is looked for later, not while all come at once
		in, settled = Tick{}, time.After(settleAfter+rand.N(settleAfter)) // #nosec G404 -- only so that they do not look at once
	}
	for {
		effects := l.screen.Apply(l.k.clock(), in)
		l.lend()
		l.hook() // before the calls: what changes after a look rings
		for _, e := range effects {
			l.call(ctx, e)
		}
		l.show()
		l.arm(timer)
		select {
		case in = <-l.inputs:
		case in = <-l.results:
		case <-l.bell:
			in = Changed{}
		case <-settled:
			in = Changed{}
		case <-timer.C:
			in = Tick{}
		case <-l.k.quit:
			return
		case <-l.gone:
			return
		}
	}
}

// leave has what was pressed done when the page goes: who struck a job out saw it deleted.
func (l *line) leave(ctx context.Context) {
	for _, e := range l.screen.leave(FaceIdle) {
		l.call(ctx, e)
	}
}

// hook keeps the subscription on what the screen has to hear of.
func (l *line) hook() {
	topics := l.screen.Topics()
	if l.device.ID != 0 {
		topics = append(topics, l.device.Key.Thumb().Topic())
	}
	if slices.Equal(topics, l.topics) {
		return
	}
	l.unhook()
	l.topics = topics
	l.bell, l.unhook = l.k.subscribe(topics...)
}

// call makes one call beside the dispatcher. What a person has pressed is seen
// through even when the page is gone.
func (l *line) call(ctx context.Context, e Effect) {
	if e.lasting() {
		ctx = context.WithoutCancel(ctx)
	}
	l.calls.Go(func() {
		wait := callWait
		switch e.(type) {
		case PrintPupils, SponsorPupil:
			wait = classWait
		case MoveJobs:
			wait = moveWait
		}
		ctx, cancel := context.WithTimeout(ctx, wait)
		defer cancel()
		if !l.stillPaired(ctx) {
			return
		}
		in := l.carryOut(ctx, e)
		l.note(in)
		select {
		case l.results <- in:
		case <-l.gone:
		case <-l.k.quit:
		}
	})
}

// note logs what a person cannot see: errors of ours.
func (l *line) note(in Input) {
	var err error
	switch r := in.(type) {
	case SignedIn:
		err = r.Err
	case Looked:
		err = r.Err
	case StationLooked:
		err = r.Err
	case Unlocked:
		err = r.Err
	case Renewed:
		err = r.Err
	case Reported:
		err = r.Err
	case LookedBack:
		err = r.Err
	case ClassLooked:
		err = r.Err
	case PupilsPrinted:
		err = r.Err
	case SponsorshipLooked:
		err = r.Err
	case PupilSponsored:
		err = r.Err
	case Moved:
		err = r.Err
	case AccountLooked:
		err = r.Err
	case Acted:
		err = r.Err
	}
	select {
	case <-l.gone: // the call was cut short because the page has gone
		return
	default:
	}
	if f := fault.As(err); f != nil && f.Kind == fault.Internal {
		l.log.Error("call failed", "error", err)
	}
}

// show hands the writer the newest view, in place of one it has not yet sent.
func (l *line) show() {
	v := l.screen.View(l.k.clock())
	v.Build = l.k.edition.Load().build
	l.address(&v)
	body, err := json.Marshal(v)
	if err != nil {
		l.log.Error("view not written", "error", err)
		return
	}
	select {
	case <-l.views:
	default:
	}
	l.views <- body
	l.wake()
}

// arm sets the timer for the screen's next moment.
func (l *line) arm(t *time.Timer) {
	next := l.screen.Next()
	if next.IsZero() {
		t.Stop()
		return
	}
	t.Reset(max(0, next.Sub(l.k.clock())))
}
