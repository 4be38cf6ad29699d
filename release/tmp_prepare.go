package release

import (
	"context"
	"io"

	"inkwell/release/document"
)

type docRange struct{ First, Last int }

func prepare(ctx context.Context, e *document.Engine, in io.Reader, r []docRange, out io.Writer) (document.Facts, error) {
	if len(r) == 0 {
		return e.Prepare(ctx, in, out)
	}
	return e.Extract(ctx, in, r[0].First, r[0].Last, out)
}
