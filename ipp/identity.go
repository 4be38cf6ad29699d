package ipp

import (
	"context"
	"errors"
	"net/http"
	"net/netip"

	"github.com/OpenPrinting/goipp"

	"inkwell/internal/door"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/ipp/wire"
	"inkwell/release"
)

var (
	signIn   = fault.New(fault.Unauthenticated, "sign-in-needed", "Please sign in with your school user name and password.")
	noTLS    = fault.New(fault.Unauthenticated, "tls-needed", "Please use ipps instead of ipp: a password is taken over TLS only.")
	notHere  = fault.New(fault.Forbidden, "not-from-here", "This printer takes jobs from the print server's own machine only.")
	nameless = fault.New(fault.Unauthenticated, "name-missing", "This job does not say whose it is.")
)

// identify finds out who sends the request, as far as the operation needs it and
// in the way that the queue asks for.
func (c *call) identify(ctx context.Context, proof need) (err error) {
	if c.way != "" {
		return c.byWay(ctx, proof)
	}
	if proof == never {
		return nil
	}
	if !c.takesBare() {
		if proof == always {
			return release.WayNotTaken
		}
		return nil
	}
	if c.queue.Proof == school.ByLoopback {
		c.actor, err = c.byName(ctx)
	} else {
		c.actor, err = c.byPassword(ctx)
	}
	c.known = err == nil
	if proof == ifGiven && c.unproven(err) {
		return nil
	}
	return err
}

// unproven says whether err means that nobody tried to prove anything. A wrong
// password is something else: it is refused, so that the client asks again.
func (c *call) unproven(err error) bool {
	if c.queue.Proof == school.ByLoopback {
		kind := fault.KindOf(err)
		return err != nil && (kind == fault.Unauthenticated || kind == fault.Forbidden)
	}
	return errors.Is(err, signIn)
}

// byPassword takes HTTP Basic (RFC 7617) and nothing else, over TLS or from this
// machine. Two headers are none: whoever read the other one would know somebody else.
func (c *call) byPassword(ctx context.Context) (school.Actor, error) {
	name, password, given := c.http.BasicAuth()
	given = given && len(c.http.Header["Authorization"]) == 1
	switch {
	case given && !private(c.http):
		return school.Actor{}, noTLS
	case !given:
		return school.Actor{}, signIn
	}
	return c.Directory.ByPassword(ctx, c.queue.School, name, password, place(c.http))
}

// byName believes requesting-user-name, from this machine.
func (c *call) byName(ctx context.Context) (school.Actor, error) {
	if !door.Loopback(c.http) {
		return school.Actor{}, notHere
	}
	name, given, err := wire.Optional(c.op().String("requesting-user-name", goipp.TagName))
	switch {
	case err != nil:
		return school.Actor{}, err
	case !given:
		return school.Actor{}, nameless
	}
	return c.Directory.ByLoopback(ctx, c.queue.School, name)
}

// private says whether what the client sends can be read by nobody on the way. It is
// the door's own rule once more: a password deserves a second wall.
func private(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return r.TLS != nil || err == nil && peer.Addr().Unmap().IsLoopback()
}

// place is where a password was tried, for the count of wrong ones.
func place(r *http.Request) string { return "ipp:" + door.Sender(r).String() }

// challenge asks for a password by HTTP, if that is the answer to err (RFC 8010
// section 8). Without privacy it asks for TLS instead. It says whether it did.
func (c *call) challenge(w http.ResponseWriter, err error) bool {
	if fault.KindOf(err) != fault.Unauthenticated || !c.asksForPasswords() {
		return false
	}
	if !private(c.http) {
		w.Header().Set("Connection", "Upgrade")
		w.Header().Set("Upgrade", "TLS/1.2, HTTP/1.1")
		c.sendText(w, http.StatusUpgradeRequired, c.tongue.tell(noTLS))
		return true
	}
	w.Header().Set("WWW-Authenticate", `Basic realm="Inkwell", charset="UTF-8"`)
	c.sendText(w, http.StatusUnauthorized, c.tongue.tell(fault.As(err)))
	return true
}
