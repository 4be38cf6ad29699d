package door

import (
	"errors"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
)

// guard keeps plain requests from elsewhere out, goes over to TLS with who asks for
// it, and watches how fast a body comes.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if wantsTLS(r) && upgrade(w, r) {
			return
		}
		if r.TLS == nil && !peer(r).IsLoopback() {
			turnAway(w, r)
			return
		}
		defer pace(w, r)()
		next.ServeHTTP(w, r)
	})
}

// connKey is the context's key of the connection that a request came by.
type connKey struct{}

// answering keeps the connection of a request from giving way to others while its
// answer is made.
func answering(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, ok := r.Context().Value(connKey{}).(*conn); ok && c != nil {
			defer c.limits.busy(c)()
		}
		next.ServeHTTP(w, r)
	})
}

// keepTaken keeps a connection that a handler took over (a websocket) from giving way
// after the handler has returned.
func keepTaken(given net.Conn, state http.ConnState) {
	if c := ofConn(given); c != nil && state == http.StateHijacked {
		c.limits.busy(c)
	}
}

// survive sees to it that a panic ends one request and is heard of.
func survive(next http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if err, ok := v.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				// The value may quote what a person sent; the stack does not.
				log.Error("a request ended in a panic", "stack", string(debug.Stack()))
			}
			panic(http.ErrAbortHandler)
		}()
		next.ServeHTTP(w, r)
	})
}

// Loopback says whether the request comes from this machine. One that was PassedOn
// does not, whatever its address.
func Loopback(r *http.Request) bool { return !PassedOn(r) && peer(r).IsLoopback() }

// PassedOn says whether a proxy passed the request on: its sender is elsewhere, and
// what the connection tells is about the proxy.
func PassedOn(r *http.Request) bool {
	return slices.ContainsFunc([]string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"}, func(header string) bool { return len(r.Header[header]) > 0 })
}

// peer is the address at the other end; the zero Addr, which is no loopback, if
// it has none.
func peer(r *http.Request) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr().Unmap()
}

// turnAway tells a plain client from elsewhere to come back over TLS. An IPP client
// knows 426 (RFC 8010, 8.2); a browser follows a redirect to the same port. What
// the client may have sent along is not read.
func turnAway(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Connection", "close")
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "application/ipp" {
		w.Header().Set("Connection", "Upgrade, close")
		w.Header().Set("Upgrade", "TLS/1.2, HTTP/1.1")
		http.Error(w, "This printer answers over TLS only: use ipps instead of ipp.", http.StatusUpgradeRequired)
		return
	}
	_, port, _ := net.SplitHostPort(localAddr(r))
	toTLS(w, r, port)
}

// localAddr is our end of the request's connection.
func localAddr(r *http.Request) string {
	if a, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		return a.String()
	}
	return ""
}
