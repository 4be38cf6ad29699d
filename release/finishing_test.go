package release_test

import (
	"testing"

	"inkwell/release"
)

// Each kind is known in general and from the first of its places to the last.
func TestFinishingOf(t *testing.T) {
	t.Parallel()
	for kind, enums := range map[release.Finishing][]int{
		release.Staple: {4, 20, 35}, release.Punch: {5, 70, 89}, release.Fold: {10, 90, 101}, release.Bind: {7, 50, 53},
		release.Booklet: {8, 9, 13}, release.Trim: {11, 60, 63},
		0: {0, 3, 6, 12, 14, 19, 36, 49, 54, 59, 64, 69, 102, -4},
	} {
		for _, enum := range enums {
			if got := release.FinishingOf(enum); got != kind {
				t.Errorf("%d is of kind %d, want %d", enum, got, kind)
			}
		}
	}
}
