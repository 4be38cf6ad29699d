package events

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"inkwell/internal/db"
)

// backlog is how many announcements to other nodes may wait. Beyond it they are
// left to the poll.
const backlog = 10_000

// change is one row: its number, what it is about and at which school.
type change struct {
	id     int64
	topic  string
	school db.SchoolID
}

// Hub is one node's exchange. It is safe for concurrent use.
type Hub struct {
	db    *db.DB
	log   *slog.Logger
	deaf  bool          // do not LISTEN; for the test of what a pooler does
	every time.Duration // between two polls
	again time.Duration // pause before listening again after a loss
	said  chan struct{} // capacity 1: unsaid has grown

	mu          sync.Mutex
	subscribers map[string]map[*Subscription]struct{}
	unsaid      []change
	// heard is what subscribers have been woken for already, by which way ever,
	// with the poll round it was last met in.
	heard map[int64]int64
	round int64
}

// New makes a hub. Run must be running for other nodes to hear of this node's
// changes soon, and for this node to hear of theirs.
func New(d *db.DB, log *slog.Logger) *Hub {
	return &Hub{
		db:          d,
		log:         log,
		every:       pollEvery,
		again:       time.Second,
		said:        make(chan struct{}, 1),
		subscribers: make(map[string]map[*Subscription]struct{}),
		heard:       make(map[int64]int64),
	}
}

// Touch says in tx that the topics, all of one school, have changed. Nobody hears
// of it unless tx commits. It locks nothing.
func (h *Hub) Touch(_ context.Context, tx *db.Tx, school db.SchoolID, topics ...string) error {
	topics = slices.Clone(topics)
	slices.Sort(topics)
	topics = slices.Compact(topics)
	if len(topics) == 0 {
		return nil
	}
	insertChanges(tx, school, topics, func(changes []change) {
		tx.AfterCommit(func() {
			h.hear(changes)
			h.say(changes)
		})
	})
	return nil
}

// Run listens, announces, polls and sweeps until ctx ends. It lives through the
// loss of the database and returns nil.
func (h *Hub) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	if !h.deaf {
		wg.Go(func() { h.listen(ctx) })
	}
	wg.Go(func() { h.announce(ctx) })
	wg.Go(func() { h.sweep(ctx) })
	h.poll(ctx)
	wg.Wait()
	return nil
}

// hear wakes the subscribers of changes not heard of before.
func (h *Hub) hear(changes []change) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range changes {
		_, known := h.heard[c.id]
		h.heard[c.id] = h.round
		if known {
			continue
		}
		for _, topic := range []string{c.topic, School(c.school)} {
			for s := range h.subscribers[topic] {
				s.wake()
			}
		}
	}
}

// say queues changes for the announcement to other nodes.
func (h *Hub) say(changes []change) {
	h.mu.Lock()
	if len(h.unsaid)+len(changes) <= backlog {
		h.unsaid = append(h.unsaid, changes...)
	}
	h.mu.Unlock()
	select {
	case h.said <- struct{}{}:
	default:
	}
}

// Pause waits for d and says whether ctx goes on: what watchers do between two looks.
func Pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
