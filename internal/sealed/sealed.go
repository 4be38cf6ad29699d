// Package sealed keeps small secrets encrypted beside what they are for: a printer's
// password, the secret of somebody's authenticator app, what a browser carries through
// a sign-in elsewhere. The key stands outside the database, so that neither alone is of
// use to a thief. Each secret is bound to what it is for: moved to another row, it does
// not open.
package sealed

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// ErrUnreadable is what was sealed with another key or for something else, or damaged.
var ErrUnreadable = errors.New("sealed with another key, for something else, or damaged")

// idSize is how many bytes name the key.
const idSize = 4

// Key is 32 secret bytes and the 8 hex digits that they are known by.
type Key struct {
	ID     string
	Secret []byte
}

// For is a key made of this one for one purpose, and good for nothing else.
func (k Key) For(purpose string) (Key, error) {
	secret, err := hkdf.Key(sha256.New, k.Secret, nil, purpose, 32)
	return Key{ID: k.ID, Secret: secret}, err
}

// Seal encrypts plain, bound to what it is of: the key's id, a nonce, and the rest.
func (k Key) Seal(plain []byte, of string) ([]byte, error) {
	id, err := hex.DecodeString(k.ID)
	if err != nil || len(id) != idSize {
		return nil, fmt.Errorf("seal with a key named %q", k.ID)
	}
	aead, err := k.cipher()
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails (crypto/rand)
	return aead.Seal(append(id, nonce...), nonce, plain, []byte(of)), nil
}

// Open is what Seal was given, or ErrUnreadable.
func (k Key) Open(text []byte, of string) ([]byte, error) {
	aead, err := k.cipher()
	if err != nil {
		return nil, err
	}
	if len(text) < idSize+aead.NonceSize() || hex.EncodeToString(text[:idSize]) != k.ID {
		return nil, ErrUnreadable
	}
	nonce, rest := text[idSize:idSize+aead.NonceSize()], text[idSize+aead.NonceSize():]
	plain, err := aead.Open(nil, nonce, rest, []byte(of))
	if err != nil {
		return nil, ErrUnreadable
	}
	return plain, nil
}

func (k Key) cipher() (cipher.AEAD, error) {
	block, err := aes.NewCipher(k.Secret)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
