package conduct

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/school"
	"inkwell/quota/conduct/rule"
)

// Watcher applies each school's rules to what its people do. One runs on every node; two that see
// the same raise one flag.
type Watcher struct {
	DB   *db.DB
	Hub  *events.Hub
	Log  *slog.Logger
	Post Notice // to the school's IT; nil: nobody is mailed

	seen map[school.ID]*glance
}

// Notice sends a mail to the school's IT.
type Notice interface {
	Send(ctx context.Context, subject, text string) error
}

// glance is how far the last look at a school came.
type glance struct {
	since  time.Time // what happened before was looked at by now, whenever its transaction ended
	people map[school.PersonID]trace
	usual  map[int]int
	medial time.Time // when usual was read
	shared time.Time // when rules last looked at all together
}

const (
	lookEvery   = 2 * time.Second
	lookAgain   = 200 * time.Millisecond // the least between two looks
	firstLook   = 24 * time.Hour         // how far back a server looks that has just begun
	slowest     = 2 * time.Minute        // the longest that a transaction may take to be seen
	sharedEvery = time.Minute
	usualFor    = time.Hour
)

// Run looks until ctx ends: whenever something was released, and every two seconds.
func (w *Watcher) Run(ctx context.Context) error {
	sub := w.Hub.Subscribe(events.Deliveries)
	defer sub.Close()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	away := false
	for {
		err := w.Look(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if (err != nil) != away {
			away = err != nil
			w.Log.Info("look at conduct", "away", away, "error", err)
		}
		if !events.Pause(ctx, lookAgain) {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-sub.C:
		case <-tick.C:
		}
	}
}

// Look looks once at every school.
func (w *Watcher) Look(ctx context.Context) error {
	var all []school.School
	err := w.DB.Look(ctx, db.System("conduct"), func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = school.All(ctx, tx)
		return err
	})
	for _, s := range all {
		err = errors.Join(err, w.lookAt(ctx, s.ID))
	}
	return err
}

// lookAt judges whoever has done something at a school since the last look.
func (w *Watcher) lookAt(ctx context.Context, id school.ID) error {
	now := w.DB.Now()
	g := w.glanceOf(id, now)
	since := g.since
	b := &bench{Watcher: w, school: id, usual: g.usual}
	var people map[school.PersonID]trace
	err := w.DB.InTx(ctx, db.InSchool(id), func(ctx context.Context, tx *db.Tx) (err error) {
		if b.state, err = stateOf(ctx, tx, id); err != nil || !b.state.Off.IsZero() {
			return err
		}
		if people, err = active(ctx, tx, id, since); err != nil || len(people) == 0 && len(b.state.Disarmed) == 0 {
			return err
		}
		if b.policy, err = policyOf(ctx, tx, id); err != nil {
			return err
		}
		b.times, err = school.CalendarOf(ctx, tx, id)
		return err
	})
	if err != nil {
		return err
	}
	for _, p := range slices.Sorted(maps.Keys(people)) {
		if people[p] == g.people[p] {
			continue
		}
		if wrong := b.judge(ctx, p, since); wrong != nil {
			err = errors.Join(err, wrong)
			delete(people, p) // and again at the next look
		}
	}
	if len(people) > 0 && !now.Before(g.shared.Add(sharedEvery)) {
		err = errors.Join(err, b.judgeShared(ctx, since))
		g.shared = now
	}
	if len(b.state.Disarmed) > 0 {
		err = errors.Join(err, b.takeBack(ctx), b.tell(ctx))
	}
	g.people = people
	if err == nil {
		g.since = later(since, now.Add(-slowest))
	}
	return err
}

// glanceOf is what is remembered of the last look at a school.
func (w *Watcher) glanceOf(id school.ID, now time.Time) *glance {
	if w.seen == nil {
		w.seen = map[school.ID]*glance{}
	}
	g := w.seen[id]
	if g == nil {
		g = &glance{since: now.Add(-firstLook)}
		w.seen[id] = g
	}
	if !now.Before(g.medial.Add(usualFor)) {
		g.usual, g.medial = map[int]int{}, now
	}
	return g
}

// judgeShared applies the rules that look at many people together.
func (b *bench) judgeShared(ctx context.Context, since time.Time) error {
	sees := func(ctx context.Context, tx *db.Tx) ([]rule.Flag, error) {
		all, err := sharedEvents(ctx, tx, b.school, since.Add(-b.policy.RemembersShared()))
		if err != nil || len(all) == 0 {
			return nil, err
		}
		raised, err := raisedLast(ctx, tx, b.school, since.Add(-744*time.Hour))
		if err != nil {
			return nil, err
		}
		return b.policy.EvaluateShared(all, since, func(n rule.Number, p rule.Person) (time.Time, bool) {
			at, known := raised[n][p]
			return at, known
		}), nil
	}
	var found []rule.Flag
	err := b.DB.Look(ctx, db.InSchool(b.school), func(ctx context.Context, tx *db.Tx) (err error) {
		found, err = sees(ctx, tx)
		return err
	})
	byPerson := map[school.PersonID][]rule.Flag{}
	for _, f := range found {
		byPerson[school.PersonID(f.Person)] = append(byPerson[school.PersonID(f.Person)], f)
	}
	for _, p := range slices.Sorted(maps.Keys(byPerson)) {
		err = errors.Join(err, b.raise(ctx, p, func(context.Context, *db.Tx) ([]rule.Flag, error) { return byPerson[p], nil }))
	}
	return err
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
