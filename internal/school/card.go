package school

import (
	"context"
	"sync"
	"time"

	"inkwell/internal/db"
)

// cardsFor is how old the answer of AsksForCards may be.
const cardsFor = 5 * time.Second

// cards is what was last known of it.
type cards struct {
	mu    sync.Mutex
	wants bool
	until time.Time
}

// AsksForCards says whether any school has a device group that is known by client
// certificates, as it was a few seconds ago. Asking for one bothers people whose
// browser has some, so a server does it only where it helps.
func (d *Directory) AsksForCards() bool {
	d.cards.mu.Lock()
	defer d.cards.mu.Unlock()
	now := d.db.Now()
	if now.Before(d.cards.until) {
		return d.cards.wants
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err := d.db.Look(ctx, db.System("cards"), func(ctx context.Context, tx *db.Tx) (err error) {
		d.cards.wants, err = anyCertificates(ctx, tx)
		return err
	})
	if err != nil { // and then it is as it was
		d.log.Warn("ask for certificates", "error", err)
	}
	d.cards.until = now.Add(cardsFor)
	return d.cards.wants
}
