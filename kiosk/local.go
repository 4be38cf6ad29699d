package kiosk

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"inkwell/internal/door"
	"inkwell/internal/fault"
)

var notPaired = fault.New(fault.Forbidden, "kiosk-not-paired", "This browser is not paired with a station. Open /kiosk, and have the screen paired.")

// devicePage is where a paired browser finds its station.
const devicePage = "/kiosk"

// here says whether the request comes from this machine itself. The Host must name this machine
// too, so that a page elsewhere cannot reach in by pointing a name of its own at 127.0.0.1.
func here(r *http.Request) bool {
	return door.Loopback(r) && (isLocal(r.Host) || hostname(r.Host) == "localhost")
}

// unpaired serves browsers of this machine that nobody has paired, where Options.Unpaired allows it.
func (k *Kiosk) unpaired(next, otherwise http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if k.openHere && here(r) {
			next(w, r)
			return
		}
		otherwise(w, r)
	}
}

// leadAway leads a browser to the page where it can be paired.
func leadAway(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, devicePage, http.StatusSeeOther)
}

func (k *Kiosk) refuse(w http.ResponseWriter, r *http.Request) { k.pages.Error(w, r, notPaired) }

// isLocal says whether a host, with or without port, is one of this machine's
// loopback addresses.
func isLocal(hostport string) bool {
	addr, err := netip.ParseAddr(hostname(hostport))
	return err == nil && addr.Unmap().IsLoopback()
}

func hostname(hostport string) string {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	return host
}

// from is where a request comes from; 0.0.0.0 where a proxy passed it on, which may say what
// it likes.
func from(r *http.Request) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || door.PassedOn(r) {
		return netip.IPv4Unspecified()
	}
	return at.Addr().Unmap().WithZone("")
}
