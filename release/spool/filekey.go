package spool

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"filippo.io/age"
)

// fileKey is the secret of one document: the key that age draws for it, as it is.
// It is wrapped under the installation's key beside the document and not under a
// public key within it, which would keep nobody out who has the one and cost three
// times what all the encryption of a small document does.
type fileKey struct{ secret []byte }

// fileKeySize is that of an age file key, in bytes.
const fileKeySize = 16

// Wrap is age.Recipient's: it takes the key, and leaves a stanza without content.
func (k *fileKey) Wrap(secret []byte) ([]*age.Stanza, error) {
	k.secret = bytes.Clone(secret)
	return []*age.Stanza{{Type: "inkwell-spool"}}, nil
}

// Unwrap is age.Identity's.
func (k *fileKey) Unwrap([]*age.Stanza) ([]byte, error) { return k.secret, nil }

// String is the secret as the key object holds it.
func (k *fileKey) String() string { return hex.EncodeToString(k.secret) }

// publicKey begins the secrets of documents that were written to a public key of
// their own. Such documents are read as long as there are any.
const publicKey = "AGE-SECRET-KEY-"

// parseIdentity is String's inverse.
func parseIdentity(secret string) (age.Identity, error) {
	if strings.HasPrefix(secret, publicKey) {
		return age.ParseX25519Identity(secret)
	}
	raw, err := hex.DecodeString(secret)
	if err == nil && len(raw) != fileKeySize {
		err = fmt.Errorf("%d bytes", len(raw))
	}
	if err != nil {
		return nil, errors.Join(errors.New("it is no key of a document"), err)
	}
	return &fileKey{raw}, nil
}
