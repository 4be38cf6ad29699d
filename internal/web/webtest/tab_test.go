package webtest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

// played is a page that notes what is done to it, under the policy that ours have.
const played = `<!doctype html><html lang="en"><title>A page</title><style>body { margin: 0 } button { margin: 1200px 40px 9px }</style>
<p>Words</p><input id="field"><button id="far">Press</button><script src="/script.js"></script>`

const playing = `far.onclick = (e) => { document.querySelector('p').textContent = 'pressed ' + e.isTrusted; };
let keys = ''; addEventListener('keydown', (e) => { keys += e.key; });`

// Each browser does what a story asks for, and what it does is a person's doing to the page. Unless
// all is to be proved Firefox has its turn in cmd/inkwell.
func TestEachBrowserDoesWhatAStoryAsksFor(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; img-src 'self'; script-src 'self'; style-src 'unsafe-inline'; require-trusted-types-for 'script'")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		text := played
		if r.URL.Path == "/script.js" {
			w.Header().Set("Content-Type", "text/javascript")
			text = playing
		}
		_, _ = io.WriteString(w, text)
	}))
	defer server.Close()
	engines := Engines
	if os.Getenv("INKWELL_PROVE") == "" {
		engines = engines[:1]
	}
	for _, engine := range engines {
		t.Run(engine.Name, func(t *testing.T) {
			p := engine.Start(t, Place{})
			p.Open(server.URL)
			p.Seen("Words")
			p.Size(800, 480)
			p.Until(`innerWidth === 800 && innerHeight === 480`)
			p.Click("#far")
			p.Seen("pressed true")
			p.Click("#field")
			p.Keys("ab")
			p.Badge("0471")
			p.Until(`keys.endsWith('ab0471Enter') && field.value.startsWith('ab0471')`)
			shot := filepath.Join(t.TempDir(), "shot.png")
			p.Shot(shot)
			if file, err := os.ReadFile(shot); err != nil || http.DetectContentType(file) != "image/png" {
				t.Errorf("no picture: %v", err)
			}
			p.Unhurt()
		})
	}
}
