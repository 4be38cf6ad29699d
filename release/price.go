package release

import (
	"context"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
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

// shows says that a visitor has been shown what jobs cost: none is released for more.
func (v Visitor) shows(j JobID, units int64) bool {
	shown, known := v.Shown[j]
	return !known || units <= shown
}

// AddToGroup puts printers into a group of a school's, which is made where it is missing; "" takes
// them out of theirs. A printer is in one group at most.
func AddToGroup(ctx context.Context, tx *db.Tx, id school.ID, name string, all []PrinterID) error {
	var g quota.GroupID
	var err error
	if name != "" {
		if name = strings.TrimSpace(name); name == "" || len([]rune(name)) > 100 {
			return groupName
		}
		if g, err = openGroup(ctx, tx, id, name); err != nil {
			return err
		}
	}
	return updateGroup(ctx, tx, id, g, all)
}

var groupName = fault.New(fault.Invalid, "printer-group-name", "A group of printers has a name of 1 to 100 characters.")

// GroupByName is a group of a school's printers, whatever the case of its name
// ("printer-group-unknown").
func GroupByName(ctx context.Context, tx *db.Tx, id school.ID, name string) (quota.GroupID, error) {
	return groupByName(ctx, tx, id, strings.TrimSpace(name))
}

// GroupNames are the groups of a school's printers, of every school's for 0.
func GroupNames(ctx context.Context, tx *db.Tx, id school.ID) (map[quota.GroupID]string, error) {
	return groupNames(ctx, tx, id)
}
