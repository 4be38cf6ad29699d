package announce

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"inkwell/ipp/simulate"
)

func TestOptionsAreLookedAt(t *testing.T) {
	t.Parallel()
	good := Options{
		Listen: netip.MustParseAddrPort("[::]:8631"), Log: slog.New(slog.DiscardHandler),
		Services: func(context.Context) ([]Service, error) { return nil, nil },
	}
	if a, err := New(good); err != nil || a.Way != Auto || a.Every != 3*time.Second {
		t.Errorf("%+v, %v", a, err)
	}
	for what, spoil := range map[string]func(*Options){
		"no address":      func(o *Options) { o.Listen = netip.AddrPort{} },
		"no port":         func(o *Options) { o.Listen = netip.MustParseAddrPort("[::]:0") },
		"no services":     func(o *Options) { o.Services = nil },
		"no log":          func(o *Options) { o.Log = nil },
		"an unknown way ": func(o *Options) { o.Way = "pigeon" },
	} {
		o := good
		if spoil(&o); true {
			if _, err := New(o); err == nil {
				t.Errorf("%s is no error", what)
			}
		}
	}
}

// board is a publisher that keeps what it is told.
type board struct {
	shown  []entry
	err    error
	closed bool
}

func (b *board) publish(_ context.Context, entries []entry) error {
	b.shown = entries
	return b.err
}
func (b *board) news() <-chan struct{} { return nil }
func (b *board) close()                { b.closed = true }

// Trouble is said once, changes nothing that stands, and is said again only after it
// has gone or become another.
func TestTroubleIsSaidOnce(t *testing.T) {
	t.Parallel()
	log := &logged{}
	var broken error
	a, err := New(Options{
		Way: Own, Listen: netip.MustParseAddrPort("[::]:8631"), Log: slog.New(slog.NewTextHandler(log, nil)),
		Services: func(context.Context) ([]Service, error) {
			return []Service{{Name: "Print", Path: "/ipp/print"}}, broken
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	b := &board{}
	a.now, a.way = b, Own
	warned := func(want int) {
		t.Helper()
		if got := strings.Count(log.String(), "Computers may not find"); got != want {
			t.Errorf("%d warnings, want %d: %s", got, want, log)
		}
	}
	for _, step := range []struct {
		err  error
		want int
	}{{nil, 0}, {errors.New("no database"), 1}, {errors.New("no database"), 1}, {errors.New("no room"), 2}, {nil, 2}, {errors.New("no room"), 3}} {
		broken = step.err
		a.look(t.Context())
		warned(step.want)
		if len(b.shown) != 1 || b.closed {
			t.Fatal("what stood is gone")
		}
	}
	broken, b.err = nil, errors.New("no network")
	a.look(t.Context())
	warned(4)
	if !b.closed || a.now != nil {
		t.Error("a publisher that failed is kept")
	}
}

// Avahi that goes is waited for, without a word, and then done without.
func TestAvahiIsWaitedFor(t *testing.T) {
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent")
	log := &logged{}
	a, err := New(Options{
		Way: Avahi, Listen: netip.MustParseAddrPort("[::]:8631"), Log: slog.New(slog.NewTextHandler(log, nil)),
		Services: func(context.Context) ([]Service, error) { return nil, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	a.now, a.way = &board{err: errAnew}, Avahi
	for i := range tries + 1 {
		if again := a.look(t.Context()); again != between || log.String() != "" {
			t.Fatalf("look %d: again in %s; %s", i, again, log)
		}
	}
	if again := a.look(t.Context()); again != a.Every || !strings.Contains(log.String(), "Avahi daemon is not running") {
		t.Errorf("again in %s; %s", again, log)
	}
}

// What a real printer of this process answers is what Ask gives.
func TestAsk(t *testing.T) {
	t.Parallel()
	p, err := simulate.New(simulate.Options{Name: "Virtual", Count: func(context.Context, io.Reader) (int, error) { return 1, nil }})
	if err != nil {
		t.Fatal(err)
	}
	says, err := Ask(t.Context(), p.Handler(), "print.local:8631", "/ipp/print")
	if err != nil {
		t.Fatal(err)
	}
	text := Service{Path: "/ipp/print", Says: says}.text()
	if !slices.ContainsFunc(text, func(l string) bool { return strings.HasPrefix(l, "pdl=") }) || !says.Has("operations-supported") {
		t.Errorf("%q", text)
	}
	if _, err := Ask(t.Context(), p.Handler(), "print.local:8631", "/nowhere"); err == nil {
		t.Error("there is no printer there, and no error")
	}
}
