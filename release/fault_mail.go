package release

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
)

// Post sends a mail to those who look after printers.
type Post interface {
	Send(ctx context.Context, subject, text string) error
}

// mailAgain is how long a school's next mail waits after one: what has come up by then is in it.
const mailAgain = 10 * time.Minute

// MailFaults sends what has not been mailed: each fault once, those of a school together. What a
// printer alone says has to last for two minutes, and that it cannot be reached is no
// news while the school is closed. A mail that the server did not take is tried again.
func (d *Desk) MailFaults(ctx context.Context) error {
	if d.Post == nil {
		return nil
	}
	var schools []school.ID
	err := d.DB.InTx(ctx, db.System("faults"), func(ctx context.Context, tx *db.Tx) (err error) {
		schools, err = schoolsToMail(ctx, tx)
		return err
	})
	for _, id := range schools {
		err = errors.Join(err, d.mailSchool(ctx, id))
	}
	return err
}

func (d *Desk) mailSchool(ctx context.Context, id school.ID) error {
	var all []Fault
	var sc school.School
	err := d.inSchool(ctx, id, func(ctx context.Context, tx *db.Tx) (err error) {
		if sc, err = school.ByID(ctx, tx, id); err != nil {
			return err
		}
		c, err := d.calendar(ctx, tx, id)
		if err != nil {
			return err
		}
		if all, err = faultsToMail(ctx, tx, id); err != nil {
			return err
		}
		if all = worthMail(all, c, tx.Now); len(all) == 0 {
			return nil
		}
		return updateMailed(ctx, tx, id, all, true)
	})
	if err != nil || len(all) == 0 {
		return err
	}
	subject, text := mailOf(sc, all)
	err = d.Post.Send(ctx, subject, text)
	if err == nil {
		d.Log.Info("faults mailed", "school", id, "faults", len(all))
		return nil
	}
	unsent := d.inSchool(context.WithoutCancel(ctx), id, func(ctx context.Context, tx *db.Tx) error { return updateMailed(ctx, tx, id, all, false) })
	return errors.Join(fmt.Errorf("mail faults: %w", err), unsent)
}

// worthMail leaves out printers that are off because nobody is there.
func worthMail(all []Fault, c calendar.Calendar, now time.Time) (some []Fault) {
	for _, f := range all {
		if f.Kind != FaultUnreachable || f.Reports > 0 || !c.OutOfHours(now) {
			some = append(some, f)
		}
	}
	return some
}

// mailOf is one mail about faults: of printers, never of people.
func mailOf(sc school.School, all []Fault) (subject, text string) {
	var b strings.Builder
	for _, f := range all {
		fmt.Fprintf(&b, "%s: %s%s\n  since %s, %s\n\n", f.Kind.Words(), f.Printer.Name, placed(f.Printer), f.First.In(sc.Zone).Format("Mon 2 January, 15:04"), f.Who())
	}
	b.WriteString("All of it stands on the page Printers of the staff pages, and ends there. Each fault is mailed once.\n")
	subject = fmt.Sprintf("%s: %s, %s%s", sc.Name, all[0].Kind.Words(), all[0].Printer.Name, placed(all[0].Printer))
	if len(all) > 1 {
		subject = fmt.Sprintf("%s: %d faults of printers", sc.Name, len(all))
	}
	return subject, b.String()
}

func placed(p PrinterRecord) (say string) {
	for _, s := range []string{p.Room, p.Asset} {
		if s != "" {
			say += ", " + s
		}
	}
	return say
}
