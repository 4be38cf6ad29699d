package spool

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"io/fs"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"inkwell/internal/fault"
)

// Bucket is an S3 bucket as the place of documents. Its store has to show at once
// what was written and not show what was removed, as S3 itself has since 2020.
type Bucket struct {
	Endpoint    *url.URL       // https://s3.school.example; plain http is refused but on loopback
	Name        string         // of the bucket, which is there already
	Prefix      string         // what all names in it begin with; "" is none
	Region      string         // "" is us-east-1
	Roots       *x509.CertPool // of its certificate; nil is the system's
	Credentials func() (BucketCredentials, error)
}

// BucketCredentials are asked for with each request, so that they can be replaced.
type BucketCredentials struct{ AccessKey, SecretKey, SessionToken string }

// Retrieve is minio's word for asking.
func (b Bucket) Retrieve() (credentials.Value, error) {
	c, err := b.Credentials()
	return credentials.Value{
		AccessKeyID: c.AccessKey, SecretAccessKey: c.SecretKey, SessionToken: c.SessionToken, SignerType: credentials.SignatureV4,
	}, err
}

// RetrieveWithCredContext is the same.
func (b Bucket) RetrieveWithCredContext(*credentials.CredContext) (credentials.Value, error) {
	return b.Retrieve()
}

// IsExpired has them be asked for each time.
func (Bucket) IsExpired() bool { return true }

// How long a store may take. A try that was answered with an error of the store's, or
// not at all, is made again.
const (
	bucketTries   = 4
	bucketConnect = 5 * time.Second
	bucketAnswer  = 10 * time.Second
	bucketAct     = 30 * time.Second // all tries of one request
)

// bucket is the place.
type bucket struct {
	Bucket
	s3   *minio.Core
	http *http.Transport
}

func openBucket(b Bucket) (*bucket, error) {
	secure := b.Endpoint.Scheme == "https"
	if !secure && !isLoopback(b.Endpoint.Hostname()) {
		return nil, fault.New(fault.Invalid, "spool-plain", "The bucket's address %s has no TLS. Write https://.", b.Endpoint.Host)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: b.Roots, MinVersion: tls.VersionTLS12}
	transport.ResponseHeaderTimeout = bucketAnswer
	transport.TLSHandshakeTimeout = bucketConnect
	transport.MaxIdleConnsPerHost = 64
	transport.DisableCompression = true // it would change what is encrypted
	if b.Region == "" {
		b.Region = "us-east-1"
	}
	core, err := minio.NewCore(b.Endpoint.Host, &minio.Options{
		Creds: credentials.New(b), Secure: secure, Region: b.Region, Transport: transport, MaxRetries: bucketTries,
	})
	if err != nil {
		return nil, fault.New(fault.Invalid, "spool-bucket", "The bucket's address %s cannot be used.", b.Endpoint.Host).Because(err)
	}
	return &bucket{b, core, transport}, nil
}

func isLoopback(host string) bool {
	return host == "localhost" || host == "::1" || strings.HasPrefix(host, "127.")
}

func (b *bucket) close() error {
	b.http.CloseIdleConnections()
	return nil
}

// full are what stores say when they have no room.
var full = []string{"QuotaExceeded", "InsufficientStorage", "InsufficientCapacity", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded"}

// told makes of a store's error what a place says.
func (b *bucket) told(act, name string, err error) error {
	if err == nil {
		return nil
	}
	said := minio.ToErrorResponse(err)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return &fs.PathError{Op: act, Path: name, Err: errSilent}
	case said.Code == minio.NoSuchBucket:
		return fault.New(fault.Conflict, "spool-bucket", "There is no bucket %s at %s.", b.Name, b.Endpoint.Host).Because(err)
	case said.Code == minio.NoSuchKey || said.StatusCode == http.StatusNotFound && said.Code == "NotFound":
		return &fs.PathError{Op: act, Path: name, Err: fs.ErrNotExist}
	case slices.Contains(full, said.Code) || said.StatusCode == http.StatusInsufficientStorage:
		return &fs.PathError{Op: act, Path: name, Err: errors.Join(syscall.ENOSPC, err)}
	}
	return &fs.PathError{Op: act, Path: name, Err: err}
}

var errSilent = errors.New("the bucket did not answer in time")

// mute says of an error that the store did not answer, or with a trouble of its own.
func mute(err error) bool {
	var said minio.ErrorResponse
	var cut *url.Error
	return errors.Is(err, errSilent) || errors.As(err, &cut) || errors.As(err, &said) && said.StatusCode >= 500
}

// within bounds one act on the store.
func within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, bucketAct)
}

// putBytes writes one object in one request, with its digest. Of an object that is
// fresh only an earlier try of ours can be there, whose answer was lost.
func (b *bucket) putBytes(ctx context.Context, name string, p []byte, fresh bool) error {
	ctx, cancel := within(ctx)
	defer cancel()
	o := minio.PutObjectOptions{ContentType: "application/octet-stream", DisableContentSha256: true}
	if fresh {
		o.SetMatchETagExcept("*")
	}
	sum := sha256.Sum256(p)
	_, err := b.s3.PutObject(ctx, b.Name, b.Prefix+name, bytes.NewReader(p), int64(len(p)), "", hex.EncodeToString(sum[:]), o)
	switch minio.ToErrorResponse(err).Code {
	case minio.PreconditionFailed:
		return nil
	case minio.NotImplemented: // a store that knows no conditions
		if fresh {
			return b.putBytes(ctx, name, p, false)
		}
	}
	return b.told("put", name, err)
}

func (b *bucket) put(ctx context.Context, name string, p []byte, fresh bool) error {
	return b.putBytes(ctx, name, p, fresh)
}

func (b *bucket) destroy(ctx context.Context, id ID) error {
	for _, name := range []string{id.key(), id.doc(), id.key()} {
		if err := b.remove(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// remove is no error for what is not there.
func (b *bucket) remove(ctx context.Context, name string) error {
	ctx, cancel := within(ctx)
	defer cancel()
	err := b.told("remove", name, b.s3.RemoveObject(ctx, b.Name, b.Prefix+name, minio.RemoveObjectOptions{}))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (b *bucket) list(ctx context.Context) iter.Seq2[object, error] {
	return func(yield func(object, error) bool) {
		for o := range b.s3.ListObjectsIter(ctx, b.Name, minio.ListObjectsOptions{Prefix: b.Prefix, Recursive: true}) {
			if o.Err != nil {
				yield(object{}, b.told("list", b.Prefix, o.Err))
				return
			}
			if !yield(object{strings.TrimPrefix(o.Key, b.Prefix), o.LastModified}, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(object{}, err)
		}
	}
}

// abandoned is the age at which an upload in parts counts as left by a crash: since
// its beginning, for its parts have no time.
const abandoned = 24 * time.Hour

// tidy gives up uploads in parts that were never completed: their bytes take room,
// and no key of theirs was ever written.
func (b *bucket) tidy(ctx context.Context, now time.Time) error {
	ctx, cancel := context.WithCancel(ctx) // ends the list, too
	defer cancel()
	for u := range b.s3.ListIncompleteUploads(ctx, b.Name, b.Prefix, true) {
		if u.Err != nil {
			return b.told("list uploads", b.Prefix, u.Err)
		}
		name, _ := strings.CutSuffix(strings.TrimPrefix(u.Key, b.Prefix), docEnd)
		if _, err := ParseID(name); err == nil && now.Sub(u.Initiated) > abandoned {
			_ = b.s3.AbortMultipartUpload(ctx, b.Name, u.Key, u.UploadID) // the next time tries again
		}
	}
	return nil
}

// free is nothing that S3 tells: a store that is full says so when it is written to.
func (*bucket) free() (uint64, error) { return unbounded, nil }
