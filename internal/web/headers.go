package web

import (
	"net"
	"net/http"

	"inkwell/internal/fault"
)

// Policy is the Content-Security-Policy of every answer: our own files only, no
// inline script or style, no framing, no string ever turned into script.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; " +
	"frame-ancestors 'none'; require-trusted-types-for 'script'"

// always is sent with every answer.
var always = map[string]string{
	"Content-Security-Policy":      Policy,
	"X-Content-Type-Options":       "nosniff",
	"Referrer-Policy":              "no-referrer",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
	"Cache-Control":                "no-store",
}

// Secure puts the security headers on every answer of next, and refuses a
// state-changing request that another site made in the visitor's browser. It
// belongs outermost, around a face's whole mux.
func (p *Pages) Secure(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.Error(w, r, fault.New(fault.Forbidden, "cross-origin", "This request came from another site, so it was not done."))
	}))
	inner := guard.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range always {
			w.Header().Set(name, value)
		}
		if r.TLS != nil && !isLocalhost(r.Host) {
			w.Header().Set("Strict-Transport-Security", "max-age=31536000")
		}
		inner.ServeHTTP(w, r)
	})
}

// isLocalhost says whether the address names this machine by "localhost". A
// browser keeps Strict-Transport-Security by name without port, and would then
// refuse every other program's plain page on the same machine.
func isLocalhost(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	return host == "localhost"
}
