package main

import (
	"context"
	"slices"
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

// examined are findings of a moment ago: by school, where 0 is all of them, and of the server that
// they share.
type examined struct {
	mu     sync.Mutex // of the map alone: who looks at something does not hold it
	all    map[school.ID]*examination
	server examination
}

// examination is one look at a school's parts or at the server. Who comes while somebody looks waits for
// what they find, and at another school nobody does.
type examination struct {
	mu  sync.Mutex
	at  time.Time
	all []finding
}

func (e *examined) of(in school.ID) *examination {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.all == nil {
		e.all = map[school.ID]*examination{}
	}
	if e.all[in] == nil {
		e.all[in] = &examination{}
	}
	return e.all[in]
}

// lately are findings that are fresh, made by looking where the last ones are not.
func (e *examination) lately(ctx context.Context, look func(context.Context) []finding) ([]finding, time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if time.Since(e.at) >= healthFresh {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), healthWithin) // others may read what was begun
		defer cancel()
		e.at, e.all = time.Now(), look(ctx)
	}
	return e.all, e.at
}

// findings are what inkwell check finds, of the whole installation. When ctx ends first, they are that it
// takes so long, and whoever asks next has them.
func (m *Main) findings(ctx context.Context) []finding {
	found := make(chan []finding, 1)
	go func() {
		all, _ := m.inspected(ctx, 0)
		found <- all
	}()
	select {
	case all := <-found:
		return all
	case <-ctx.Done():
		return []finding{{bad, "check", "something does not answer in time", "inkwell check says what"}}
	}
}

// health is the same for a page of one school.
func (m *Main) health(ctx context.Context, in school.ID) (all []console.Finding, at time.Time) {
	found, at := m.inspected(ctx, in)
	for _, f := range found {
		all = append(all, console.Finding{Level: levelsShown[f.level], What: f.what, Say: f.say, Do: f.do})
	}
	return all, at
}

var levelsShown = map[level]console.Level{good: console.Well, look: console.Look, bad: console.Ill}

// inspected are the findings of a school's parts and of the server, and when the older of them are from.
func (m *Main) inspected(ctx context.Context, in school.ID) (all []finding, at time.Time) {
	parts, at := m.examined.of(in).lately(ctx, func(ctx context.Context) []finding { return inspectSchools(ctx, m.config, m.db, nil, in) })
	server, since := m.examined.server.lately(ctx, func(ctx context.Context) []finding { return inspectServer(ctx, m.config) })
	if since.Before(at) {
		at = since
	}
	if in != 0 && m.ofTrust(ctx) {
		server = inGeneral(server)
	}
	return slices.Concat(parts, server), at
}

// ofTrust says whether schools share the server. Where that cannot be said, they do.
func (m *Main) ofTrust(ctx context.Context) bool {
	all, err := m.directory.Schools(ctx)
	return err != nil || len(all) > 1
}

// inGeneral are findings of a server that schools of a trust share, as one of them may know it: how its
// parts are, without addresses, folders and accounts, which are for whoever looks after the server.
func inGeneral(all []finding) []finding {
	all = slices.Clone(all)
	for i, f := range all {
		switch f.level {
		case good:
			all[i].say = "as it should be"
		default:
			all[i].say, all[i].do = "something about it is not as it should be", "tell whoever looks after the server: inkwell check says there what it is"
		}
	}
	return all
}
