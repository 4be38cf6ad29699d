package spool

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"time"
)

// Entry is a document that is there, or what is left of one.
type Entry struct {
	ID  ID
	Age time.Duration // since it was committed
}

// IDs lists what is in the spool, for the sweep that destroys what no job knows
// of. A document is committed before its job is, so a young one without a job is
// no orphan yet. On its way IDs removes what a crash left half written. An
// error ends the list.
func (s *Spool) IDs(ctx context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		ages, err := s.ages(ctx)
		if err != nil {
			yield(Entry{}, fmt.Errorf("list documents: %w", err))
			return
		}
		for id, age := range ages {
			if !yield(Entry{id, age}, nil) {
				return
			}
		}
	}
}

// ages are the documents and the age of the younger of each one's objects. A bucket's
// clock and ours are at most 15 minutes apart: it refuses what is further off.
func (s *Spool) ages(ctx context.Context) (map[ID]time.Duration, error) {
	if err := s.place.tidy(ctx, s.now()); err != nil {
		return nil, err
	}
	ages := map[ID]time.Duration{}
	for o, err := range s.place.list(ctx) {
		if err != nil {
			return nil, err
		}
		name, end, _ := strings.Cut(o.name, ".")
		id, err := ParseID(name)
		if end = "." + end; err != nil || end != docEnd && end != keyEnd {
			continue // not a document's
		}
		age := s.now().Sub(o.changed)
		if known, ok := ages[id]; !ok || age < known {
			ages[id] = age
		}
	}
	return ages, nil
}
