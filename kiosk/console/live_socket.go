package console

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/web/socket"
)

// How a live page is fed. Its session and what its owner may do are asked again at each tick, so that
// whoever is shut out looks on for less than a second.
const (
	liveTick  = 400 * time.Millisecond
	liveRead  = 3 * time.Second // read again though no bell rang: time passes, too
	liveAsk   = 2 * time.Second // one question may take no longer
	liveSeats = 4               // sockets of one session
	liveRoom  = 300             // sockets of all on this server
)

var (
	errLiveFull = errors.New("live pages are open in too many windows")
	liveEnding  = fault.New(fault.Unavailable, "stopping", "The print server is restarting. One moment.")
)

// lookers are the live pages that are open on this server.
type lookers struct {
	subscribe func(topics ...string) (<-chan struct{}, func())
	quit      chan struct{} // closed when Run ends

	mu    sync.Mutex
	shut  bool
	all   int
	seats map[[sha256.Size]byte]int // by session
	open  sync.WaitGroup
}

func newLookers(subscribe func(topics ...string) (<-chan struct{}, func())) *lookers {
	return &lookers{subscribe: subscribe, quit: make(chan struct{}), seats: map[[sha256.Size]byte]int{}}
}

// sit has one more page of a session look on, until rise.
func (l *lookers) sit(session [sha256.Size]byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.shut:
		return liveEnding
	case l.seats[session] >= liveSeats || l.all >= liveRoom:
		return errLiveFull
	}
	l.seats[session]++
	l.all++
	l.open.Add(1)
	return nil
}

func (l *lookers) rise(session [sha256.Size]byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seats[session]--; l.seats[session] == 0 {
		delete(l.seats, session)
	}
	l.all--
	l.open.Done()
}

// Run keeps live pages fed until ctx ends, then closes them and waits until none is left.
func (c *Console) Run(ctx context.Context) error {
	<-ctx.Done()
	l := c.lookers
	l.mu.Lock()
	if !l.shut {
		l.shut = true
		close(l.quit)
	}
	l.mu.Unlock()
	l.open.Wait()
	return nil
}

// liveSocket shows one page what is happening until it goes, or its owner may not look any more.
func (c *Console) liveSocket(w http.ResponseWriter, r *http.Request, v visitor) {
	token := sessionToken(r)
	session := sha256.Sum256([]byte(token))
	full := c.lookers.sit(session)
	switch {
	case full == nil:
		defer c.lookers.rise(session)
	case !errors.Is(full, errLiveFull): // which the page reads in the socket's end: a script never sees the status of a refusal
		c.pages.Error(w, r, full)
		return
	}
	s, err := socket.Open(w, r)
	if err != nil {
		c.log.Info("live page refused", "school", v.School, "error", err)
		return
	}
	if full != nil {
		s.Close(socket.Full)
		return
	}
	if err := c.noteRead(r.Context(), v, liveWatched, ""); err != nil {
		c.log.Error("live page not on record", "school", v.School, "error", err)
		s.Close(socket.Again)
		return
	}
	s.Close(c.feed(s, token, v))
}

// liveWatched is the act of a page that goes on showing what happens, for as long as it is open.
const liveWatched = "live-watched"

// feed shows each new state, and says why it ended.
func (c *Console) feed(s *socket.Stream, token string, v visitor) (why int) {
	bell, stop := c.lookers.subscribe(events.School(v.School))
	defer stop()
	tick := time.NewTicker(liveTick)
	defer tick.Stop()
	var shown []byte
	var read time.Time // when it was read last; zero for "look again"
	for {
		a, err := c.still(token)
		switch {
		case err != nil && fault.KindOf(err) != fault.Unauthenticated:
			return socket.Again
		case err != nil || !a.May(school.ManageFace) || a.School != v.School:
			return socket.Over
		}
		if time.Since(read) >= liveRead {
			read = time.Now()
			if shown, err = c.showLive(s, a, v.Now.Location(), shown); err != nil {
				c.log.Error("live page not read", "school", v.School, "error", err)
				return socket.Again
			}
		}
		select {
		case <-s.Gone():
			return socket.Again
		case <-c.lookers.quit:
			return socket.Again
		case <-tick.C:
		}
		select {
		case <-bell:
			read = time.Time{}
		default:
		}
	}
}

// still is whose session it is, unless it is over.
func (c *Console) still(token string) (school.Actor, error) {
	ctx, cancel := context.WithTimeout(context.Background(), liveAsk)
	defer cancel()
	return c.signIn.Still(ctx, token)
}

// showLive reads what is happening, and sends it unless that was shown already.
func (c *Console) showLive(s *socket.Stream, a school.Actor, zone *time.Location, shown []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), liveAsk)
	defer cancel()
	v, err := c.readLive(ctx, a, zone)
	if err != nil {
		return shown, err
	}
	at := v.At
	v.At = ""
	same, err := json.Marshal(v)
	if err != nil || bytes.Equal(same, shown) {
		return shown, err
	}
	v.At = at
	state, err := json.Marshal(v)
	if err == nil {
		s.Show(state)
	}
	return same, err
}
