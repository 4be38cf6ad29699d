package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/sealed"
)

// key is 32 secret bytes and the name they are known by, so that a key can be
// replaced while what was made with it lasts.
type key struct {
	ID     string // 8 hex digits
	Secret []byte
	Older  []key // that it has replaced, newest first; the seals' key has none
}

// forSchool is the key of badges and codes.
func (k key) forSchool() school.Keys {
	keys := school.Keys{ID: k.ID, Secret: k.Secret}
	for _, older := range k.Older {
		keys.Older = append(keys.Older, older.forSchool())
	}
	return keys
}

// forSealing is the key as small secrets are sealed with it.
func (k key) forSealing() sealed.Key { return sealed.Key{ID: k.ID, Secret: k.Secret} }

// forFactors is the key of staff's second factors: made of the seals' key, which lasts as long as
// the installation.
func (k *keys) forFactors() (sealed.Key, error) {
	return k.Seal.forSealing().For("inkwell staff second factors 1")
}

// keys are an installation's secrets, in DATA/keys. They stand outside the database, so
// that neither alone is of use to a thief.
type keys struct {
	Spool  key // wraps the documents' own keys
	Badges key // digests badges and codes
	Seal   key // seals the exported heads of the audit and ledger chains
}

// files are the keys by file name.
func (k *keys) files() map[string]*key {
	return map[string]*key{spoolKeyFile: &k.Spool, badgeKeyFile: &k.Badges, "seal.key": &k.Seal}
}

// openKeys reads the keys, and makes them when fresh: when there is no
// installation yet that needs older ones. Keys are never made for an installation
// that has lost its own: badges would be unknown and documents unreadable, and
// nobody would see why.
func openKeys(dir string, fresh bool) (*keys, error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		if !fresh {
			return nil, fault.New(fault.Conflict, "keys-missing",
				"This installation's keys are not in %s. Put them back from the backup, or copy them from another server of the same installation.", dir)
		}
		if err := makeKeys(dir); err != nil {
			return nil, fmt.Errorf("make keys: %w", err)
		}
	}
	k := &keys{}
	for name, into := range k.files() {
		var err error
		if *into, err = readKey(filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// makeKeys makes all keys or none.
func makeKeys(dir string) error {
	half := dir + ".new"
	if err := errors.Join(os.RemoveAll(half), os.Mkdir(half, 0o700)); err != nil {
		return err
	}
	for name := range (&keys{}).files() {
		if err := writeKey(filepath.Join(half, name)); err != nil {
			return err
		}
	}
	if err := errors.Join(syncFolder(half), os.Rename(half, dir)); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(dir))
}

// writeKey draws a key and writes it as "id secret", in hex.
func writeKey(path string) error {
	random := make([]byte, 4+32)
	_, _ = rand.Read(random)                                              // never fails (crypto/rand)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // #nosec G304 -- our own folder
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%x %x\n", random[:4], random[4:])
	return errors.Join(err, f.Sync(), f.Close())
}

// readKey reads a file of writeKey, or of newKeyAbove with older keys below it. It
// refuses one that others may read.
func readKey(path string) (key, error) {
	info, err := os.Stat(path)
	if err != nil {
		return key{}, fmt.Errorf("read key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return key{}, fault.New(fault.Forbidden, "key-open", "Others can read %s. Take that away: chmod 600 %s", path, path)
	}
	text, err := os.ReadFile(path) // #nosec G304 -- our own folder
	if err != nil {
		return key{}, fmt.Errorf("read key: %w", err)
	}
	var all []key
	for line := range strings.Lines(strings.TrimSpace(string(text))) {
		id, secret, _ := strings.Cut(strings.TrimSpace(line), " ")
		raw, err := hex.DecodeString(secret)
		if err != nil || len(raw) != 32 || len(id) != 8 {
			return key{}, keyDamaged(path)
		}
		all = append(all, key{ID: id, Secret: raw})
	}
	if len(all) == 0 || len(all) > 1 && !holdsSeveral(filepath.Base(path)) {
		return key{}, keyDamaged(path)
	}
	all[0].Older = all[1:]
	return all[0], nil
}

func keyDamaged(path string) error {
	return fault.New(fault.Conflict, "key-damaged", "The key in %s is damaged. Put it back from the backup.", path)
}

// The files that may hold several keys.
const (
	badgeKeyFile = "badges.key"
	spoolKeyFile = "spool.key"
)

func holdsSeveral(name string) bool {
	return strings.HasPrefix(name, badgeKeyFile) || strings.HasPrefix(name, spoolKeyFile)
}

// newKeyAbove puts a new key above those in a file, and returns its name.
func newKeyAbove(dir, file string) (id string, err error) {
	path := filepath.Join(dir, file)
	if _, err := readKey(path); err != nil {
		return "", err
	}
	older, err := os.ReadFile(path) // #nosec G304 -- our own folder
	if err != nil {
		return "", fmt.Errorf("read key: %w", err)
	}
	half := path + ".new"
	if err := os.Remove(half); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if err := writeKey(half); err != nil {
		return "", err
	}
	f, err := os.OpenFile(half, os.O_APPEND|os.O_WRONLY, 0o600) // #nosec G304 -- our own folder
	if err != nil {
		return "", err
	}
	_, err = f.Write(older)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", err
	}
	k, err := readKey(half)
	if err == nil {
		err = errors.Join(os.Rename(half, path), syncFolder(dir))
	}
	return k.ID, err
}

// syncFolder makes the names in a folder durable.
func syncFolder(dir string) error {
	d, err := os.Open(dir) // #nosec G304 -- our own folder
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
