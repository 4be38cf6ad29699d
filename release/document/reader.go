package document

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// reader is a child that is there for one document: it is confined, holds its engine,
// and has not been told anything yet. What it will read and write are there already.
type reader struct {
	source, target *os.File
	lent           bool // source is somebody else's to close
	piped          bool // target is a pipe, which ends with the child
	orders         io.WriteCloser
	ctx            context.Context //nolint:containedctx // says why the child was ended, if it was
	cancel         context.CancelCauseFunc

	gone chan struct{} // closed once the child has ended; then these say how
	end  end
	err  error // it did not start
}

// reader is a child for a document: one that waited for it, or a fresh one. Another is
// started to wait for the next.
func (e *Engine) reader(w Work) (*reader, error) {
	if w.Starved > 0 {
		return e.begin(w.turn(), nil)
	}
	return e.take(e.spare, behind)
}

// turn is how a child stands among all that runs.
type turn struct {
	equal bool          // it does not step back behind others
	most  time.Duration // of processor time; 0: what a document has
}

// The turns: a document waits for every request that is being answered; somebody waits for a
// page that is drawn, and for no longer than this.
var (
	behind = turn{}
	atOnce = turn{equal: true, most: drawTime}
)

// turn is that of a child for the work.
func (w Work) turn() turn { return turn{equal: w.Starved > 0} }

// take is one of the children that wait, or a fresh one of the same kind. Another is started
// to wait for the next document.
func (e *Engine) take(waiting chan *reader, how turn) (*reader, error) {
	defer e.keep(waiting, how)
	for {
		select {
		case r := <-waiting:
			if !r.isGone() {
				return r, nil
			}
			r.dismiss()
		default:
			return e.begin(how, nil)
		}
	}
}

// keep starts a child that waits, unless enough do.
func (e *Engine) keep(waiting chan *reader, how turn) {
	if len(waiting) == cap(waiting) {
		return
	}
	r, err := e.begin(how, nil)
	if err != nil {
		return // the next document says why
	}
	select {
	case waiting <- r:
	default:
		r.dismiss()
	}
}

// begin starts a child with a target of its own. It reads source, or a file of its own if
// that is nil.
func (e *Engine) begin(how turn, source *os.File) (*reader, error) {
	target, err := newMemory()
	if err != nil {
		return nil, err
	}
	return e.start(how, &reader{source: source, target: target, lent: source != nil})
}

// start starts a child with these files, which are the reader's to close whatever happens.
func (e *Engine) start(how turn, r *reader) (_ *reader, err error) {
	r.gone = make(chan struct{})
	ctx, leave, err := e.enter(context.Background())
	if err != nil {
		return nil, errors.Join(err, r.target.Close())
	}
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	var orders *os.File
	defer func() {
		if err != nil {
			leave()
			r.close()
		}
	}()
	if r.source == nil {
		if r.source, err = newMemory(); err != nil {
			return nil, err
		}
	}
	if orders, r.orders, err = os.Pipe(); err != nil {
		return nil, fmt.Errorf("make pipe: %w", err)
	}
	go func() {
		defer leave()
		defer close(r.gone)
		defer orders.Close()
		r.end, r.err = e.readDocument(r.ctx, how, orders, r.source, r.target)
		if r.piped {
			_ = r.target.Close() // its other end may still hold something
		}
	}()
	return r, nil
}

func (r *reader) isGone() bool {
	select {
	case <-r.gone:
		return true
	default:
		return false
	}
}

// read tells the child its task and waits for its end, which comes with that of ctx at
// the latest.
func (r *reader) read(ctx context.Context, t task) (end, error) {
	if err := r.tell(t); err != nil {
		return end{}, err
	}
	select {
	case <-r.gone:
	case <-ctx.Done():
		r.cancel(context.Cause(ctx))
		<-r.gone
	}
	return r.end, r.err
}

// tell tells the child its task.
func (r *reader) tell(t task) error {
	told, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("write task: %w", err)
	}
	_, _ = r.orders.Write(told) // a child that does not listen any more has ended
	_ = r.orders.Close()
	return nil
}

// dismiss ends the child if it has not ended, and lets go of its files.
func (r *reader) dismiss() {
	r.cancel(nil)
	<-r.gone
	r.close()
}

func (r *reader) close() {
	r.cancel(nil)
	if r.orders != nil {
		_ = r.orders.Close()
	}
	if r.source != nil && !r.lent {
		_ = r.source.Close()
	}
	if r.target != nil {
		_ = r.target.Close()
	}
}
