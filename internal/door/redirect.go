package door

import (
	"net"
	"net/http"
	"net/netip"
	"regexp"
)

// OpenRedirect listens for whoever typed an address without https: it sends them
// to the door at target, and hands out the certificate of our own authority as
// /ca.crt. An authority that checks this server's name for a certificate finds its
// answer there. Nothing else is behind it. Handler and HTTP2 of the options are not used.
func OpenRedirect(o Options, target net.Addr) (*Door, error) {
	_, port, err := net.SplitHostPort(target.String())
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ca.crt", func(w http.ResponseWriter, _ *http.Request) { handOut(w, o.Identity) })
	mux.Handle("GET "+wellKnown, &o.Identity.answers)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		toTLS(w, r, port)
	})
	o.Handler, o.HTTP2 = mux, false
	return open(o)
}

// wellKnown is below which an authority looks for its answer (RFC 8555, 8.3).
const wellKnown = "/.well-known/acme-challenge/"

// handOut gives the authority's certificate to a computer that is to trust it.
func handOut(w http.ResponseWriter, id *Identity) {
	ca := id.Authority()
	if ca == nil {
		http.Error(w, "There is no certificate to install: this server's comes from an authority that your computer should know already. If it does not, ask IT what to trust.", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/x-x509-ca-cert")
	w.Header().Set("Content-Disposition", `attachment; filename="inkwell-ca.crt"`)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(ca)
}

// toTLS redirects to the same host and path on a port that speaks TLS. The status
// keeps the method, and browsers do not remember it.
func toTLS(w http.ResponseWriter, r *http.Request, port string) {
	host, ok := hostName(r.Host)
	if !ok {
		http.Error(w, "Use https.", http.StatusBadRequest)
		return
	}
	u := *r.URL
	u.Scheme, u.Host, u.User = "https", net.JoinHostPort(host, port), nil
	http.Redirect(w, r, u.String(), http.StatusTemporaryRedirect)
}

var plainName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,252})$`)

// hostName is the name or address in a Host field, without its port; false if it
// is neither.
func hostName(field string) (string, bool) {
	host := field
	if name, _, err := net.SplitHostPort(field); err == nil {
		host = name
	} else if len(field) > 1 && field[0] == '[' && field[len(field)-1] == ']' {
		host = field[1 : len(field)-1]
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.String(), true
	}
	return host, PlainHost(host)
}
