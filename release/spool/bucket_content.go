package spool

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"
)

// A document is read in blocks, each by a request of its own that is made again when
// it breaks off. A reader keeps a few: where it is, and the beginning and the end that
// are looked at when it is opened.
const (
	block  = 1 << 20
	blocks = 3
)

// bucketContent is an object that is read.
type bucketContent struct {
	b    *bucket
	life context.Context // ends with Close
	end  context.CancelFunc
	name string
	size int64

	reading sync.Mutex
	kept    []piece // the one used last is the last
}

type piece struct {
	at   int64
	data []byte
}

func (b *bucket) open(ctx context.Context, name string) (content, error) {
	c := &bucketContent{b: b, name: name, size: -1}
	c.life, c.end = context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, c.end) // while it is opened
	defer stop()
	if _, err := c.block(0); err != nil {
		c.end()
		return nil, err
	}
	return c, nil
}

// Size is that of the object when it was opened.
func (c *bucketContent) Size() int64 { return c.size }

// Close ends what is being read.
func (c *bucketContent) Close() error {
	c.end()
	return nil
}

// ReadAt is io.ReaderAt's.
func (c *bucketContent) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) {
		at := off + int64(n)
		if at >= c.size {
			return n, io.EOF
		}
		data, err := c.block(at - at%block)
		if err != nil {
			return n, err
		}
		n += copy(p[n:], data[at%block:])
	}
	return n, nil
}

// block is the one that begins there.
func (c *bucketContent) block(at int64) ([]byte, error) {
	c.reading.Lock()
	defer c.reading.Unlock()
	for i, p := range c.kept {
		if p.at == at {
			c.kept = append(append(c.kept[:i:i], c.kept[i+1:]...), p)
			return p.data, nil
		}
	}
	var data []byte
	var err error
	for try := range bucketTries {
		if data, err = c.fetch(at); err == nil || !errors.Is(err, errBrokenOff) || c.life.Err() != nil {
			break
		}
		pause(c.life, 100*time.Millisecond<<try)
	}
	if err != nil {
		return nil, err
	}
	if len(c.kept) == blocks {
		c.kept = c.kept[1:]
	}
	c.kept = append(c.kept, piece{at, data})
	return data, nil
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// errBrokenOff is an answer that ended too soon.
var errBrokenOff = errors.New("the answer broke off")

// fetch asks for a block. An object that has become shorter or longer is none that
// anybody wrote, and no *fs.PathError: it is there, and damaged.
func (c *bucketContent) fetch(at int64) ([]byte, error) {
	ctx, cancel := within(c.life)
	defer cancel()
	var o minio.GetObjectOptions
	if err := o.SetRange(at, at+block-1); err != nil {
		return nil, err
	}
	body, _, head, err := c.b.s3.GetObject(ctx, c.b.Name, c.b.Prefix+c.name, o)
	if missing(err) {
		if c.size < 0 && at == 0 {
			c.size = 0
			return nil, nil
		}
		return nil, fmt.Errorf("%s is shorter than it was", c.name)
	}
	if err != nil {
		return nil, c.b.told("get", c.name, err)
	}
	defer func() { _ = body.Close() }()
	size, err := total(head)
	if err != nil {
		return nil, c.b.told("get", c.name, err)
	}
	if c.size >= 0 && size != c.size {
		return nil, fmt.Errorf("%s has %d bytes and had %d", c.name, size, c.size)
	}
	data := make([]byte, min(block, size-at))
	if _, err := io.ReadFull(body, data); err != nil {
		return nil, &fs.PathError{Op: "get", Path: c.name, Err: errors.Join(errBrokenOff, err)}
	}
	c.size = size
	return data, nil
}

// total is the size of an object of which a part was asked for (RFC 9110 section 14.4).
func total(head http.Header) (int64, error) {
	_, size, ok := strings.Cut(head.Get("Content-Range"), "/")
	n, err := strconv.ParseInt(size, 10, 64)
	if !ok || err != nil || n < 0 {
		return 0, fmt.Errorf("the bucket answers a range with %q", head.Get("Content-Range"))
	}
	return n, nil
}
