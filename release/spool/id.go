package spool

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
)

// ID names a document in the spool: 128 random bits as 32 lower-case hex digits.
type ID string

// NewID draws an ID that nobody can guess.
func NewID() ID {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: the runtime ends the process first
	return ID(hex.EncodeToString(b[:]))
}

// ParseID refuses everything but 32 lower-case hex digits, so that no other
// string can become a path.
func ParseID(s string) (ID, error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != 16 || hex.EncodeToString(b) != s {
		return "", fmt.Errorf("%q is not the name of a document", s)
	}
	return ID(s), nil
}
