package dbtest

import (
	"context"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
)

// Exchanges counts how often a database was asked: each is a message to the server
// and one back, with however many statements. The zero value is ready.
type Exchanges struct{ n atomic.Int64 }

// Count is how many there were so far.
func (e *Exchanges) Count() int { return int(e.n.Load()) }

// TraceQueryStart is pgx.QueryTracer's.
func (e *Exchanges) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	e.n.Add(1)
	return ctx
}

// TraceQueryEnd is pgx.QueryTracer's.
func (e *Exchanges) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TraceBatchStart is pgx.BatchTracer's.
func (e *Exchanges) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	e.n.Add(1)
	return ctx
}

// TraceBatchQuery is pgx.BatchTracer's.
func (e *Exchanges) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

// TraceBatchEnd is pgx.BatchTracer's.
func (e *Exchanges) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}
