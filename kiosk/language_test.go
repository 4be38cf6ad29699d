package kiosk

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/words"
	"inkwell/release"
)

// sentencesOf is every sentence that this package says, and where it is.
func sentencesOf(t *testing.T) map[string]string {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	var parsed []*ast.File
	values := map[string][]string{} // of constants and tables, by name
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, f)
		ast.Inspect(f, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok {
				for i, name := range v.Names {
					if i < len(v.Values) {
						values[name.Name] = texts(v.Values[i])
					}
				}
			}
			return true
		})
	}
	all := map[string]string{words.CantSignIn: "internal/words/refusal.go", words.NotHere: "internal/words/refusal.go", fault.Sorry: "internal/words/refusal.go"}
	for _, form := range words.Brief {
		all[form] = "internal/words/refusal.go"
	}
	for _, f := range parsed {
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if of, ok := call.Fun.(*ast.SelectorExpr); !ok || of.Sel.Name != "Say" || len(call.Args) == 0 {
				return true
			}
			said := texts(call.Args[0])
			if len(said) == 0 {
				said = values[named(call.Args[0])]
			}
			if _, index := call.Args[0].(*ast.IndexExpr); index {
				said = values[named(call.Args[0])]
			}
			for _, form := range said {
				all[form] = set.Position(call.Pos()).String()
			}
			return true
		})
	}
	return all
}

// texts are the sentences among the strings of an expression: keywords are none.
func texts(e ast.Expr) (all []string) {
	ast.Inspect(e, func(n ast.Node) bool {
		if pair, ok := n.(*ast.KeyValueExpr); ok {
			all = append(all, texts(pair.Value)...)
			return false
		}
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil {
				all = append(all, s)
			}
		}
		return true
	})
	return all
}

// named is the constant or table that an expression takes a sentence from.
func named(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.IndexExpr:
		return named(e.X)
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// pageSays are the sentences that stand in the page itself, and where.
func pageSays(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	names, err := filepath.Glob("templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		z := html.NewTokenizer(strings.NewReader(actions.ReplaceAllString(string(text), "")))
		for z.Next() != html.ErrorToken {
			tok := z.Token()
			if tok.Type == html.TextToken && letters.MatchString(tok.Data) {
				all[strings.TrimSpace(tok.Data)] = name
			}
			for _, a := range tok.Attr {
				if slices.Contains([]string{"aria-label", "data-go", "alt", "placeholder", "title", "data-say"}, a.Key) && letters.MatchString(a.Val) {
					all[a.Val] = name
				}
			}
		}
	}
	return all
}

var (
	letters = regexp.MustCompile(`\pL{2}`)
	// actions are what no reader reads: what the server does, what stands where scripts do not run, and the product's name.
	actions = regexp.MustCompile(`(?s)\{\{define "title"\}\}.*?\{\{end\}\}|<noscript>.*?</noscript>|\{\{[^}]*\}\}|Inkwell`)
)

// A sentence without its Welsh ends here, and so does Welsh that nobody says any more in English.
func TestEverySentenceIsInWelsh(t *testing.T) {
	t.Parallel()
	all := sentencesOf(t)
	if len(all) < 150 {
		t.Fatalf("only %d sentences were found", len(all))
	}
	page := pageSays(t)
	if len(page) < 80 {
		t.Fatalf("only %d sentences of the page were found", len(page))
	}
	maps.Copy(all, page)
	for form, place := range all {
		if !letters.MatchString(placeholders.ReplaceAllString(form, "")) {
			continue
		}
		if !words.Kiosk["cy"].Has(form) && !words.Refusals["cy"].Has(form) {
			t.Errorf("%s says %q, and Welsh does not: add that line to internal/words/kiosk/cy.txt, and under it \"= \" with the Welsh. "+
				"A line with {n} takes =one, =two, =few, =many, =other where the noun changes; where young readers are told something else, add \"~ \" there and in en.txt.", place, form)
		}
	}
	if missing := shipped.Missing("cy"); len(missing) > 0 {
		t.Errorf("Welsh lacks %q", missing)
	}
}

var placeholders = regexp.MustCompile(`\{[a-z]+\}`)

// Nothing of a screen's own is shown without passing through the words: a view's sentence that is
// not said by Say or Told ends here.
func TestNothingIsSaidPastTheWords(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	set, looked := token.NewFileSet(), 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			var values []ast.Expr
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, to := range n.Lhs {
					if shown[named(to)] {
						values = n.Rhs
					}
				}
			case *ast.KeyValueExpr:
				if shown[named(n.Key)] {
					values = []ast.Expr{n.Value}
				}
			}
			for _, v := range values {
				looked++
				for _, said := range unsaid(v) {
					t.Errorf("%s shows %q in English: write s.Say(%q), with {places} for what is put in, and add it to internal/words/kiosk/cy.txt", set.Position(v.Pos()), said, said)
				}
			}
			return true
		})
	}
	if looked < 100 {
		t.Errorf("only %d sentences were looked at", looked)
	}
}

// shown are the fields of views, and of the screen, that people read.
var shown = map[string]bool{"Title": true, "Text": true, "Note": true, "note": true, "Meta": true, "Label": true, "Sum": true, "After": true, "Detail": true, "Remind": true,
	"Waits": true, "What": true, "Say": true, "Word": true, "Yes": true, "Saves": true, "Left": true, "Payer": true, "Cost": true, "All": true, "Done": true}

// unsaid are the sentences in an expression that do not go through the words.
func unsaid(e ast.Expr) (all []string) {
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			of, ok := n.Fun.(*ast.SelectorExpr)
			return !ok || named(of.X) == "fmt"
		case *ast.BinaryExpr:
			return n.Op == token.ADD
		case *ast.BasicLit:
			if s, err := strconv.Unquote(n.Value); n.Kind == token.STRING && err == nil && letters.MatchString(s) && strings.ContainsAny(s, " .?!") {
				all = append(all, s)
			}
		}
		return true
	})
	return all
}

// What a school's day has a kiosk say, to young readers and to older ones, in English and in Welsh.
func TestTheWordsOfASchoolDay(t *testing.T) {
	t.Parallel()
	two := []release.VisitJob{held(41, "Rivers", 4, 5), held(42, "Maths", 3, 0)}
	play := func(language string, young bool, act func(*scene)) string {
		c := newScene(t)
		c.s.station.Languages = school.Languages{Offered: []string{language}, Young: young}
		c.s.read(shipped)
		act(c)
		v := c.s.View(c.now)
		said := v.Title + " " + v.Text + " " + v.Note
		if v.Print != nil {
			said += " " + v.Print.Sum + ". " + v.Print.After
		}
		if v.Barred != nil {
			said += " " + v.Barred.Say
		}
		return said + " " + v.Printer.Text
	}
	list := func(young bool, set func(*release.Visit)) func(*scene) {
		return func(c *scene) {
			visit := visitWith(two...)
			visit.Young = young
			set(&visit)
			c.signIn(visit)
		}
	}
	ready := func(*release.Visit) {}
	few := func(v *release.Visit) { v.Balance, v.Jobs = 5, []release.VisitJob{held(41, "Rivers", 10, 5)} }
	stopped := func(v *release.Visit) { v.Barred = fault.New(fault.Suspended, "printing-suspended", "140 pages.") }
	unknown := func(c *scene) {
		c.does(Tap{Badge: badge})
		c.does(SignedIn{Turn: next[SignIn](c).Turn, Err: badgeUnknown})
	}
	finished := func(young bool) func(*scene) {
		return func(c *scene) {
			four := held(41, "Rivers", 4, 5)
			visit := visitWith(four)
			visit.Young = young
			c.signIn(visit)
			c.does(ReleaseAll{})
			visit.Jobs = []release.VisitJob{onItsWay(four, release.Printing, 1)}
			c.granted(visit)
			visit.Jobs = []release.VisitJob{done(four)}
			c.changes(visit)
		}
	}
	jammed := func(c *scene) {
		c.s.station.Printer.State, c.s.station.Printer.Reasons = release.PrinterStopped, []string{"media-jam-error"}
	}
	for _, tc := range []struct {
		language string
		young    bool
		act      func(*scene)
		want     []string
	}{
		{"en", true, list(true, ready), []string{"Hello Sam.", "2 things are ready.", "Press green."}},
		{"en", false, list(false, ready), []string{"Hi Sam.", "2 jobs, 7 pages", "88 left afterwards"}},
		{"en", true, unknown, []string{"I don't know this card. Ask a grown-up."}},
		{"en", false, unknown, []string{"We can't sign you in. Try again, or see reception."}},
		{"en", true, list(true, few), []string{"You need 10 pages. You have 5.", "Ask your teacher."}},
		{"en", false, list(false, few), []string{"Needs 10, you have 5."}},
		{"en", true, jammed, []string{"The paper is stuck. It's not your fault. Your work is safe."}},
		{"en", true, list(true, stopped), []string{"Let's ask your teacher to help you print."}},
		{"en", false, list(false, stopped), []string{"You can't print here today."}},
		{"en", true, finished(true), []string{"All done! Take 4 pages.", "Bye, Sam."}},
		{"en", false, finished(false), []string{"Done: 4 pages."}},
		{"cy", true, list(true, ready), []string{"Helo, Sam!", "Mae 2 beth yn barod.", "Pwyswch y botwm gwyrdd."}},
		{"cy", false, list(false, ready), []string{"Helo Sam.", "2 swydd, 7 tudalen", "88 ar ôl wedyn"}},
		{"cy", true, unknown, []string{"Dydw i ddim yn adnabod y cerdyn hwn. Gofynnwch i oedolyn."}},
		{"cy", false, jammed, []string{"Mae'r papur yn sownd."}},
	} {
		said := play(tc.language, tc.young, tc.act)
		for _, want := range tc.want {
			if !strings.Contains(said, want) {
				t.Errorf("%s, young %t: %q, want %q", tc.language, tc.young, said, want)
			}
		}
	}
}

// A language that is pressed on the idle screen is spoken in the next visit and remembered for nobody:
// it may be another's finger. The idle screen goes back to the school's own, by itself and after a visit.
// What is pressed in one's account is remembered.
func TestALanguageIsChosenAndRemembered(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.s.station.Languages = school.Languages{Offered: []string{"en", "cy", "tlh"}}
	if all := c.face(FaceIdle).Tongues; len(all) != 2 || all[1].Name != "Cymraeg" || all[0].Pressed != "true" {
		t.Fatalf("%+v", all)
	}
	c.does(Speak{"tlh"}, Speak{"fr"})
	if v := c.face(FaceIdle); v.Lang != "en" {
		t.Errorf("it speaks %s", v.Lang)
	}
	c.does(Speak{"cy"})
	if v := c.face(FaceIdle); v.Lang != "cy" || v.Title != "Tapiwch eich bathodyn" {
		t.Errorf("it speaks %s: %s", v.Lang, v.Title)
	}
	c.after(time.Minute)
	if v := c.face(FaceIdle); v.Lang != "en" {
		t.Errorf("after a minute it speaks %s", v.Lang)
	}
	c.does(Speak{"cy"})
	visit := visitWith(held(41, "Rivers", 4, 5))
	c.signIn(visit)
	if v := c.face(FaceJobs); v.Lang != "cy" || v.Title != "Helo Sam." {
		t.Errorf("the list is in %s: %s", v.Lang, v.Title)
	}
	c.quiet()
	c.does(Speak{"en"}) // not on the list
	c.does(OpenAccount{})
	next[LookAtAccount](c)
	if v := c.face(FaceAccount); len(v.Tongues) != 2 || v.Tongues[1].Pressed != "true" {
		t.Errorf("offered %+v", v.Tongues)
	}
	c.does(Speak{"tlh"}, Speak{"en"})
	if e := next[RememberLanguage](c); e.Language != "en" || e.Visitor.Actor.Person != sam || c.face(FaceAccount).Lang != "en" {
		t.Errorf("%+v", e)
	}
	c.does(Speak{"cy"})
	next[RememberLanguage](c)
	c.does(SignOut{})
	if v := c.face(FaceIdle); v.Lang != "en" {
		t.Errorf("after the visit it speaks %s", v.Lang)
	}
	visit.Language = "cy"
	c.does(Tick{})
	c.after(echoFor + time.Second)
	c.calls = nil
	c.signIn(visit)
	if v := c.face(FaceJobs); v.Lang != "cy" {
		t.Errorf("what is remembered is %s", v.Lang)
	}
	c.quiet()
}
