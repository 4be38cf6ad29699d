package spool

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// Rotation is what a rotation has done.
type Rotation struct {
	Under   string // the name of the key that everything is wrapped under now
	Wrapped int    // keys of documents that were wrapped anew
	Lost    int    // keys that are damaged, or under a key that is not ours, and stay so
}

// Rotate has all documents' keys be wrapped under the newest of ours, while others
// read and write; the documents themselves are not touched. When it returns without
// an error nothing needs an older key. After a crash it is run again.
func (s *Spool) Rotate(ctx context.Context) (Rotation, error) {
	all, err := s.keys()
	if err != nil {
		return Rotation{}, err
	}
	r := Rotation{Under: all[0].ID}
	if now, err := s.readCurrent(ctx); err != nil || now.ID != r.Under {
		if err == nil {
			err = s.setCurrent(ctx, all[0], false)
		}
		if err != nil {
			return r, fmt.Errorf("change wrapping key: %w", err)
		}
	}
	for { // until nothing is found that was written meanwhile
		found, lost, err := s.rewrapAll(ctx, all[0])
		r.Wrapped += found
		r.Lost = lost
		if err != nil || found == 0 {
			return r, err
		}
	}
}

func (s *Spool) rewrapAll(ctx context.Context, under Key) (found, lost int, err error) {
	for o, err := range s.place.list(ctx) {
		if err != nil {
			return found, lost, fmt.Errorf("list keys: %w", err)
		}
		name, isKey := strings.CutSuffix(o.name, keyEnd)
		id, err := ParseID(name)
		if err != nil || !isKey {
			continue
		}
		switch did, err := s.rewrap(ctx, id, under); {
		case errors.Is(err, Damaged), errors.Is(err, errKeyMissing):
			lost++
		case err != nil:
			return found, lost, fmt.Errorf("wrap key of %s anew: %w", id, err)
		case did:
			found++
		}
	}
	return found, lost, nil
}

// rewrap wraps one key anew, unless it is already or has been destroyed. A document
// that is destroyed at the same time has lost its bytes by the look after the write,
// or whoever destroys it looks for the key again after that: it does not come back.
func (s *Spool) rewrap(ctx context.Context, id ID, under Key) (did bool, err error) {
	secret, was, err := s.readWrapped(ctx, id.key(), string(id))
	if errors.Is(err, fs.ErrNotExist) || err == nil && was == under.ID {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	wrapped, err := under.wrap(secret, string(id))
	if err != nil {
		return false, err
	}
	if err := s.place.put(ctx, id.key(), wrapped, false); err != nil {
		return false, err
	}
	bytes, err := s.place.open(ctx, id.doc())
	if errors.Is(err, fs.ErrNotExist) {
		return true, s.place.destroy(ctx, id)
	}
	if err != nil {
		return true, err
	}
	return true, bytes.Close()
}
