package audit

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
)

// page is how many rows a cursor holds at a time.
const page = 5000

// cursor reads a large result in order, a page at a time, so that two can be read
// side by side in one transaction.
type cursor[T any] struct {
	tx    *db.Tx
	fetch string
	scan  pgx.RowToFunc[T]
	page  []T
	at    int
	ended bool
}

// openSeals and openRows may be called once until closeAll. A cursor of other columns has another
// name: how its pages are read is kept by what is asked.
func openSeals(ctx context.Context, tx *db.Tx, chain Chain) (*cursor[seal], error) {
	return open(ctx, tx, "seals", `SELECT `+sealColumns+` FROM seal WHERE chain = '`+string(chain)+`' ORDER BY number`, scanSeal)
}

func openRows(ctx context.Context, tx *db.Tx, chain Chain) (*cursor[row], error) {
	return open(ctx, tx, string(chain)+"_rows", `SELECT `+lined[chain].columns+` FROM `+string(chain)+` ORDER BY xact, `+ids[chain], lined[chain].scan)
}

func closeAll(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `CLOSE ALL`)
	return err
}

func open[T any](ctx context.Context, tx *db.Tx, name, query string, scan pgx.RowToFunc[T]) (*cursor[T], error) {
	if _, err := tx.Exec(ctx, `DECLARE `+name+` NO SCROLL CURSOR FOR `+query); err != nil {
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	return &cursor[T]{tx: tx, fetch: fmt.Sprintf(`FETCH %d FROM %s`, page, name), scan: scan}, nil
}

// peek is the next element, or nil at the end. It stays valid until the page ends.
func (c *cursor[T]) peek(ctx context.Context) (*T, error) {
	if c.at == len(c.page) && !c.ended {
		rows, _ := c.tx.Query(ctx, c.fetch)
		var err error
		if c.page, err = pgx.AppendRows(c.page[:0], rows, c.scan); err != nil {
			return nil, fmt.Errorf("read page: %w", err)
		}
		c.at, c.ended = 0, len(c.page) < page
	}
	if c.at == len(c.page) {
		return nil, nil
	}
	return &c.page[c.at], nil
}

// skip goes past what peek returned.
func (c *cursor[T]) skip() { c.at++ }
