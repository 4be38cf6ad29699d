package release

import (
	"context"
	"slices"
	"sync"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/events"
)

// Offer is what a queue offers to those who print to it. It is shared: nobody
// changes one.
type Offer struct {
	Can      Capabilities // the union of what the queue's printers can do; Everyday before any has answered
	Changed  time.Time    // when Can last changed; zero before any has answered
	Rooms    []string     // where the printers stand, as far as that is known
	Supplies []Supply     // of all printers, each with its printer's name before it

	among []PrinterID // of the queue's policy, when this was read
}

// Offer tells what the queue's printers can do: of a Direct queue its own one, of a
// Hold queue those that its jobs can come out of and that have a station. It is read
// once and kept until a printer or the queue's policy says otherwise, or a minute.
func (d *Desk) Offer(ctx context.Context, q Queue) (*Offer, error) {
	among := q.Policy.Printers
	if q.Kind == Direct {
		among = nil
	}
	return d.offers.of(q.ID, among, func() (*Offer, error) {
		var all []offering
		err := d.inSchool(ctx, q.School, func(ctx context.Context, tx *db.Tx) (err error) {
			all, err = offerings(ctx, tx, q.School, q.Printer, among)
			return err
		})
		if err != nil {
			return nil, err
		}
		o := newOffer(all)
		o.among = among
		return o, nil
	})
}

func newOffer(all []offering) *Offer {
	o := &Offer{}
	var can []Capabilities
	for _, p := range all {
		can = append(can, p.can)
		if p.changed.After(o.Changed) {
			o.Changed = p.changed
		}
		if p.room != "" && !slices.Contains(o.Rooms, p.room) {
			o.Rooms = append(o.Rooms, p.room)
		}
		for _, s := range p.can.Supplies {
			s.Name = p.name + ": " + s.Name
			o.Supplies = append(o.Supplies, s)
		}
	}
	o.Can = Union(can...)
	return o
}

// offerLives is how long an offer is kept when nobody says that it has changed:
// printers and stations are also added by commands outside this program.
const offerLives = time.Minute

// refreshOffers forgets all offers when a printer has become another.
func (d *Desk) refreshOffers(ctx context.Context) {
	bell := d.Hub.Subscribe(events.Printers)
	defer bell.Close()
	d.every(ctx, "offers", offerLives, bell.C, func(context.Context) error {
		d.offers.forget()
		return nil
	})
}

// offers keeps the offers of queues.
type offers struct {
	mu   sync.Mutex
	kept map[QueueID]*Offer
	age  int // how often they were forgotten
}

// of is the kept offer, or what read says, which is kept unless all were forgotten
// meanwhile.
func (o *offers) of(q QueueID, among []PrinterID, read func() (*Offer, error)) (*Offer, error) {
	o.mu.Lock()
	offer, age := o.kept[q], o.age
	o.mu.Unlock()
	if offer != nil && slices.Equal(offer.among, among) {
		return offer, nil
	}
	offer, err := read()
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.age == age {
		if o.kept == nil {
			o.kept = map[QueueID]*Offer{}
		}
		o.kept[q] = offer
	}
	return offer, nil
}

func (o *offers) forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.kept, o.age = nil, o.age+1
}
