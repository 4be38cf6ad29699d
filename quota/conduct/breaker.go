package conduct

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/school"
)

// breakerHour is how far back the breaker counts whom a rule hit.
const breakerHour = time.Hour

// trips stops a rule whose flag is one too many for a year group within the hour: what it
// flagged in that hour is dismissed. Whoever it stopped is freed by takeBack.
func (b *bench) trips(ctx context.Context, tx *db.Tx, who subject, f Flag) (bool, error) {
	since := tx.Now.Add(-breakerHour)
	hit, of, err := hitBy(ctx, tx, b.school, f.Rule, who.year, since)
	if err != nil || !b.policy.Breaker.Trips(hit, of) {
		return false, err
	}
	if err := insertDisarmed(ctx, tx, b.school, Disarmed{Set: f.Set, Rule: f.Rule, Year: who.year, Hit: hit, Of: of, At: tx.Now}); err != nil {
		return false, fmt.Errorf("stop rule %d: %w", f.Rule, err)
	}
	if err := dismissOf(ctx, tx, b.school, f.Rule, since); err != nil {
		return false, err
	}
	b.Log.Warn("rule stopped", "school", b.school, "rule", f.Rule, "hit", hit, "of", of)
	if b.state, err = stateOf(ctx, tx, b.school); err != nil {
		return false, err
	}
	return true, audit.Record(ctx, tx, audit.Entry{School: b.school, Act: "rule-stopped", Facts: map[string]any{"rule": int64(f.Rule), "version": int64(f.Set), "hit": hit, "of": of, "year": who.year}})
}

// takeBack frees whom stopped rules have stopped within their hour. It is done in a transaction of
// its own, since it locks other people's standing, and again at each look until all is done.
func (b *bench) takeBack(ctx context.Context) error {
	return b.DB.InTx(ctx, db.InSchool(b.school), func(ctx context.Context, tx *db.Tx) error {
		s, err := stateOf(ctx, tx, b.school)
		if err != nil {
			return err
		}
		b.state = s
		for _, d := range s.Disarmed {
			freed, err := liftRules(ctx, tx, b.Hub, b.school, d.Rule, d.At.Add(-breakerHour), "The rule hit too many at once and was stopped.")
			if err != nil {
				return fmt.Errorf("free whom rule %d stopped: %w", d.Rule, err)
			}
			if freed == 0 {
				continue
			}
			if err := audit.Record(ctx, tx, audit.Entry{School: b.school, Act: "rule-taken-back", Facts: map[string]any{"rule": int64(d.Rule), "freed": freed}}); err != nil {
				return err
			}
		}
		return nil
	})
}

// tell mails IT of rules that were stopped, once each; a mail that was not taken is tried again.
func (b *bench) tell(ctx context.Context) error {
	if b.Post == nil || len(b.state.Disarmed) == 0 {
		return nil
	}
	var all []Disarmed
	var sc school.School
	err := b.DB.InTx(ctx, db.InSchool(b.school), func(ctx context.Context, tx *db.Tx) (err error) {
		if sc, err = school.ByID(ctx, tx, b.school); err != nil {
			return err
		}
		all, err = takeToTell(ctx, tx, b.school)
		return err
	})
	if err != nil || len(all) == 0 {
		return err
	}
	var text strings.Builder
	for _, d := range all {
		r, _ := b.policy.Rule(d.Rule)
		fmt.Fprintf(&text, "Rule %d, %s: it flagged %d of %d pupils of one year group within an hour.\n  since %s\n\n",
			d.Rule, r.Name, d.Hit, d.Of, d.At.In(sc.Zone).Format("Mon 2 January, 15:04"))
	}
	text.WriteString("It flags nobody any more, and what it did within that hour is taken back.\nMend it, then: inkwell conduct arm NUMBER\n")
	if err := b.Post.Send(ctx, sc.Name+": a rule of conduct was stopped", text.String()); err != nil {
		again := b.DB.InTx(context.WithoutCancel(ctx), db.InSchool(b.school), func(ctx context.Context, tx *db.Tx) error { return tellAgain(ctx, tx, all) })
		return errors.Join(fmt.Errorf("mail stopped rules: %w", err), again)
	}
	return nil
}
