// Package spooltest runs a real S3 server for tests, on a folder that they can look
// into, behind a door that fails in every way a network and a store can. It is for
// tests alone.
package spooltest

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"inkwell/internal/tooltest"
)

// The server's one account.
const (
	AccessKey = "inkwell-test"
	SecretKey = "never in a log or on a command line" //nolint:gosec // of a server that lives as long as a test
)

// Fault is what happens to one request. It returns false to let it through.
type Fault func(w http.ResponseWriter, r *http.Request) (answered bool)

// Store is versitygw on a folder, and the door before it.
type Store struct {
	Endpoint *url.URL       // of the door
	Roots    *x509.CertPool // of its certificate
	CA       string         // the same, a file
	Bucket   string
	S3       *minio.Client // past the door's faults

	t       testing.TB
	root    string
	mu      sync.Mutex
	fault   Fault
	truth   http.Handler
	program *exec.Cmd
	said    *bytes.Buffer
}

const bucket = "documents"

// New starts a store with one bucket, and ends it with the test. It keeps versions
// of buckets that are told to.
func New(t testing.TB) *Store { return On(t, t.TempDir()) }

// On is New with the server's files below a folder.
func On(t testing.TB, dir string) *Store {
	t.Helper()
	s := &Store{t: t, root: filepath.Join(dir, "objects"), Bucket: bucket, said: &bytes.Buffer{}}
	beside := t.TempDir() // a socket's path must be short, and a full disk has no room for it
	socket := filepath.Join(beside, "s3")
	args := []string{"--port", socket, "--quiet", "posix", "--sidecar", filepath.Join(dir, "meta"), "--versioning-dir", filepath.Join(dir, "versions"), s.root}
	for _, d := range []string{s.root, filepath.Join(dir, "meta"), filepath.Join(dir, "versions")} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	s.program = exec.Command(tooltest.Path(t, "versitygw"), args...) //nolint:gosec // our own tool
	s.program.Dir, s.program.Stdout, s.program.Stderr = beside, s.said, s.said
	s.program.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+AccessKey, "ROOT_SECRET_KEY="+SecretKey)
	if err := s.program.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.program.Process.Kill()
		_ = s.program.Wait()
	})
	s.open(socket)
	s.await()
	return s
}

// open puts the door before the server's socket.
func (s *Store) open(socket string) {
	way := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
		DisableCompression: true, MaxIdleConnsPerHost: 64,
	}
	s.truth = &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.Out.URL.Scheme, r.Out.URL.Host = "http", "store" }, // and leaves Host, which is signed
		Transport: way, ErrorLog: log.New(io.Discard, "", 0),
	}
	door := httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	door.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that do not trust it say so
	door.StartTLS()
	s.t.Cleanup(door.Close)
	s.Endpoint, _ = url.Parse(door.URL)
	s.Roots = x509.NewCertPool()
	s.Roots.AddCert(door.Certificate())
	s.CA = writeCA(s.t, door.Certificate())
	var err error
	s.S3, err = minio.New("store", &minio.Options{
		Creds: credentials.NewStaticV4(AccessKey, SecretKey, ""), Region: "us-east-1", MaxRetries: 1, Transport: way,
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// await makes the bucket as soon as the server answers.
func (s *Store) await() {
	s.t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		err := s.S3.MakeBucket(s.t.Context(), s.Bucket, minio.MakeBucketOptions{})
		if err == nil {
			return
		}
		if time.Now().After(end) {
			s.t.Fatalf("the S3 server does not come up: %v\n%s", err, s.said)
		}
	}
}

func (s *Store) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	fault := s.fault
	s.mu.Unlock()
	if fault == nil || !fault(w, r) {
		s.truth.ServeHTTP(w, r)
	}
}

// Fail has every request go through f from now on; nil ends that.
func (s *Store) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// Dir is the folder in which the server keeps what is under a prefix, one file for
// each object.
func (s *Store) Dir(prefix string) string { return filepath.Join(s.root, s.Bucket, prefix) }

// Cut breaks the connection without an answer, as a store does that goes away.
func Cut(w http.ResponseWriter, _ *http.Request) bool {
	panic(http.ErrAbortHandler)
}

// Answer is an error in S3's form.
func Answer(status int, code string) Fault {
	return func(w http.ResponseWriter, r *http.Request) bool {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, "<Error><Code>%s</Code><Message>played</Message></Error>", code)
		return true
	}
}

// Lost does what the request asks and loses the answer.
func (s *Store) Lost(_ http.ResponseWriter, r *http.Request) bool {
	s.truth.ServeHTTP(httptest.NewRecorder(), r)
	panic(http.ErrAbortHandler)
}

// Half gives out half of an answer's body and breaks off.
func (s *Store) Half(w http.ResponseWriter, r *http.Request) bool {
	whole := httptest.NewRecorder()
	s.truth.ServeHTTP(whole, r)
	maps.Copy(w.Header(), whole.Header())
	w.WriteHeader(whole.Code)
	_, _ = w.Write(whole.Body.Bytes()[:whole.Body.Len()/2])
	panic(http.ErrAbortHandler)
}

// Only has a fault meet requests of one method whose path ends so.
func Only(method, end string, f Fault) Fault {
	return func(w http.ResponseWriter, r *http.Request) bool {
		return r.Method == method && strings.HasSuffix(r.URL.Path, end) && f(w, r)
	}
}

// Times has a fault meet the first n requests that it is asked about.
func Times(n int, f Fault) Fault {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		n--
		meets := n >= 0
		mu.Unlock()
		return meets && f(w, r)
	}
}
