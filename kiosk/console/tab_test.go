package console

import (
	"os"
	"strconv"
	"strings"
	"time"

	"inkwell/internal/web/webtest"
)

// stops are what a page has for the Tab key, numbered in the order in which they are written: all that can be pressed
// or filled in and is shown, of radio buttons of one name the one that is chosen or the first.
const stops = `(() => {
  const shown = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0;
  const radios = new Set();
  let n = 0;
  for (const e of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')) {
    if (e.disabled || e.tabIndex < 0 || !shown(e)) continue;
    if (e.type === "radio") {
      const group = (e.form ? [...document.forms].indexOf(e.form) : "") + "/" + e.name;
      const chosen = [...document.querySelectorAll("input[type=radio]")].find((o) => o.name === e.name && o.form === e.form && o.checked);
      if (chosen ? e !== chosen : radios.has(group)) continue;
      radios.add(group);
    }
    e.dataset.stop = n++;
  }
  return String(n);
})()`

// standing says where the focus is, and whether whoever looks can tell: "3", or "3 unseen" with what it is.
const standing = `(() => {
  const e = document.activeElement;
  if (e === document.body || e === null) return "";
  const r = e.getBoundingClientRect();
  const marked = [e, ...(e.closest("label")?.querySelectorAll("*") ?? [])].some((x) => { const s = getComputedStyle(x); return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2; });
  const inside = r.bottom > 0 && r.top < innerHeight && r.right > 0 && r.left < innerWidth;
  return (e.dataset.stop ?? "other") + (marked && inside ? "" : " unseen: " + e.outerHTML.slice(0, 120));
})()`

// tabbed goes through a page by the Tab key alone: the way past the menu comes first, each stop is seen, none is left
// out, and they come in the order in which they are written.
func (h *house) tabbed(p *webtest.Page, name string) {
	h.Helper()
	p.Until(`!document.querySelector("[autofocus]") || document.activeElement.hasAttribute("autofocus")`)
	p.Eval(`(() => { const top = document.createElement("i"); top.tabIndex = -1; document.body.prepend(top); top.focus(); top.remove() })()`) // also where a field has the focus at first
	n, err := strconv.Atoi(p.Says(stops))
	if err != nil || n < 2 {
		h.Errorf("%s has %d stops, %v", name, n, err)
		return
	}
	if first := p.Says(`document.querySelector("[data-stop='0']").className`); first != "skip" {
		h.Errorf("%s begins with %q, and not with the way past its menu", name, first)
	}
	last := ""
	for i := range n {
		var number, unseen string
		for range 9 { // a field for a day and a time has parts of its own, and a button
			p.Key("Tab", time.Now())
			if number, unseen, _ = strings.Cut(p.Says(standing), " "); number != last {
				break
			}
		}
		if last = number; number != strconv.Itoa(i) || unseen != "" {
			h.Errorf("%s: key %d of %d leads to %s %s, wanted %s", name, i+1, n, number, unseen, p.Says(`document.querySelector("[data-stop='`+strconv.Itoa(i)+`']").outerHTML.slice(0, 120)`))
			return
		}
	}
}

// everyTab says whether a page is gone through by keys: one of ten, or with INKWELL_PROVE each.
func everyTab(i int) bool { return os.Getenv("INKWELL_PROVE") != "" || i%10 == 0 }
