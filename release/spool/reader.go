package spool

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"filippo.io/age"
)

// Reader reads a document from its beginning by Read, for one goroutine, and at
// any place by ReadAt, for any number. Each piece is authenticated before it is
// given out, and its place and the document's length with it: what is not as it
// was written ends the reading with Damaged.
type Reader struct {
	plain io.ReaderAt
	size  int64
	next  *bufio.Reader
	kept  content
}

// ahead is how much Read decrypts at once: a piece is 64 KiB, and is decrypted
// again for each smaller read that is not served from here.
const ahead = 256 << 10

// Open opens a document. It refuses with Gone what was destroyed or never
// committed, with Damaged what is not as it was written, and with Away what cannot be
// read now.
func (s *Spool) Open(ctx context.Context, id ID) (*Reader, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if _, err := ParseID(string(id)); err != nil {
		return nil, Gone.Because(err)
	}
	r, err := s.open(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("open document %s: %w", id, refusal(err))
	}
	return r, nil
}

// open looks for the bytes before the key, as Destroy removes them after it: so
// a document that is being destroyed is gone, and not damaged.
func (s *Spool) open(ctx context.Context, id ID) (*Reader, error) {
	kept, lost := s.place.open(ctx, id.doc())
	identity, err := s.identity(ctx, id)
	if err == nil && errors.Is(lost, fs.ErrNotExist) {
		err = Damaged.Because(lost)
	} else if err == nil {
		err = lost
	}
	var plain *Reader
	if err == nil {
		plain, err = decrypt(kept, identity)
	}
	if err != nil && lost == nil {
		_ = kept.Close()
	}
	return plain, err
}

func decrypt(kept content, identity age.Identity) (*Reader, error) {
	plain, size, err := age.DecryptReaderAt(kept, kept.Size(), identity)
	if err != nil {
		return nil, damage(err)
	}
	r := &Reader{plain: plain, size: size, kept: kept}
	r.next = bufio.NewReaderSize(io.NewSectionReader(r, 0, size), ahead)
	return r, nil
}

// Read is io.Reader's.
func (r *Reader) Read(p []byte) (int, error) { return r.next.Read(p) }

// ReadAt is io.ReaderAt's. Reading past the end is io.EOF, as it is there.
func (r *Reader) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fmt.Errorf("read document at %d", off)
	}
	if off >= r.size {
		return 0, io.EOF
	}
	n, err := r.plain.ReadAt(p, off)
	if err != nil && err != io.EOF {
		err = damage(err)
	}
	return n, err
}

// Size is the document's in plain bytes.
func (r *Reader) Size() int64 { return r.size }

// Close gives the document back.
func (r *Reader) Close() error { return r.kept.Close() }

// damage tells a document that is not as it was written from a place that does
// not answer.
func damage(err error) error {
	var silent *fs.PathError
	if errors.As(err, &silent) {
		return fmt.Errorf("read document: %w", err)
	}
	return Damaged.Because(err)
}
