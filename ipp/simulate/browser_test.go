package simulate

import (
	"context"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"inkwell/ipp/wire"
)

// The page in a real browser: sheets come in one by one without a reload, those
// that lie there are left alone, a button works, and nothing breaks the policy.
func TestTrayInBrowser(t *testing.T) {
	t.Parallel()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("this test needs Chromium: install the package chromium")
	}
	r := newRig(t, nil)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-background-networking", true))...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // the first use must have no deadline
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	do := func(what string, steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	becomes := func(expression string) {
		t.Helper()
		if _, err := chromedp.Run(ctx, chromedp.Poll[bool](expression)); err != nil {
			t.Fatalf("%s: %v", expression, err)
		}
	}

	do("open", chromedp.Navigate(r.url+"/"), chromedp.Evaluate[chromedp.Void](
		`window.broken = []; document.addEventListener("securitypolicyviolation", e => broken.push(e.blockedURI))`))
	id := r.print(4)
	r.page(2)
	becomes(`document.querySelectorAll("#job-1 .sheet").length === 2`)
	do("mark a sheet", chromedp.Evaluate[chromedp.Void](`document.getElementById("job-1-sheet-1").marked = true`))
	do("press", chromedp.Click(chromedp.CSS(`form[action="/controls/jam"] button`)))
	becomes(`document.getElementById("live").classList.contains("jammed")`)
	r.page(1)
	r.untilState(id, wire.JobProcessingStopped, 2)
	becomes(`document.querySelector("#job-1 .state").textContent === "Stopped after 2 of 4"`)
	do("clear", chromedp.Click(chromedp.CSS(`form[action="/controls/clear"] button`)))
	r.page(2)
	becomes(`document.querySelectorAll("#job-1 .sheet").length === 4 && !document.querySelector("#job-1 .coming")`)
	becomes(`document.getElementById("job-1-sheet-1").marked === true`)
	becomes(`window.broken.length === 0`)
}
