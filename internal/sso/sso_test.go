package sso_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"inkwell/internal/fault"
	"inkwell/internal/sealed"
	"inkwell/internal/sso"
	"inkwell/internal/sso/ssotest"
)

var now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

const back = "https://print.school.example:8443/staff/sso/callback"

func options(t *testing.T, issuer string) sso.Options {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(ssotest.Secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return sso.Options{
		Issuer: issuer, ClientID: ssotest.ClientID, SecretFile: file, Name: "School", Redirect: back,
		Key: sealed.Key{ID: "0a0b0c0d", Secret: bytes.Repeat([]byte{3}, 32)},
	}
}

func open(t *testing.T, o sso.Options) *sso.Server {
	t.Helper()
	s, err := sso.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func refused(t *testing.T, what string, err error, code string) {
	t.Helper()
	if f := fault.As(err); f == nil || f.Code != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

// TestWithARealProvider: there and back, and every way back that is not the one which was begun.
func TestWithARealProvider(t *testing.T) {
	t.Parallel()
	p := ssotest.Start(t, back)
	s := open(t, options(t, p.Issuer))
	begin := func() (string, string) {
		address, text, err := s.Begin(t.Context(), sso.Carried{Invitation: "token"}, false)
		if err != nil {
			t.Fatal(err)
		}
		return address, text
	}
	address, text := begin()
	asked, _ := url.Parse(address)
	for name, want := range map[string]string{"response_type": "code", "code_challenge_method": "S256", "redirect_uri": back, "client_id": ssotest.ClientID} {
		if asked.Query().Get(name) != want {
			t.Errorf("%s is %q", name, asked.Query().Get(name))
		}
	}
	if strings.Contains(address, "token") || strings.Contains(text, "token") {
		t.Error("what is carried can be read")
	}
	way := p.SignIn(address, ssotest.One).Query()
	who, carried, err := s.Finish(t.Context(), text, way)
	if err != nil || who.Subject != "id1" || who.Issuer != p.Issuer || carried.Invitation != "token" {
		t.Fatalf("%+v %+v %v", who, carried, err)
	}
	_, _, err = s.Finish(t.Context(), text, way)
	refused(t, "the same code again", err, "sso-denied")

	address, text = begin()
	way = p.SignIn(address, ssotest.Two).Query()
	_, other := begin()
	_, _, err = s.Finish(t.Context(), other, way)
	refused(t, "in another browser", err, "sso-lost")
	for what, edit := range map[string]func(url.Values){
		"another state":  func(q url.Values) { q.Set("state", "x") },
		"no state":       func(q url.Values) { q.Del("state") },
		"another issuer": func(q url.Values) { q.Set("iss", "https://evil.example/") },
	} {
		q := maps.Clone(way)
		edit(q)
		_, _, err := s.Finish(t.Context(), text, q)
		refused(t, what, err, "sso-lost")
	}
	_, _, err = s.Finish(t.Context(), text, url.Values{"state": way["state"], "error": {"access_denied"}})
	refused(t, "denied there", err, "sso-denied")
	_, _, err = s.Finish(t.Context(), text, url.Values{"state": way["state"], "code": {"made-up"}})
	refused(t, "a code made up", err, "sso-denied")
	for _, bad := range []string{"", "x", text[:len(text)-2], strings.ToUpper(text)} {
		_, _, err := s.Finish(t.Context(), bad, way)
		refused(t, "no text of ours", err, "sso-lost")
	}
	o := options(t, p.Issuer)
	o.Clock = func() time.Time { return time.Now().Add(11 * time.Minute) }
	_, _, err = open(t, o).Finish(t.Context(), text, way)
	refused(t, "11 minutes later", err, "sso-lost")
}

// forger is a provider of our own for what no real one does on request: it answers for any host,
// and signs what the test wants.
type forger struct {
	*testing.T
	key    *rsa.PrivateKey
	issuer string
	claims map[string]any
	forge  func(claims []byte) string // the token; nil is signed as it should be
	info   map[string]any             // of the access token's owner
}

// RoundTrip is the whole internet.
func (f *forger) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", "application/json")
	answer := map[string]any{
		"issuer": f.issuer, "authorization_endpoint": f.issuer + "/authorize", "token_endpoint": f.issuer + "/token", "jwks_uri": f.issuer + "/keys",
		"userinfo_endpoint": f.issuer + "/userinfo", "id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"},
	}
	switch {
	case strings.HasSuffix(r.URL.Path, "/keys"):
		answer = map[string]any{"keys": []jose.JSONWebKey{{Key: &f.key.PublicKey, KeyID: "1", Algorithm: "RS256", Use: "sig"}}}
	case strings.HasSuffix(r.URL.Path, "/token"):
		answer = map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": f.signed()}
	case strings.HasSuffix(r.URL.Path, "/userinfo"):
		answer = f.info
	}
	_ = json.NewEncoder(w).Encode(answer)
	return w.Result(), nil
}

func (f *forger) signed() string {
	text, _ := json.Marshal(f.claims)
	if f.forge != nil {
		return f.forge(text)
	}
	return f.sign(jose.RS256, f.key, text, "kid", "1")
}

// sign is a token over the claims, with one more header.
func (f *forger) sign(by jose.SignatureAlgorithm, key any, claims []byte, header jose.HeaderKey, value any) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: by, Key: key}, (&jose.SignerOptions{}).WithHeader(header, value))
	if err != nil {
		f.Fatal(err)
	}
	token, err := signer.Sign(claims)
	if err != nil {
		f.Fatal(err)
	}
	compact, _ := token.CompactSerialize()
	return compact
}

// TestWhoIsBelieved holds tokens of the shapes of Entra ID, Google and others against what each
// may say, one claim changed at a time.
func TestWhoIsBelieved(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	const tenant, issuer = "3f1c9a52-0000-4000-8000-000000000001", "https://login.microsoftonline.com/3f1c9a52-0000-4000-8000-000000000001/v2.0"
	entra := map[string]any{"tid": tenant, "preferred_username": "jo@school.example"}
	google := map[string]any{"hd": "school.example", "email": "jo@school.example", "email_verified": true}
	for _, c := range []struct {
		what, issuer, domain string
		has                  map[string]any
		change               map[string]any
		want                 string
	}{
		{"Entra", issuer, "", entra, nil, ""},
		{"Entra, another tenant", issuer, "", entra, map[string]any{"tid": "3f1c9a52-0000-4000-8000-000000000002"}, "sso-stranger"},
		{"Entra, no tenant", issuer, "", entra, map[string]any{"tid": nil}, "sso-stranger"},
		{"Entra, another's token", issuer, "", entra, map[string]any{"iss": strings.Replace(issuer, "1/v2", "2/v2", 1)}, "sso-denied"},
		{"Google", "https://accounts.google.com", "school.example", google, nil, ""},
		{"Google, somebody's own", "https://accounts.google.com", "school.example", google, map[string]any{"hd": nil}, "sso-stranger"},
		{"Google, another school", "https://accounts.google.com", "school.example", google, map[string]any{"hd": "other.example"}, "sso-stranger"},
		{"Google, not verified", "https://accounts.google.com", "school.example", google, map[string]any{"email_verified": false}, "sso-stranger"},
		{"another, verified as text", "https://id.example", "school.example", google, map[string]any{"email_verified": "true", "hd": nil}, ""},
		{"another, other domain", "https://id.example", "school.example", google, map[string]any{"email": "jo@school.example.evil.example"}, "sso-stranger"},
		{"another, not verified", "https://id.example", "school.example", google, map[string]any{"email_verified": nil}, "sso-stranger"},
		{"another, no domain set", "https://id.example", "", nil, nil, ""},
		{"for another client", "https://id.example", "", nil, map[string]any{"aud": "another"}, "sso-denied"},
		{"for two, given to another", "https://id.example", "", nil, map[string]any{"aud": []string{"web", "x"}, "azp": "x"}, "sso-denied"},
		{"too old", "https://id.example", "", nil, map[string]any{"exp": now.Add(-time.Minute).Unix()}, "sso-denied"},
		{"for another sign-in", "https://id.example", "", nil, map[string]any{"nonce": "x"}, "sso-denied"},
		{"for no sign-in", "https://id.example", "", nil, map[string]any{"nonce": nil}, "sso-denied"},
		{"too old by a second", "https://id.example", "", nil, map[string]any{"exp": now.Add(-time.Second).Unix()}, "sso-denied"},
		{"without an end", "https://id.example", "", nil, map[string]any{"exp": nil}, "sso-denied"},
		{"from another issuer", "https://id.example", "", nil, map[string]any{"iss": "https://id.example.evil.example"}, "sso-denied"},
		{"from no issuer", "https://id.example", "", nil, map[string]any{"iss": nil}, "sso-denied"},
		{"for nobody", "https://id.example", "", nil, map[string]any{"aud": nil}, "sso-denied"},
		{"for two, given to nobody", "https://id.example", "", nil, map[string]any{"aud": []string{"web", "x"}}, "sso-denied"},
		{"for two, given to us", "https://id.example", "", nil, map[string]any{"aud": []string{"web", "x"}, "azp": "web"}, ""},
		{"about nobody at all", "https://id.example", "", nil, map[string]any{"sub": nil}, "sso-denied"},
		{"verified as a number", "https://id.example", "school.example", google, map[string]any{"email_verified": 1}, "sso-stranger"},
		{"verified as another text", "https://id.example", "school.example", google, map[string]any{"email_verified": "false"}, "sso-stranger"},
		{"about nobody", "https://id.example", "", nil, map[string]any{"sub": ""}, "sso-denied"},
	} {
		f := &forger{T: t, key: key, issuer: c.issuer, claims: map[string]any{}}
		o := options(t, c.issuer)
		o.Domain = c.domain
		who, err := f.signIn(o, c.has, c.change)
		if c.want != "" {
			refused(t, c.what, err, c.want)
		} else if err != nil || who.Subject != "subject-1" || !who.At.Equal(now) {
			t.Errorf("%s: %+v, %v", c.what, who, err)
		}
	}
}

// signIn goes there and back with a token that has the claims, but for those that are changed or, with nil, taken out.
func (f *forger) signIn(o sso.Options, has, change map[string]any) (sso.Identity, error) {
	o.Client, o.Clock = &http.Client{Transport: f}, func() time.Time { return now }
	s := open(f.T, o)
	address, text, err := s.Begin(f.Context(), sso.Carried{}, false)
	if err != nil {
		f.Fatal(err)
	}
	to, _ := url.Parse(address)
	maps.Copy(f.claims, map[string]any{"iss": f.issuer, "sub": "subject-1", "aud": "web", "exp": now.Add(time.Hour).Unix(), "iat": now.Unix(), "nonce": to.Query().Get("nonce"), "auth_time": now.Unix()})
	maps.Copy(f.claims, has)
	for name, value := range change {
		if f.claims[name] = value; value == nil {
			delete(f.claims, name)
		}
	}
	who, _, err := s.Finish(f.Context(), text, url.Values{"state": {to.Query().Get("state")}, "code": {"x"}})
	return who, err
}

// TestTheAddressThatTheSchoolGave says which pupil an account is: one that its owner could choose says nothing.
func TestTheAddressThatTheSchoolGave(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	const tenant, issuer = "3f1c9a52-0000-4000-8000-000000000001", "https://login.microsoftonline.com/3f1c9a52-0000-4000-8000-000000000001/v2.0"
	entra := map[string]any{"tid": tenant, "preferred_username": "Jo@School.example"}
	google := map[string]any{"hd": "school.example", "email": "Jo@school.example", "email_verified": true}
	const jo = "jo@school.example"
	for _, c := range []struct {
		what, issuer string
		has, change  map[string]any
		want         string
	}{
		{"Entra", issuer, entra, nil, jo},
		{"Entra, a guest of another domain", issuer, entra, map[string]any{"preferred_username": "jo@other.example"}, ""},
		{"Entra, an address alone", issuer, entra, map[string]any{"preferred_username": nil, "email": jo, "email_verified": true}, ""},
		{"Entra, no name", issuer, entra, map[string]any{"preferred_username": "@school.example"}, ""},
		{"Google", "https://accounts.google.com", google, nil, jo},
		{"Google, another domain of the school's", "https://accounts.google.com", google, map[string]any{"email": "jo@old.example"}, ""},
		{"another", "https://id.example", google, nil, jo},
		{"another, with two @", "https://id.example", google, map[string]any{"email": "jo@evil.example@school.example"}, "sso-stranger"},
	} {
		f := &forger{T: t, key: key, issuer: c.issuer, claims: map[string]any{}}
		o := options(t, c.issuer)
		o.Domain, o.Pupils = "school.example", true
		who, err := f.signIn(o, c.has, c.change)
		if c.want == "sso-stranger" {
			refused(t, c.what, err, c.want)
		} else if err != nil || who.Address != c.want {
			t.Errorf("%s: %q, %v", c.what, who.Address, err)
		}
		f = &forger{T: t, key: key, issuer: c.issuer, claims: map[string]any{}}
		o.Pupils = false
		if who, _ := f.signIn(o, c.has, c.change); who.Address != "" {
			t.Errorf("%s: where pupils do not sign in, it is %q", c.what, who.Address)
		}
	}
}

// TestTokensThatNobodySigned: the right words, by none of the ways by which the provider signs. It is a provider that
// says of itself that it knows the weak ways too.
func TestTokensThatNobodySigned(t *testing.T) {
	t.Parallel()
	key, _ := rsa.GenerateKey(rand.Reader, 2048)
	own, _ := rsa.GenerateKey(rand.Reader, 2048)
	f := &forger{T: t, key: key, issuer: "https://id.example", claims: map[string]any{}}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	open := func(header string, claims []byte) string { return b64([]byte(header)) + "." + b64(claims) + "." }
	keyed := func(secret []byte) func([]byte) string {
		return func(claims []byte) string { return f.sign(jose.HS256, secret, claims, "kid", "1") }
	}
	good := func(claims []byte) string { return f.sign(jose.RS256, key, claims, "kid", "1") }
	for what, forge := range map[string]func(claims []byte) string{
		"by none":                       func(c []byte) string { return open(`{"alg":"none"}`, c) },
		"by None, with a key":           func(c []byte) string { return open(`{"alg":"None","kid":"1"}`, c) },
		"by no way said":                func(c []byte) string { return open(`{"kid":"1"}`, c) },
		"by RS256, and not at all":      func(c []byte) string { return open(`{"alg":"RS256","kid":"1"}`, c) },
		"by the public key as a secret": keyed(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
		"by its bytes as a secret":      keyed(der),
		"by the client's secret":        keyed([]byte(strings.Repeat(ssotest.Secret, 32/len(ssotest.Secret)+1))),
		"by a key that it brings":       func(c []byte) string { return f.sign(jose.RS256, own, c, "jwk", jose.JSONWebKey{Key: &own.PublicKey}) },
		"by a key that it names":        func(c []byte) string { return f.sign(jose.RS256, own, c, "jku", "https://evil.example/keys") },
		"by another key of that name":   func(c []byte) string { return f.sign(jose.RS256, own, c, "kid", "1") },
		"by a way not offered":          func(c []byte) string { return f.sign(jose.PS256, key, c, "kid", "1") },
		"signed for somebody else": func(c []byte) string {
			part := strings.Split(good(bytes.Replace(c, []byte("subject-1"), []byte("subject-2"), 1)), ".")
			return part[0] + "." + b64(c) + "." + part[2]
		},
		"a letter short": func(c []byte) string { token := good(c); return token[:len(token)-4] },
		"no token":       func([]byte) string { return "" },
		"no claims":      func([]byte) string { return good([]byte("null")) },
	} {
		f.forge = forge
		_, err := f.signIn(options(t, f.issuer), nil, nil)
		refused(t, what, err, "sso-denied")
	}
	f.forge = good
	if _, err := f.signIn(options(t, f.issuer), nil, nil); err != nil {
		t.Errorf("signed as it should be: %v", err)
	}
}

// TestAnAddressToldBesideTheToken counts where it is verified and of the same account.
func TestAnAddressToldBesideTheToken(t *testing.T) {
	t.Parallel()
	key, _ := rsa.GenerateKey(rand.Reader, 2048)
	for what, c := range map[string]struct {
		change map[string]any
		want   string
	}{
		"ours":             {nil, ""},
		"another's":        {map[string]any{"sub": "subject-2"}, "sso-stranger"},
		"nobody's":         {map[string]any{"sub": ""}, "sso-stranger"},
		"not verified":     {map[string]any{"email_verified": false}, "sso-stranger"},
		"of elsewhere":     {map[string]any{"email": "jo@other.example"}, "sso-stranger"},
		"of a domain like": {map[string]any{"email": "jo@school.example.evil.example"}, "sso-stranger"},
	} {
		f := &forger{T: t, key: key, issuer: "https://id.example", claims: map[string]any{}, info: map[string]any{"sub": "subject-1", "email": "jo@school.example", "email_verified": true}}
		maps.Copy(f.info, c.change)
		o := options(t, f.issuer)
		o.Domain = "school.example"
		if _, err := f.signIn(o, nil, nil); c.want != "" {
			refused(t, what, err, c.want)
		} else if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestSomebodyElsesSignatureIsRefused: the right words, signed with a key that is not the provider's.
func TestSomebodyElsesSignatureIsRefused(t *testing.T) {
	t.Parallel()
	var keys [2]*rsa.PrivateKey
	for i := range keys {
		keys[i], _ = rsa.GenerateKey(rand.Reader, 2048)
	}
	f := &forger{T: t, key: keys[0], issuer: "https://id.example", claims: map[string]any{}}
	o := options(t, f.issuer)
	o.Client = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		by := *f
		if strings.HasSuffix(r.URL.Path, "/keys") {
			by.key = keys[1]
		}
		return by.RoundTrip(r)
	})}
	s := open(t, o)
	address, text, err := s.Begin(t.Context(), sso.Carried{}, false)
	if err != nil {
		t.Fatal(err)
	}
	to, _ := url.Parse(address)
	maps.Copy(f.claims, map[string]any{"iss": f.issuer, "sub": "s", "aud": "web", "exp": time.Now().Add(time.Hour).Unix(), "nonce": to.Query().Get("nonce")})
	_, _, err = s.Finish(t.Context(), text, url.Values{"state": {to.Query().Get("state")}, "code": {"x"}})
	refused(t, "signed by another", err, "sso-denied")
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestWhatCanNeverWork is refused at the start, and a provider that is away is not.
func TestWhatCanNeverWork(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		edit func(*sso.Options)
		want string
	}{
		{func(o *sso.Options) { o.Issuer = "http://id.school.example" }, "sso-issuer"},
		{func(o *sso.Options) { o.Issuer = "id.school.example" }, "sso-issuer"},
		{func(o *sso.Options) { o.Issuer = "https://login.microsoftonline.com/common/v2.0" }, "sso-tenant"},
		{func(o *sso.Options) { o.Issuer = "https://login.microsoftonline.com/organizations/v2.0" }, "sso-tenant"},
		{func(o *sso.Options) { o.Issuer = "https://accounts.google.com" }, "sso-domain"},
		{func(o *sso.Options) { o.Pupils = true }, "sso-pupils"},
		{func(o *sso.Options) { o.ClientID = "" }, "sso-client"},
		{func(o *sso.Options) { o.SecretFile += ".not" }, "sso-secret"},
		{func(o *sso.Options) { _ = os.Chmod(o.SecretFile, 0o644) }, "sso-secret-open"}, // #nosec G302 -- that is the point
	} {
		o := options(t, "https://id.school.example")
		c.edit(&o)
		_, err := sso.New(o)
		refused(t, c.want, err, c.want)
	}
	o := options(t, "https://id.school.example")
	o.Client = &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return nil, context.DeadlineExceeded })}
	_, _, err := open(t, o).Begin(t.Context(), sso.Carried{}, false)
	refused(t, "away", err, "sso-away")
}
