package words

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Language is one file of sentences, by their English forms.
type Language struct {
	Tag   string // as HTML's lang attribute names it, such as "cy"
	rules language.Tag
	said  map[string]saying
	order []string // the forms as they stand in the file
	holes []string // those with places, for Told
}

// saying is what is said for one form: in the usual voice, and in the young one where that differs.
type saying struct {
	line         int // of the form in its file, from 1
	older, young variants
}

// variants are a sentence by CLDR's plural categories, or one alone under "".
type variants map[string]string

// Name is what the language calls itself, by the sentence NameForm, or its tag.
func (l *Language) Name() string {
	if name, ok := l.sentence(NameForm, nil, false); ok {
		return name
	}
	return l.Tag
}

// NameForm is the sentence that a language says its own name for.
const NameForm = "English"

// Forms are the English sentences that the file has, in its order.
func (l *Language) Forms() []string { return slices.Clone(l.order) }

// Said is what the file says to older readers where no number decides, or "".
func (l *Language) Said(form string) string {
	said, _ := l.sentence(form, nil, false)
	return said
}

// Has says whether the file says something for an English form.
func (l *Language) Has(form string) bool {
	_, ok := l.said[form]
	return ok
}

// sentence is what the file says for a form, with the number that decides its plural.
func (l *Language) sentence(form string, n any, young bool) (string, bool) {
	s, ok := l.said[form]
	if !ok {
		return "", false
	}
	v := s.in(young)
	if said, ok := v[l.category(n)]; ok {
		return said, true
	}
	if said, ok := v[""]; ok {
		return said, true
	}
	said, ok := v["other"]
	return said, ok
}

// in are the variants of a voice: a sentence with one voice has it for all.
func (s saying) in(young bool) variants {
	if young && len(s.young) > 0 {
		return s.young
	}
	return s.older
}

// categories are CLDR's names of plurals.
var categories = map[plural.Form]string{
	plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other",
}

// category is the plural category of a whole number in the language.
func (l *Language) category(n any) string {
	var i int
	switch n := n.(type) {
	case int:
		i = n
	case int32:
		i = int(n)
	case int64:
		i = int(n)
	default:
		return ""
	}
	i = max(i, -i)
	// The rules read no more than the last six digits.
	return categories[plural.Cardinal.MatchPlural(l.rules, i%10_000_000, 0, 0, 0, 0)]
}

// plurals are the categories that whole numbers have in the language.
func (l *Language) plurals() []string {
	var all []string
	for n := range 1001 {
		if c := l.category(n); !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	if big := l.category(1_000_000); !slices.Contains(all, big) {
		all = append(all, big)
	}
	slices.Sort(all)
	return all
}

// Digest names the texts of files: any change of any text changes it, the order and notes of
// a file do not.
func Digest(files []*Language) string {
	h := sha256.New()
	for _, l := range files {
		for _, form := range slices.Sorted(slices.Values(l.order)) {
			s := l.said[form]
			for _, v := range []variants{s.older, s.young} {
				for _, c := range []string{"", "zero", "one", "two", "few", "many", "other"} {
					_, _ = fmt.Fprintf(h, "%q %q %q\n", form, c, v[c])
				}
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
