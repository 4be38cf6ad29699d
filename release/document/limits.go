package document

import (
	"fmt"
	"os/signal"

	"golang.org/x/sys/unix"
)

// startingFiles is how many descriptors a child may have until its engine is
// loaded; after that none can be opened at all.
const startingFiles = 32

// limitStart is the child's first act: bounds on processor time and on the size of
// any file it writes (memory files count), and no core dump, which would put the
// document on a disk.
func limitStart(t bounds) error {
	signal.Ignore(unix.SIGXFSZ) // a write over the limit fails instead of ending the child
	limits := []struct {
		name string
		what int
		most int64
	}{
		{"processor time", unix.RLIMIT_CPU, int64(t.CPUSeconds)},
		{"file size", unix.RLIMIT_FSIZE, t.MaxBytes},
		{"core dumps", unix.RLIMIT_CORE, 0},
		{"open files", unix.RLIMIT_NOFILE, startingFiles},
	}
	for _, l := range limits {
		if err := setLimit(l.what, l.most); err != nil {
			return fmt.Errorf("limit %s: %w", l.name, err)
		}
	}
	return nil
}

// shut is the child's last act before it looks at the document. From here on it
// cannot open a file, make a socket, or be looked into by another process of its
// user.
func shut() error {
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("forbid looking in: %w", err)
	}
	if err := setLimit(unix.RLIMIT_NOFILE, 0); err != nil {
		return fmt.Errorf("forbid opening files: %w", err)
	}
	return nil
}

func setLimit(what int, most int64) error {
	n := uint64(most) // #nosec G115 -- never negative: Options.complete
	return unix.Setrlimit(what, &unix.Rlimit{Cur: n, Max: n})
}
