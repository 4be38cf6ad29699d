package webtest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

// wire is one tab by one of W3C's two protocols, WebDriver and WebDriver BiDi.
type wire interface {
	resize(width, height int64) error
	navigate(address string) error
	run(script string) error
	json(expression string) (string, error) // an expression's value, as JSON
	perform(sources any) error              // W3C's input sources and their actions, the same in both
	picture() (string, error)               // PNG in base64
}

// remote is a Tab at the end of a wire.
type remote struct {
	reading
	wire wire
	cmd  *exec.Cmd // its browser
}

func newRemote(t testing.TB, w wire, cmd *exec.Cmd) *remote {
	t.Helper()
	r := &remote{wire: w, cmd: cmd}
	r.reading = reading{t, w.run, func(expression string) (text string, err error) {
		said, err := w.json(expression)
		if err == nil {
			err = json.Unmarshal([]byte(said), &text)
		}
		return text, err
	}}
	r.Size(1280, 800)
	return r
}

func (r *remote) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// Size sets the page's size in CSS pixels.
func (r *remote) Size(width, height int64) {
	r.t.Helper()
	r.must(r.wire.resize(width, height))
}

// Open loads an address.
func (r *remote) Open(address string) {
	r.t.Helper()
	r.must(r.wire.navigate(address))
}

// PowerCut ends the browser and all its processes at once.
func (r *remote) PowerCut() {
	r.t.Helper()
	go func() { _ = r.cmd.Wait() }() // it is killed
	powerCut(r.t, r.cmd)
}

// Shot writes a picture of the page as it is.
func (r *remote) Shot(file string) {
	r.t.Helper()
	text, err := r.wire.picture()
	r.must(err)
	picture, err := base64.StdEncoding.DecodeString(text)
	r.must(err)
	r.must(os.WriteFile(file, picture, 0o644)) //nolint:gosec // a picture for people
}

// action is one of W3C's, of a pointer or of the keyboard.
type action map[string]any

// Click touches the middle of the first element that a CSS selector finds, once it is there and stays where it is.
func (r *remote) Click(selector string) {
	r.t.Helper()
	r.Until(fmt.Sprintf(`((el) => {
		if (!el) return false;
		el.scrollIntoView({ block: 'nearest' });
		const b = el.getBoundingClientRect(), at = [Math.floor(b.x + b.width / 2), Math.floor(b.y + b.height / 2)], was = window.spot;
		window.spot = JSON.stringify(at);
		return window.spot === was;
	})(document.querySelector(%q))`, selector))
	text, err := r.wire.json(`((at) => { window.spot = null; return JSON.parse(at); })(window.spot)`)
	r.must(err)
	var at [2]int
	r.must(json.Unmarshal([]byte(text), &at))
	r.must(r.wire.perform([]any{map[string]any{
		"type": "pointer", "id": "finger", "parameters": map[string]string{"pointerType": "mouse"},
		"actions": []action{
			{"type": "pointerMove", "x": at[0], "y": at[1], "duration": 0, "origin": "viewport"},
			{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0},
		},
	}}))
}

// Keys types like a person: one key in 80 ms.
func (r *remote) Keys(text string) {
	r.t.Helper()
	r.strike(text, 80*time.Millisecond)
}

// gaps has the page write down how far apart, in milliseconds, the keys are.
const gaps = `window.gaps = []; if (!window.gapsHeard) { window.gapsHeard = true; let last = 0;
addEventListener('keydown', (e) => { window.gaps.push(e.timeStamp - last); last = e.timeStamp; }, true); }`

// Badge types like a badge reader, and Enter. A machine that is busy may type too slowly for one,
// which the page is right to take for no badge: then it is typed once more.
func (r *remote) Badge(number string) {
	r.t.Helper()
	for range 20 {
		r.Eval(gaps)
		r.strike(number+"\r", 0)
		slowest, err := strconv.ParseFloat(r.Says(`String(Math.max(...window.gaps.slice(1)))`), 64)
		r.must(err)
		if slowest < 45 {
			return
		}
		time.Sleep(100 * time.Millisecond) // until what was typed is no part of the next
	}
	r.t.Fatal("this machine cannot type as fast as a badge reader")
}

// strike presses keys one after the other; "\r" is Enter.
func (r *remote) strike(text string, gap time.Duration) {
	r.t.Helper()
	var keys []action
	for _, c := range text {
		value := string(c)
		if c == '\r' {
			value = "\uE007"
		}
		keys = append(keys, action{"type": "keyDown", "value": value}, action{"type": "keyUp", "value": value})
		if gap > 0 {
			keys = append(keys, action{"type": "pause", "duration": gap.Milliseconds()})
		}
	}
	r.must(r.wire.perform([]any{map[string]any{"type": "key", "id": "keyboard", "actions": keys}}))
}
