package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"inkwell/internal/fault"
	"inkwell/release/spool"
)

// openSpool opens where the configuration has documents wait.
func openSpool(ctx context.Context, c Config, log *slog.Logger) (*spool.Spool, error) {
	o := spool.Options{
		Dir: c.folder("spool"), Keys: (&keyFile{path: filepath.Join(c.folder("keys"), spoolKeyFile)}).keys,
		Headroom: uint64(c.Headroom), Log: log, // #nosec G115 -- isSize takes nothing below 1
	}
	if c.Spool.Store == storeS3 {
		b, err := c.Spool.bucket()
		if err != nil {
			return nil, err
		}
		o.Bucket = b
	}
	return spool.Open(ctx, o)
}

// keyFile is the file of the keys that wrap documents' keys. It is read again when it
// has changed, so that a rotation, or a copy from another server, needs no restart.
type keyFile struct {
	path string
	mu   sync.Mutex
	read fs.FileInfo
	last []spool.Key
}

// keys are those in the file; while it cannot be read, those that were.
func (f *keyFile) keys() ([]spool.Key, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	info, err := os.Stat(f.path)
	if err == nil && f.read != nil && os.SameFile(info, f.read) && info.ModTime().Equal(f.read.ModTime()) && info.Size() == f.read.Size() {
		return f.last, nil
	}
	k, err := readKey(f.path)
	if err != nil {
		if f.last != nil {
			return f.last, nil
		}
		return nil, err
	}
	f.read, f.last = info, []spool.Key{{ID: k.ID, Secret: k.Secret}}
	for _, older := range k.Older {
		f.last = append(f.last, spool.Key{ID: older.ID, Secret: older.Secret})
	}
	return f.last, nil
}

// bucket is the configured one.
func (s SpoolConfig) bucket() (*spool.Bucket, error) {
	missing := ""
	switch {
	case s.Endpoint == "":
		missing = "spool.s3-endpoint"
	case s.Bucket == "":
		missing = "spool.s3-bucket"
	case s.CredentialsFile == "" && s.AccessKey == "":
		missing = "spool.s3-credentials-file"
	case s.CredentialsFile == "" && s.SecretKey == "":
		missing = "spool.s3-secret-key"
	}
	if missing != "" {
		return nil, fault.New(fault.Invalid, "spool-setting-missing", "With spool.store = s3 the setting %s is needed too.", missing)
	}
	at, err := url.Parse(s.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("read spool.s3-endpoint: %w", err)
	}
	b := &spool.Bucket{Endpoint: at, Name: s.Bucket, Prefix: s.Prefix, Region: s.Region, Credentials: s.credentials}
	if s.CA != "" {
		pem, err := os.ReadFile(s.CA)
		b.Roots = x509.NewCertPool()
		if err != nil || !b.Roots.AppendCertsFromPEM(pem) {
			return nil, fault.New(fault.Invalid, "spool-ca", "There is no certificate that can be read in %s (spool.s3-ca).", s.CA).Because(err)
		}
	}
	if _, err := s.credentials(); err != nil {
		return nil, err
	}
	return b, nil
}

// credentials are those of the file, in the form that Amazon's own tools write.
func (s SpoolConfig) credentials() (spool.BucketCredentials, error) {
	if s.CredentialsFile == "" {
		return spool.BucketCredentials{AccessKey: s.AccessKey, SecretKey: s.SecretKey}, nil
	}
	refuse := func(say string, err error) error {
		return fault.New(fault.Invalid, "spool-credentials", say, s.CredentialsFile).Because(err)
	}
	var c spool.BucketCredentials
	info, err := os.Stat(s.CredentialsFile)
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		return c, refuse("Others can read %[1]s. Take that away: chmod 600 %[1]s", nil)
	}
	text, err := os.ReadFile(s.CredentialsFile)
	if err != nil {
		return c, refuse("The file of the bucket's keys cannot be read: %s", err)
	}
	fields := map[string]*string{"aws_access_key_id": &c.AccessKey, "aws_secret_access_key": &c.SecretKey, "aws_session_token": &c.SessionToken}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), "=")
		if field := fields[strings.TrimSpace(name)]; field != nil {
			*field = strings.TrimSpace(value)
		}
	}
	if c.AccessKey == "" || c.SecretKey == "" {
		return c, refuse("Write two lines into %s: aws_access_key_id = ..., and aws_secret_access_key = ...", nil)
	}
	return c, nil
}
