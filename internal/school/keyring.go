package school

import (
	"crypto/hmac"
	"crypto/sha256"
	"slices"
)

// Keys digest badges, passes and codes. Secret is 32 bytes that stand outside the
// database; ID names it, so that it can be replaced while old digests last: what is new
// is digested under this key, what is found under an older one is digested anew.
type Keys struct {
	ID     string
	Secret []byte
	Older  []Keys // without older ones of their own
}

// all are the keys, newest first.
func (k Keys) all() []Keys { return append([]Keys{k}, k.Older...) }

// valid says whether each key is one.
func (k Keys) valid() bool {
	return !slices.ContainsFunc(k.all(), func(k Keys) bool { return len(k.Secret) != 32 || k.ID == "" })
}

// named is the key of that name, or the newest for one that is not there.
func (k Keys) named(id string) (Keys, bool) {
	all := k.all()
	if i := slices.IndexFunc(all, func(k Keys) bool { return k.ID == id }); i >= 0 {
		return all[i], true
	}
	return k, false
}

// digest is of what under a name that says what it is of.
func (k Keys) digest(of string, what []byte) []byte {
	mac := hmac.New(sha256.New, k.Secret)
	mac.Write([]byte(of + "\x00"))
	mac.Write(what)
	return mac.Sum(nil)
}

// Digests are those of what under each of the keys, the newest first: what was digested
// before the key was replaced is still found.
func (k Keys) Digests(of string, what []byte) [][]byte {
	var all [][]byte
	for _, k := range k.all() {
		all = append(all, k.digest(of, what))
	}
	return all
}
