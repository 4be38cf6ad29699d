package announce

import (
	"errors"
	"net"
	"os"
	"slices"
	"strings"
)

// openOwn starts a responder that has nothing to say yet but where its host is.
func openOwn(o Options, n *names) (*own, error) {
	links, err := linksOf(o)
	if err != nil {
		return nil, err
	}
	r := &own{
		options: o, log: o.Log, clock: o.Clock, links: links, names: n,
		packets: make(chan packet, 64), orders: make(chan []entry), failed: make(chan struct{}, 2),
		quit: make(chan struct{}), done: make(chan struct{}), bell: make(chan struct{}, 1),
	}
	var errs error
	for _, is4 := range []bool{true, false} {
		if !slices.ContainsFunc(links, func(l *link) bool { return l.speaks(is4) }) {
			continue
		}
		s, err := openSocket(is4, links)
		if err != nil {
			errs = errors.Join(errs, err)
			continue
		}
		r.sockets = append(r.sockets, s)
	}
	if len(r.sockets) == 0 {
		return nil, errs
	}
	if errs != nil {
		o.Log.Warn("Printers are announced by one protocol alone.", "error", errs)
	}
	for _, s := range r.sockets {
		r.readers.Go(func() { r.receive(s) })
	}
	r.host = &claim{host: true, name: hostName()}
	r.claims = []*claim{r.host}
	r.begin(r.host)
	go r.run()
	return r, nil
}

// hostName is this machine's name without its domain.
func hostName() string {
	name, err := os.Hostname()
	name, _, _ = strings.Cut(strings.ToLower(name), ".")
	if err != nil || name == "" || name == "localhost" {
		return "inkwell"
	}
	return cut(name, longest)
}

// receive hands on what comes in. When there is too much, some of it is lost, as it
// might have been on the way.
func (r *own) receive(s *socket) {
	buffer := make([]byte, 9000) // RFC 6762 section 17
	for {
		p, err := s.receive(buffer)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			r.failed <- struct{}{}
			return
		}
		select {
		case r.packets <- p:
		default:
		}
	}
}
