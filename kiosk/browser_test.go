package kiosk

import (
	"context"
	"fmt"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	cdpage "github.com/chromedp/cdproto/page"
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

// page is one tab.
type page struct {
	t       *testing.T
	ctx     context.Context
	address string
	struck  time.Time // time stamp of the last key
}

// watch counts in the page itself what its policy forbids and what it throws.
const watch = `window.wrongs = [];
addEventListener('securitypolicyviolation', (e) => wrongs.push('policy: ' + e.violatedDirective));
addEventListener('error', (e) => wrongs.push('error: ' + e.message));
addEventListener('unhandledrejection', (e) => wrongs.push('rejection: ' + e.reason));`

func (b browser) page(t *testing.T) *page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // opens the tab, for as long as ctx
		t.Fatalf("open a tab: %v", err)
	}
	p := &page{t: t, ctx: ctx}
	p.do(chromedp.EmulateViewport(1280, 800))
	if _, err := chromedp.Call(ctx, cdpage.AddScriptToEvaluateOnNewDocument, cdpage.AddScriptToEvaluateOnNewDocumentParams{Source: watch}); err != nil {
		t.Fatal(err)
	}
	return p
}

// open loads a page.
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

// says evaluates an expression that gives a string.
func (p *page) says(expression string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		p.t.Fatal(err)
	}
	return text
}

// unhurt fails if the page's policy was broken or its script threw.
func (p *page) unhurt() {
	p.t.Helper()
	if wrongs := p.says(`wrongs.join('; ')`); wrongs != "" {
		p.t.Errorf("the page says: %s", wrongs)
	}
}

// until waits for an expression to become true, across a reload if need be.
func (p *page) until(expression string) {
	p.t.Helper()
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(15 * time.Millisecond) {
		var yes bool
		if yes, err = chromedp.Run(p.ctx, chromedp.Evaluate[bool](`!!(`+expression+`)`)); yes {
			return
		}
	}
	p.t.Fatalf("never true: %s: %v; the page says: %s", expression, err, p.says(`document.body.innerText`))
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
	p.strike(text, 80*time.Millisecond)
}

// badge types like a reader: one key in 4 ms, then Enter.
func (p *page) badge(number string) {
	p.t.Helper()
	p.until(`document.getElementById('kiosk').dataset.face !== undefined && document.getElementById('kiosk').dataset.face !== 'offline'`)
	p.strike(number+"\r", 4*time.Millisecond)
}

// strike sends trusted key events that are gap apart by their own time stamps,
// however slow this machine is.
func (p *page) strike(text string, gap time.Duration) {
	p.t.Helper()
	at := later(time.Now(), p.struck.Add(time.Second))
	for _, r := range text {
		at = at.Add(gap)
		p.key(string(r), at)
	}
	p.struck = at
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
