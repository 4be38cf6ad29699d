package school

import (
	_ "embed"
	"slices"
	"strings"
	"unicode"

	"inkwell/internal/fault"
)

// A new password has so many characters at least, and bytes at most.
const (
	passwordLeast = 10
	passwordMost  = 200
)

// What is left of a password without what anybody would guess has so much at least.
const (
	leastOwn     = 5 // characters that do not follow from the one before
	leastLetters = 6 // letters beside the words of this trade
	leastName    = 4 // letters of a name, for it to be looked for
)

// commonList are passwords and words that very many people have used, sorted, one in each line;
// where they come from stands in common_passwords.LICENSE.
//
//go:embed common_passwords.txt
var commonList string

// PasswordRule refuses a new password that is shorter than 10 characters, not mixed (letters and
// something else), made of what everybody knows of its person (their user name, their names, their
// school's), or common: in the list of those, a word of it with digits and signs around, a walk
// over the keyboard, a repeat, or little else than words of printing and school.
func PasswordRule(password string, personal ...string) error {
	lower := strings.ToLower(password)
	letters := strings.ContainsFunc(password, unicode.IsLetter)
	others := strings.ContainsFunc(password, func(r rune) bool { return !unicode.IsLetter(r) })
	switch {
	case len([]rune(password)) < passwordLeast || len(password) > passwordMost:
		return fault.New(fault.Invalid, "password-length", "Use at least 10 characters. Three random words and a number work well.")
	case !letters || !others:
		return fault.New(fault.Invalid, "password-mixed", "Use letters and also numbers, spaces or signs.")
	case names(lower, personal):
		return fault.New(fault.Invalid, "password-personal", "Leave your names and your school's out of your password.")
	case isCommon(lower) || isPattern(lower) || isTrade(lower):
		return fault.New(fault.Invalid, "password-common", "That is one of the first passwords a stranger would try. Choose another.")
	}
	return nil
}

// names says whether a password holds a word of what everybody knows of its person; the first is
// their user name, of any length.
func names(password string, personal []string) bool {
	for i, text := range personal {
		if name := normalName(text); i == 0 && name != "" && strings.Contains(password, name) {
			return true
		}
		for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
			if len(word) >= leastName && !isTradeWord(word) && strings.Contains(password, word) {
				return true
			}
		}
	}
	return false
}

// isCommon says whether a password, or the word between its digits and signs, is in the list, with
// signs read as the letters that they stand for.
func isCommon(password string) bool {
	word := strings.TrimFunc(password, func(r rune) bool { return !unicode.IsLetter(r) })
	return slices.ContainsFunc([]string{password, word, asL.Replace(password), asL.Replace(word), asI.Replace(word)}, inList)
}

// Letters that are written as signs; a 1 is either of two.
var (
	asL = strings.NewReplacer("0", "o", "1", "l", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")
	asI = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "l")
)

// inList looks a word up in the list, by halves.
func inList(word string) bool {
	from, to := 0, len(commonList)
	for from < to {
		begin := from + strings.LastIndexByte(commonList[from:(from+to)/2], '\n') + 1
		line, _, _ := strings.Cut(commonList[begin:to], "\n")
		switch {
		case line == word:
			return true
		case line < word:
			from = begin + len(line) + 1
		default:
			to = begin
		}
	}
	return false
}

// walks are the ways over a keyboard that fingers take: along its rows and down its columns.
var walks = []string{"`1234567890-=", "qwertyuiop[]", "asdfghjkl;'#", "zxcvbnm,./", "1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "0p;/"}

// isPattern says whether most characters of a password follow from those before: the same again,
// the next of the alphabet, the next key, or a part that is repeated.
func isPattern(password string) bool {
	all := []rune(password)
	own := 1
	for i := 1; i < len(all); i++ {
		if !follows(all[i-1], all[i]) {
			own++
		}
	}
	return own < leastOwn || isRepeated(all)
}

func follows(before, r rune) bool {
	if d := r - before; d >= -1 && d <= 1 {
		return true
	}
	for _, w := range walks {
		if strings.Contains(w, string([]rune{before, r})) || strings.Contains(w, string([]rune{r, before})) {
			return true
		}
	}
	return false
}

// isRepeated says whether all but few characters are those that stand some places before them.
func isRepeated(all []rune) bool {
	for period := 1; period <= len(all)/2; period++ {
		own := period
		for i := period; i < len(all); i++ {
			if all[i] != all[i-period] {
				own++
			}
		}
		if own <= leastOwn {
			return true
		}
	}
	return false
}

// tradeWords are what somebody thinks of who is asked for a password here, the longer before what
// they begin with.
var tradeWords = []string{"printing", "printers", "printer", "prints", "print", "inkwell", "toner", "paper", "copier", "kiosk", "badge", "pages", "ink",
	"academy", "academies", "college", "schools", "school", "primary", "secondary", "grammar", "trust", "pupils", "pupil", "students", "student",
	"teachers", "teacher", "teaching", "staff", "class", "office", "letmein", "welcome", "password", "secret", "admin", "login", "changeme"}

func isTradeWord(word string) bool { return slices.Contains(tradeWords, word) }

// isTrade says whether little is left of a password without words of this trade.
func isTrade(password string) bool {
	rest := asI.Replace(password)
	for _, w := range tradeWords {
		rest = strings.ReplaceAll(rest, w, " ")
	}
	if rest == asI.Replace(password) {
		return false
	}
	left := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, rest)
	return len([]rune(left)) < leastLetters
}
