package school

import (
	"context"
	"slices"
	"strings"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
)

// Reading is how somebody reads a screen that they share with others.
type Reading struct {
	MoreTime bool   // it signs them out after three times as long
	Language string // that they chose, such as "cy"; "" for the school's
	Young    bool   // they are in Year 6 at most
}

// youngUntil is the last year group that is spoken to as young readers are.
const youngUntil = 6

// ReadingOf says how a person reads a screen.
func ReadingOf(ctx context.Context, tx *db.Tx, p PersonID) (Reading, error) {
	return readingOf(ctx, tx, p)
}

// SetLanguage remembers which language a person reads, of those that their school offers.
func SetLanguage(ctx context.Context, tx *db.Tx, p PersonID, language string) error {
	return setLanguage(ctx, tx, p, language)
}

// Languages are those that a school's kiosks can be read in.
type Languages struct {
	Offered []string // the first while nobody has chosen
	Young   bool     // they speak to young readers while nobody is signed in
}

// languagesMost is how many a screen has room for.
const languagesMost = 6

// LanguagesOf are those of a school.
func LanguagesOf(ctx context.Context, tx *db.Tx, id ID) (Languages, error) {
	return languagesOf(ctx, tx, id)
}

// SetLanguages has a school's kiosks offer languages, each of which there has to be.
func SetLanguages(ctx context.Context, tx *db.Tx, id ID, l Languages) error {
	sorted := slices.Sorted(slices.Values(l.Offered))
	if n := len(sorted); n == 0 || n > languagesMost || len(slices.Compact(sorted)) != n {
		return fault.New(fault.Invalid, "languages-offered", "Name from one to %d languages, each once.", languagesMost)
	}
	return setLanguages(ctx, tx, id, l)
}

// LanguageSignature says who has read a language's sentences for a school.
type LanguageSignature struct {
	Digest string // of the sentences as they were
	By     string
	At     time.Time
}

// Signs says whether it is for the sentences of a digest.
func (s LanguageSignature) Signs(digest string) bool { return s.Digest != "" && s.Digest == digest }

// LanguageSignatures are a school's, by language.
func LanguageSignatures(ctx context.Context, tx *db.Tx, id ID) (map[string]LanguageSignature, error) {
	return languageSignatures(ctx, tx, id)
}

// SignLanguage notes that somebody who speaks a language has read all its sentences.
func SignLanguage(ctx context.Context, tx *db.Tx, id ID, language string, s LanguageSignature) error {
	s.By = strings.TrimSpace(s.By)
	if s.By == "" || len(s.By) > 80 || strings.ContainsAny(s.By, "\r\n\t") {
		return fault.New(fault.Invalid, "signed-by", "Say in up to 80 letters on one line who has read it.")
	}
	return signLanguage(ctx, tx, id, language, s)
}
