package release

import (
	"context"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/quota"
)

// Places are the printers of a school, for reports of its usage.
var Places = quota.Places{Names: printerNames, People: peopleAtPrinters}

func printerNames(ctx context.Context, tx *db.Tx, id school.ID) (map[int64]string, error) {
	all, err := printers(ctx, tx, id)
	names := map[int64]string{}
	for _, p := range all {
		names[int64(p.ID)] = p.Name
	}
	return names, err
}

func peopleAtPrinters(ctx context.Context, tx *db.Tx, id school.ID, s quota.Span) (map[int64]int, error) {
	c, err := school.CalendarOf(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	return printedAt(ctx, tx, id, c.Start(s.From), c.Start(s.To+1))
}
