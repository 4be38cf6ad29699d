package words

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"inkwell/internal/fault"
)

// Catalogue is every language that a kiosk can be read in: those that are shipped, and those that an
// installation adds or has a say in. It does not change and is safe for concurrent use.
type Catalogue struct {
	own  map[string][]*Language // by tag, in the order in which they are asked
	tags []string
}

// Shipped are the languages that come with the program.
func Shipped() *Catalogue { return catalogue(nil) }

// Open reads the languages of a folder, one file each, such as pl.txt, on top of those that are
// shipped: what a file says goes before what is shipped, and what it does not say is as it was. With
// no folder, it is those that are shipped. The refusal names every line that is wrong, and what to do.
func Open(folder string) (*Catalogue, error) {
	if folder == "" {
		return Shipped(), nil
	}
	found, err := os.ReadDir(folder)
	if err != nil {
		return nil, fault.New(fault.Invalid, "languages-folder", "The folder of languages %s cannot be read. Make it, or take it out of the settings.", folder).Because(err)
	}
	var added []*Language
	var wrong []string
	for _, f := range found {
		if f.IsDir() || filepath.Ext(f.Name()) != ".txt" {
			continue
		}
		l, err := ReadFile(filepath.Join(folder, f.Name()))
		if err != nil {
			wrong = append(wrong, fault.As(err).Say)
			continue
		}
		added = append(added, l)
	}
	if len(wrong) > 0 {
		return nil, fault.New(fault.Invalid, "languages-folder", "%s", strings.Join(wrong, "\n"))
	}
	return catalogue(added), nil
}

// fileLimit is the most bytes of one language's file.
const fileLimit = 1 << 20

// ReadFile reads and checks one language's file, named by its language: pl.txt.
func ReadFile(name string) (*Language, error) {
	if at, err := os.Stat(name); err == nil && at.Size() > fileLimit {
		return nil, fault.New(fault.TooLarge, "language-large", "%s is larger than a mebibyte. A language's file holds sentences alone.", filepath.Base(name))
	}
	text, err := os.ReadFile(name) // #nosec G304 -- a file that whoever runs the host names
	if err != nil {
		return nil, fault.New(fault.Invalid, "language-unread", "%s cannot be read. Check its name and its permissions.", filepath.Base(name)).Because(err)
	}
	return Read(strings.TrimSuffix(filepath.Base(name), ".txt"), string(text), isKnown)
}

func catalogue(added []*Language) *Catalogue {
	c := &Catalogue{own: map[string][]*Language{}}
	add := func(l *Language) {
		if !slices.Contains(c.tags, l.Tag) {
			c.tags = append(c.tags, l.Tag)
		}
		c.own[l.Tag] = append(c.own[l.Tag], l)
	}
	for _, l := range added {
		add(l)
	}
	for _, tag := range []string{English, "cy"} {
		add(Kiosk[tag])
	}
	for _, tag := range c.tags {
		if l, ok := Refusals[tag]; ok {
			add(l)
		}
	}
	slices.SortFunc(c.tags, func(a, b string) int {
		if a == English || b == English {
			return map[bool]int{true: -1, false: 1}[a == English]
		}
		return strings.Compare(a, b)
	})
	return c
}

// Tags are the languages, English first.
func (c *Catalogue) Tags() []string { return slices.Clone(c.tags) }

// Has says whether there is such a language.
func (c *Catalogue) Has(tag string) bool { return len(c.own[tag]) > 0 }

// Name is what a language calls itself.
func (c *Catalogue) Name(tag string) string {
	for _, l := range c.own[tag] {
		if l.Has(NameForm) {
			return l.Name()
		}
	}
	if tag == English {
		return NameForm
	}
	return tag
}

// Tongue is a language in one of its voices; English where there is no such language.
func (c *Catalogue) Tongue(tag string, young bool) Tongue {
	if tag == English || !c.Has(tag) {
		return Speak(nil, c.own[English], young)
	}
	return Speak(c.own[tag], c.own[English], young)
}

// Digest names the texts of a language: it changes with any of them.
func (c *Catalogue) Digest(tag string) string { return Digest(c.own[tag]) }

// Missing are the sentences that a language does not have and says in English, in the order of ours.
func (c *Catalogue) Missing(tag string) (all []string) {
	for _, form := range Forms() {
		if !slices.ContainsFunc(c.own[tag], func(l *Language) bool { return l.Has(form) }) {
			all = append(all, form)
		}
	}
	return all
}

// Page are the sentences of a page that stand in its markup, by their English form, in a voice of a
// language: those of its sentences without places that the markup has, and for young readers those
// alone that differ.
func (c *Catalogue) Page(markup, tag string, young bool) map[string]string {
	all := map[string]string{}
	older, now := c.Tongue(tag, false), c.Tongue(tag, young)
	for _, form := range Forms() {
		if strings.ContainsAny(form, "{%") || !strings.Contains(markup, form) {
			continue
		}
		if said, usual := now.Say(form), older.Say(form); said != form && (!young || said != usual) {
			all[form] = said
		}
	}
	return all
}

// Forms are all sentences that a kiosk says, in English.
func Forms() []string {
	all := Kiosk["cy"].Forms()
	for _, form := range Refusals["cy"].Forms() {
		if !slices.Contains(all, form) {
			all = append(all, form)
		}
	}
	return all
}

func isKnown(form string) bool { return Kiosk["cy"].Has(form) || Refusals["cy"].Has(form) }

// Export is a file of a language to translate or to mend: every sentence, with what it says now or
// nothing yet.
func (c *Catalogue) Export(tag string) string {
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, "# %s.txt: every line of English, and under it what is said instead: \"= \" for all, \"~ \" for young readers.\n", tag)
	_, _ = fmt.Fprintf(&b, "# Where a number {n} decides: =one, =two, =few, =many, =other. Sentences without an answer are said in English.\n")
	for _, form := range Forms() {
		_, _ = fmt.Fprintf(&b, "\n%s\n", form)
		i := slices.IndexFunc(c.own[tag], func(l *Language) bool { return l.Has(form) })
		if i < 0 {
			_, _ = fmt.Fprintln(&b, "=")
			continue
		}
		s := c.own[tag][i].said[form]
		s.older.write(&b, "=")
		s.young.write(&b, "~")
	}
	return b.String()
}

func (v variants) write(b *strings.Builder, mark string) {
	for _, category := range []string{"", "zero", "one", "two", "few", "many", "other"} {
		if said, ok := v[category]; ok {
			_, _ = fmt.Fprintf(b, "%s%s %s\n", mark, category, said)
		}
	}
}
