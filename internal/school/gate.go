package school

import (
	"context"
	"math"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
)

// What stops guessing of codes. Everything is counted in the database, so a restart or
// another node forgets nothing, and nothing stands against a person: a delay is one
// name's at one kiosk, and their badge, or their code elsewhere, ends it.
const (
	keypadTries  = 10 // wrong codes at one kiosk within guessWindow: its keypad pauses
	schoolTold   = 50 // wrong codes at the school within a day: it is recorded and logged
	schoolTries  = 150
	schoolWindow = 24 * time.Hour // in which so many have all keypads of the school rest, until IT has looked
	freeTries    = 3              // of one name at one kiosk, before each next one has to wait
	nameWindow   = time.Hour      // how long a wrong try of a name is remembered
	longestWait  = 5 * time.Minute
)

// gate is how many wrong codes there have been when another one is to be tried.
type gate struct {
	school int       // since IT looked, within schoolWindow
	kiosk  int       // at this one, within guessWindow
	name   int       // of this name here, within nameWindow, unless cleared
	last   time.Time // of this name here
}

// refusal is why no code may be tried now, or nil. It is the same for a name that
// nobody has.
func (g gate) refusal(now time.Time) *fault.Error {
	wait := g.last.Add(delay(g.name)).Sub(now)
	switch {
	case g.school >= schoolTries:
		return fault.New(fault.TooMany, "keypads-rest", "Codes do not work at the moment. Badges still do. Please tell IT.")
	case g.kiosk >= keypadTries:
		return fault.New(fault.TooMany, "keypad-paused", "The keypad is resting for a few minutes. Badges still work.")
	case wait > 0:
		return fault.New(fault.TooMany, "code-wait", "Wait %d seconds, then try again. A badge works at once.", int(math.Ceil(wait.Seconds())))
	}
	return nil
}

// delay is how long a name has to wait at a kiosk after so many wrong codes there.
func delay(wrong int) time.Duration {
	if wrong < freeTries {
		return 0
	}
	return min(2*time.Second<<min(wrong-freeTries, 10), longestWait)
}

// atGate refuses early what countTry would refuse, without a lock.
func (d *Directory) atGate(ctx context.Context, school ID, username, place string) error {
	return d.db.Look(ctx, db.InSchool(school), func(ctx context.Context, tx *db.Tx) error {
		g, err := readGate(ctx, tx, school, place, d.typedName(username))
		if err != nil {
			return err
		}
		return faultOr(g.refusal(tx.Now))
	})
}

// countTry counts a try before it is looked at, or refuses it. Tries at one school are
// counted one after the other.
func (d *Directory) countTry(ctx context.Context, tx *db.Tx, school ID, username, place string) (int64, error) {
	if err := lockGate(ctx, tx, school); err != nil {
		return 0, err
	}
	name := d.typedName(username)
	g, err := readGate(ctx, tx, school, place, name)
	if err != nil {
		return 0, err
	}
	if f := g.refusal(tx.Now); f != nil {
		return 0, f
	}
	if n := g.school + 1; n == schoolTold || n == schoolTries {
		d.log.Warn("many wrong codes", "school", school, "count", n)
		err := audit.Record(ctx, tx, audit.Entry{School: school, Act: "codes-guessed", Facts: map[string]any{"wrong": n, "rest": n == schoolTries}})
		if err != nil {
			return 0, err
		}
	}
	return insertCodeTry(ctx, tx, school, place, name)
}

// clearTries ends the delays of a person at every kiosk. What they count towards the
// ceilings of kiosks and school stays.
func (d *Directory) clearTries(ctx context.Context, tx *db.Tx, p Person) error {
	return clearTries(ctx, tx, p.School, d.typedName(p.Username))
}

func (d *Directory) typedName(username string) []byte { return d.keys.digest("name", []byte(username)) }

// WrongCodes is how many wrong codes there were at a school within a day, or since IT
// looked, and whether its keypads rest because of them.
func (d *Directory) WrongCodes(ctx context.Context, tx *db.Tx, school ID) (n int, rest bool, err error) {
	g, err := readGate(ctx, tx, school, "", nil)
	return g.school, g.school >= schoolTries, err
}

// ResumeCodes has the keypads of a school work again after somebody has looked into the
// wrong codes: those so far count no longer for the school. by is whose act it is.
func (d *Directory) ResumeCodes(ctx context.Context, tx *db.Tx, by Pseudonym, school ID) error {
	if err := lockGate(ctx, tx, school); err != nil {
		return err
	}
	if err := resumeGate(ctx, tx, school); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{School: school, Act: "codes-resumed", Actor: by})
}
