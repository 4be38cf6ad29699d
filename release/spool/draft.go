package spool

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"filippo.io/age"

	"inkwell/internal/crash"
)

// stride is how many plain bytes are written between two looks at the headroom.
const stride = 8 << 20

// Draft is a document that is being written. It is an io.Writer, for one
// goroutine. Whoever has one defers Abort.
type Draft struct {
	s       *Spool
	key     fileKey
	out     upload
	encrypt io.WriteCloser
	sum     hash.Hash
	doc     Document
	look    int64 // the size at which to look at the headroom again
	named   bool  // it may have its name already
	over    bool  // committed, aborted or failed
	err     error // why it is over; nil when it was committed
}

var errAborted = errors.New("the draft was aborted")

// Create begins a document. It refuses with Full when there is only the headroom
// left, and with Away when the place does not take it.
func (s *Spool) Create(ctx context.Context) (*Draft, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	d := &Draft{s: s, sum: sha256.New(), look: stride, doc: Document{ID: NewID()}}
	if err := d.begin(ctx); err != nil {
		d.fail(err)
		return nil, fmt.Errorf("create document: %w", d.err)
	}
	return d, nil
}

func (d *Draft) begin(ctx context.Context) (err error) {
	if err = d.s.room(); err != nil {
		return err
	}
	if d.out, err = d.s.place.create(ctx, d.doc.ID); err != nil {
		return err
	}
	crash.At("document-begun")
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
	crash.At("document-written")
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
		err = d.settle(ctx)
	}
	if err != nil {
		d.fail(err)
		return Document{}, d.ended()
	}
	d.over = true
	d.doc.Digest = [32]byte(d.sum.Sum(nil))
	return d.doc, nil
}

// settle is the order that a power cut must find: the bytes are whole before the
// document has its name, its key is there after that, and both are durable before it
// is acknowledged. A name without a key is a document that nobody was promised.
func (d *Draft) settle(ctx context.Context) error {
	if err := d.encrypt.Close(); err != nil {
		return err
	}
	crash.At("document-whole")
	d.named = true
	if err := d.out.keep(ctx); err != nil {
		return err
	}
	crash.At("document-named")
	if err := d.s.putKey(ctx, d.doc.ID, d.key.String()); err != nil {
		return err
	}
	crash.At("document-durable")
	return nil
}

// Abort gives the draft up and leaves nothing of it. After Commit it does nothing.
func (d *Draft) Abort() {
	if !d.over {
		d.fail(errAborted)
	}
}

// failing is how long a draft that failed tries to leave nothing.
const failing = 20 * time.Second

// fail ends the draft and removes its objects, the key first. What a failing place
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
	ctx, cancel := context.WithTimeout(context.Background(), failing) // the asker may be gone
	defer cancel()
	if d.named {
		_ = d.s.place.destroy(ctx, id)
	}
	d.out.drop(ctx)
	d.s.log.Info("document not kept", "document", id, "error", err)
}

func (d *Draft) ended() error {
	if d.err == nil {
		return nil
	}
	return fmt.Errorf("write document: %w", d.err)
}
