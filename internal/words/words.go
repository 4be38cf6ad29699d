// Package words says the house's sentences in the language of whoever reads them, and for young
// readers in words of their own. A sentence is found by its English form, which stands in the code
// where it is used, so that neither can change without the other; a language is a file of those forms
// with what is said instead. It knows nobody: which language somebody reads is for its callers.
package words

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Tongue is a language in one of its two voices. The zero Tongue is English for older readers.
type Tongue struct {
	own   []*Language // the language's, the first that has a sentence says it
	plain []*Language // English, which has plurals and a young voice as well
	tag   string
	young bool
}

// English is the language of every sentence in the code.
const English = "en"

// Speak is the tongue of a language, given its files in the order in which they are asked, and those
// of English for what none of them has.
func Speak(own, english []*Language, young bool) Tongue {
	t := Tongue{own: own, plain: english, tag: English, young: young}
	if len(own) > 0 {
		t.tag = own[0].Tag
	}
	return t
}

// Tag names the language as HTML's lang attribute does.
func (t Tongue) Tag() string { return cmp.Or(t.tag, English) }

// Young says whether it is the voice for young readers.
func (t Tongue) Young() bool { return t.young }

// WithVoice is the same language in one of its voices.
func (t Tongue) WithVoice(young bool) Tongue {
	t.young = young
	return t
}

// Say is a sentence with its places filled: each of args is a place's name, followed by what is put
// there. A sentence with plurals goes by the number at the place n. A place that is given nothing
// shows its name, which the test that walks all sentences finds.
//
//	t.Say("{n} pages", "n", 4)
func (t Tongue) Say(form string, args ...any) string {
	said, ok := t.find(form, number(args))
	if !ok {
		said = form
	}
	return fill(said, args)
}

// Format is a sentence whose places are verbs of package fmt, as those of refusals are. Words that
// are put in are said in the language as well.
func (t Tongue) Format(form string, args ...any) string {
	said, ok := t.find(form, nil)
	if !ok {
		said = form
	}
	if len(args) == 0 {
		return said
	}
	verbs := verb.FindAllString(said, -1)
	put := slices.Clone(args)
	for i, a := range args {
		if i >= len(verbs) || verbs[i] != "%s" {
			continue
		}
		switch word := a.(type) {
		case string:
			put[i] = t.Told(word)
		case fmt.Stringer: // an amount says itself in English
			put[i] = t.Told(word.String())
		}
	}
	return fmt.Sprintf(said, put...)
}

// find is what the first file that has a sentence says, in the voice or else in the other one.
func (t Tongue) find(form string, n any) (string, bool) {
	for _, files := range [][]*Language{t.own, t.plain} {
		for _, l := range files {
			if said, ok := l.sentence(form, n, t.young); ok {
				return said, true
			}
		}
	}
	return "", false
}

// number is what stands at the place n, or nil.
func number(args []any) any {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == "n" {
			return args[i+1]
		}
	}
	return nil
}

// fill puts what is given into a sentence's places. What is put in is not read again.
func fill(said string, args []any) string {
	if len(args) == 0 || !strings.Contains(said, "{") {
		return said
	}
	pairs := make([]string, 0, len(args))
	for i := 0; i+1 < len(args); i += 2 {
		pairs = append(pairs, fmt.Sprintf("{%v}", args[i]), fmt.Sprint(args[i+1]))
	}
	return strings.NewReplacer(pairs...).Replace(said)
}
