package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"inkwell/release/document/documenttest"
	"inkwell/release/spool/spooltest"
)

// bucketConfig writes a configuration that has documents wait in the store, and returns
// its path.
func bucketConfig(t *testing.T, store *spooltest.Store) string {
	t.Helper()
	dir := filepath.Dir(dataDir(t)) // one that another user may pass
	put := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ca, err := os.ReadFile(store.CA)
	if err != nil {
		t.Fatal(err)
	}
	secrets := put("s3.credentials", "[default]\naws_access_key_id = "+spooltest.AccessKey+"\naws_secret_access_key = "+spooltest.SecretKey+"\n", 0o600)
	config := fmt.Sprintf("[spool]\nstore = \"s3\"\ns3-endpoint = %q\ns3-bucket = %q\ns3-prefix = \"hill/\"\ns3-ca = %q\ns3-credentials-file = %q\n",
		store.Endpoint, store.Bucket, put("s3.crt", string(ca), 0o644), secrets)
	if os.Geteuid() == 0 {
		config = "user = \"postgres\"\n" + config
		own(t, "postgres", secrets)
	}
	return put("inkwell.toml", config, 0o644)
}

// A school whose documents wait in a bucket, from the first document to the last: held,
// under a new key while others come in, refused while the bucket is away, and printed.
func TestDocumentsWaitInABucket(t *testing.T) {
	store := spooltest.New(t)
	config := bucketConfig(t, store)
	s := serveDemo(t, "--log-level", "debug", "--config", config)
	l := &siege{t: t, answers: map[uint16]int{}}
	l.at(s)
	pdf := append(documenttest.PDF(1), "\n% "+strings.Repeat(marker+" ", 1000)+"\n"...)
	print := func() error { return l.submit(t.Context(), 10+len(l.accepted)%loadPupils, pdf) }
	if err := print(); err != nil {
		t.Fatal(err)
	}
	objects := func(end string) []string {
		found, err := filepath.Glob(filepath.Join(store.Dir("hill"), "*"+end))
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	s.eventually("one held document in the bucket", func() bool { return len(objects(".key")) == 1 && len(objects(".doc")) == 1 })
	if _, err := os.Stat(filepath.Join(s.dir, "spool")); err == nil {
		t.Error("there is a spool in the data folder, too")
	}
	if b, err := os.ReadFile(objects(".doc")[0]); err != nil || bytes.Contains(b, []byte(marker)) {
		t.Errorf("the bucket can read it: %v", err)
	}
	if said, _ := inkwell(t, "check", "--data-dir", s.dir, "--config", config); !strings.Contains(said, "good  spool          the bucket documents at https://") || strings.Contains(said, "versions") {
		t.Errorf("check says\n%s", said)
	}

	s.rotate(config, print, func() []string { return objects(".key") })

	// One that is being counted now would leave what it replaces to the sweep of orphans.
	s.eventually("all to be counted", func() bool {
		return rows[int](s, "SELECT count(*) FROM job WHERE state = 'held'") == len(l.accepted)
	})
	store.Fail(spooltest.Cut)
	if err := print(); err == nil || !strings.Contains(err.Error(), "IPP status 0x05") {
		t.Errorf("without the bucket: %v", err)
	}
	if said, err := inkwell(t, "check", "--data-dir", s.dir, "--config", config); err == nil || !strings.Contains(said, "BAD   spool") {
		t.Errorf("check without the bucket says\n%s", said)
	}
	store.Fail(nil)
	if err := print(); err != nil {
		t.Errorf("with the bucket again: %v", err)
	}

	var uri string
	l.printer, uri = tirelessPrinter(t)
	s.printTo(uri)
	s.eventually("all to be printed", func() bool {
		for pupil := 10; pupil < 10+loadPupils; pupil++ {
			l.release(t.Context(), pupil)
		}
		return rows[int](s, "SELECT count(*) FROM job WHERE state = 'done'") == len(l.accepted)
	})
	var left []string
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("left in the bucket: %q", left)
		}
	})
	s.eventually("an empty bucket", func() bool {
		left = append(objects(".key"), objects(".doc")...)
		return len(left) == 0
	})
	if err := store.S3.EnableVersioning(t.Context(), store.Bucket); err != nil {
		t.Fatal(err)
	}
	if said, err := inkwell(t, "check", "--data-dir", s.dir, "--config", config); err == nil || !strings.Contains(said, "BAD   spool          the bucket keeps versions") {
		t.Errorf("check with versions says\n%s", said)
	}
	s.stop()
	if text := s.log.Bytes(); bytes.Contains(text, []byte(spooltest.SecretKey)) || bytes.Contains(text, []byte(spooltest.AccessKey)) {
		t.Error("the bucket's keys are in the log")
	}
}

// rotate replaces the wrapping key while documents come in, in the two steps that
// servers need who share a bucket.
func (s *demo) rotate(config string, print func() error, keys func() []string) {
	s.t.Helper()
	path := filepath.Join(s.dir, "keys", spoolKeyFile)
	before, err := readKey(path)
	if err != nil {
		s.t.Fatal(err)
	}
	refused(s.t, "There is no new key", "spool", "rotate-key", "--copied", "--data-dir", s.dir, "--config", config)
	for range 2 {
		if said := s.inkwell("spool", "rotate-key", "--config", config); !strings.Contains(said, "Copy the file to every server") {
			s.t.Errorf("rotate-key says %q", said)
		}
	}
	ctx, stop := context.WithTimeout(s.t.Context(), patience)
	ended := make(chan error, 1)
	go func() {
		var err error
		for ctx.Err() == nil && err == nil {
			err = print()
			pauseFor(ctx, 100*time.Millisecond)
		}
		ended <- err
	}()
	said := s.inkwell("spool", "rotate-key", "--copied", "--config", config)
	stop()
	if err := <-ended; err != nil {
		s.t.Errorf("a document during the rotation: %v", err)
	}
	after, err := readKey(path)
	if err != nil || after.ID == before.ID || len(after.Older) > 0 || !strings.Contains(said, " under key "+after.ID) {
		s.t.Errorf("%s became %s above %d; it says %q, %v", before.ID, after.ID, len(after.Older), said, err)
	}
	s.eventually("the documents to be counted", func() bool { return rows[int](s, "SELECT count(*) FROM job WHERE state = 'counting'") == 0 })
	all := keys()
	for _, key := range all {
		if b, err := os.ReadFile(key); err == nil && !bytes.HasPrefix(b, []byte(after.ID+"\n")) {
			s.t.Errorf("a key is still under %.8s", b)
		}
	}
	if len(all) == 0 {
		s.t.Error("there are no keys to look at")
	}
}

// The same command in a folder, which needs one step; and after one that was killed when it
// had made the new key. release/spool kills it at every later step.
func TestARotationInAFolder(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	if err := errors.Join(os.Mkdir(dir, 0o700), makeKeys(filepath.Join(dir, "keys"))); err != nil {
		t.Fatal(err)
	}
	c := Config{DataDir: dir, Headroom: 1}
	server, err := openSpool(t.Context(), c, newLog(c, &bytes.Buffer{}))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	draft, err := server.Create(t.Context())
	if err == nil {
		_, err = draft.Write([]byte("ink"))
	}
	if err != nil {
		t.Fatal(err)
	}
	doc, err := draft.Commit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rotate := func() {
		t.Helper()
		var said bytes.Buffer
		if err := rotateSpoolKey(t.Context(), c, false, &said, &said); err != nil || !strings.Contains(said.String(), "1 documents were put under key") {
			t.Fatalf("%v, %s", err, said.String())
		}
		if k, err := readKey(filepath.Join(dir, "keys", spoolKeyFile)); err != nil || len(k.Older) > 0 || !strings.Contains(said.String(), k.ID) {
			t.Errorf("%d older keys, %v", len(k.Older), err)
		}
		r, err := server.Open(t.Context(), doc.ID)
		if err != nil {
			t.Fatalf("the server does not know the new key: %v", err)
		}
		_ = r.Close()
	}
	rotate()
	if _, err := newKeyAbove(filepath.Join(dir, "keys"), spoolKeyFile); err != nil { // as far as one came that was killed
		t.Fatal(err)
	}
	rotate()
}

func TestTheKeysOfABucket(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "s3.credentials")
	s := SpoolConfig{CredentialsFile: file}
	for text, want := range map[string]string{
		"aws_access_key_id = A\naws_secret_access_key = S=1\n":                                 "A S=1 ",
		"# ours\n[default]\naws_secret_access_key=S\naws_access_key_id=A\naws_session_token=T": "A S T",
		"aws_access_key_id = A\n": "",
		"":                        "",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := s.credentials()
		if said := got.AccessKey + " " + got.SecretKey + " " + got.SessionToken; (err == nil) != (want != "") || err == nil && said != want {
			t.Errorf("%q: %q, %v", text, said, err)
		}
	}
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := s.credentials(); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("open to others: %v", err)
	}
	for _, c := range []SpoolConfig{{}, {Endpoint: "https://s3"}, {Endpoint: "https://s3", Bucket: "b"}, {Endpoint: "https://s3", Bucket: "b", AccessKey: "A"}} {
		if _, err := c.bucket(); err == nil || !strings.Contains(err.Error(), "is needed too") {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
