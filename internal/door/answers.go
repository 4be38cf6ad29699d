package door

import (
	"crypto/tls"
	"net/http"
	"slices"
	"sync"

	"golang.org/x/crypto/acme"
)

// answers are what an authority that checks a name is to be told, while it checks:
// at any TLS door by a certificate of its own (RFC 8737), at the redirect door by a
// text (RFC 8555, 8.3). It is safe for concurrent use.
type answers struct {
	mu     sync.Mutex
	byName map[string]*tls.Certificate
	byPath map[string]string
}

// show has the doors show a certificate for a name, until the returned function is
// called.
func (a *answers) show(name string, cert *tls.Certificate) (end func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.byName == nil {
		a.byName = map[string]*tls.Certificate{}
	}
	a.byName[name] = cert
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.byName, name)
	}
}

// say has the redirect door say a text at a path, until the returned function is
// called.
func (a *answers) say(path, text string) (end func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.byPath == nil {
		a.byPath = map[string]string{}
	}
	a.byPath[path] = text
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.byPath, path)
	}
}

// checks says whether a client is an authority that checks a name.
func checks(hello *tls.ClientHelloInfo) bool {
	return slices.Contains(hello.SupportedProtos, acme.ALPNProto)
}

// config is how to shake hands with an authority that checks a name. Without an
// answer for it the handshake fails, and an ordinary client is never here.
func (a *answers) config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{acme.ALPNProto},
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			a.mu.Lock()
			defer a.mu.Unlock()
			return a.byName[lower(hello.ServerName)], nil
		},
	}
}

// ServeHTTP answers below /.well-known/acme-challenge/.
func (a *answers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	text, ok := a.byPath[r.URL.Path]
	a.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write([]byte(text))
}
