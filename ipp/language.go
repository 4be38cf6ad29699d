package ipp

import (
	"strings"

	"github.com/OpenPrinting/goipp"

	"inkwell/internal/fault"
	"inkwell/internal/words"
)

// configured is natural-language-configured, the language of every sentence in the
// code. A sentence in another language is found by its English one, so that neither
// can change without the other.
const configured = "en"

// languages are generated-natural-language-supported, the configured one first.
var languages = []string{configured, "cy", "fr", "de", "es", "pl"}

// sentences are those of each language but English, by the English form.
var sentences = words.Refusals

// tongue is a natural language that we answer in.
type tongue string

// tongueOf is the language of attributes-natural-language of the request, by its
// first part: of en-gb, en. One that we do not have gets the configured one
// (RFC 8011 section 4.1.4.1).
func (c *call) tongueOf() tongue {
	asked, _ := c.op().String("attributes-natural-language", goipp.TagLanguage)
	first, _, _ := strings.Cut(strings.ToLower(asked), "-")
	if _, ok := sentences[first]; ok {
		return tongue(first)
	}
	return configured
}

// say is a sentence in the language, with what is put into it. Words that are put
// in are said in the language as well.
func (t tongue) say(form string, args ...any) string {
	var own []*words.Language
	if l, ok := sentences[string(t)]; ok {
		own = []*words.Language{l}
	}
	return words.Speak(own, nil, false).Format(form, args...)
}

// neutral are the sentences of refusals that say more at a station: why rights are
// withdrawn is nothing for a computer in a classroom.
var neutral = map[string]string{
	"printing-suspended": "You can't print just now. Sign in at a release station to see why.",
	"printer-lacks":      "This printer lacks something that the job asks for. Choose another printer.",
}

// tell is the sentence of a refusal in the language.
func (t tongue) tell(f *fault.Error) string {
	if say, ok := neutral[f.Code]; ok {
		return t.say(say)
	}
	form, args := f.Sentence()
	return t.say(form, args...)
}

// unreadable is what a person hears of a request that is not as IPP should be.
// What is wrong with it goes into detailed-status-message, which is not translated
// (RFC 8011 section 4.1.6.3).
const unreadable = "This computer sent something that we cannot read. Please tell IT."
