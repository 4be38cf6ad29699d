package school

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"sync"
	"time"
)

// A password that was right is remembered by this node alone, for rememberFor and
// at most rememberMost at once: a client signs in anew with every request of a job,
// and the hash is slow on purpose.
const (
	rememberFor  = 5 * time.Minute
	rememberMost = 20_000
)

// memory is which passwords were right of late: a digest under a key that this
// process alone has, with the version of the credentials it was checked against. A
// change of password, or a person who has left, counts at once, since the person is
// read from the database each time.
type memory struct {
	key  [32]byte
	mu   sync.Mutex
	seen map[PersonID]sighting
}

type sighting struct {
	digest [sha256.Size]byte
	until  time.Time
}

func newMemory() *memory {
	m := &memory{seen: map[PersonID]sighting{}}
	_, _ = rand.Read(m.key[:]) // never fails: the runtime ends the process first
	return m
}

// knows says whether this password of the person, as it is read now, was right a
// short while ago.
func (m *memory) knows(p Person, password string, now time.Time) bool {
	digest := m.digest(p, password)
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.seen[p.ID]
	return ok && now.Before(s.until) && hmac.Equal(s.digest[:], digest[:])
}

// learn keeps that the password was right. A full memory forgets what is over, or
// else everything.
func (m *memory) learn(p Person, password string, now time.Time) {
	digest := m.digest(p, password)
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.seen) >= rememberMost {
		for id, s := range m.seen {
			if !now.Before(s.until) {
				delete(m.seen, id)
			}
		}
		if len(m.seen) >= rememberMost {
			clear(m.seen)
		}
	}
	m.seen[p.ID] = sighting{digest, now.Add(rememberFor)}
}

func (m *memory) digest(p Person, password string) (sum [sha256.Size]byte) {
	mac := hmac.New(sha256.New, m.key[:])
	var who [16]byte
	binary.BigEndian.PutUint64(who[:8], uint64(p.ID))      // #nosec G115 -- bits for a digest
	binary.BigEndian.PutUint64(who[8:], uint64(p.Version)) // #nosec G115 -- the same
	mac.Write(who[:])
	mac.Write([]byte(password))
	mac.Sum(sum[:0])
	return sum
}
