package webtest

import (
	"context"
	"encoding/json"
	"os"

	"github.com/chromedp/cdproto/cdp"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"inkwell/internal/tooltest"
)

// still has what appears on the page arrive at once, and is true when all has: text that is
// being faded in has no colour to judge yet. What moves for longer than 2 s is meant to.
const still = `document.getAnimations().every((a) => {
	if (a.playState !== 'running' || a.effect.getComputedTiming().endTime > 2000) return true;
	a.finish();
	return false;
})`

// judge has all rules of axe-core run that hold a page to WCAG 2.2 A and AA, and its
// own advice, and gives what breaks them: the rule, what it asks, and where.
const judge = `axe.run(document, { resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } }).then((r) => JSON.stringify(r.violations.map(
	(v) => v.id + ': ' + v.help + ' at ' + v.nodes.map((n) => n.target.join(' ') + ' (' + n.any.concat(n.all, n.none).map((c) => c.message).join('; ') + ')').join(', '))))`

// Axe fails the test for everything on the page, as it is now, that axe-core says
// keeps somebody out: WCAG 2.2 A and AA, and axe-core's own advice.
func (p *Page) Axe() {
	p.t.Helper()
	p.Until(still)
	var wrongs []string
	if err := json.Unmarshal([]byte(p.apart(p.axe(), judge)), &wrongs); err != nil {
		p.t.Fatalf("read what axe-core says: %v", err)
	}
	for _, wrong := range wrongs {
		p.t.Errorf("axe-core: %s", wrong)
	}
}

// apart runs scripts beside the page's own: they see its document and nothing of its
// scripts, and its policy does not bind them. It gives what the last one promises.
func (p *Page) apart(scripts ...string) (text string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	tree, err := chromedp.Call(ctx, cdpage.GetFrameTree, cdp.Empty{})
	if err != nil {
		p.t.Fatal(err)
	}
	world, err := chromedp.Call(ctx, cdpage.CreateIsolatedWorld, cdpage.CreateIsolatedWorldParams{FrameID: tree.FrameTree.Frame.ID})
	if err != nil {
		p.t.Fatal(err)
	}
	for _, script := range scripts {
		said, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{
			Expression: script, ContextID: world.ExecutionContextID, ReturnByValue: new(true), AwaitPromise: new(true),
		})
		if err != nil || said.ExceptionDetails != nil {
			p.t.Fatalf("run a script beside the page's own: %v %+v", err, said.ExceptionDetails)
		}
		text = ""
		_ = json.Unmarshal(said.Result.Value, &text) // most of them say nothing
	}
	return text
}

// axe is axe-core, as .ci/tool has fetched it.
func (p *Page) axe() string {
	p.t.Helper()
	script, err := os.ReadFile(tooltest.Path(p.t, "axe-core.js"))
	if err != nil {
		p.t.Fatal(err)
	}
	return string(script)
}
