package kiosk

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"inkwell/internal/web/webtest"
	"inkwell/internal/words"
)

// sizes are the screens that stand beside printers.
var sizes = [][2]int64{{800, 480}, {1280, 800}, {1080, 1920}}

// audience is somebody a screen speaks to.
type audience struct {
	name, tag string
	young     bool
	words     *words.Catalogue
}

// older reads what most people read.
var older = audience{name: "older", tag: words.English, words: words.Shipped()}

// audiences are all there are, the last of a language whose every sentence is 40 % longer than the English one.
func audiences(t *testing.T) []audience {
	t.Helper()
	return []audience{older,
		{name: "young", tag: words.English, young: true, words: words.Shipped()},
		{name: "cy", tag: "cy", words: words.Shipped()},
		{name: "cy-young", tag: "cy", young: true, words: words.Shipped()},
		{name: "long", tag: "eo", words: longWords(t)},
	}
}

// places are what a sentence has put in.
var places = regexp.MustCompile(`\{[a-z]+\}|%[a-z]`)

// longWords adds a language by file: English with accents, and words after it.
func longWords(t *testing.T) *words.Catalogue {
	t.Helper()
	accents := strings.NewReplacer("a", "å", "c", "ç", "e", "é", "g", "ĝ", "i", "ï", "n", "ñ", "o", "ö", "s", "š", "u", "ü", "y", "ý", "A", "Å", "E", "É", "S", "Š", "U", "Ü")
	var file strings.Builder
	_, _ = file.WriteString(words.NameForm + "\n= Ļöñĝ\n")
	for _, form := range words.Forms() {
		if form == words.NameForm {
			continue
		}
		_, _ = fmt.Fprintf(&file, "\n%s\n= ", form)
		at := 0
		for _, place := range append(places.FindAllStringIndex(form, -1), []int{len(form), len(form)}) {
			_, _ = file.WriteString(accents.Replace(form[at:place[0]]) + form[place[0]:place[1]])
			at = place[1]
		}
		if letters.MatchString(places.ReplaceAllString(form, "")) {
			for more := (len(form)*2 + 4) / 5; more > 0; more -= 6 {
				_, _ = file.WriteString(" öñéšå")
			}
		}
		_, _ = file.WriteString("\n")
	}
	folder := t.TempDir()
	must(t, os.WriteFile(filepath.Join(folder, "eo.txt"), []byte(file.String()), 0o600))
	all, err := words.Open(folder)
	must(t, err)
	return all
}

// faults names what is wrong with a screen's layout: what is pressed and is below 64 px or over another
// that is, text that is cut, or outside of what it stands in, or over other text, and what cannot be come to. What
// a person has written may end in an ellipsis (it has dir=auto), and lists of things scroll, if what is seen of them is of use.
const faults = `(() => {
	const out = [], say = (what, el) => out.push(what + ': ' + (el.dataset.do || el.className || el.tagName) + ' “' + el.textContent.trim().replace(/\s+/g, ' ').slice(0, 50) + '”');
	const scrolling = '.list, .leaves, .pupils, .account__list, .run__list, .askback__prints, .places__list, .payers__row, .sponsor__jobs';
	const ours = '.jobs h1, [data-unpaid]'; // for all that a name or a title stands in it
	const shown = (el) => el.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !el.closest('.unseen, .dots, svg');
	const clip = (el) => { // the part of the window that an element may be seen in
		const box = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
		const list = el.closest(scrolling);
		return list && list !== el ? { left: -1e6, top: -1e6, right: 1e6, bottom: 1e6 } : box;
	};
	const outside = (r, c, by = 1.5) => r.left < c.left - by || r.top < c.top - by || r.right > c.right + by || r.bottom > c.bottom + by;
	if (document.documentElement.scrollWidth > innerWidth) out.push('it scrolls sideways');
	const main = document.querySelector('main');
	for (const el of main.querySelectorAll('*')) {
		if (!shown(el)) continue;
		const style = getComputedStyle(el), list = el.matches(scrolling);
		if (list && el.scrollHeight > el.clientHeight + 2 && el.clientHeight < 1.4 * (el.querySelector('li') || el).offsetHeight && el.matches(':not(.payers__row)')) say('too little of the list is seen (' + el.clientHeight + ' px)', el);
		if (list || style.overflowX === 'visible' && style.overflowY === 'visible' || el.closest('[dir=auto]') && !el.closest(ours)) continue;
		if (el.matches('.pagebar, .bar, .job__bar, .job__thumb, .leaf__page, input, svg, img')) continue;
		if (style.overflow !== 'visible' && el.scrollWidth > el.clientWidth + 1.5 && !el.matches('.job')) say('cut at its side by ' + (el.scrollWidth - el.clientWidth), el);
		if (style.overflow !== 'visible' && el.scrollHeight > el.clientHeight + 1.5 && !el.matches('.job')) say('cut below by ' + (el.scrollHeight - el.clientHeight), el);
	}
	const hits = [];
	for (const el of main.querySelectorAll('button, input')) {
		const hit = el.closest('label') || el;
		if (!shown(hit) || el.matches('.job__box input') && !shown(el)) continue;
		const r = hit.getBoundingClientRect();
		if (Math.min(r.width, r.height) < 63.5) say('only ' + Math.round(r.width) + 'x' + Math.round(r.height), el);
		if (outside(r, clip(el))) say('off the screen', el);
		if (!el.matches('.input')) hits.push([el, r]);
	}
	const over = (a, b, by) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > by && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > by;
	for (let i = 0; i < hits.length; i++) for (let j = 0; j < i; j++) {
		const [[a, ra], [b, rb]] = [hits[i], hits[j]];
		if (a.closest(scrolling) === b.closest(scrolling) && over(ra, rb, 2)) say('two over each other, with ' + (b.dataset.do || b.id), a);
	}
	const texts = [], walk = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const el = walk.currentNode.parentElement;
		if (!walk.currentNode.data.trim() || !shown(el)) continue;
		const range = document.createRange();
		range.selectNodeContents(walk.currentNode);
		const theirs = el.closest('[dir=auto]') && !el.closest(ours);
		for (const r of range.getClientRects()) {
			if (r.width < 1) continue;
			if (!theirs && outside(r, clip(el))) say('text off the screen', el);
			const button = el.closest('button, .chip, .warn, .job, .told, .barred');
			if (!theirs && button && outside(r, button.getBoundingClientRect(), 2)) say('text out of what it stands in', el);
			if (!theirs) texts.push([el, r]);
		}
	}
	for (let i = 0; i < texts.length; i++) for (let j = 0; j < i; j++) {
		const [[a, ra], [b, rb]] = [texts[i], texts[j]];
		if (a !== b && a.closest(scrolling) === b.closest(scrolling) && over(ra, rb, 0.4 * Math.min(ra.height, rb.height))) say('text over text “' + b.textContent.trim().slice(0, 30) + '”', a);
	}
	return [...new Set(out)].join('\n');
})()`

// full are the faces with the least room to spare.
var full = []string{"account", "told-why", "move", "count", "same", "idle-words", "pc-idle", "keypad-note", "payers-many", "jobs-why", "change-changed", "places-offered", "sponsor-refused"}

// looksRight fails the test for what is wrong with the layout at any size.
func (p *page) looksRight() {
	p.t.Helper()
	for _, size := range sizes {
		p.Size(size[0], size[1])
		if found := p.Says(faults); found != "" {
			p.t.Errorf("%dx%d: %s", size[0], size[1], found)
		}
	}
}

// TestNobodyIsKeptOut has axe-core look at the first screen of every kind, in light and dark in turn, and
// looks for faults of the layout at all sizes, and at the fullest faces in a language of long words. With INKWELL_PROVE
// every reader sees every screen, light, dark and with more contrast.
func TestNobodyIsKeptOut(t *testing.T) {
	b, all := webtest.Start(t), os.Getenv("INKWELL_PROVE") != ""
	for _, r := range audiences(t) {
		kinds := map[string]bool{}
		for i, s := range shots {
			kind, _, _ := strings.Cut(s.name, "-")
			if !all && (r.name != older.name || kinds[kind]) && (r.name != "long" || !slices.Contains(full, s.name)) {
				continue
			}
			kinds[kind] = true
			t.Run(r.name+"/"+s.name, func(t *testing.T) {
				p := bring(t, b, s, r)
				p.looksRight()
				switch {
				case all:
					for _, with := range [][2]string{{"prefers-color-scheme", "light"}, {"prefers-color-scheme", "dark"}, {"prefers-contrast", "more"}} {
						p.Prefers(with[0], with[1])
						p.Axe()
					}
				case r.name == older.name:
					p.Scheme([]string{"light", "dark"}[i%2])
					p.Axe()
				}
				p.Unhurt() // its policy reports nothing
			})
		}
	}
}
