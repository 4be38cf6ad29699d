package events

import (
	"context"
	"strconv"
	"strings"
	"time"

	"inkwell/internal/db"
)

const (
	// channel is what nodes LISTEN to. A payload of another form is another channel: nodes of
	// the version before hear of nothing there, and poll.
	channel = "inkwell_change_of_school"
	// payloadLimit keeps a payload below PostgreSQL's 8000 bytes.
	payloadLimit = 7900
	// between is the least time between two announcements: each is a commit that
	// waits for the disk, and a busy second must not become a thousand of them.
	between = 20 * time.Millisecond
)

// announce sends what Touch has queued, everything that waits in one go. What
// cannot be sent is dropped: the poll of the other nodes finds it.
func (h *Hub) announce(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.said:
		}
		if err := notify(ctx, h.db, payloads(h.takeUnsaid())); err != nil && ctx.Err() == nil {
			h.log.Debug("announcement lost", "error", err)
		}
		if !Pause(ctx, between) {
			return
		}
	}
}

func (h *Hub) takeUnsaid() []change {
	h.mu.Lock()
	defer h.mu.Unlock()
	taken := h.unsaid
	h.unsaid = nil
	return taken
}

// payloads writes changes as "12/person:7/1 13/deliveries/2", the last the school, in as few strings as
// the limit allows.
func payloads(changes []change) []string {
	var all []string
	var b strings.Builder
	for _, c := range changes {
		word := strconv.FormatInt(c.id, 10) + "/" + c.topic + "/" + strconv.FormatInt(int64(c.school), 10)
		if b.Len() > 0 && b.Len()+1+len(word) > payloadLimit {
			all = append(all, b.String())
			b.Reset()
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(word)
	}
	if b.Len() > 0 {
		all = append(all, b.String())
	}
	return all
}

// readPayload is payloads' inverse. Words that are none of ours are left out.
func readPayload(payload string) []change {
	var changes []change
	for word := range strings.FieldsSeq(payload) {
		number, rest, _ := strings.Cut(word, "/")
		topic, at, _ := strings.Cut(rest, "/")
		id, err := strconv.ParseInt(number, 10, 64)
		school, wrong := strconv.ParseInt(at, 10, 32)
		if err == nil && wrong == nil && topic != "" {
			changes = append(changes, change{id, topic, db.SchoolID(school)})
		}
	}
	return changes
}
