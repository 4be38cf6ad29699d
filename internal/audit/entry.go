package audit

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"time"

	"inkwell/internal/db"
)

// Entry is one act.
type Entry struct {
	School  db.SchoolID
	Act     string         // keyword: "suspended", "person-viewed"
	Actor   string         // pseudonym of who did it; "" for the system
	Subject string         // pseudonym of whom it was done to; "" for nobody
	Object  string         // what it was done to, as "job:41"; "" for nothing
	Facts   map[string]any // integers, booleans, times and keywords under keywords
	Note    string         // free text or a name, at most 2000 characters; erasable
}

// saltSize keeps a note from being guessed by its digest once it is erased.
const saltSize = 16

// Record writes entries in tx, so that they stand exactly if the acts do. It fails
// for facts that could hold a name: such a thing belongs into Note. It locks
// nothing.
func Record(_ context.Context, tx *db.Tx, all ...Entry) error {
	if len(all) == 0 {
		return nil
	}
	acts := make([]act, len(all))
	for i, e := range all {
		facts, err := e.facts()
		if err != nil {
			return fmt.Errorf("record act %s: %w", e.Act, err)
		}
		acts[i] = act{e, facts, e.note()}
	}
	insertActs(tx, acts)
	return nil
}

// act is an entry as it is written.
type act struct {
	Entry
	facts string
	note  note
}

// note is the entry's erasable part, salted.
func (e Entry) note() note {
	n := note{text: e.Note}
	if e.Note != "" {
		n.salt = make([]byte, saltSize)
		_, _ = rand.Read(n.salt) // never fails
		n.digest = n.sum()
	}
	return n
}

// note is the erasable part of an entry; salt and digest are nil without text.
type note struct {
	text         string
	salt, digest []byte
}

func (n note) sum() []byte {
	sum := sha256.Sum256(append(append([]byte{}, n.salt...), n.text...))
	return sum[:]
}

var keyword = regexp.MustCompile(`^[a-z0-9]+([-_:.][a-z0-9]+)*$`)

// facts are e.Facts as JSON.
func (e Entry) facts() (string, error) {
	out := make(map[string]any, len(e.Facts))
	for key, value := range e.Facts {
		if !keyword.MatchString(key) {
			return "", fmt.Errorf("a fact's name must be a keyword")
		}
		plain, ok := plainFact(value)
		if !ok {
			return "", fmt.Errorf("fact %s is a %T, or no keyword", key, value)
		}
		out[key] = plain
	}
	text, err := json.Marshal(out)
	return string(text), err
}

// plainFact is the value as it is kept, and whether a fact may have it: whole
// numbers, truth values, keywords and times, also under a name of their own type.
func plainFact(value any) (any, bool) {
	if at, ok := value.(time.Time); ok {
		return at.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano), true
	}
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.Bool:
		return v.Bool(), true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), true
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return v.Uint(), true
	case reflect.String:
		return v.String(), v.Len() <= 64 && keyword.MatchString(v.String())
	}
	return nil, false
}
