package spool

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"io/fs"
	"regexp"

	"filippo.io/age"

	"inkwell/internal/fault"
)

// Key wraps the keys of documents. It is not to be kept where they are.
type Key struct {
	ID     string // 1 to 32 of a-z, 0-9 and hyphen
	Secret []byte // 32 bytes
}

var keyName = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

// wrapping is AES-256-GCM under the key, with a random nonce each time.
func (k Key) wrapping() (cipher.AEAD, error) {
	if len(k.Secret) != 32 {
		return nil, fmt.Errorf("the wrapping key has %d bytes, not 32", len(k.Secret))
	}
	if !keyName.MatchString(k.ID) {
		return nil, fmt.Errorf("%q cannot name a wrapping key", k.ID)
	}
	block, err := aes.NewCipher(k.Secret)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// A wrapped object is the wrapping key's name, a line feed, and the sealed secret.
// What it is for is authenticated with it: a document's key under another
// document's name does not open.
func (k Key) wrap(secret, purpose string) ([]byte, error) {
	aead, err := k.wrapping()
	if err != nil {
		return nil, err
	}
	return aead.Seal([]byte(k.ID+"\n"), nil, []byte(secret), k.context(purpose)), nil
}

func (k Key) unwrap(sealed []byte, purpose string) (string, error) {
	aead, err := k.wrapping()
	if err != nil {
		return "", err
	}
	secret, err := aead.Open(nil, nil, sealed, k.context(purpose))
	if err != nil {
		return "", Damaged.Because(err)
	}
	return string(secret), nil
}

func (k Key) context(purpose string) []byte {
	return []byte("inkwell spool 1\n" + k.ID + "\n" + purpose)
}

var errKeyMissing = keyMissing("")

// keyMissing is a key that something is wrapped under and we do not have.
func keyMissing(id string) error {
	return fault.New(fault.Conflict, "spool-key-missing",
		"The documents in the spool are encrypted under the key %q, which is not in keys/spool.key here. Copy that file from a server that has it, or put it back from the backup.", id)
}

// keyNamed is the key of that name.
func (s *Spool) keyNamed(id string) (Key, error) {
	all, err := s.keys()
	if err != nil {
		return Key{}, err
	}
	for _, k := range all {
		if k.ID == id {
			return k, nil
		}
	}
	return Key{}, keyMissing(id)
}

// unwrap opens a wrapped object and says under which key it is.
func (s *Spool) unwrap(wrapped []byte, purpose string) (secret, keyID string, err error) {
	name, sealed, _ := bytes.Cut(wrapped, []byte("\n"))
	if !keyName.Match(name) {
		return "", "", Damaged.Because(errors.New("it is no wrapped key"))
	}
	k, err := s.keyNamed(string(name))
	if err != nil {
		return "", "", err
	}
	secret, err = k.unwrap(sealed, purpose)
	return secret, k.ID, err
}

// readWrapped reads once more what is under a key that we have no more: it may have
// been wrapped anew in between.
func (s *Spool) readWrapped(ctx context.Context, name, purpose string) (secret, keyID string, err error) {
	for range 2 {
		var wrapped []byte
		if wrapped, err = readSmall(ctx, s.place, name); err != nil {
			return "", "", err
		}
		if secret, keyID, err = s.unwrap(wrapped, purpose); !errors.Is(err, errKeyMissing) {
			break
		}
	}
	return secret, keyID, err
}

// identity reads the key of a document. Without one the document is Gone.
func (s *Spool) identity(ctx context.Context, id ID) (age.Identity, error) {
	secret, _, err := s.readWrapped(ctx, id.key(), string(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, Gone.Because(err)
	}
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	identity, err := parseIdentity(secret)
	if err != nil {
		return nil, Damaged.Because(err)
	}
	return identity, nil
}

// currentName is the object that says which key documents are wrapped under now, to
// all servers of this spool. It is itself wrapped under it.
const currentName, currentPurpose = "current.check", "current"

// readCurrent is the key that documents are to be wrapped under.
func (s *Spool) readCurrent(ctx context.Context) (Key, error) {
	_, id, err := s.readWrapped(ctx, currentName, currentPurpose)
	if errors.Is(err, Damaged) {
		return Key{}, fault.New(fault.Conflict, "spool-key-wrong",
			"The documents in the spool were encrypted under another key of the same name as ours. Put that key back, or empty the spool.").Because(err)
	}
	if err != nil {
		return Key{}, err
	}
	s.current.Store(&id)
	return s.keyNamed(id)
}

// setCurrent has documents be wrapped under k from now on; first is for a spool
// that has no such key yet, so that only one of two servers can be the first.
func (s *Spool) setCurrent(ctx context.Context, k Key, first bool) error {
	wrapped, err := k.wrap("", currentPurpose)
	if err != nil {
		return err
	}
	return s.place.put(ctx, currentName, wrapped, first)
}

// settle finds the key to wrap under. An empty spool takes the newest that we have.
func (s *Spool) settle(ctx context.Context) error {
	_, err := s.readCurrent(ctx)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	all, err := s.keys()
	if err != nil {
		return err
	}
	if err := s.setCurrent(ctx, all[0], true); err != nil {
		return err
	}
	_, err = s.readCurrent(ctx) // another server may have been the first
	return err
}

// putKey writes the key of a new document. The key to wrap under is looked up once
// more after the write: whoever replaces it looks through all documents after that,
// so either they see this one, or this one sees the new key.
func (s *Spool) putKey(ctx context.Context, id ID, secret string) error {
	k, err := s.lastCurrent(ctx)
	for fresh := true; err == nil; fresh = false {
		wrapped, bad := k.wrap(secret, string(id))
		if bad != nil {
			return bad
		}
		if err := s.place.put(ctx, id.key(), wrapped, fresh); err != nil {
			return err
		}
		used := k.ID
		if k, err = s.readCurrent(ctx); err == nil && k.ID == used {
			return nil
		}
	}
	return err
}

// lastCurrent is the key to wrap under when we last looked, or now if that was replaced.
func (s *Spool) lastCurrent(ctx context.Context) (Key, error) {
	if id := s.current.Load(); id != nil {
		if k, err := s.keyNamed(*id); err == nil {
			return k, nil
		}
	}
	if err := s.settle(ctx); err != nil {
		return Key{}, err
	}
	return s.readCurrent(ctx)
}
