package words

import (
	"strings"
	"testing"

	"inkwell/internal/fault"
)

const sample = `# a note
Hi {name}.
= Helo {name}.
~ Helo, {name}!

{n} pages
=one {n} dudalen
=two {n} dudalen
=few {n} tudalen
=many {n} thudalen
=other {n} tudalen

Needs %s, you have %d.
= Mae angen %s, mae gennych %d.

Not yet said
=
`

func welsh(t *testing.T, young bool) Tongue {
	t.Helper()
	l, err := Read("cy", sample, nil)
	if err != nil {
		t.Fatal(err)
	}
	return Speak([]*Language{l}, []*Language{Kiosk[English]}, young)
}

func TestSaysInTheLanguageAndTheVoice(t *testing.T) {
	t.Parallel()
	older, young, cy := welsh(t, false), welsh(t, true), Shipped().Tongue("cy", false)
	for got, want := range map[string]string{
		older.Say("Hi {name}.", "name", "Sam"):                              "Helo Sam.",
		young.Say("Hi {name}.", "name", "{name} <b>"):                       "Helo, {name} <b>!",
		older.Say("{n} pages", "n", 1):                                      "1 dudalen",
		older.Say("{n} pages", "n", int64(2)):                               "2 dudalen",
		older.Say("{n} pages", "n", 3):                                      "3 tudalen",
		young.Say("{n} pages", "n", 6):                                      "6 thudalen",
		older.Say("{n} pages", "n", 0):                                      "0 tudalen",
		older.Say("{n} jobs", "n", 1):                                       "1 job", // English, in its own plural
		older.Say("Not yet said"):                                           "Not yet said",
		older.Format("Needs %s, you have %d.", "10", 5):                     "Mae angen 10, mae gennych 5.",
		older.Told("Needs 4 pages, you have 5."):                            "Mae angen 4 tudalen, mae gennych 5.",
		older.Told("Needs 4 pages, you have 5. Needs 2 pages, you have 1."): "Mae angen 4 tudalen, mae gennych 5. Mae angen 2 dudalen, mae gennych 1.",
		older.Told("Hi Sam."):                                               "Hi Sam.", // two letters are too few to know a sentence by
		older.Told("Wants 4 pages, you have many."):                         "Wants 4 pages, you have many.",
		cy.Told("in Arts"):                                                  "yn Arts",
		cy.Told("Thursday 26 July"):                                         "dydd Iau 26 Gorffennaf",
		cy.Told("Someday 26 July"):                                          "Someday 26 July",
		cy.Told("You can't print here until Thursday 26 November, 08:00. Reason: x. Disagree? Ask your tutor for a review."): "Allwch chi ddim argraffu yma cyn dydd Iau 26 Tachwedd, 08:00. Rheswm: x. Anghytuno? Gofynnwch i'ch tiwtor am adolygiad.",
		Shipped().Tongue(English, true).Say("My jobs"):        "My things",
		Shipped().Tongue("cy", true).Say("My jobs"):           "Fy mhethau",
		Tongue{}.Told("Thursday 26 July"):                     "Thursday 26 July",
		Tongue{}.Told("Needs 4 pages, you have 5."):           "Needs 4 pages, you have 5.",
		Tongue{}.Say("Hi {name}.", "name", "Sam"):             "Hi Sam.",
		Shipped().Tongue("xx", false).Say("{n} jobs", "n", 2): "2 jobs",
	} {
		if got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
	if older.Tag() != "cy" || (Tongue{}).Tag() != English || !young.Young() {
		t.Error("a tongue does not know itself")
	}
}

func TestAFileIsReadStrictly(t *testing.T) {
	t.Parallel()
	known := func(form string) bool { return strings.Contains(sample, form) }
	for file, want := range map[string]string{
		"= Helo":                                           "line 1: an answer without a sentence",
		"Hi {nom}.\n= Helo {nom}.":                         `line 1: nobody says "Hi {nom}."`,
		"Hi {name}.\n= Helo.":                              "line 2: {name} is missing",
		"Hi {name}.\n= Helo {name} {n}.":                   "line 2: {n} is no place",
		"Hi {name}.\n=one Helo {name}.":                    "line 2: this sentence has no plurals",
		"Hi {name}.\n= <b>Helo</b> {name}.":                "line 2: no HTML",
		"Hi {name}.\n= Helo&nbsp;{name}.":                  "line 2: no HTML",
		"Hi {name}.\n= Helo\u202e {name}.":                 "line 2: a character that cannot be seen",
		"Hi {name}.\n= {name}\n= {name}!":                  "line 3: a second",
		"{n} pages\n=dual {n} tudalen":                     "line 2: \"=dual\" is no plural of this language",
		"{n} pages\n=one {n} dudalen":                      `line 1: the plural "other" is missing`,
		"{n} pages\n= {n} t\n=other {n} t":                 "line 1: either one answer",
		"Needs %s, you have %d.\n= Mae %d, %s.":            "line 2: it needs %s, %d",
		"Hi {name}.\n= {name}\nHi {name}.\n= {name}":       "line 3: \"Hi {name}.\" stands here twice",
		"Hi {name}.\n= {name} " + strings.Repeat("a", 600): "line 2: more than 500 characters",
		"\xff": "not in UTF-8",
	} {
		_, err := Read("cy", file, known)
		if err == nil || fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.As(err).Say, want) {
			t.Errorf("%q: %v, want %q", file, err, want)
		}
	}
	for _, tag := range []string{"", "english", "../cy", "zz-"} {
		if _, err := Read(tag, "", nil); err == nil {
			t.Errorf("%q is a language", tag)
		}
	}
}

// What is shipped can be exported and read again, and a change of any text is a new text.
func TestAnExportIsAFile(t *testing.T) {
	t.Parallel()
	c := Shipped()
	l, err := Read("cy", c.Export("cy"), isKnown)
	if err != nil {
		t.Fatal(err)
	}
	if len(l.order) < 100 || c.Name("cy") != "Cymraeg" || len(c.Missing("cy")) > 0 {
		t.Errorf("%d sentences of %s, %d missing", len(l.order), c.Name("cy"), len(c.Missing("cy")))
	}
	other, err := Read("cy", strings.Replace(c.Export("cy"), "= Cymraeg", "= Y Gymraeg", 1), isKnown)
	if err != nil || Digest([]*Language{l}) == Digest([]*Language{other}) {
		t.Errorf("a changed text has the same digest, %v", err)
	}
	if _, err := Read("de", c.Export("de"), isKnown); err != nil {
		t.Error(err)
	}
}
