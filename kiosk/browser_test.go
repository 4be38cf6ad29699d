package kiosk

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long a test waits for a fact before it fails.
const patience = 20 * time.Second

// browser is one headless Chromium; page opens a tab in it.
type browser struct{ ctx context.Context }

func startBrowser(t *testing.T) browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("these tests need Chromium: install the package chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-background-networking", true))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return browser{ctx}
}

// page is one tab, and whatever went wrong in it.
type page struct {
	t       *testing.T
	ctx     context.Context
	address string
}

func (b browser) page(t *testing.T) *page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	t.Cleanup(cancel)
	p := &page{t: t, ctx: ctx}
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	return p
}

// open loads the page and counts what its policy forbids from the first byte on.
func (p *page) open(address string) {
	p.t.Helper()
	p.address = address
	p.do(chromedp.Navigate(address))
}

func (p *page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

func (p *page) eval(script string) {
	p.t.Helper()
	p.do(chromedp.Evaluate[chromedp.Void](script))
}

// until waits for an expression to become true.
func (p *page) until(expression string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Poll[bool](expression, chromedp.WithPollingInterval(20*time.Millisecond)))
	if err != nil {
		text, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.body.innerText`))
		p.t.Fatalf("never true: %s: %v; the page says: %s", expression, err, text)
	}
}

// wait waits for a face.
func (p *page) wait(face string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`document.getElementById('kiosk').dataset.face === %q`, face))
}

// seen waits for words on the page.
func (p *page) seen(words string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`document.body.innerText.includes(%q)`, words))
}

// press clicks what does an act.
func (p *page) press(act string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS(fmt.Sprintf(`[data-do=%q]`, act))))
}

// keys types like a person: one key in 80 ms.
func (p *page) keys(text string) {
	p.t.Helper()
	p.type_(text, 80*time.Millisecond)
}

// badge types like a reader: one key in 4 ms, then Enter.
func (p *page) badge(number string) {
	p.t.Helper()
	p.until(`document.getElementById('kiosk').dataset.face !== undefined && document.getElementById('kiosk').dataset.face !== 'offline'`)
	p.type_(number+"\r", 4*time.Millisecond)
}

// type_ sends trusted key events that are gap apart by their own time stamps,
// however slow this machine is.
func (p *page) type_(text string, gap time.Duration) {
	p.t.Helper()
	at := time.Now()
	for _, r := range text {
		at = at.Add(gap)
		p.key(string(r), at)
	}
}

func (p *page) key(key string, at time.Time) {
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

var _ = runtime.Enable
var _ = strings.Contains
