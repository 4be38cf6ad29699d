package announce

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/netip"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"inkwell/ipp/ipptest"
	"inkwell/ipp/wire"
)

// patience is how long anything may take before a test gives up.
const patience = 2 * time.Minute

// shelf is what a test has announced, and the announcer that does it.
type shelf struct {
	t       *testing.T
	cable   *ipptest.Cable
	changed chan struct{}
	*Announcer
	log  *logged
	stop func()

	mu       sync.Mutex
	services []Service
}

// newShelf starts an announcer at the near end of a cable.
func newShelf(t *testing.T, cable *ipptest.Cable, way Way, services ...Service) *shelf {
	t.Helper()
	return newShelfAt(t, cable, way, "0.0.0.0:8631", services...)
}

func newShelfAt(t *testing.T, cable *ipptest.Cable, way Way, listen string, services ...Service) *shelf {
	t.Helper()
	s := &shelf{t: t, cable: cable, changed: make(chan struct{}, 1), log: &logged{}, services: services}
	a, err := New(Options{
		Way: way, Listen: netip.MustParseAddrPort(listen), Every: 100 * time.Millisecond,
		Changed: s.changed, Log: slog.New(slog.NewTextHandler(s.log, nil)),
		Services: func(context.Context) ([]Service, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			return slices.Clone(s.services), nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Announcer = a
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("the announcer ended with %v", err)
		}
	})
	t.Cleanup(func() {
		s.stop()
		if t.Failed() {
			t.Log(s.log.String())
		}
	})
	return s
}

// announce announces other services.
func (s *shelf) announce(services ...Service) {
	s.mu.Lock()
	s.services = services
	s.mu.Unlock()
	s.changed <- struct{}{}
}

// finds waits until the far machine finds exactly these names.
func (s *shelf) finds(names ...string) {
	s.t.Helper()
	s.eventually("the names "+strings.Join(names, ", "), func() bool { return slices.Equal(s.names(kind), names) })
}

// says waits until the far machine reads something about the service.
func (s *shelf) says(name, what string) {
	s.t.Helper()
	s.eventually(what, func() bool { return strings.Contains(s.cable.Known(kind)[name], what) })
}

// names are what the far machine knows of a type, in order.
func (s *shelf) names(kind string) []string {
	s.t.Helper()
	return slices.Sorted(maps.Keys(s.cable.Known(kind)))
}

func (s *shelf) eventually(what string, fact func() bool) {
	s.t.Helper()
	for end := time.Now().Add(patience); !fact(); time.Sleep(20 * time.Millisecond) { // between two looks
		if time.Now().After(end) {
			s.t.Fatalf("waited in vain for %s; the far machine knows %q", what, s.cable.Known(kind))
		}
	}
}

// logged is a log that can be read while it is written.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// library and hall are two printers.
func library(location string) Service {
	return Service{Name: "Print", School: "Harbour Academy", Path: "/ipp/print", Says: wire.Attributes{wire.Text("printer-location", location)}}
}

func hall() Service {
	return Service{Name: "Hall", School: "Harbour Academy", Path: "/ipp/print/hall"}
}

// What the far machine finds follows what there is, by ourselves.
func TestOwn(t *testing.T) {
	if !ipptest.Apart(t) {
		return
	}
	cable := ipptest.NewCable(t, "pupil")
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent")
	s := newShelf(t, cable, Auto, library("Library"))
	s.follows()
	s.movesHouse()
	s.stop()
	s.finds()
	taken(t, cable, Own)
}

// The same, through Avahi.
func TestAvahi(t *testing.T) {
	if !ipptest.Apart(t) {
		return
	}
	cable := ipptest.NewCable(t, "pupil")
	bus := ipptest.Bus(t)
	near := ipptest.AvahiOptions{Interface: ipptest.NearEnd, Host: "server"}
	stop := ipptest.Avahi(t, bus, near)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", bus)
	s := newShelf(t, cable, Auto, library("Library"))
	s.follows()
	s.comesBy("server.local")

	stop() // and we take its place
	s.comesBy(hostName() + ".local")
	ipptest.Avahi(t, bus, near) // and it comes back
	s.comesBy("server.local")
	if n := strings.Count(s.log.String(), "way=avahi"); n != 2 {
		t.Errorf("Avahi was taken %d times", n)
	}
	s.stop()
	s.finds()
	taken(t, cable, Avahi)
}

// comesBy waits until the far machine finds the printer on that host.
func (s *shelf) comesBy(host string) {
	s.t.Helper()
	s.finds("Print (Harbour Academy)")
	s.says("Print (Harbour Academy)", ";"+host+";")
}

// movesHouse gives the near end another address, which the far one is told.
func (s *shelf) movesHouse() {
	s.t.Helper()
	const other = "10.77.0.3"
	for _, args := range [][]string{{"addr", "del", ipptest.NearAddress + "/24", "dev", ipptest.NearEnd}, {"addr", "add", other + "/24", "dev", ipptest.NearEnd}} {
		if out, err := exec.CommandContext(s.t.Context(), "ip", args...).CombinedOutput(); err != nil {
			s.t.Fatalf("ip %q: %v: %s", args, err, out)
		}
	}
	s.says("Print (Harbour Academy)", ";"+other+";")
}

// taken has the far machine have the name before us. Ours then has a number, and is
// not lost to somebody who would like to have that one, too.
func taken(t *testing.T, cable *ipptest.Cable, way Way) {
	t.Helper()
	cable.Publish("Print (Harbour Academy)", kind, 9)
	s := newShelf(t, cable, way)
	s.finds("Print (Harbour Academy)")
	s.announce(library("Library"))
	s.finds("Print (Harbour Academy)", "Print (Harbour Academy) (2)")
	s.says("Print (Harbour Academy) (2)", ";8631;")
	if got := s.Name("/ipp/print"); got != "Print (Harbour Academy) (2)" {
		t.Errorf("it says that its name is %q", got)
	}
	if way == Avahi {
		return // which defends its names itself
	}
	cable.Publish("Print (Harbour Academy) (2)", kind, 9)
	s.finds("Print (Harbour Academy)", "Print (Harbour Academy) (2)", "Print (Harbour Academy) (2) #2")
	s.says("Print (Harbour Academy) (2)", ";8631;")
	s.says("Print (Harbour Academy) (2) #2", ";9;")
}

// follows has what the far machine finds be what there is.
func (s *shelf) follows() {
	s.t.Helper()
	types := []string{kind, "_print._sub." + kind, "_universal._sub." + kind, "_ipp._tcp"}
	for _, other := range types {
		s.cable.Browse(other)
	}
	s.finds("Print (Harbour Academy)")
	for _, want := range []string{";" + ipptest.NearAddress + ";8631;", `"rp=ipp/print"`, `"note=Library"`} {
		s.says("Print (Harbour Academy)", want)
	}
	for _, sub := range types[1:3] {
		s.eventually(sub, func() bool { return len(s.names(sub)) == 1 })
	}
	s.announce(library("Room 12"), hall())
	s.finds("Hall (Harbour Academy)", "Print (Harbour Academy)")
	s.says("Print (Harbour Academy)", `"note=Room 12"`)
	renamed := library("Room 12")
	renamed.Name = "St. John's"
	s.announce(renamed)
	s.finds("St. John's (Harbour Academy)")
	if got := s.Name("/ipp/print"); got != "St. John's (Harbour Academy)" || s.Name("/ipp/print/hall") != "" {
		s.t.Errorf("it says that its name is %q, and that of what is gone %q", got, s.Name("/ipp/print/hall"))
	}
	s.announce(library("Room 12"))
	s.finds("Print (Harbour Academy)")
	if found := s.names("_ipp._tcp"); len(found) != 0 {
		s.t.Errorf("plain IPP is announced: %q", found)
	}
}
