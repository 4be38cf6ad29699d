package spool

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"strings"
	"time"
)

// forgotten is the age at which a file that was being written counts as left by
// a crash: since its last byte, so a slow upload is none.
const forgotten = time.Hour

// Entry is a document that is there, or what is left of one.
type Entry struct {
	ID  ID
	Age time.Duration // since it was committed
}

// IDs lists what is in the spool, for the sweep that destroys what no job knows
// of. A document is committed before its job is, so a young one without a job is
// no orphan yet. On its way IDs removes files that a crash left half written. An
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

// ages are the documents and the age of the younger of each one's objects.
func (s *Spool) ages(ctx context.Context) (map[ID]time.Duration, error) {
	dir, err := s.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.Close() }()
	files, err := dir.ReadDir(-1)
	if err != nil {
		return nil, err
	}
	ages := make(map[ID]time.Duration, len(files)/2)
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		info, err := s.root.Lstat(f.Name())
		if errors.Is(err, fs.ErrNotExist) {
			continue // destroyed meanwhile
		}
		if err != nil {
			return nil, err
		}
		s.note(ages, info)
	}
	return ages, nil
}

func (s *Spool) note(ages map[ID]time.Duration, info fs.FileInfo) {
	name, end, _ := strings.Cut(info.Name(), ".")
	id, err := ParseID(name)
	if err != nil {
		return // not a document's
	}
	age := s.now().Sub(info.ModTime())
	switch "." + end {
	case tmpEnd:
		if age > forgotten {
			s.log.Info("half a document removed", "document", id)
			_ = s.disk.remove(id.tmp()) // the next list tries again
		}
	case keyEnd, docEnd:
		if known, ok := ages[id]; !ok || age < known {
			ages[id] = age
		}
	}
}
