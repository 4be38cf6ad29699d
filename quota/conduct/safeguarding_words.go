package conduct

import (
	"context"
	"regexp"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// WordID names a word of the safeguarding lead's list.
type WordID int32

// Word is one of the list: titles that have it are flagged for the lead alone.
type Word struct {
	ID    WordID
	Text  string
	Added time.Time
}

var wordForm = regexp.MustCompile(`^[\pL\pN]+( [\pL\pN]+)*$`)

// Words are a school's list, by the alphabet.
func (c *Conduct) Words(ctx context.Context, a school.Actor) (all []Word, err error) {
	if !a.May(school.KeepWords) {
		return nil, school.NotAllowed
	}
	err = c.db.InTx(ctx, db.InSchool(a.School), func(ctx context.Context, tx *db.Tx) error {
		all, err = words(ctx, tx, a.School)
		return err
	})
	return all, err
}

// AddWord adds a word or a phrase: 2 to 60 letters and digits, capitals are the same as others.
func (c *Conduct) AddWord(ctx context.Context, by school.Actor, text string) error {
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	if !by.May(school.KeepWords) {
		return school.NotAllowed
	}
	if n := len([]rune(text)); n < 2 || n > 60 || !wordForm.MatchString(text) {
		return fault.New(fault.Invalid, "word-form", "A word or phrase is 2 to 60 letters and digits, with single spaces.")
	}
	return c.onWords(ctx, by, "safeguarding-word-added", func(ctx context.Context, tx *db.Tx) (bool, error) { return insertWord(ctx, tx, by, text) })
}

// RemoveWord takes a word off the list.
func (c *Conduct) RemoveWord(ctx context.Context, by school.Actor, id WordID) error {
	if !by.May(school.KeepWords) {
		return school.NotAllowed
	}
	return c.onWords(ctx, by, "safeguarding-word-removed", func(ctx context.Context, tx *db.Tx) (bool, error) { return removeWord(ctx, tx, by, id) })
}

// onWords changes the list and records that it was, without the word; what changes nothing is
// no act.
func (c *Conduct) onWords(ctx context.Context, by school.Actor, act string, change func(context.Context, *db.Tx) (bool, error)) error {
	return c.db.InTx(ctx, db.InSchool(by.School), func(ctx context.Context, tx *db.Tx) error {
		if did, err := change(ctx, tx); err != nil || !did {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{School: by.School, Act: act, Actor: by.Pseudonym})
	})
}
