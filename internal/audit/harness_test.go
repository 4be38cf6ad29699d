package audit

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// patience is how long a test waits for a fact before it fails.
const patience = 20 * time.Second

const (
	someone     = "11111111-1111-4111-8111-111111111111"
	someoneElse = "22222222-2222-4222-8222-222222222222"
)

// house is a database with a school, two accounts without balances that acts would
// wait for, and a file of heads.
type house struct {
	testing.TB
	db       *db.DB
	clock    *dbtest.Clock
	school   db.SchoolID
	from, to int64 // accounts
	heads    Heads
}

func newHouse(t testing.TB) *house {
	clock := dbtest.NewClock(time.Now())
	h := &house{TB: t, db: dbtest.New(t, dbtest.At(clock)), clock: clock, heads: Heads{File: filepath.Join(t.TempDir(), "heads"), Key: []byte("a key of 16 byte")}}
	h.in(db.System("test"), func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO school (name, time_zone) VALUES ('Vale School', 'Europe/London'), ('Hill School', 'Europe/London')`); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `
			SELECT school_id, f.account_id, t.account_id
			  FROM school JOIN account f USING (school_id) JOIN account t USING (school_id, purse)
			 WHERE school.name = 'Hill School' AND purse = 'pages' AND f.kind = 'allowance' AND t.kind = 'lost'`).Scan(&h.school, &h.from, &h.to)
	})
	return h
}

// in runs fn in a transaction and fails the test if it does not commit.
func (h *house) in(scope db.Scope, fn func(ctx context.Context, tx *db.Tx) error) {
	h.Helper()
	if err := h.db.InTx(h.Context(), scope, fn); err != nil {
		h.Fatal(err)
	}
}

// act records one act and one transfer in tx.
func (h *house) act(ctx context.Context, tx *db.Tx, note string) error {
	e := Entry{
		School: h.school, Act: "suspended", Actor: someone, Subject: someoneElse, Object: "job:41",
		Facts: map[string]any{"pages": 12, "rule": "burst"}, Note: note,
	}
	if err := Record(ctx, tx, e); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO transfer (school_id, at, kind, from_account, to_account, amount, key, actor)
		VALUES ($1, $2, 'grant', $3, $4, 5, $5, $6)`, h.school, tx.Now, h.from, h.to, "grant:"+rand.Text(), someone)
	return err
}

func (h *house) acts(n int) {
	h.Helper()
	for i := range n {
		h.in(db.InSchool(h.school), func(ctx context.Context, tx *db.Tx) error {
			for j := range 1 + i%3 {
				if err := h.act(ctx, tx, strings.Repeat("Kim ", j)); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

func (h *house) sealer() *Sealer {
	h.Helper()
	s, err := NewSealer(h.db, SealerOptions{Heads: h.heads, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		h.Fatal(err)
	}
	return s
}

// seal seals until nothing is left, and exports. A neighbour's open transaction, in
// another database of the same server, holds a seal up or splits it.
func (h *house) seal(s *Sealer) {
	h.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		if err := s.Seal(h.Context()); err != nil {
			h.Fatal(err)
		}
		if h.unsealed() == 0 {
			break
		}
		if time.Now().After(deadline) {
			h.Fatal("rows stay unsealed")
		}
	}
	clear(s.exported)
	if err := s.export(h.Context()); err != nil {
		h.Fatal(err)
	}
}

func (h *house) unsealed() (n int64) {
	h.Helper()
	for _, chain := range chains {
		n += h.verify(chain).Unsealed
	}
	return n
}

func (h *house) verify(chain Chain) Report {
	h.Helper()
	r, err := Verify(h.Context(), h.db, chain, h.heads)
	if err != nil {
		h.Fatal(err)
	}
	return r
}

// whole fails the test unless both chains are in order.
func (h *house) whole() {
	h.Helper()
	for _, chain := range chains {
		if r := h.verify(chain); !r.OK() {
			h.Fatalf("%+v", r)
		}
	}
}

// owning runs fn as the schema's owner, whom no grant stops, and undoes what fn
// has not committed.
func (h *house) owning(fn func(tx *db.Tx)) {
	h.Helper()
	conn, err := pgx.Connect(h.Context(), dbtest.URL(h.TB, h.db, db.Owner))
	if err != nil {
		h.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(h.Context()))
	raw, err := conn.Begin(h.Context())
	if err != nil {
		h.Fatal(err)
	}
	tx := &db.Tx{Statements: raw, Now: h.db.Now()}
	h.exec(tx, `SELECT set_config('inkwell.system', 'test', true)`)
	fn(tx)
}

// exec runs a statement and returns how many rows it touched.
func (h *house) exec(tx *db.Tx, sql string, args ...any) int64 {
	h.Helper()
	tag, err := tx.Exec(h.Context(), sql, args...)
	if err != nil {
		h.Fatal(fmt.Errorf("%s: %w", sql, err))
	}
	return tag.RowsAffected()
}
