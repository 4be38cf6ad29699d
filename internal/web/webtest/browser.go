// Package webtest drives a real headless Chromium, for tests of pages. What it
// starts it stops when the test ends; a machine without Chromium fails the test. It
// is imported by tests alone.
package webtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// patience is how long a test waits for a fact before it fails.
const patience = 2 * time.Minute

// Browser is one headless Chromium.
type Browser struct{ ctx context.Context }

// Start starts a Chromium with a profile of its own. It takes any certificate, for
// the tests' servers have made theirs a moment ago.
func Start(t testing.TB) Browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("these tests need Chromium: install the package chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("ignore-certificate-errors", true))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return Browser{ctx}
}

// Page is one tab. Each of its methods fails the test when it cannot do what it says.
type Page struct {
	t      testing.TB
	ctx    context.Context
	struck time.Time // time stamp of the last key
}

// watch counts in the page itself what its policy forbids and what it throws.
const watch = `window.wrongs = [];
addEventListener('securitypolicyviolation', (e) => wrongs.push('policy: ' + e.violatedDirective));
addEventListener('error', (e) => wrongs.push('error: ' + e.message));
addEventListener('unhandledrejection', (e) => wrongs.push('rejection: ' + e.reason));`

// Page opens a tab of 1280 by 800.
func (b Browser) Page(t testing.TB) *Page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // opens the tab, for as long as ctx and not one step
		t.Fatalf("open a tab: %v", err)
	}
	p := &Page{t: t, ctx: ctx}
	p.Size(1280, 800)
	if _, err := chromedp.Call(ctx, cdpage.AddScriptToEvaluateOnNewDocument, cdpage.AddScriptToEvaluateOnNewDocumentParams{Source: watch}); err != nil {
		t.Fatal(err)
	}
	return p
}

// Size sets the window's size in CSS pixels.
func (p *Page) Size(width, height int64) {
	p.t.Helper()
	p.Do(chromedp.EmulateViewport(width, height))
}

// Scheme sets what the person prefers: "light" or "dark".
func (p *Page) Scheme(name string) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// Open loads an address.
func (p *Page) Open(address string) {
	p.t.Helper()
	p.Do(chromedp.Navigate(address))
}

// Do takes steps of the driver's own, for what has no word here.
func (p *Page) Do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// Eval runs a script.
func (p *Page) Eval(script string) {
	p.t.Helper()
	p.Do(chromedp.Evaluate[chromedp.Void](script))
}

// Says evaluates an expression that gives a string.
func (p *Page) Says(expression string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		p.t.Fatal(err)
	}
	return text
}

// Text is everything a person can read on the page.
func (p *Page) Text() string {
	p.t.Helper()
	return p.Says(`document.body.innerText`)
}

// Unhurt fails if the page's policy was broken or its script threw.
func (p *Page) Unhurt() {
	p.t.Helper()
	if wrongs := p.Says(`wrongs.join('; ')`); wrongs != "" {
		p.t.Errorf("the page says: %s", wrongs)
	}
}

// Until waits for an expression to become true, across a reload if need be.
func (p *Page) Until(expression string) {
	p.t.Helper()
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(15 * time.Millisecond) {
		var yes bool
		if yes, err = chromedp.Run(p.ctx, chromedp.Evaluate[bool](`!!(`+expression+`)`)); yes {
			return
		}
	}
	p.t.Fatalf("never true: %s: %v; the page says: %s", expression, err, p.Text())
}

// Seen waits for words on the page.
func (p *Page) Seen(words string) {
	p.t.Helper()
	p.Until(fmt.Sprintf(`document.body.innerText.includes(%q)`, words))
}

// Click clicks the first element that a CSS selector finds.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.Do(chromedp.Click(chromedp.CSS(selector)))
}

// Fill types into a field, over what is there.
func (p *Page) Fill(selector, text string) {
	p.t.Helper()
	p.Do(chromedp.SetValue(chromedp.CSS(selector), text))
}

// Keys types like a person: one key in 80 ms.
func (p *Page) Keys(text string) {
	p.t.Helper()
	p.strike(text, 80*time.Millisecond)
}

// Badge types like a badge reader: one key in 4 ms, then Enter.
func (p *Page) Badge(number string) {
	p.t.Helper()
	p.strike(number+"\r", 4*time.Millisecond)
}

// strike sends trusted key events that are gap apart by their own time stamps,
// however slow this machine is, and a second after the last.
func (p *Page) strike(text string, gap time.Duration) {
	p.t.Helper()
	at := time.Now()
	if next := p.struck.Add(time.Second); next.After(at) {
		at = next
	}
	for _, r := range text {
		at = at.Add(gap)
		p.Key(string(r), at)
	}
	p.struck = at
}

// Key presses one key at a time of its own telling; "\r" is Enter.
func (p *Page) Key(key string, at time.Time) {
	p.t.Helper()
	text := key
	if key == "\r" {
		key = "Enter"
	}
	stamp := input.TimeSinceEpoch(float64(at.UnixMicro()) / 1e6)
	for _, e := range []input.DispatchKeyEventParams{
		{Type: input.DispatchKeyEventTypeKeyDown, Key: key, Text: text, Timestamp: stamp},
		{Type: input.DispatchKeyEventTypeKeyUp, Key: key, Timestamp: stamp},
	} {
		if _, err := chromedp.Call(p.ctx, input.DispatchKeyEvent, e); err != nil {
			p.t.Fatal(err)
		}
	}
}

// Shot writes a picture of the window as it is.
func (p *Page) Shot(file string) {
	p.t.Helper()
	picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(file, picture, 0o644) //nolint:gosec // a picture for people
	}
	if err != nil {
		p.t.Fatal(err)
	}
}
