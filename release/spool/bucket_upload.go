package spool

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"github.com/minio/minio-go/v7"
)

// part is how many bytes go at once: the least that S3 takes, and all that an upload
// has in memory. A part that fails is sent again by itself.
const part = 5 << 20

// bucketUpload is one request for a small document and an upload in parts for a large
// one. The store shows it when it is completed.
type bucketUpload struct {
	b     *bucket
	life  context.Context // of whoever writes
	name  string
	next  []byte
	size  int64
	id    string // of the upload in parts, "" before the first
	parts []minio.CompletePart
}

func (b *bucket) create(ctx context.Context, id ID) (upload, error) {
	return &bucketUpload{b: b, life: ctx, name: id.doc()}, nil
}

// Write is io.Writer's. What it holds when it returns is sent by a later call or keep.
func (u *bucketUpload) Write(p []byte) (n int, err error) {
	for n < len(p) {
		if len(u.next) == part {
			if err := u.send(u.life); err != nil {
				return n, err
			}
		}
		more := p[n:min(len(p), n+part-len(u.next))]
		u.next = append(u.next, more...)
		n += len(more)
		u.size += int64(len(more))
	}
	return n, nil
}

// send gives the store the next part.
func (u *bucketUpload) send(ctx context.Context) error {
	ctx, cancel := within(ctx)
	defer cancel()
	b, key := u.b, u.b.Prefix+u.name
	if u.id == "" {
		id, err := b.s3.NewMultipartUpload(ctx, b.Name, key, minio.PutObjectOptions{ContentType: "application/octet-stream"})
		if err != nil {
			return b.told("begin", u.name, err)
		}
		u.id = id
	}
	sum := sha256.Sum256(u.next)
	number := len(u.parts) + 1
	sent, err := b.s3.PutObjectPart(ctx, b.Name, key, u.id, number, bytes.NewReader(u.next), int64(len(u.next)),
		minio.PutObjectPartOptions{Sha256Hex: hex.EncodeToString(sum[:]), DisableContentSha256: true})
	if err != nil {
		return b.told("put", u.name, err)
	}
	u.parts = append(u.parts, minio.CompletePart{PartNumber: number, ETag: sent.ETag})
	u.next = u.next[:0]
	return nil
}

func (u *bucketUpload) keep(ctx context.Context) error {
	if u.id == "" {
		return u.b.putBytes(ctx, u.name, u.next, true)
	}
	if err := u.send(ctx); err != nil {
		return err
	}
	ctx, cancel := within(ctx)
	defer cancel()
	_, err := u.b.s3.CompleteMultipartUpload(ctx, u.b.Name, u.b.Prefix+u.name, u.id, u.parts, minio.PutObjectOptions{})
	if minio.ToErrorResponse(err).Code == minio.NoSuchUpload && u.there(ctx) {
		return nil
	}
	return u.b.told("complete", u.name, err)
}

// there says that an earlier try, whose answer was lost, has completed the upload.
func (u *bucketUpload) there(ctx context.Context) bool {
	c, err := u.b.open(ctx, u.name)
	if err != nil {
		return false
	}
	defer func() { _ = c.Close() }()
	return c.Size() == u.size
}

func (u *bucketUpload) drop(ctx context.Context) {
	if u.id != "" {
		_ = u.b.s3.AbortMultipartUpload(ctx, u.b.Name, u.b.Prefix+u.name, u.id)
	}
}

// missing is what a request for an object's bytes is answered with when they are
// fewer.
func missing(err error) bool {
	return minio.ToErrorResponse(err).StatusCode == http.StatusRequestedRangeNotSatisfiable
}
