package events

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// patience is how long a test waits for a fact before it fails.
const patience = 20 * time.Second

// house is a database with one school in it.
type house struct {
	*testing.T
	db     *db.DB
	school db.SchoolID
}

func newHouse(t *testing.T) house {
	d := dbtest.New(t)
	return house{t, d, addSchool(t, d, "Hill School")}
}

func addSchool(t *testing.T, d *db.DB, name string) (id db.SchoolID) {
	t.Helper()
	err := d.InTx(t.Context(), db.System("test"), func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRow(ctx, `INSERT INTO school (name, time_zone) VALUES ($1, 'Europe/London') RETURNING school_id`, name).Scan(&id)
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// hub polls more often than in life, so that tests need not wait.
func (h house) hub() *Hub {
	hub := New(h.db, slog.New(slog.DiscardHandler))
	hub.every = 20 * time.Millisecond
	return hub
}

// running runs act until the test ends, and then waits for it.
func (h house) running(act func(context.Context)) {
	ctx, cancel := context.WithCancel(h.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); act(ctx) }()
	h.Cleanup(func() { cancel(); <-ended })
}

func (h house) run(hub *Hub) *Hub {
	h.running(func(ctx context.Context) { _ = hub.Run(ctx) })
	return hub
}

func (h house) touch(hub *Hub, topics ...string) {
	h.Helper()
	if err := h.tryTouch(hub, nil, topics...); err != nil {
		h.Fatal(err)
	}
}

// tryTouch touches in a transaction that ends with the given error.
func (h house) tryTouch(hub *Hub, end error, topics ...string) error {
	return h.db.InTx(h.Context(), db.InSchool(h.school), func(ctx context.Context, tx *db.Tx) error {
		return errors.Join(hub.Touch(ctx, tx, h.school, topics...), end)
	})
}

func (h house) rings(s *Subscription) {
	h.Helper()
	select {
	case <-s.C:
	case <-time.After(patience):
		h.Fatal("the bell did not ring")
	}
}

func (h house) silent(s *Subscription) {
	h.Helper()
	select {
	case <-s.C:
		h.Fatal("the bell rang")
	default:
	}
}

// touchesUntil touches again and again until the bell rings: for what is only
// heard once somebody listens.
func (h house) touchesUntil(hub *Hub, s *Subscription, topic string) {
	h.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		_ = h.tryTouch(hub, nil, topic)
		select {
		case <-s.C:
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
	h.Fatal("the bell did not ring")
}

// loseConnections ends every connection to the database but the one that does it.
func (h house) loseConnections() {
	h.Helper()
	conn, err := h.db.Acquire(h.Context())
	if err != nil {
		h.Fatal(err)
	}
	defer conn.Release()
	tag, err := conn.Exec(h.Context(), `
		RESET ROLE;
		SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	if err != nil || tag.RowsAffected() == 0 {
		h.Fatalf("ended %d connections: %v", tag.RowsAffected(), err)
	}
	_ = conn.Conn().Close(h.Context())
}

// rounds waits until the hub has polled n times more.
func (h house) rounds(hub *Hub, n int64) {
	h.Helper()
	hub.mu.Lock()
	target := hub.round + n
	hub.mu.Unlock()
	h.eventually("poll", hub, func() bool { return hub.round > target })
}

// eventually waits until the hub is as wanted. fn runs under the hub's lock.
func (h house) eventually(what string, hub *Hub, fn func() bool) {
	h.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		hub.mu.Lock()
		done := fn()
		hub.mu.Unlock()
		if done {
			return
		}
	}
	h.Fatal("the hub does not " + what)
}
