package release

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"inkwell/internal/db"
	"inkwell/internal/fault"
)

// Password is what a client wants to be given at the station before a job prints
// (job-password, PWG 5100.11): a second lock behind the owner's badge.
type Password struct {
	Scheme string // job-password-encryption: one of PasswordSchemes
	Value  []byte // as it was sent: digits, or their digest
}

// How long a job's password is, and how often a wrong one is taken.
const (
	PasswordMin   = 4 // digits
	PasswordMax   = 16
	passwordTries = 5
)

// schemes is how each job-password-encryption digests digits.
var schemes = map[string]func(digits string) []byte{
	"none":     func(digits string) []byte { return []byte(digits) },
	"sha2-256": func(digits string) []byte { d := sha256.Sum256([]byte(digits)); return d[:] },
	"sha2-384": func(digits string) []byte { d := sha512.Sum384([]byte(digits)); return d[:] },
	"sha2-512": func(digits string) []byte { d := sha512.Sum512([]byte(digits)); return d[:] },
}

// PasswordSchemes are the digests a job's password may be sent in, ascending.
func PasswordSchemes() []string { return slices.Sorted(maps.Keys(schemes)) }

var (
	passwordForm   = regexp.MustCompile(`^[0-9]{4,16}$`)
	passwordBad    = fault.New(fault.Unsupported, "job-password-bad", "A document's code has 4 to 16 digits and nothing else.")
	passwordNeeded = fault.New(fault.Conflict, "job-password-needed", "This document has a code of its own. Print it at a release station.")
	passwordWrong  = fault.New(fault.Forbidden, "job-password-wrong", "That is not this document's code.")
	passwordSpent  = fault.New(fault.Forbidden, "job-password-spent", "The code of this document was wrong five times. Delete it and send it again.")
)

// Check refuses a password that nobody could give at a station ("job-password-bad").
func (p Password) Check() error {
	digest, ok := schemes[p.Scheme]
	switch {
	case !ok, p.Scheme == "none" && !passwordForm.Match(p.Value), p.Scheme != "none" && len(p.Value) != len(digest("")):
		return passwordBad
	}
	return nil
}

// lock hashes the submission's password, if it has one, before its row is written.
// That is slow on purpose and takes its turn with everybody who signs in, so what
// would be refused is refused first.
func (d *Desk) lock(ctx context.Context, s *Submission) (err error) {
	if s.Password == nil {
		return nil
	}
	if _, err := d.Validate(ctx, *s); err != nil {
		return err
	}
	s.hash, err = d.Directory.HashCode(hex.EncodeToString(s.Password.Value))
	return err
}

// Unlock takes the digits of a held job's password and returns the visitor who may
// release it. Each wrong try counts, on whatever station: after five the job can
// only be deleted. Refusals: "job-password-wrong", "job-password-spent", and
// "job-unknown" for a job that is not the visitor's or has no password.
func (d *Desk) Unlock(ctx context.Context, v Visitor, id JobID, digits string) (Visitor, error) {
	var scheme, hash string
	err := d.inSchool(ctx, v.Actor.School, func(ctx context.Context, tx *db.Tx) error {
		job, err := lockJob(ctx, tx, id)
		if err != nil {
			return err
		}
		if !v.owns(job) || !job.Locked {
			return jobUnknown
		}
		// Counted before it is looked at: tries at the same time all count.
		scheme, hash, err = takePasswordTry(ctx, tx, id)
		return err
	})
	if err != nil {
		return v, fmt.Errorf("unlock job %d: %w", id, err)
	}
	if len(digits) > PasswordMax || !d.Directory.CheckCode(hash, hex.EncodeToString(schemes[scheme](digits))) {
		return v, passwordWrong
	}
	err = d.inSchool(ctx, v.Actor.School, func(ctx context.Context, tx *db.Tx) error { return forgetPasswordTries(ctx, tx, id) })
	if err != nil {
		return v, fmt.Errorf("unlock job %d: %w", id, err)
	}
	opened := map[JobID]bool{id: true}
	maps.Copy(opened, v.Opened)
	v.Opened = opened
	return v, nil
}

func (s Submission) scheme() string {
	if s.Password == nil {
		return ""
	}
	return s.Password.Scheme
}
