package spool

import (
	"context"
	"io"
	"iter"
	"time"
)

// place is where documents are kept, a folder or a bucket. What it has under a name
// is whole. Names that are not there are fs.ErrNotExist; no room is syscall.ENOSPC
// or EDQUOT; a place that does not answer is an *fs.PathError.
type place interface {
	// create begins the bytes of a document.
	create(ctx context.Context, id ID) (upload, error)
	// open reads an object.
	open(ctx context.Context, name string) (content, error)
	// put makes a small object durable, and with it all names that were given
	// before. fresh says that nothing can be under that name but what an earlier
	// try of this very call left there; else the object is replaced.
	put(ctx context.Context, name string, b []byte, fresh bool) error
	// destroy removes a document: the key, for good, before the bytes. Then it looks
	// for the key once more, which a rotation may have written in between.
	destroy(ctx context.Context, id ID) error
	// list is all that is there. An error ends it.
	list(ctx context.Context) iter.Seq2[object, error]
	// tidy removes what crashes have left half written.
	tidy(ctx context.Context, now time.Time) error
	// free is how many bytes there is room for; unbounded where nobody can say.
	free() (bytes uint64, err error)
	close() error
}

// unbounded is the room of a place that does not tell it.
const unbounded = 1<<64 - 1

// object is one name that is there.
type object struct {
	name    string
	changed time.Time
}

// upload is the bytes of a document on their way. Nobody sees them before keep.
type upload interface {
	io.Writer
	// keep gives the bytes their name. Both are durable after the next put.
	keep(ctx context.Context) error
	// drop leaves nothing, as far as the place lets it. It may follow anything.
	drop(ctx context.Context)
}

// content is an object that is read, at any place and by any number.
type content interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// The objects of a document.
func (id ID) doc() string { return string(id) + docEnd }
func (id ID) key() string { return string(id) + keyEnd }

const docEnd, keyEnd = ".doc", ".key"

// readSmall is an object that put has written.
func readSmall(ctx context.Context, p place, name string) ([]byte, error) {
	c, err := p.open(ctx, name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.Close() }()
	return io.ReadAll(io.NewSectionReader(c, 0, min(c.Size(), 4<<10)))
}
