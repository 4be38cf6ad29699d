package announce

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"
)

// Avahi's name on the system's message bus, and its numbers.
const (
	avahiName   = "org.freedesktop.Avahi"
	avahiServer = avahiName + ".Server"
	avahiGroup  = avahiName + ".EntryGroup"

	serverRunning  = 2       // AVAHI_SERVER_RUNNING
	groupCollision = 3       // AVAHI_ENTRY_GROUP_COLLISION
	groupFailure   = 4       // AVAHI_ENTRY_GROUP_FAILURE
	unspecified    = -1      // AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC
	onlyIPv4       = 0       // AVAHI_PROTO_INET
	uniqueRecord   = 1       // AVAHI_PUBLISH_UNIQUE
	noFlags        = 0       //
	local          = "local" // the domain
)

// atOnce is how long a call of Avahi may take.
const atOnce = 5 * time.Second

// avahi announces through the Avahi daemon, with an entry group for each service.
// When the connection to the bus ends Avahi takes them all back.
type avahi struct {
	conn       *dbus.Conn
	server     dbus.BusObject
	host       string  // that Avahi announces, e.g. print.local
	interfaces []int32 // to announce on
	protocol   int32
	groups     map[string]*group // by entry.key
	bell       chan struct{}
	names      *names
	listener   sync.WaitGroup

	mu       sync.Mutex
	gone     bool
	collided map[dbus.ObjectPath]bool // groups whose name somebody else has
}

var errNoAvahi = errors.New("the Avahi daemon is not running")

// openAvahi finds a running Avahi. It starts none.
func openAvahi(ctx context.Context, o Options, n *names) (*avahi, error) {
	conn, err := dbus.ConnectSystemBus(dbus.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("%w: there is no message bus", errNoAvahi)
	}
	a := &avahi{
		conn: conn, server: conn.Object(avahiName, "/"), protocol: unspecified, names: n,
		groups: map[string]*group{}, bell: make(chan struct{}, 1), collided: map[dbus.ObjectPath]bool{},
	}
	if err := a.begin(ctx, o); err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

// begin listens to Avahi, and then looks whether it is there.
func (a *avahi) begin(ctx context.Context, o Options) error {
	ctx, cancel := context.WithTimeout(ctx, atOnce)
	defer cancel()
	heard := make(chan *dbus.Signal, 64)
	a.conn.Signal(heard)
	a.listener.Go(func() { a.listen(heard) })
	for _, match := range [][]dbus.MatchOption{
		{dbus.WithMatchSender(avahiName)},
		{dbus.WithMatchInterface("org.freedesktop.DBus"), dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, avahiName)},
	} {
		if err := a.conn.AddMatchSignalContext(ctx, match...); err != nil {
			return fmt.Errorf("listen to the message bus: %w", err)
		}
	}
	var there bool
	if err := a.conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, avahiName).Store(&there); err != nil {
		return fmt.Errorf("look for Avahi: %w", err)
	}
	if !there {
		return errNoAvahi
	}
	var state int32
	if err := a.server.CallWithContext(ctx, avahiServer+".GetState", 0).Store(&state); err != nil {
		return fmt.Errorf("look for Avahi: %w", err)
	}
	if state != serverRunning {
		return fmt.Errorf("%w yet: it is in state %d", errNoAvahi, state)
	}
	if err := a.server.CallWithContext(ctx, avahiServer+".GetHostNameFqdn", 0).Store(&a.host); err != nil {
		return fmt.Errorf("ask Avahi for our name: %w", err)
	}
	return a.where(o)
}

// where finds the interfaces to announce on.
func (a *avahi) where(o Options) error {
	if o.Listen.Addr().Is4() {
		a.protocol = onlyIPv4
	}
	if len(o.Interfaces) == 0 && o.Listen.Addr().IsUnspecified() {
		a.interfaces = []int32{unspecified} // also those that come later
		return nil
	}
	links, err := linksOf(o)
	for _, l := range links {
		a.interfaces = append(a.interfaces, int32(l.index)) // #nosec G115 -- the kernel's own numbers are of that size
	}
	return err
}

// listen hears of collisions, and of Avahi's end, until the connection is closed.
func (a *avahi) listen(heard <-chan *dbus.Signal) {
	for s := range heard {
		a.hear(s)
	}
	a.mu.Lock()
	a.gone = true
	a.mu.Unlock()
	a.ring()
}

func (a *avahi) hear(s *dbus.Signal) {
	var state int32 = groupFailure
	if len(s.Body) > 0 {
		state, _ = s.Body[0].(int32)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case s.Name == avahiGroup+".StateChanged" && state == groupCollision:
		a.collided[s.Path] = true
	case s.Name == avahiGroup+".StateChanged" && state == groupFailure,
		s.Name == avahiServer+".StateChanged" && state != serverRunning,
		s.Name == "org.freedesktop.DBus.NameOwnerChanged":
		a.gone = true
	default:
		return
	}
	a.ring()
}

func (a *avahi) ring() {
	select {
	case a.bell <- struct{}{}:
	default: // it rings already
	}
}

func (a *avahi) news() <-chan struct{} { return a.bell }

func (a *avahi) close() {
	_ = a.conn.Close() // what fails here has been closed from the other end
	a.listener.Wait()
}

// publish brings Avahi's groups to what the entries say.
func (a *avahi) publish(ctx context.Context, entries []entry) error {
	ctx, cancel := context.WithTimeout(ctx, atOnce)
	defer cancel()
	a.mu.Lock()
	gone, collided := a.gone, a.collided
	a.collided = map[dbus.ObjectPath]bool{}
	a.mu.Unlock()
	if gone {
		return errAnew
	}
	for key, g := range maps.Clone(a.groups) {
		if !slices.ContainsFunc(entries, func(e entry) bool { return e.key == key }) {
			if err := a.free(ctx, g); err != nil {
				return err
			}
			delete(a.groups, key)
		}
	}
	for _, e := range entries {
		if err := a.set(ctx, e, collided); err != nil {
			return err
		}
	}
	return nil
}
