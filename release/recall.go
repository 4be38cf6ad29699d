package release

import (
	"sync"
	"time"
)

// recall keeps for a moment what every request asks for and hardly ever changes.
// What another node has changed is noticed when the moment is over.
type recall[K comparable, V any] struct {
	mu  sync.Mutex
	all map[K]recalled[V]
}

type recalled[V any] struct {
	value V
	until time.Time
}

// recallFor is how old a recalled value may be.
const recallFor = time.Second

// find is the value, if it was kept a moment ago.
func (r *recall[K, V]) find(key K, now time.Time) (V, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := r.all[key]
	return known.value, now.Before(known.until)
}

func (r *recall[K, V]) keep(key K, value V, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.all == nil {
		r.all = map[K]recalled[V]{}
	}
	r.all[key] = recalled[V]{value, now.Add(recallFor)}
}

// forget drops all of it.
func (r *recall[K, V]) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.all)
}
