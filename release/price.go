package release

import (
	"context"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/quota"
)

// priceChanged refuses what costs more by now than was shown.
var priceChanged = fault.New(fault.Conflict, "price-changed", "The price has changed. Look at it again, then print.")

// workAt is what a job asks of a printer, as that prints it; a zero printer prints it as it is
// asked for.
func (j Job) workAt(p PrinterRecord) quota.Work {
	j = j.at(p)
	t := j.Ticket
	w := quota.Work{Sides: j.Impressions, Colour: j.ColourImpressions, Sheets: j.Sheets, Copies: t.Copies, Media: t.Media, Printed: j.Printed}
	for _, f := range t.Finishings {
		if word := finishingKeywords[FinishingOf(f)]; word != "" {
			w.Finishings = append(w.Finishings, word)
		}
	}
	return w
}

// at is a counted job as it comes out at a printer.
func (j Job) at(p PrinterRecord) Job {
	j.Ticket = j.Ticket.Fitted(p.Can)
	j, err := j.measured()
	if err != nil { // it was counted before colour was looked for: all of it may be in colour
		j.ColourImpressions = j.Impressions
	}
	return j
}

// finishingKeywords are the kinds that can have a price, in quota's words.
var finishingKeywords = map[Finishing]string{Staple: "staple", Punch: "punch", Fold: "fold", Bind: "bind", Booklet: "booklet", Trim: "trim"}

// priced is a counted job with what it costs at no particular printer: at the one its queue
// prints at, if there is one, and else by the school's base prices.
func (d *Desk) priced(ctx context.Context, tx *db.Tx, j Job) (Job, error) {
	t, err := quota.TariffAt(ctx, tx, j.School, tx.Now)
	if err != nil || t.Plain() {
		j.Price = int64(j.Impressions)
		return j, err
	}
	p, err := queuePrinter(ctx, tx, j.Queue)
	if err != nil {
		return j, err
	}
	whole := j
	whole.Printed = 0
	j.Price = t.Price(whole.workAt(p), p.Group).Units
	return j, nil
}

// queuePrinter is the one printer that a queue's jobs come out of, or the zero one.
func queuePrinter(ctx context.Context, tx *db.Tx, id QueueID) (p PrinterRecord, err error) {
	q, err := queueByID(ctx, tx, id)
	switch {
	case err != nil:
		return p, err
	case q.Kind == Direct:
		return printerByID(ctx, tx, q.Printer)
	case len(q.Policy.Printers) == 1:
		return printerByID(ctx, tx, q.Policy.Printers[0])
	}
	return p, nil
}

// Explained is why a delivery costs what it does.
type Explained struct {
	Tariff quota.TariffID
	Unit   quota.Unit
	quota.Price
}

// explainPrice works the price of a delivery out again, by the tariff of its time.
func explainPrice(ctx context.Context, tx *db.Tx, d Delivery) (e Explained, err error) {
	t, err := quota.TariffByID(ctx, tx, d.Tariff)
	return Explained{t.ID, t.Unit, t.Price(d.Work, d.Group)}, err
}
