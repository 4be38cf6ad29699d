package words

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"inkwell/internal/fault"
)

// longest is how many characters a sentence may have.
const longest = 500

var place = regexp.MustCompile(`\{[a-z]+\}`)
var verb = regexp.MustCompile(`%(\[[1-9]\])?[sdcq]`)

// Read reads a language's file: lines of English, each followed by what is said instead. "= " begins
// it, "~ " begins the words for young readers where those differ; where a number at the place {n}
// decides, "=one ", "~few " and so on begin each plural, by CLDR's names. A line with "#" is a note;
// an English line without an answer is a sentence that is still to be translated.
//
// known are the sentences that there are; with none, all are taken. All that is wrong is told at once,
// each with its line.
func Read(tag, file string, known func(form string) bool) (*Language, error) {
	rules, err := language.Parse(tag)
	if err != nil || !tags.MatchString(tag) {
		return nil, fault.New(fault.Invalid, "language-tag", "%s is no language. Name the file by its code, such as pl.txt or cy.txt.", tag)
	}
	if !utf8.ValidString(file) {
		return nil, fault.New(fault.Invalid, "language-file", "%s.txt is not in UTF-8. Save it as UTF-8 and try again.", tag)
	}
	r := reader{l: &Language{Tag: tag, rules: rules, said: map[string]saying{}}, known: known}
	r.plurals = r.l.plurals()
	for text := range strings.Lines(strings.TrimPrefix(file, "\ufeff")) {
		r.line++
		r.take(strings.TrimSpace(text))
	}
	r.settle()
	if len(r.wrong) > 0 {
		return nil, fault.New(fault.Invalid, "language-file", "%s", strings.Join(r.wrong, "\n"))
	}
	return r.l, nil
}

var tags = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z][A-Za-z]{1,3})?$`)

// reader reads one file, line by line.
type reader struct {
	l       *Language
	known   func(string) bool
	plurals []string
	line    int
	form    string // the English that the next lines say something for
	now     saying
	wrong   []string
}

func (r *reader) complain(line int, say string, args ...any) {
	r.wrong = append(r.wrong, fmt.Sprintf("%s.txt, line %d: ", r.l.Tag, line)+fmt.Sprintf(say, args...))
}

func (r *reader) take(text string) {
	switch {
	case text == "" || strings.HasPrefix(text, "#"):
	case strings.HasPrefix(text, "=") || strings.HasPrefix(text, "~"):
		r.answer(text)
	default:
		r.settle()
		r.form, r.now = text, saying{line: r.line, older: variants{}, young: variants{}}
	}
}

// answer takes one line of what is said.
func (r *reader) answer(text string) {
	mark, said, _ := strings.Cut(text, " ")
	said = strings.TrimSpace(said)
	category := mark[1:]
	of := r.now.older
	if mark[0] == '~' {
		of = r.now.young
	}
	switch {
	case r.form == "":
		r.complain(r.line, "an answer without a sentence. Write the English line above it.")
	case category != "" && !slices.Contains(r.plurals, category):
		r.complain(r.line, "%q is no plural of this language. It has: %s.", mark, strings.Join(r.plurals, ", "))
	case category != "" && !strings.Contains(r.form, "{n}"):
		r.complain(r.line, "this sentence has no plurals: no number {n} decides. Begin the line with %q.", mark[:1]+" ")
	case of[category] != "":
		r.complain(r.line, "a second %q for the same sentence. Leave one of them out.", mark)
	case said == "":
		// still to be translated
	default:
		r.judge(category, said)
		of[category] = said
	}
}

// judge complains of an answer that cannot be shown.
func (r *reader) judge(category, said string) {
	if strings.ContainsAny(said, "<>") || entity.MatchString(said) {
		r.complain(r.line, "no HTML: write the words alone, without < and >.")
	}
	if strings.ContainsFunc(said, func(c rune) bool { return unicode.Is(unicode.C, c) }) {
		r.complain(r.line, "a character that cannot be seen. Type the line anew.")
	}
	if utf8.RuneCountInString(said) > longest {
		r.complain(r.line, "more than %d characters. Say it shorter.", longest)
	}
	if want, got := verb.FindAllString(r.form, -1), verb.FindAllString(said, -1); !alike(want, got) {
		r.complain(r.line, "it needs %s, in this order. It has: %s.", list(want), list(got))
	}
	want, got := placesOf(r.form), placesOf(said)
	for _, p := range got {
		if !slices.Contains(want, p) {
			r.complain(r.line, "%s is no place of this sentence. It has: %s.", p, list(want))
		}
	}
	for _, p := range want {
		if !slices.Contains(got, p) && (p != "{n}" || category == "" || category == "other") {
			r.complain(r.line, "%s is missing. Put it where the %s belongs.", p, strings.Trim(p, "{}"))
		}
	}
}

// fixedLetters are what makes a form with places one that can be found again: three, or a small word before the
// one place, as in "in {building}".
var fixedLetters = regexp.MustCompile(`\pL{3}|\pL\pL.*\pL|^\p{Ll}\pL $`)

// alike says whether an answer takes what its sentence is given, in its order: an amount's figure may
// stand for the amount.
func alike(want, got []string) bool {
	for i := range got {
		got[i] = strings.Replace(got[i], fmt.Sprintf("[%d]", i+1), "", 1)
	}
	return slices.EqualFunc(want, got, func(w, g string) bool { return w == g || w == "%s" && g == "%d" })
}

var entity = regexp.MustCompile(`&#?[A-Za-z0-9]+;`)

// settle ends a sentence: its answers are complete, or it has none yet.
func (r *reader) settle() {
	form, s := r.form, r.now
	r.form = ""
	if form == "" {
		return
	}
	if r.known != nil && !r.known(form) {
		r.complain(s.line, "nobody says %q. Copy the English line exactly; inkwell kiosk language export writes them all.", form)
		return
	}
	if r.l.Has(form) {
		r.complain(s.line, "%q stands here twice. Leave one of them out.", form)
		return
	}
	for _, v := range []variants{s.older, s.young} {
		if len(v) > 0 && v[""] == "" && v["other"] == "" {
			r.complain(s.line, "the plural %q is missing.", "other")
		}
		if len(v) > 1 && v[""] != "" {
			r.complain(s.line, "either one answer for all numbers, or one for each plural.")
		}
	}
	if len(s.older) == 0 && len(s.young) > 0 && r.l.Tag != English {
		r.complain(s.line, "only young readers are told this. Write what all others read after \"= \".")
	}
	if len(s.older)+len(s.young) == 0 {
		return
	}
	r.l.said[form] = s
	r.l.order = append(r.l.order, form)
	if fixed := hole.ReplaceAllString(form, ""); fixed != form && fixedLetters.MatchString(fixed) {
		r.l.holes = append(r.l.holes, form)
	}
}

// placesOf are the named places of a sentence, sorted, each once.
func placesOf(said string) []string {
	all := map[string]bool{}
	for _, p := range place.FindAllString(said, -1) {
		all[p] = true
	}
	return slices.Sorted(maps.Keys(all))
}

func list(all []string) string {
	if len(all) == 0 {
		return "none"
	}
	return strings.Join(all, ", ")
}
