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

// open says whether a browser of this machine needs no pairing, which Options.Unpaired allows.
func (k *Kiosk) open(r *http.Request) bool { return k.openHere && here(r) }

func (k *Kiosk) stationPage(w http.ResponseWriter, r *http.Request) {
	if !k.open(r) {
		k.leadAway(w, r)
		return
	}
	k.page(w, r)
}

func (k *Kiosk) stationSocket(w http.ResponseWriter, r *http.Request) {
	if !k.open(r) {
		k.pages.Error(w, r, notPaired)
		return
	}
	k.socket(w, r)
}

// leadAway leads a browser to the page where it can be paired.
func (*Kiosk) leadAway(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, devicePage, http.StatusSeeOther)
}

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
