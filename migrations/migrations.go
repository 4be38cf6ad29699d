// Package migrations holds the schema: one forward-only SQL file per step,
// gap-free from 0001, each applied in a transaction of its own. A table belongs
// to the one package named at the top of its file; only that package's store
// writes it.
package migrations

import "embed"

// Files are the migrations, named NNNN_name.sql.
//
//go:embed *.sql
var Files embed.FS
