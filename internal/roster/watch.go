package roster

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
)

// settledFor is how long nothing in the folder may have changed before it is read: a file
// that is still being copied is half a list.
const settledFor = 30 * time.Second

// Schedule is when a folder is looked at: every so often, or once a day.
type Schedule struct {
	Every time.Duration  // 0 for once a day, ...
	At    time.Duration  // ... so long after midnight
	Zone  *time.Location // by whose clock; nil is UTC
}

var clockForm = regexp.MustCompile(`^([01][0-9]|2[0-3]):([0-5][0-9])$`)

// ParseSchedule reads "15m" or "02:30".
func ParseSchedule(s string) (Schedule, error) {
	if m := clockForm.FindStringSubmatch(s); m != nil {
		at, err := time.ParseDuration(m[1] + "h" + m[2] + "m")
		return Schedule{At: at}, err
	}
	every, err := time.ParseDuration(s)
	if err != nil || every < time.Minute || every > 24*time.Hour {
		return Schedule{}, refuse("roster-when", "Write 15m (from 1m to 24h), or a time of day like 02:30.")
	}
	return Schedule{Every: every}, nil
}

// Next is the next look after a time; the first one after a start is at once when looks
// are every so often.
func (s Schedule) Next(after time.Time) time.Time {
	if s.Every > 0 {
		return after.Add(s.Every)
	}
	local := after.In(cmp.Or(s.Zone, time.UTC))
	for day := 0; ; day++ {
		hour, minute := int(s.At.Hours()), int(s.At.Minutes())%60
		at := time.Date(local.Year(), local.Month(), local.Day()+day, hour, minute, 0, 0, local.Location())
		if at.After(after) {
			return at
		}
	}
}

// Watch looks at a folder on a schedule until ctx ends. It moves nothing and remembers by
// digest what it has done, so that several nodes may watch the same folder.
func (i *Importer) Watch(ctx context.Context, folder string, when Schedule, w Wish) error {
	return i.Keep(ctx, when, func(ctx context.Context) (bool, error) { return i.Look(ctx, folder, w) })
}

// Keep calls look on a schedule until ctx ends, and soon again while it says that it is
// not ready. Its errors are logged.
func (i *Importer) Keep(ctx context.Context, when Schedule, look func(context.Context) (ready bool, err error)) error {
	next := i.DB.Now()
	if when.Every == 0 {
		next = when.Next(next)
	}
	for {
		pause := time.NewTimer(max(0, min(next.Sub(i.DB.Now()), time.Minute))) // clocks are put right
		select {
		case <-ctx.Done():
			pause.Stop()
			return nil
		case <-pause.C:
		}
		if i.DB.Now().Before(next) {
			continue
		}
		ready, err := look(ctx)
		if err != nil && ctx.Err() == nil {
			i.Log.Error("roster", "error", err)
		}
		if next = when.Next(i.DB.Now()); err == nil && !ready {
			next = i.DB.Now().Add(settledFor)
		}
	}
}

// Look is one look at a folder: the newest zip in it, else the tables in it. What was
// done already is not done again. It is false when the folder is still being written.
func (i *Importer) Look(ctx context.Context, folder string, w Wish) (ready bool, err error) {
	w.Source = cmp.Or(w.Source, DefaultSource)
	err = i.look(ctx, folder, w)
	if errors.Is(err, errUnsettled) {
		return false, nil
	}
	if f := fault.As(err); f != nil && f.Kind != fault.Internal && f.Kind != fault.Unavailable {
		return true, i.refused(ctx, folder, w, f)
	}
	return true, err
}

var errUnsettled = errors.New("the folder is being written")

func (i *Importer) look(ctx context.Context, folder string, w Wish) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return cannotOpen(folder, err)
	}
	defer func() { _ = root.Close() }() // only read
	name, err := newest(root, time.Now())
	if err != nil || name == "" {
		return err
	}
	p, err := openIn(root, name)
	if err != nil {
		return err
	}
	defer func() { _ = p.Close() }() // only read
	known := false
	err = i.DB.InTx(ctx, db.System("roster"), func(ctx context.Context, tx *db.Tx) error {
		last, err := lastRun(ctx, tx, w.Source, p.Name)
		known = last.Digest == p.Digest
		return err
	})
	if err != nil || known {
		return err
	}
	r := Request{Origin: p.Name, Digest: p.Digest, By: BySchedule}
	if r.Roster, r.School, err = i.ReadFor(ctx, p, w); err != nil {
		return err
	}
	_, err = i.Import(ctx, r)
	return err
}

// newest is the newest zip of a folder, "." for its tables when there is none, and ""
// for an empty one.
func newest(root *os.Root, now time.Time) (name string, err error) {
	all, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return "", fmt.Errorf("list folder: %w", err)
	}
	var latest time.Time
	tables := ""
	for _, e := range all {
		zip := strings.HasSuffix(strings.ToLower(e.Name()), ".zip")
		if !zip && !isTable(e.Name()) {
			continue
		}
		info, err := e.Info()
		if err != nil {
			return "", errUnsettled // it was there a moment ago
		}
		if now.Sub(info.ModTime()).Abs() < settledFor {
			return "", errUnsettled
		}
		if !zip {
			tables = "."
		} else if name == "" || info.ModTime().After(latest) {
			name, latest = e.Name(), info.ModTime()
		}
	}
	return cmp.Or(name, tables), nil
}

// refused keeps why a folder could not be read, once for the same reason.
func (i *Importer) refused(ctx context.Context, folder string, w Wish, f *fault.Error) error {
	digest := sha256.Sum256([]byte("refused\x00" + f.Say))
	return i.DB.InTx(ctx, db.System("roster"), func(ctx context.Context, tx *db.Tx) error {
		last, err := lastRun(ctx, tx, w.Source, folder)
		if err != nil || last.Digest == digest {
			return err
		}
		i.Log.Warn("roster", "origin", BySchedule, "outcome", Refused, "reason", f.Code)
		return insertRefusal(ctx, tx, w.Source, BySchedule, folder, digest, f.Say)
	})
}
