// Package webtest drives real browsers without a window, for tests of pages: Chromium for all of
// them, Firefox and WebKit for the stories that a Tab can tell in each. What it starts it
// stops when the test ends; a machine without a browser fails the test. It is imported by tests alone.
package webtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
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
type Browser struct {
	ctx context.Context
	cmd *exec.Cmd
}

// Start starts a Chromium on this machine with a profile of its own.
func Start(t testing.TB) Browser {
	t.Helper()
	return startChromium(t, Place{})
}

func startChromium(t testing.TB, at Place) Browser {
	t.Helper()
	profile, b := at.profile(t), Browser{}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(needs(t, "chromium", "chromium")), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(profile),
		chromedp.Flag("disable-background-networking", true), chromedp.ModifyCmdFunc(func(cmd *exec.Cmd) {
			if len(at.In) > 0 {
				cmd.Path, cmd.Args = needs(t, at.In[0], "util-linux"), append(append([]string{}, at.In...), cmd.Args...)
			}
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
			b.cmd = cmd
		}))
	if at.Profile != "" { // as somebody's own: driven, it does not load again by itself what it could not load
		options = append(options, chromedp.Flag("enable-automation", false), chromedp.Flag("enable-auto-reload", true))
	}
	if at.Authority == "" {
		options = append(options, chromedp.IgnoreCertErrors)
	} else {
		at.believe(t, filepath.Join(profile, ".pki", "nssdb"))
		options = append(options, chromedp.Env("HOME="+profile))
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	b.ctx = ctx
	return b
}

// Page is one tab of Chromium. Each of its methods fails the test when it cannot do what it says.
type Page struct {
	reading
	ctx    context.Context
	cmd    *exec.Cmd // its browser
	struck time.Time // time stamp of the last key
}

// Page opens a tab of 1280 by 800.
func (b Browser) Page(t testing.TB) *Page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // opens the tab, for as long as ctx and not one step
		t.Fatalf("open a tab: %v", err)
	}
	p := &Page{ctx: ctx, cmd: b.cmd}
	p.reading = reading{t, p.run, p.value}
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
	p.Prefers("prefers-color-scheme", name)
}

// Prefers sets one media feature of the person's, such as "forced-colors" to "active", and forgets those set before.
func (p *Page) Prefers(feature, value string) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: feature, Value: value}},
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

// run runs a script.
func (p *Page) run(script string) error {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	return chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](script))
}

// value is an expression's string.
func (p *Page) value(expression string) (string, error) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[string](expression))
}

// Click clicks the first element that a CSS selector finds, once it is there.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.Until(fmt.Sprintf(`document.querySelector(%q)`, selector))
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

// Spot is a place on the screen, in CSS pixels.
type Spot struct{ X, Y float64 }

// SpotOf is the middle of the first element that a CSS selector finds, once it is there.
func (p *Page) SpotOf(selector string) (at Spot) {
	p.t.Helper()
	p.Until(fmt.Sprintf(`document.querySelector(%q)`, selector))
	where := p.Says(fmt.Sprintf(`(() => { const r = document.querySelector(%q).getBoundingClientRect(); return (r.left + r.width / 2) + ' ' + (r.top + r.height / 2); })()`, selector))
	if _, err := fmt.Sscan(where, &at.X, &at.Y); err != nil {
		p.t.Fatalf("%s is at %q: %v", selector, where, err)
	}
	return at
}

// Touch puts as many fingers as there are spots on the screen at once, and lifts them all: whatever is there then.
func (p *Page) Touch(spots ...Spot) {
	p.t.Helper()
	down := input.DispatchTouchEventParams{Type: input.DispatchTouchEventTypeTouchStart}
	for i, at := range spots {
		finger := float64(i)
		down.TouchPoints = append(down.TouchPoints, &input.TouchPoint{X: at.X, Y: at.Y, ID: &finger})
	}
	for _, e := range []input.DispatchTouchEventParams{down, {Type: input.DispatchTouchEventTypeTouchEnd, TouchPoints: []*input.TouchPoint{}}} {
		if _, err := chromedp.Call(p.ctx, input.DispatchTouchEvent, e); err != nil {
			p.t.Fatal(err)
		}
	}
}

// PowerCut ends the browser and all its processes at once.
func (p *Page) PowerCut() {
	p.t.Helper()
	powerCut(p.t, p.cmd)
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

// Sheet writes a picture of the whole page, of 6,000 CSS pixels at most, and leaves the window as tall as that.
func (p *Page) Sheet(file string) {
	p.t.Helper()
	p.Eval(`window.size = innerWidth + " " + Math.min(6000, Math.max(innerHeight, document.documentElement.scrollHeight))`)
	var width, height int64
	if _, err := fmt.Sscan(p.Says(`window.size`), &width, &height); err != nil {
		p.t.Fatal(err)
	}
	p.Size(width, height)
	p.Shot(file)
}
