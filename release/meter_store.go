package release

import (
	"context"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
)

// figuresNow counts what is open.
func figuresNow(ctx context.Context, tx *db.Tx) (f Figures, err error) {
	rows, _ := tx.Query(ctx, `
		SELECT 'job', state, count(*) FROM job WHERE ended_at IS NULL GROUP BY state
		 UNION ALL SELECT 'delivery', state, count(*) FROM delivery WHERE ended_at IS NULL GROUP BY state
		 UNION ALL SELECT 'printer', state, count(*) FROM printer GROUP BY state
		 UNION ALL SELECT 'paused', '', count(*) FROM printer WHERE paused_at IS NOT NULL
		 UNION ALL SELECT 'fault', kind, count(*) FROM printer_fault WHERE ended_at IS NULL GROUP BY kind
		 UNION ALL SELECT 'unaccounted', '', coalesce(sum(unaccounted), 0)::bigint FROM printer_count WHERE read_at > $1::timestamptz - interval '7 days'`, tx.Now)
	f = Figures{Jobs: map[JobState]int{}, Deliveries: map[DeliveryState]int{}, Printers: map[PrinterState]int{}, Faults: map[FaultKind]int{}}
	var of, key string
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&of, &key, &n}, func() error {
		switch of {
		case "job":
			f.Jobs[JobState(key)] = int(n)
		case "delivery":
			f.Deliveries[DeliveryState(key)] = int(n)
		case "printer":
			f.Printers[PrinterState(key)] = int(n)
		case "paused":
			f.Paused = int(n)
		case "fault":
			f.Faults[FaultKind(key)] = int(n)
		case "unaccounted":
			f.Unaccounted = n
		}
		return nil
	})
	return f, err
}
