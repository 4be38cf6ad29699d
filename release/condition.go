package release

import (
	"context"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// Chore is something that has to be done again and again for an installation to stay well.
type Chore string

// The chores.
const (
	AuditVerified  Chore = "audit-verified"
	LedgerVerified Chore = "ledger-verified"
	BackupMade     Chore = "backup-made"
)

// Upkeep is when a chore was last done, and how many problems it found.
type Upkeep struct {
	At       time.Time // zero for never
	Problems int
}

// Condition is how the parts are that work without anybody looking.
type Condition struct {
	Servers    int       // that beat their lease lately
	Lapsed     int       // whose lease ran out, and who have not said that they end
	LastBeat   time.Time // of those
	Held       int       // jobs that have not ended
	Oldest     time.Time // of them, when it was sent; zero for none
	Overdue    int       // of them, kept for more than an hour beyond their time
	Unmailed   int       // open faults that nobody has been written to about for half an hour
	Queues     int
	Shut       []string // queues that take or print nothing, by name
	Outless    []string // direct queues whose printer does not print, by name
	KiosksLost []string // stations with a screen, none of which is connected
	Kiosks     int      // stations with a screen
	Tended     map[Chore]Upkeep
}

// ConditionOf reads how a school's parts are, or those of all schools for 0.
func ConditionOf(ctx context.Context, d *db.DB, in school.ID) (c Condition, err error) {
	scope := db.System("condition")
	if in != 0 {
		scope = db.InSchool(in)
	}
	err = d.Look(ctx, scope, func(ctx context.Context, tx *db.Tx) error {
		c, err = conditionOf(ctx, tx, in)
		return err
	})
	return c, err
}

// Tended keeps that a chore was done now.
func Tended(ctx context.Context, d *db.DB, what Chore, problems int) error {
	return d.InTx(ctx, db.System("upkeep"), func(ctx context.Context, tx *db.Tx) error { return updateUpkeep(ctx, tx, what, problems) })
}
