package webtest

import (
	"fmt"
	"strconv"
	"testing"
	"time"
)

// reading is what is asked of a page in the same words whatever browser shows it.
type reading struct {
	t     testing.TB
	run   func(script string) error
	value func(expression string) (string, error) // of an expression that gives a string
}

// watch counts in the page itself what its policy forbids and what it throws.
const watch = `window.wrongs = [];
addEventListener('securitypolicyviolation', (e) => wrongs.push('policy: ' + e.violatedDirective));
addEventListener('error', (e) => wrongs.push('error: ' + e.message));
addEventListener('unhandledrejection', (e) => wrongs.push('rejection: ' + e.reason));`

// Eval runs a script.
func (r *reading) Eval(script string) {
	r.t.Helper()
	if err := r.run(script); err != nil {
		r.t.Fatal(err)
	}
}

// Says evaluates an expression that gives a string.
func (r *reading) Says(expression string) string {
	r.t.Helper()
	text, err := r.value(expression)
	if err != nil {
		r.t.Fatal(err)
	}
	return text
}

// Text is everything a person can read on the page.
func (r *reading) Text() string {
	r.t.Helper()
	return r.Says(`document.body.innerText`)
}

// Weight is how many bytes the page took with all that it has loaded so far, as they were sent.
func (r *reading) Weight() int {
	r.t.Helper()
	said := r.Says(`String(performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource")).reduce((sum, e) => sum + e.encodedBodySize, 0))`)
	weight, err := strconv.Atoi(said)
	if err != nil || weight == 0 {
		r.t.Fatalf("the page weighs %q, %v", said, err)
	}
	return weight
}

// Unhurt fails if the page's policy was broken or its script threw.
func (r *reading) Unhurt() {
	r.t.Helper()
	if wrongs := r.Says(`wrongs.join('; ')`); wrongs != "" {
		r.t.Errorf("the page says: %s", wrongs)
	}
}

// Until waits for an expression to become true, across a reload if need be.
func (r *reading) Until(expression string) {
	r.t.Helper()
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(15 * time.Millisecond) {
		var yes string
		if yes, err = r.value(`String(!!(` + expression + `))`); yes == "true" {
			return
		}
	}
	r.t.Fatalf("never true: %s: %v; the page says: %s", expression, err, r.Text())
}

// Seen waits for words on the page.
func (r *reading) Seen(words string) {
	r.t.Helper()
	r.Until(fmt.Sprintf(`document.body.innerText.includes(%q)`, words))
}
