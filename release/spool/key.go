package spool

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"

	"filippo.io/age"

	"inkwell/internal/fault"
)

var keyName = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

// newWrapping is AES-256-GCM under the master key, with a random nonce each time.
func newWrapping(master []byte, keyID string) (cipher.AEAD, error) {
	if len(master) != 32 {
		return nil, fmt.Errorf("the master key has %d bytes, not 32", len(master))
	}
	if !keyName.MatchString(keyID) {
		return nil, fmt.Errorf("%q cannot name a master key", keyID)
	}
	block, err := aes.NewCipher(master)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// A wrapped object is the master key's name, a line feed, and the sealed secret.
// What it is for is authenticated with it: a document's key under another
// document's name does not open.
func (s *Spool) wrap(secret, purpose string) []byte {
	return s.wrapping.Seal([]byte(s.keyID+"\n"), nil, []byte(secret), s.context(purpose))
}

func (s *Spool) unwrap(wrapped []byte, purpose string) (string, error) {
	keyID, sealed, _ := bytes.Cut(wrapped, []byte("\n"))
	if !keyName.Match(keyID) {
		return "", Damaged.Because(errors.New("it is no wrapped key"))
	}
	if string(keyID) != s.keyID {
		return "", fmt.Errorf("it is wrapped under master key %q, and we have %q", keyID, s.keyID)
	}
	secret, err := s.wrapping.Open(nil, nil, sealed, s.context(purpose))
	if err != nil {
		return "", Damaged.Because(err)
	}
	return string(secret), nil
}

func (s *Spool) context(purpose string) []byte {
	return []byte("inkwell spool 1\n" + s.keyID + "\n" + purpose)
}

// writeWrapped makes a durable object of a secret; its name is durable after the
// folder's next sync.
func (s *Spool) writeWrapped(name, secret, purpose string) error {
	f, err := s.disk.create(name)
	if err != nil {
		return err
	}
	_, err = f.Write(s.wrap(secret, purpose))
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func (s *Spool) readWrapped(name, purpose string) (string, error) {
	f, err := s.root.Open(name)
	if err != nil {
		return "", err
	}
	wrapped, err := io.ReadAll(io.LimitReader(f, 4<<10))
	if err := errors.Join(err, f.Close()); err != nil {
		return "", err
	}
	return s.unwrap(wrapped, purpose)
}

// identity reads the key of a document. Without one the document is Gone.
func (s *Spool) identity(id ID) (age.Identity, error) {
	secret, err := s.readWrapped(id.key(), string(id))
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

const checkPurpose = "check"

// checkMaster compares the master key with the one of its name that the folder
// was used with, by an object that opens under that key alone. It makes the
// object when there is none.
func (s *Spool) checkMaster() error {
	name := s.keyID + ".check"
	_, err := s.readWrapped(name, checkPurpose)
	switch {
	case errors.Is(err, Damaged):
		return fault.New(fault.Conflict, "spool-key-wrong",
			"The documents in the spool were encrypted under another key called %q. Put that key back, or empty the spool.", s.keyID).Because(err)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	tmp := NewID().tmp() // swept like a document's, should we die now
	if err := s.writeWrapped(tmp, "", checkPurpose); err != nil {
		return fmt.Errorf("keep check of master key: %w", err)
	}
	if err := s.disk.rename(tmp, name); err != nil {
		return fmt.Errorf("keep check of master key: %w", err)
	}
	return s.disk.sync()
}
