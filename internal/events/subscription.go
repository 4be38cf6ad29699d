package events

import "slices"

// Subscription is one listener's bell.
type Subscription struct {
	// C has a value when something under the topics has changed since the last
	// receive, however often. It is never closed.
	C <-chan struct{}

	hub    *Hub
	ring   chan struct{}
	topics []string
}

// Subscribe returns a bell for the topics. Look once after subscribing, then
// after each receive from C: what changed before Subscribe does not ring.
func (h *Hub) Subscribe(topics ...string) *Subscription {
	ring := make(chan struct{}, 1)
	s := &Subscription{C: ring, hub: h, ring: ring, topics: slices.Clone(topics)}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range s.topics {
		if h.subscribers[t] == nil {
			h.subscribers[t] = make(map[*Subscription]struct{})
		}
		h.subscribers[t][s] = struct{}{}
	}
	return s
}

// Close takes the bell down; it may be called more than once. A value may still
// be left in C.
func (s *Subscription) Close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	for _, t := range s.topics {
		delete(s.hub.subscribers[t], s)
		if len(s.hub.subscribers[t]) == 0 {
			delete(s.hub.subscribers, t)
		}
	}
}

// wake rings without waiting: a bell that still rings says enough.
func (s *Subscription) wake() {
	select {
	case s.ring <- struct{}{}:
	default:
	}
}
