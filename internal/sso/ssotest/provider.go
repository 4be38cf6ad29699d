// Package ssotest runs a real provider of single sign-on, a certified library's own
// program, and a browser that signs in there. It is imported by tests alone.
package ssotest

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"inkwell/internal/tooltest"
)

// The client that the provider knows, and its two people's password.
const (
	ClientID = "web"
	Secret   = "secret"
	Password = "verysecure"
)

// The people of the provider.
const (
	One = "test-user@localhost"
	Two = "test-user2"
)

// Address is the first one's, which the provider has verified.
const Address = "test-user@zitadel.ch"

// Provider is the program, on a port of this machine.
type Provider struct {
	t      testing.TB
	Issuer string
}

// Start runs a provider that leads back to an address, until the test ends.
func Start(t testing.TB, redirect string) *Provider {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	_ = l.Close()
	ctx, cancel := context.WithCancel(context.Background())
	program := exec.CommandContext(ctx, tooltest.Path(t, "oidc-provider")) // #nosec G204 -- our own tool
	program.Env = append(os.Environ(), "PORT="+port, "REDIRECT_URI="+redirect)
	if err := program.Start(); err != nil {
		t.Fatalf("start the provider: %v", err)
	}
	t.Cleanup(func() { cancel(); _ = program.Wait() })
	p := &Provider{t, "http://localhost:" + port + "/"}
	p.await()
	return p
}

func (p *Provider) await() {
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		resp, err := http.Get(p.Issuer + ".well-known/openid-configuration") // #nosec G107 -- our own
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
	}
	p.t.Fatal("the provider does not answer")
}

var request = regexp.MustCompile(`name="id" value="([^"]+)"`)

// SignIn follows an address to the provider, signs somebody in there, and returns where it
// leads back to.
func (p *Provider) SignIn(address, username string) *url.URL {
	p.t.Helper()
	jar, _ := cookiejar.New(nil)
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if !strings.HasPrefix(r.URL.String(), p.Issuer) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	page, err := browser.Get(address)
	if err != nil {
		p.t.Fatal(err)
	}
	defer page.Body.Close()
	body, err := io.ReadAll(page.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	id := request.FindSubmatch(body)
	if id == nil {
		p.t.Fatalf("the provider says %d %s", page.StatusCode, body)
	}
	back, err := browser.PostForm(p.Issuer+"login/username", url.Values{"id": {string(id[1])}, "username": {username}, "password": {Password}})
	if err != nil {
		p.t.Fatal(err)
	}
	defer back.Body.Close()
	to, err := back.Location()
	if err != nil {
		p.t.Fatal(fmt.Errorf("the provider leads nowhere: %w (%d)", err, back.StatusCode))
	}
	return to
}
