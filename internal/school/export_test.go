package school

import (
	"context"
	"sync/atomic"
	"time"
)

// TypedDigest is the digest of a badge from before badges were kept by their bytes.
func TypedDigest(k Keys, typed string) []byte { return k.digest("badge", []byte(typed)) }

// For tests of codes.
var (
	Patterned   = patterned
	DrawCode    = drawCode
	DigitsAlone = digitsAlone
)

var hashes atomic.Int64

var spaced, spaces atomic.Int64

// Spaced has refusals of codes spaced as they are outside tests, or not.
func Spaced(on bool) {
	spaced.Store(0)
	if on {
		spaced.Store(1)
	}
}

// Spaces is how many refusals of codes were, or would have been, spaced so far.
func Spaces() int64 { return spaces.Load() }

func init() {
	space = func(ctx context.Context, began time.Time) {
		spaces.Add(1)
		if spaced.Load() == 1 {
			evenly(ctx, began)
		}
	}
	real := compare
	compare = func(password, hash string) (bool, error) {
		hashes.Add(1)
		return real(password, hash)
	}
}

// Hashes is how many hashes were compared so far.
func Hashes() int64 { return hashes.Load() }
