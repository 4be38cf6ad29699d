package ipp

import (
	"embed"
	"fmt"
	"strings"

	"github.com/OpenPrinting/goipp"

	"inkwell/internal/fault"
)

// configured is natural-language-configured, the language of every sentence in the
// code. A sentence in another language is found by its English one, so that neither
// can change without the other.
const configured = "en"

// languages are generated-natural-language-supported, the configured one first.
var languages = []string{configured, "cy", "fr", "de", "es", "pl"}

//go:embed languages/*.txt
var languageFiles embed.FS

// sentences are those of each language but English, by the English form.
var sentences = func() map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, l := range languages[1:] {
		file, err := languageFiles.ReadFile("languages/" + l + ".txt")
		if err != nil {
			panic(err)
		}
		all[l] = readLanguage(string(file))
	}
	return all
}()

// readLanguage reads pairs of lines: a sentence in English, and behind "= " the
// same in another language.
func readLanguage(file string) map[string]string {
	all := map[string]string{}
	english := ""
	for line := range strings.Lines(file) {
		line = strings.TrimSpace(line)
		if said, ok := strings.CutPrefix(line, "= "); ok {
			all[english] = said
		}
		english = line
	}
	return all
}

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
	words := sentences[string(t)]
	if said, ok := words[form]; ok {
		form = said
	}
	if len(args) == 0 {
		return form
	}
	said := make([]any, len(args))
	for i, a := range args {
		said[i] = a
		if word, ok := a.(string); ok && words[word] != "" {
			said[i] = words[word]
		}
	}
	return fmt.Sprintf(form, said...)
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
