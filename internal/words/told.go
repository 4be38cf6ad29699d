package words

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Told says in the tongue what another room has already put into English, with what is put into it:
// the form is found again, whole or in one of its places, sentence by sentence. What no file knows
// stays as it is, and so does everything that people themselves have written.
func (t Tongue) Told(english string) string {
	if english == "" || !t.other() {
		return english
	}
	if said, ok := t.find(english, nil); ok {
		return said
	}
	if said, ok := t.date(english); ok {
		return said
	}
	for i := 0; ; {
		at := strings.Index(english[i:], ". ")
		if at < 0 {
			break
		}
		i += at + 2
		if first, ok := t.known(english[:i-1]); ok {
			return first + " " + t.Told(english[i:])
		}
	}
	if said, ok := t.again(english); ok {
		return said
	}
	first, rest, more := strings.Cut(english, ", ")
	if said, ok := t.known(first); more && ok {
		return said + ", " + t.Told(rest)
	}
	return english
}

// known is a whole sentence, or nothing.
func (t Tongue) known(english string) (string, bool) {
	if said, ok := t.find(english, nil); ok {
		return said, true
	}
	if said, ok := t.date(english); ok {
		return said, true
	}
	return t.again(english)
}

var dated = regexp.MustCompile(`^(\pL+day) (\d{1,2}) (\pL+)$`)

// date says a day such as "Thursday 26 November", if the language has the names of both.
func (t Tongue) date(english string) (string, bool) {
	parts := dated.FindStringSubmatch(english)
	if parts == nil {
		return "", false
	}
	weekday, ok := t.find(parts[1], nil)
	month, too := t.find(parts[3], nil)
	return t.Say("{weekday} {time}", "weekday", weekday, "time", t.Say("{day} {month}", "day", parts[2], "month", month)), ok && too
}

// other says whether anything is said otherwise than in the code.
func (t Tongue) other() bool { return len(t.own) > 0 || t.young && len(t.plain) > 0 }

// again finds the form of an English sentence among those with places.
func (t Tongue) again(english string) (string, bool) {
	for _, files := range [][]*Language{t.own, t.plain} {
		for _, l := range files {
			for _, form := range l.holes {
				if args, ok := match(form, english); ok {
					return t.refill(form, args), true
				}
			}
		}
	}
	return "", false
}

// refill says a form with what was found in its places, which is said in the tongue as well.
func (t Tongue) refill(form string, args []any) string {
	for i := 1; i < len(args); i += 2 {
		if word, ok := args[i].(string); ok {
			args[i] = t.Told(word)
		}
	}
	if !strings.Contains(form, "%") {
		return t.Say(form, args...)
	}
	said, _ := t.find(form, nil)
	var b strings.Builder
	from := 0
	for i, at := range verb.FindAllStringIndex(said, -1) {
		b.WriteString(said[from:at[0]])
		_, _ = fmt.Fprint(&b, args[2*i+1])
		from = at[1]
	}
	b.WriteString(said[from:])
	return b.String()
}

var hole = regexp.MustCompile(place.String() + "|" + verb.String())

// match finds what stands in the places of a form, as the arguments that Say takes. A number's place
// takes a number alone, and none but the last and those of a refusal take more than one sentence.
func match(form, english string) (args []any, ok bool) {
	from, pending := 0, ""
	put := func(text string) bool {
		if pending == "{n}" || pending == "%d" {
			n, err := strconv.Atoi(text)
			args = append(args, "n", n)
			return err == nil
		}
		args = append(args, strings.Trim(pending, "{}"), text)
		return text != ""
	}
	for _, at := range append(hole.FindAllStringIndex(form, -1), []int{len(form), len(form)}) {
		fixed := form[from:at[0]]
		switch {
		case pending == "":
			if !strings.HasPrefix(english, fixed) {
				return nil, false
			}
			english = english[len(fixed):]
		case at[0] == len(form):
			if !strings.HasSuffix(english, fixed) || !put(strings.TrimSuffix(english, fixed)) {
				return nil, false
			}
		default:
			i := strings.Index(english, fixed)
			if i < 0 || pending != "%s" && strings.Contains(english[:i], ". ") || !put(english[:i]) {
				return nil, false
			}
			english = english[i+len(fixed):]
		}
		pending, from = form[at[0]:at[1]], at[1]
	}
	return args, true
}
