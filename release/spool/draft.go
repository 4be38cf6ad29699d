package spool

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"

	"filippo.io/age"
)

// stride is how many plain bytes are written between two looks at the headroom.
const stride = 8 << 20

// Draft is a document that is being written. It is an io.Writer, for one
// goroutine. Whoever has one defers Abort.
type Draft struct {
	s       *Spool
	key     fileKey
	out     file
	encrypt io.WriteCloser
	sum     hash.Hash
	doc     Document
	look    int64 // the size at which to look at the headroom again
	over    bool  // committed, aborted or failed
	err     error // why it is over; nil when it was committed
}

var errAborted = errors.New("the draft was aborted")

// Create begins a document. It refuses with Full when there is only the headroom
// left, and with Away when the disk does not take it.
func (s *Spool) Create(ctx context.Context) (*Draft, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	d := &Draft{s: s, sum: sha256.New(), look: stride, doc: Document{ID: NewID()}}
	if err := d.begin(); err != nil {
		d.fail(err)
		return nil, fmt.Errorf("create document: %w", d.err)
	}
	return d, nil
}

func (d *Draft) begin() (err error) {
	if err = d.s.room(); err != nil {
		return err
	}
	if d.out, err = d.s.disk.create(d.doc.ID.tmp()); err != nil {
		return err
	}
	d.encrypt, err = age.Encrypt(d.out, &d.key)
	return err
}

// Write takes the next bytes. The first refusal, Full or Away, ends the draft
// and frees what it took; it is repeated by every later call.
func (d *Draft) Write(p []byte) (int, error) {
	if d.over {
		return 0, d.ended()
	}
	n, err := d.encrypt.Write(p)
	d.sum.Write(p[:n])
	d.doc.Size += int64(n)
	if err == nil && d.doc.Size >= d.look {
		d.look = d.doc.Size + stride
		err = d.s.room()
	}
	if err != nil {
		d.fail(err)
		return n, d.ended()
	}
	return n, nil
}

// Commit makes the document durable: when it returns, both the bytes and the key
// survive a power cut. After a refusal, Full or Away, nothing of it is left. A
// second call returns what the first did.
func (d *Draft) Commit(ctx context.Context) (Document, error) {
	if d.over {
		return d.doc, d.ended()
	}
	err := ctx.Err()
	if err == nil {
		err = d.settle()
	}
	if err != nil {
		d.fail(err)
		return Document{}, d.ended()
	}
	d.over = true
	d.doc.Digest = [32]byte(d.sum.Sum(nil))
	return d.doc, nil
}

// settle is the order that a power cut must find: the bytes and the key are on
// disk before the document has its name, and the names before it is acknowledged.
func (d *Draft) settle() error {
	if err := d.encrypt.Close(); err != nil {
		return err
	}
	if err := d.out.Sync(); err != nil {
		return err
	}
	if err := d.out.Close(); err != nil {
		return err
	}
	id := d.doc.ID
	if err := d.s.writeWrapped(id.key(), d.key.String(), string(id)); err != nil {
		return err
	}
	if err := d.s.disk.rename(id.tmp(), id.doc()); err != nil {
		return err
	}
	return d.s.disk.sync()
}

// Abort gives the draft up and leaves nothing of it. After Commit it does nothing.
func (d *Draft) Abort() {
	if !d.over {
		d.fail(errAborted)
	}
}

// fail ends the draft and removes its objects, the key first. What a failing disk
// does not let us remove is unreadable without its key, and swept later.
func (d *Draft) fail(err error) {
	id := d.doc.ID
	d.over, d.err, d.doc = true, err, Document{}
	if !errors.Is(err, errAborted) {
		d.err = refusal(err)
	}
	if d.out == nil {
		return
	}
	_ = d.out.Close() // it may be closed
	for _, name := range []string{id.key(), id.tmp(), id.doc()} {
		_ = d.s.disk.remove(name) // most are not there
	}
	d.s.log.Info("document not kept", "document", id, "error", err)
}

func (d *Draft) ended() error {
	if d.err == nil {
		return nil
	}
	return fmt.Errorf("write document: %w", d.err)
}
