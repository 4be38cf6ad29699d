package doortest

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// PebbleOptions say where pebble looks when it checks that a name is somebody's. All
// names lead to 127.0.0.1.
type PebbleOptions struct {
	TLSPort, HTTPPort int
	KeyID, MACKey     string // the one external account, base64url; "" takes any account
}

// Pebble is a running ACME server.
type Pebble struct {
	Directory string         // its address
	Roots     *x509.CertPool // whom to trust for that address
	RootsFile string         // the same, as a PEM file

	client     *http.Client
	management string
}

// NewPebble starts pebble and the name server that it asks. They need the package
// pebble and end with the test.
func NewPebble(t testing.TB, o PebbleOptions) *Pebble {
	t.Helper()
	dir, err := os.MkdirTemp("", "inkwell-pebble-")
	if err == nil {
		err = os.Chmod(dir, 0o755) //nolint:gosec // the service user reads it too
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	write := func(name string, content []byte) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o644); err != nil { //nolint:gosec // the key of a test
			t.Fatal(err)
		}
		return path
	}
	authority := NewAuthority(t)
	chain, key := authority.Issue(time.Hour, "localhost", "127.0.0.1")
	api, management, dns, control := FreePort(t), FreePort(t), FreePort(t), FreePort(t)
	settings := map[string]any{
		"listenAddress": local(api), "managementListenAddress": local(management),
		"certificate": write("cert.pem", chain), "privateKey": write("key.pem", key),
		"tlsPort": o.TLSPort, "httpPort": o.HTTPPort,
	}
	if o.KeyID != "" {
		settings["externalAccountBindingRequired"] = true
		settings["externalAccountMACKeys"] = map[string]string{o.KeyID: o.MACKey}
	}
	config, err := json.Marshal(map[string]any{"pebble": settings})
	if err != nil {
		t.Fatal(err)
	}
	p := &Pebble{
		Directory: "https://" + local(api) + "/dir", Roots: authority.Pool(), RootsFile: write("roots.pem", authority.PEM()),
		management: "https://" + local(management),
	}
	p.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: p.Roots}}, Timeout: 10 * time.Second}
	t.Cleanup(p.client.CloseIdleConnections)
	run(t, nil, "pebble-challtestsrv", "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "", "-dns01", local(dns),
		"-http01", "", "-https01", "", "-tlsalpn01", "", "-management", local(control))
	// Nothing is waited for at random, and no proof is remembered.
	said := run(t, []string{"PEBBLE_VA_NOSLEEP=1", "PEBBLE_AUTHZREUSE=0"}, "pebble", "-config", write("pebble.json", config), "-dnsserver", local(dns))
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) { // between two looks
		if _, err = p.get(p.Directory); err == nil {
			return p
		}
		if time.Now().After(end) {
			t.Fatalf("pebble does not answer: %v\n%s", err, said)
		}
	}
}

func local(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

// run starts a program that ends with the test, and gives what it says.
func run(t testing.TB, env []string, name string, args ...string) *bytes.Buffer {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%v: install the package pebble (.ci/install test)", err)
	}
	said := &bytes.Buffer{}
	cmd := exec.Command(path, args...) //nolint:gosec // a real server
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), env...), said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("%s said:\n%s", name, said)
		}
	})
	return said
}

func (p *Pebble) get(url string) ([]byte, error) {
	answer, err := p.client.Get(url)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	return io.ReadAll(answer.Body)
}

// Pool trusts what pebble signs.
func (p *Pebble) Pool(t testing.TB) *x509.CertPool {
	t.Helper()
	root, err := p.get(p.management + "/roots/0")
	pool := x509.NewCertPool()
	if err != nil || !pool.AppendCertsFromPEM(root) {
		t.Fatalf("pebble's root: %v %q", err, root)
	}
	return pool
}
