package signin

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// ReviewID names a review of access.
type ReviewID int64

// Review is a list of accounts that somebody signed: that they looked at it, and which of them are to go.
type Review struct {
	ID      ReviewID
	Signed  time.Time
	By      string // name of who signed
	Digest  string // of the list with what was decided, in hexadecimal
	Sound   bool   // the list still has the digest that the record of acts has of it
	Entries []Entry
}

// Entry is an account as it was signed.
type Entry struct {
	Person    school.PersonID
	Pseudonym school.Pseudonym
	Username  string
	Name      string
	Roles     []Held
	Ways      []string
	EnteredOn time.Time // day of the last sign-in, at midnight UTC; zero where none was on record
	Reason    string    // why it is to go; "" for one that is kept
	Open      bool      // it is to go, and still is as it was: neither shut out, nor gone, nor without one of its roles
}

// Every is how often a school reviews.
type Every string

// The choices. Of a term is every four months: three times a school year.
const (
	EveryYear Every = "year"
	EveryTerm Every = "term"
)

// Months are those between two reviews.
func (e Every) Months() int {
	if e == EveryTerm {
		return 4
	}
	return 12
}

// Due is when a school's next review is.
type Due struct {
	School school.ID
	Name   string // of the school
	Every  Every
	Last   time.Time // the last signature; zero for none
	Next   time.Time // the first moment at which the next is due; zero for at once
	Open   int       // accounts that the last review wanted gone, and that are as they were
}

// Is says whether the review is due.
func (d Due) Is(now time.Time) bool { return !now.Before(d.Next) }

var (
	listChanged = fault.New(fault.Conflict, "access-list-changed", "The list has changed since you opened it. Look at it once more, and sign again: what you marked is kept.")
	whyEnd      = fault.New(fault.Invalid, "access-reason", "Say why each account that you marked is to go, in 1 to 300 letters.")
	everyWhat   = fault.New(fault.Invalid, "access-every", "Reviews are every year or every term.")
	noReview    = fault.New(fault.NotFound, "access-review-unknown", "There is no such review at this school.")
)

// mostReviews is how many of a school's reviews are read, the latest first.
const mostReviews = 6

// Reviews are the latest of the school of whoever asks, the last signed first. It needs ReviewAccess.
func Reviews(ctx context.Context, d *db.DB, by school.Actor) (all []Review, err error) {
	if !by.May(school.ReviewAccess) {
		return nil, school.NotAllowed
	}
	err = d.Look(ctx, db.InSchool(by.School), func(ctx context.Context, tx *db.Tx) error {
		if all, err = reviews(ctx, tx, by.School, mostReviews); err != nil {
			return err
		}
		for i := range all {
			if err := all[i].prove(ctx, tx, by.School); err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

// ReviewByID is one of them ("access-review-unknown").
func ReviewByID(ctx context.Context, d *db.DB, by school.Actor, id ReviewID) (Review, error) {
	all, err := Reviews(ctx, d, by)
	for _, r := range all {
		if r.ID == id {
			return r, nil
		}
	}
	if err == nil {
		err = noReview
	}
	return Review{}, err
}

// prove reads the accounts of a review and compares them with its digest, here and in the record of acts.
func (r *Review) prove(ctx context.Context, tx *db.Tx, id school.ID) (err error) {
	if r.Entries, err = entriesOf(ctx, tx, r.ID, pageRoles()); err != nil {
		return err
	}
	act, found, err := audit.ActAt(ctx, tx, id, reviewSigned, reviewObject(r.ID), r.Signed)
	r.Sound = found && act.Facts["digest"] == r.Digest && hex.EncodeToString(signedSum(r.Entries)) == r.Digest
	return err
}

// signedSum is the digest of a list with what was decided.
func signedSum(all []Entry) []byte {
	lines := make([]string, len(all))
	for i, e := range all {
		lines[i] = line(e.Pseudonym, e.Roles, e.Ways) + "\t" + e.day() + "\t" + e.Reason
	}
	return sum(lines)
}

func (e Entry) day() string {
	if e.EnteredOn.IsZero() {
		return ""
	}
	return e.EnteredOn.Format(time.DateOnly)
}

const reviewSigned = "access-review-signed"

func reviewObject(id ReviewID) string { return fmt.Sprintf("review:%d", id) }

// SignReview keeps that somebody looked at the list of their school's accounts, and that those in ending are to go, each for its
// reason. shown is the digest of the list as they saw it (Shown): another one is not signed ("access-list-changed", "access-reason").
// Nobody loses anything by it: the page Sign-ins tells IT, and a check tells until it is done.
func SignReview(ctx context.Context, d *db.DB, by school.Actor, shown string, ending map[school.PersonID]string) error {
	if !by.May(school.ReviewAccess) {
		return school.NotAllowed
	}
	for _, why := range ending {
		if why = strings.TrimSpace(why); why == "" || utf8.RuneCountInString(why) > 300 || strings.ContainsAny(why, "\t\n\r") {
			return whyEnd
		}
	}
	also, err := elsewhere(ctx, d, by.School)
	if err != nil {
		return err
	}
	return d.InTx(ctx, db.InSchool(by.School), func(ctx context.Context, tx *db.Tx) error {
		all, err := accountsAt(ctx, tx, by.School, also)
		if err != nil {
			return err
		}
		if !bytes.Equal([]byte(Shown(all)), []byte(shown)) {
			return listChanged
		}
		sc, err := school.ByID(ctx, tx, by.School)
		if err != nil {
			return err
		}
		entries, going := signedEntries(all, sc, ending)
		if len(going) < len(ending) {
			return listChanged
		}
		digest := signedSum(entries)
		id, err := insertReview(ctx, tx, by, digest, entries)
		if err != nil {
			return err
		}
		acts := []audit.Entry{{School: by.School, Act: reviewSigned, Actor: by.Pseudonym, Object: reviewObject(id),
			Facts: map[string]any{"accounts": len(entries), "to-go": len(going), "digest": hex.EncodeToString(digest)}}}
		for _, e := range going {
			acts = append(acts, audit.Entry{School: by.School, Act: "access-to-end", Actor: by.Pseudonym, Subject: e.Pseudonym, Object: reviewObject(id), Note: e.Reason})
		}
		return audit.Record(ctx, tx, acts...)
	})
}

// signedEntries are the accounts as they are signed, and those of them that are to go.
func signedEntries(all []Account, sc school.School, ending map[school.PersonID]string) (entries, going []Entry) {
	for _, a := range all {
		e := Entry{Person: a.Person, Pseudonym: a.Pseudonym, Roles: a.Roles, Ways: a.Ways, Reason: strings.TrimSpace(ending[a.Person])}
		if !a.Entered.IsZero() {
			e.EnteredOn = sc.Day(a.Entered)
		}
		entries = append(entries, e)
		if e.Reason != "" {
			going = append(going, e)
		}
	}
	return entries, going
}

// ReviewsDue are when reviews are due, of a school or of all for 0, that have accounts.
func ReviewsDue(ctx context.Context, tx *db.Tx, id school.ID) ([]Due, error) {
	all, err := dues(ctx, tx, id, pageRoles())
	for i, due := range all {
		if !due.Last.IsZero() {
			all[i].Next = due.Last.AddDate(0, due.Every.Months(), 0)
		}
	}
	return all, err
}

// ReviewEvery sets how often a school reviews ("access-every"). It is for the host.
func ReviewEvery(ctx context.Context, tx *db.Tx, id school.ID, every Every) error {
	if every != EveryYear && every != EveryTerm {
		return everyWhat
	}
	if err := updateReviewEvery(ctx, tx, id, every); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{School: id, Act: "access-review-set", Facts: map[string]any{"every": string(every)}})
}
