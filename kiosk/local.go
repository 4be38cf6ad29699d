package kiosk

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"inkwell/internal/door"
	"inkwell/internal/fault"
)

var notLocal = fault.New(fault.Forbidden, "kiosk-not-local", "This kiosk opens on the print server itself only, until it has been paired with a station.")

// localOnly refuses every other machine. The Host must name this machine too, so
// that a page elsewhere cannot reach in by pointing a name of its own at 127.0.0.1.
func (k *Kiosk) localOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !door.Loopback(r) || !(isLocal(r.Host) || hostname(r.Host) == "localhost") {
			k.pages.Error(w, r, notLocal)
			return
		}
		next.ServeHTTP(w, r)
	})
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
