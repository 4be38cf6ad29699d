package release

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"inkwell/internal/db"
	"inkwell/quota"
)

// Moment is one line of a job's life.
type Moment struct {
	At   time.Time
	What string // received, counted, held, released, printing, printed, charged, ...
	Say  string // the figures, in plain words
}

// Life tells what happened to a job, oldest first, for the host's commands. It
// names no person and no title.
func (d *Desk) Life(ctx context.Context, id JobID) (Job, []Moment, error) {
	var job Job
	var life []Moment
	err := d.DB.InTx(ctx, db.System("life"), func(ctx context.Context, tx *db.Tx) (err error) {
		if job, err = jobByID(ctx, tx, id); err != nil {
			return err
		}
		unit, err := unitThen(ctx, tx, job)
		if err != nil {
			return err
		}
		life = job.moments(unit)
		q, err := queueByID(ctx, tx, job.Queue)
		if err != nil {
			return err
		}
		for _, t := range job.Touched {
			life = append(life, Moment{later(job.Submitted, job.Received), "policy", fmt.Sprintf(touchesInWords[t], q.Name)})
		}
		all, err := deliveriesOf(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, del := range all {
			p, err := printerByID(ctx, tx, del.Printer)
			if err != nil {
				return err
			}
			moved, err := quota.Movements(ctx, tx, quota.DeliveryID(del.ID))
			if err != nil {
				return err
			}
			why, err := explainPrice(ctx, tx, del)
			if err != nil {
				return err
			}
			life = append(life, del.moments(p, moved, why)...)
		}
		return nil
	})
	if !job.Ended.IsZero() {
		life = append(life, Moment{job.Ended, string(job.State), ending(job)})
	}
	life = slices.DeleteFunc(life, func(m Moment) bool { return m.At.IsZero() })
	slices.SortStableFunc(life, func(a, b Moment) int { return a.At.Compare(b.At) })
	job.Title = ""
	return job, life, err
}

// touchesInWords says what a queue's policy has made of a job.
var touchesInWords = map[Touch]string{
	SidesDefaulted:  "one-sided: the job did not say, and the queue %s has it so",
	ColourDefaulted: "colour: the job did not say, and the queue %s has it so",
	ColourWithheld:  "black and white: the queue %s has no colour for its sender",
}

// unitThen is what the school counted in when the job was priced.
func unitThen(ctx context.Context, tx *db.Tx, j Job) (quota.Unit, error) {
	t, err := quota.TariffAt(ctx, tx, j.School, later(j.Submitted, j.Held))
	return t.Unit, err
}

func (j Job) moments(unit quota.Unit) []Moment {
	m := []Moment{{j.Received, "received", fmt.Sprintf("%d bytes of %s, sender proven by %s", j.Bytes, j.Format, j.Proof)}}
	if !j.Held.IsZero() {
		m = append(m,
			Moment{j.Held, "counted", quota.Pages(int64(j.Impressions)) + " on " + sheets(j.Sheets)},
			Moment{j.Held, "held", fmt.Sprintf("costs %s, kept until %s", unit.Say(j.Price), j.Expires.Format("Mon 2 Jan 15:04 MST"))})
	}
	return m
}

func (d Delivery) moments(p PrinterRecord, moved []quota.Movement, why Explained) []Moment {
	unit := why.Unit
	by := ""
	if d.Slip != 0 {
		by = ", by a runner's slip"
	}
	m := []Moment{{d.Reserved, "released", fmt.Sprintf("to %s, %s set aside%s", p.Name, unit.Say(d.Amount), by)}}
	for _, l := range why.Lines {
		m = append(m, Moment{d.Reserved, "price", l.In(unit)})
	}
	m = append(m, Moment{d.Sent, "printing", fmt.Sprintf("%s has it as its job %d", p.Name, d.PrinterJob)})
	before := int64(0)
	for _, t := range moved {
		if t.Kind == quota.Reserved {
			before = t.After + t.Amount
		}
	}
	switch d.State {
	case Settled:
		m = append(m,
			Moment{d.Ended, "printed", fmt.Sprintf("%s came out", quota.Pages(int64(d.Printed)))},
			Moment{d.Ended, "charged", fmt.Sprintf("%s: balance %s before, %s after", unit.Say(d.Charged), unit.Figure(before), unit.Figure(before-d.Charged))})
		m = append(m, d.counts()...)
	case Void:
		m = append(m, d.counts()...)
		m = append(m, Moment{d.Ended, "given back", fmt.Sprintf("nothing came out (%s): balance %s", d.Reason, unit.Figure(before))})
	case Unclear:
		m = append(m, Moment{d.Sent, "unclear", "the printer was lost from sight; nothing is charged until its owner answers"})
	}
	return m
}

// counts are the printer's count of what came out and ours of the whole, of a delivery that
// the printer was asked about.
func (d Delivery) counts() []Moment {
	if d.Said == nil {
		return nil
	}
	ours := quota.Pages(int64(d.Impressions)) + " on " + sheets(d.paper())
	if d.Colour > 0 {
		ours += fmt.Sprintf(", %d in colour", d.Colour)
	}
	return []Moment{{d.Ended, "counts", "the printer says " + d.Said.words() + "; we counted " + ours}}
}

// words are what the printer said: "4 pages, 2 sheets, none in colour".
func (s Said) words() string {
	var all []string
	if s.Impressions >= 0 {
		all = append(all, quota.Pages(int64(s.Impressions)))
	}
	if s.Sheets >= 0 {
		all = append(all, sheets(s.Sheets))
	}
	if s.Colour != nil {
		all = append(all, fmt.Sprintf("%d in colour", *s.Colour))
	}
	if s.Counter != nil {
		all = append(all, fmt.Sprintf("%d by its counter of all it ever printed", *s.Counter))
	}
	if all == nil {
		return "nothing of pages"
	}
	return strings.Join(all, ", ")
}

func sheets(n int) string {
	if n == 1 {
		return "1 sheet"
	}
	return fmt.Sprintf("%d sheets", n)
}

func ending(j Job) string {
	switch j.State {
	case Done:
		return "its document is destroyed"
	case Refused:
		return sentence(j.Reason)
	}
	return "its document is destroyed, nothing was charged"
}
