package main

import (
	"context"
	"sync"
	"time"

	"inkwell/internal/school"
	"inkwell/kiosk/console"
)

// healthFresh is how long findings are good for: whoever loads the page or scrapes again and again
// asks the printers' directory and the doors no more often.
const healthFresh = 20 * time.Second

// healthWithin is how long looking at everything may take.
const healthWithin = 15 * time.Second

// examined are findings of a moment ago, by school; 0 is all of them.
type examined struct {
	mu  sync.Mutex
	all map[school.ID]examination
}

type examination struct {
	at  time.Time
	all []finding
}

// findings are what inkwell check finds, of the whole installation. When ctx ends first, they are that it
// takes so long, and whoever asks next has them.
func (m *Main) findings(ctx context.Context) []finding {
	found := make(chan []finding, 1)
	go func() { found <- m.inspected(ctx, 0).all }()
	select {
	case all := <-found:
		return all
	case <-ctx.Done():
		return []finding{{bad, "check", "something does not answer in time", "inkwell check says what"}}
	}
}

// health is the same for a page of one school.
func (m *Main) health(ctx context.Context, in school.ID) (all []console.Finding, at time.Time) {
	e := m.inspected(ctx, in)
	for _, f := range e.all {
		all = append(all, console.Finding{Level: levelsShown[f.level], What: f.what, Say: f.say, Do: f.do})
	}
	return all, e.at
}

var levelsShown = map[level]console.Level{good: console.Well, look: console.Look, bad: console.Ill}

func (m *Main) inspected(ctx context.Context, in school.ID) examination {
	m.examined.mu.Lock()
	defer m.examined.mu.Unlock()
	if e, ok := m.examined.all[in]; ok && time.Since(e.at) < healthFresh {
		return e
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), healthWithin) // others may read what was begun
	defer cancel()
	e := examination{time.Now(), inspect(ctx, m.config, m.db, nil, in)}
	if m.examined.all == nil {
		m.examined.all = map[school.ID]examination{}
	}
	m.examined.all[in] = e
	return e
}
