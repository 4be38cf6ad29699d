package school

import (
	"crypto/sha256"
	"sync"
	"time"
)

// refusedMost is for how many names wrong passwords are kept; then all are forgotten.
const refusedMost = 5_000

// refusals are the passwords of a name that a directory has lately called wrong, as
// digests under a key that this process alone has. Programs send a wrong password again
// and again, some thrice for one job; that is one try, not three.
type refusals struct {
	mu sync.Mutex
	of map[string][]refusal
}

type refusal struct {
	digest [sha256.Size]byte
	at     time.Time
}

// find gives when the password was refused, if that was after since.
func (r *refusals) find(name string, digest [sha256.Size]byte, since time.Time) (at time.Time, found bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, one := range r.of[name] {
		if one.digest == digest && one.at.After(since) {
			at, found = one.at, true
		}
	}
	return at, found
}

// add keeps that the password was refused, with the latest others of the name: as many
// as have a try.
func (r *refusals) add(name string, one refusal, most int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.of) >= refusedMost {
		clear(r.of)
	}
	r.of[name] = append(r.of[name], one)
	r.of[name] = r.of[name][max(0, len(r.of[name])-most):]
}

func (r *refusals) forget(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.of, name)
}
