package ipp

import (
	"context"
	"net/netip"
	"strings"

	"github.com/OpenPrinting/goipp"

	"inkwell/internal/door"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/ipp/wire"
)

// way is what the client's address has behind the queue's path, which says how its
// user is known: /u/TOKEN, a personal address, or /g/SLUG, that of a device group. It
// takes the place of what the queue itself asks for.
type way string

// personal says whether it is somebody's own address.
func (w way) personal() bool { return strings.HasPrefix(string(w), school.AddressMark) }

// splitWay takes a path apart.
func splitWay(path string) (queue string, w way) {
	for _, mark := range []string{school.AddressMark, school.GroupMark} {
		if i := strings.Index(path, mark); i >= 0 {
			return path[:i], way(path[i:])
		}
	}
	return path, ""
}

// byWay finds out who sends the request. An address is known before anything is
// answered, even to those who ask nothing.
func (c *call) byWay(ctx context.Context, proof need) (err error) {
	if c.way.personal() {
		token := strings.TrimPrefix(string(c.way), school.AddressMark)
		c.actor, err = c.Directory.ByAddress(ctx, c.queue.School, token)
		c.known = err == nil
		return err
	}
	from := c.device()
	group, err := c.Directory.Group(ctx, c.queue.School, strings.TrimPrefix(string(c.way), school.GroupMark), from)
	if err != nil || proof == never {
		return err
	}
	name, _, err := wire.Optional(c.op().String("requesting-user-name", goipp.TagName))
	if err != nil {
		return err
	}
	c.actor, err = c.Directory.ByGroup(ctx, group, from, name)
	c.known = err == nil
	if proof == ifGiven && fault.KindOf(err) == fault.Forbidden {
		return nil // nobody in particular asks
	}
	return err
}

// device is where the request comes from, as far as it has been proven: nothing, if
// a proxy speaks for it.
func (c *call) device() (d school.Device) {
	if door.PassedOn(c.http) {
		return d
	}
	if peer, err := netip.ParseAddrPort(c.http.RemoteAddr); err == nil {
		d.Address = peer.Addr().Unmap()
	}
	if c.http.TLS != nil && len(c.http.TLS.PeerCertificates) > 0 {
		d.Certificate = c.http.TLS.PeerCertificates[0].Raw
	}
	return d
}
