package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/sealed"
	"inkwell/internal/signin"
	"inkwell/release"
)

// How long is too long since a chore was done.
const (
	backupOld   = 2 * 24 * time.Hour
	verifiedOld = 8 * 24 * time.Hour
)

// checkCondition is about what works without anybody looking: servers, what waits, queues, kiosks,
// mail, and the chores.
func checkCondition(ctx context.Context, c Config, d *db.DB, in school.ID) []finding {
	is, err := release.ConditionOf(ctx, d, in)
	if err != nil {
		return []finding{{bad, "condition", asPerson(err), "look at the server's log"}}
	}
	now := time.Now()
	return []finding{
		checkServers(is), checkHeld(is), checkQueues(is), checkKiosks(is), checkMail(c, is),
		checkChore(is, now, release.BackupMade, "backup", "the last backup was made %s", "none was told of", "back up as docs/operations.md says, and end the script with inkwell backup note", backupOld),
		checkChore(is, now, release.LedgerVerified, "ledger", "verified %s", "never verified", "inkwell ledger verify, once a week", verifiedOld),
		checkChore(is, now, release.AuditVerified, "record", "verified %s", "never verified", "inkwell audit verify, once a week, or the page Audit", verifiedOld),
	}
}

func checkServers(is release.Condition) finding {
	const what = "servers"
	switch {
	case is.Servers == 0:
		return finding{bad, what, "none keeps its lease: nothing is printed", "start the server with inkwell serve, and read its log if it ends"}
	case is.Lapsed > 0:
		return finding{look, what, fmt.Sprintf("%d at work; %s has not been heard of since %s", is.Servers, several(is.Lapsed, "other"), is.LastBeat.Local().Format("2 January 15:04")),
			"start that one again if it is missed; what it had in hand has gone to the others"}
	}
	return finding{good, what, fmt.Sprintf("%d at work, with leases that hold", is.Servers), ""}
}

func checkHeld(is release.Condition) finding {
	const what = "waiting jobs"
	if is.Held == 0 {
		return finding{good, what, "none", ""}
	}
	say := fmt.Sprintf("%s, the oldest from %s", several(is.Held, "job"), is.Oldest.Local().Format("2 January 15:04"))
	if is.Overdue > 0 {
		return finding{look, what, fmt.Sprintf("%s; %d should have gone an hour ago", say, is.Overdue), "restart the server, and look at its log for sweep"}
	}
	return finding{good, what, say, ""}
}

func checkQueues(is release.Condition) finding {
	const what = "queues"
	switch {
	case is.Queues == 0:
		return finding{look, what, "there are none, so nobody can print", "inkwell queue add, or the page Queues"}
	case len(is.Outless) > 0:
		return finding{look, what, "nothing comes out of " + strings.Join(is.Outless, ", ") + ": the printer has stopped", "see the printer, or give the queue another one"}
	case len(is.Shut) > 0:
		return finding{look, what, "IT has closed or paused " + strings.Join(is.Shut, ", "), "open it again when that is over: cupsaccept and cupsenable, or Enable-Printer over IPP"}
	}
	return finding{good, what, fmt.Sprintf("%d, all open", is.Queues), ""}
}

func checkKiosks(is release.Condition) finding {
	const what = "kiosks"
	switch {
	case len(is.KiosksLost) > 0:
		return finding{look, what, "not connected: " + strings.Join(is.KiosksLost, ", "), "is the tablet on, and does its network reach this server? Otherwise pair it anew on the page Kiosks"}
	case is.Kiosks == 0:
		return finding{good, what, "none is paired", ""}
	}
	return finding{good, what, fmt.Sprintf("%d connected", is.Kiosks), ""}
}

func checkMail(c Config, is release.Condition) finding {
	const what = "mail"
	switch {
	case c.Mail.Server == "" || len(c.Mail.To) == 0:
		return finding{good, what, "nobody is written to: mail.server and mail.to are not set", ""}
	case is.Unmailed > 0:
		return finding{look, what, several(is.Unmailed, "fault") + " could not be mailed for half an hour", "does " + c.Mail.Server + " take mail from this server? The log says why not, under mail"}
	}
	return finding{good, what, "nothing waits to be sent", ""}
}

// checkChore is about something that has to be done again and again.
func checkChore(is release.Condition, now time.Time, chore release.Chore, what, done, never, do string, old time.Duration) finding {
	u, ok := is.Tended[chore]
	switch {
	case !ok:
		return finding{look, what, never, do}
	case u.Problems > 0:
		return finding{bad, what, fmt.Sprintf(done+", and it found %s", u.At.Local().Format("2 January 15:04"), several(u.Problems, "problem")), errUnsound.Error()}
	case now.Sub(u.At) > old:
		return finding{look, what, fmt.Sprintf(done, u.At.Local().Format("2 January 2006")), do}
	}
	return finding{good, what, fmt.Sprintf(done, u.At.Local().Format("2 January 15:04")), ""}
}

// checkFactors is about who runs the pages with a password alone.
func checkFactors(ctx context.Context, d *db.DB, in school.ID) finding {
	const what = "second factor"
	n, err := signin.WithoutFactor(ctx, d, in)
	switch {
	case err != nil:
		return finding{bad, what, asPerson(err), "look at the server's log"}
	case n > 0:
		return finding{look, what, several(n, "IT account") + " with a password alone", "inkwell staff factor --roles it, or the page Sign-ins: they set it up at their next sign-in"}
	}
	return finding{good, what, "everybody of IT who has a password has one", ""}
}

// checkHolds is about legal holds that somebody was to look at again.
func checkHolds(ctx context.Context, d *db.DB, in school.ID) finding {
	const what = "legal holds"
	var n int
	err := d.Look(ctx, db.System("legal-hold"), func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = school.HoldsPastReview(ctx, tx, in)
		return err
	})
	switch {
	case err != nil:
		return finding{bad, what, asPerson(err), "look at the server's log"}
	case n > 0:
		return finding{look, what, several(n, "review") + " due", "data protection looks at them on the page Legal holds, and ends them or sets the next day"}
	}
	return finding{good, what, "no review is due", ""}
}

// checkAccess is about who has looked at who may use the staff pages, and what is left to be done of that.
func checkAccess(ctx context.Context, d *db.DB, in school.ID) finding {
	const what, do = "access review", "the head, data protection or an auditor looks at the page Access and signs"
	var all []signin.Due
	err := d.Look(ctx, db.System("access-review"), func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = signin.ReviewsDue(ctx, tx, in)
		return err
	})
	if err != nil {
		return finding{bad, what, asPerson(err), "look at the server's log"}
	}
	open, due, next := 0, []string{}, time.Time{}
	for _, one := range all {
		open += one.Open
		if one.Is(time.Now()) {
			due = append(due, one.Name)
		} else if next.IsZero() || one.Next.Before(next) {
			next = one.Next
		}
	}
	switch {
	case open > 0:
		return finding{look, what, several(open, "account") + " that a review wanted gone may still use the staff pages", "the page Sign-ins names them: shut them out, or take the role away"}
	case len(due) > 0:
		return finding{look, what, "due at " + strings.Join(due, ", "), do}
	case next.IsZero():
		return finding{good, what, "nobody may use the staff pages", ""}
	}
	return finding{good, what, "the next one is due on " + next.Local().Format("2 January 2006"), ""}
}

// checkSSO asks the school's single sign-on what a sign-in needs of it.
func checkSSO(ctx context.Context, c Config) []finding {
	const what = "single sign-on"
	if c.SSO.Issuer == "" {
		return nil
	}
	server, err := c.SSO.open(sealed.Key{ID: "00000000", Secret: make([]byte, 32)}) // seals nothing here
	if err != nil {
		return []finding{{bad, what, asPerson(err), "see the sso. settings"}}
	}
	if err := server.Examine(ctx); err != nil {
		do := "is sso.issuer right, and does this server reach it? Those with a password here get in meanwhile"
		if code := fault.As(err).Code; code == "sso-secret" || code == "sso-secret-open" {
			do = "see sso.client-secret-file"
		}
		return []finding{{bad, what, asPerson(err), do}}
	}
	return []finding{{good, what, c.SSO.Issuer + " answers", ""}}
}

// several is a number of things in words.
func several(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
