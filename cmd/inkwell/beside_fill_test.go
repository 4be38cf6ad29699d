package main

import (
	"context"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/jackc/pgx/v5"

	"inkwell/release/spool"
)

// documents are what the spool holds whole: bytes and key.
func (s *demo) documents() (ids []string) {
	s.t.Helper()
	entries, err := os.ReadDir(filepath.Join(s.dir, "spool"))
	if err != nil {
		s.t.Fatal(err)
	}
	halves := map[string]int{}
	for _, e := range entries {
		id, end, _ := strings.Cut(e.Name(), ".")
		if end == "doc" || end == "key" {
			if halves[id]++; halves[id] == 2 {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// fill gives the trusted queue n held jobs, spread over the pupils of the race.
func (s *demo) fill(n int) {
	s.t.Helper()
	docs := s.keep(n)
	var ids, digests []string
	for _, d := range docs {
		ids, digests = append(ids, string(d.ID)), append(digests, hex.EncodeToString(d.Digest[:]))
	}
	s.super(func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, `
			WITH pupil AS (SELECT person_id, school_id, row_number() OVER (ORDER BY username) - 1 AS place FROM person WHERE username LIKE 'pupil%' ORDER BY username LIMIT $4),
			     document AS (SELECT id, decode(digest, 'hex') AS digest, place FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS d (id, digest, place))
			INSERT INTO job (school_id, queue_id, person_id, proof, state, title, ticket, format, document, digest, bytes, pages, impressions, sheets, price,
			                 submitted_at, received_at, held_at, expires_at)
			SELECT p.school_id, (SELECT queue_id FROM queue WHERE path = '/ipp/print/trusted'), p.person_id, 'loopback', 'held', 'Field notes', '{}', 'application/pdf',
			       d.id, d.digest, $3, 1, 1, 1, 1, now(), now(), now(), now() + interval '1 day'
			  FROM document d JOIN pupil p ON p.place = d.place % $4`, ids, digests, len(smallPDF), racePupils)
		if err == nil {
			_, err = c.Exec(ctx, "ANALYSE job")
		}
		return err
	})
}

// keep puts n documents into the server's spool. They are written under its keys in
// a folder of this test's own, which may be another user's, and then moved.
func (s *demo) keep(n int) []spool.Document {
	s.t.Helper()
	keys := &keyFile{path: filepath.Join(s.dir, "keys", spoolKeyFile)}
	from, to := filepath.Join(filepath.Dir(s.dir), "fill"), filepath.Join(s.dir, "spool")
	store, err := spool.Open(s.t.Context(), spool.Options{Dir: from, Keys: keys.keys, Headroom: 1})
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	owner, err := os.Stat(to)
	if err != nil {
		s.t.Fatal(err)
	}
	uid := owner.Sys().(*syscall.Stat_t)
	docs := make([]spool.Document, n)
	next := make(chan int)
	var work sync.WaitGroup
	for range 16 {
		work.Go(func() {
			for i := range next {
				d, err := store.Create(s.t.Context())
				if err == nil {
					_, err = d.Write(smallPDF)
				}
				if err == nil {
					docs[i], err = d.Commit(s.t.Context())
				}
				for _, end := range []string{".doc", ".key"} {
					name := string(docs[i].ID) + end
					err = errors.Join(err, os.Chown(filepath.Join(from, name), int(uid.Uid), int(uid.Gid)), os.Rename(filepath.Join(from, name), filepath.Join(to, name)))
				}
				if err != nil {
					s.t.Error(err)
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	work.Wait()
	return docs
}
