// Package sso has people signed in where their school does: by OpenID Connect, at Entra
// ID, Google or any other provider. It takes the code flow with PKCE, state and nonce,
// keeps nothing between its two steps but a sealed text in the visitor's own browser, and
// believes a stable subject alone: names and addresses are reused, and some are chosen by
// their owners. A provider that would vouch for anybody in the world is refused.
package sso

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"inkwell/internal/fault"
	"inkwell/internal/sealed"
)

// Options say who vouches for people.
type Options struct {
	Issuer     string // such as https://login.microsoftonline.com/TENANT/v2.0
	ClientID   string
	SecretFile string // of the client; read each time, and readable by us alone
	Name       string // what the school calls it: "Microsoft"
	Domain     string // whose accounts: needed for Google, further check elsewhere
	Pupils     bool   // pupils sign in there too: an account's address of Domain says who they are
	Redirect   string // our address that the provider leads back to
	Key        sealed.Key
	Client     *http.Client // nil is one of our own
	Clock      func() time.Time
}

// The providers that we know more of.
const (
	entraHost = "login.microsoftonline.com"
	google    = "https://accounts.google.com"
)

// patience is how long the provider may take for an answer, and a person for the way there
// and back.
const (
	answers  = 10 * time.Second
	patience = 10 * time.Minute
)

// Server is the way to one provider. It is safe for concurrent use.
type Server struct {
	o Options

	mu       sync.Mutex
	provider *oidc.Provider // once it has answered
}

// New makes a Server and asks nothing of the provider yet: one that is away when we start may
// come back. What can never work, or would let in strangers, is refused with what to do.
func New(o Options) (*Server, error) {
	if o.Client == nil {
		o.Client = &http.Client{Timeout: answers}
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	s := &Server{o: o}
	u, err := url.Parse(o.Issuer)
	switch {
	case err != nil || !private(u) || u.Host == "" || u.RawQuery != "":
		return nil, fault.New(fault.Invalid, "sso-issuer", "%q is no provider's address. It looks like https://login.microsoftonline.com/TENANT/v2.0 or https://accounts.google.com.", o.Issuer)
	case u.Host == entraHost && (tenantOf(o.Issuer) == "" || everybodys[tenantOf(o.Issuer)]):
		return nil, fault.New(fault.Invalid, "sso-tenant", "Name your own tenant in sso.issuer: with %q anybody's account would do.", o.Issuer)
	case o.Issuer == google && o.Domain == "":
		return nil, fault.New(fault.Invalid, "sso-domain", "Name your school's domain in sso.domain: without it anybody's Google account would do.")
	case o.Pupils && o.Domain == "":
		return nil, fault.New(fault.Invalid, "sso-pupils", "Name your school's domain in sso.domain: with sso.pupils an account's address there says which pupil it is.")
	case o.ClientID == "" || o.SecretFile == "":
		return nil, fault.New(fault.Invalid, "sso-client", "The provider knows us by sso.client-id and the secret in sso.client-secret-file. Set both.")
	}
	_, err = s.secret()
	return s, err
}

// private says whether nobody on the way can read what is sent to an address.
func private(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

// everybodys are Entra's tenants that are everybody's.
var everybodys = map[string]bool{"common": true, "organizations": true, "consumers": true} //nolint:misspell // their own word

// tenantOf is the tenant that an issuer of Entra names.
func tenantOf(issuer string) string {
	rest, _ := strings.CutPrefix(issuer, "https://"+entraHost+"/")
	tenant, _, _ := strings.Cut(rest, "/")
	return tenant
}

// Name is what the school calls it.
func (s *Server) Name() string { return s.o.Name }

// Pupils says whether pupils sign in there, too.
func (s *Server) Pupils() bool { return s.o.Pupils }

// secret reads the client's secret.
func (s *Server) secret() (string, error) {
	info, err := os.Stat(s.o.SecretFile)
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		return "", fault.New(fault.Forbidden, "sso-secret-open", "Others can read %s. Take that away: chmod 600 %s", s.o.SecretFile, s.o.SecretFile)
	}
	text, readErr := os.ReadFile(s.o.SecretFile) // #nosec G304 -- the operator names it
	secret := strings.TrimSpace(string(text))
	if readErr != nil || secret == "" {
		return "", fault.New(fault.Invalid, "sso-secret", "The client's secret cannot be read from %s.", s.o.SecretFile).Because(readErr)
	}
	return secret, nil
}

// away is the refusal when the provider cannot be asked.
var away = fault.New(fault.Unavailable, "sso-away", "The school's own sign-in can't be reached. Try again in a minute, or use a password of Inkwell's if you have one.")

// known is the provider, asked for what it offers until it has answered once.
func (s *Server) known(ctx context.Context) (*oidc.Provider, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.provider != nil {
		return s.provider, nil
	}
	// The provider fetches its keys later on, and not for this request alone.
	p, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), s.o.Client), s.o.Issuer)
	if err != nil {
		return nil, away.Because(err)
	}
	s.provider = p
	return p, nil
}

// Examine asks what a sign-in needs: our secret, and a provider that answers as the one it is set to
// be. A client that the provider does not know shows at a sign-in alone.
func (s *Server) Examine(ctx context.Context) error {
	if _, err := s.secret(); err != nil {
		return err
	}
	_, err := s.known(ctx)
	return err
}
