package webtest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// preferences keep Firefox from what it does by itself on a new machine.
const preferences = `user_pref("app.normandy.enabled", false);
user_pref("app.update.enabled", false);
user_pref("browser.sessionstore.resume_from_crash", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.page", 0);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "data:,");
user_pref("toolkit.startup.max_resumed_crashes", -1);
user_pref("toolkit.telemetry.server", "");
`

// startFirefox starts a Firefox, which speaks WebDriver BiDi by itself.
func startFirefox(t testing.TB, at Place) Tab {
	t.Helper()
	profile := at.profile(t)
	if err := os.WriteFile(filepath.Join(profile, "user.js"), []byte(preferences), 0o600); err != nil {
		t.Fatal(err)
	}
	if at.Authority != "" {
		at.believe(t, profile)
	}
	cmd := at.command(t, needs(t, "firefox-esr", "firefox-esr"), "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0", "about:blank")
	cmd.Env = append(os.Environ(), "HOME="+profile, "MOZ_DISABLE_CONTENT_SANDBOX=1")
	out, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	b := &bidi{}
	t.Cleanup(func() {
		if b.conn != nil {
			_, _ = b.ask("browser.close", map[string]any{})
			_ = b.conn.Close()
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	dialer := websocket.Dialer{NetDialContext: at.dial()}
	conn, answer, err := dialer.DialContext(ctx, listening(t, out)+"/session", nil)
	if err != nil {
		t.Fatalf("reach Firefox: %v", err)
	}
	_ = answer.Body.Close()
	b.conn = conn
	if err := b.begin(at.Authority == ""); err != nil {
		t.Fatal(err)
	}
	return newRemote(t, b, cmd)
}

// listening is where a Firefox that writes to out can be reached.
func listening(t testing.TB, out io.Reader) string {
	t.Helper()
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, address, ok := strings.Cut(lines.Text(), "WebDriver BiDi listening on "); ok {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return address
		}
	}
	t.Fatal("Firefox ended and never listened")
	return ""
}

// bidi is a tab by WebDriver BiDi.
type bidi struct {
	conn    *websocket.Conn
	last    int
	context string
}

// begin opens a session, and a tab with what counts its wrongs.
func (b *bidi) begin(anybody bool) error {
	if _, err := b.ask("session.new", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{"acceptInsecureCerts": anybody}}}); err != nil {
		return err
	}
	if _, err := b.ask("script.addPreloadScript", map[string]any{"functionDeclaration": "() => {" + watch + "}"}); err != nil {
		return err
	}
	made, err := b.ask("browsingContext.create", map[string]any{"type": "tab"})
	if err != nil {
		return err
	}
	var tab struct {
		Context string `json:"context"`
	}
	err = json.Unmarshal(made, &tab)
	b.context = tab.Context
	return err
}

// ask has a command carried out, and gives its result.
func (b *bidi) ask(method string, params map[string]any) (json.RawMessage, error) {
	b.last++
	if err := b.conn.WriteJSON(map[string]any{"id": b.last, "method": method, "params": params}); err != nil {
		return nil, fmt.Errorf("%s: %w", method, err)
	}
	if err := b.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	for {
		var said struct {
			ID      int             `json:"id"`
			Error   string          `json:"error"`
			Message string          `json:"message"`
			Result  json.RawMessage `json:"result"`
		}
		if err := b.conn.ReadJSON(&said); err != nil {
			return nil, fmt.Errorf("%s: %w", method, err)
		}
		switch {
		case said.ID != b.last: // an event
		case said.Error != "":
			return nil, fmt.Errorf("%s: %s: %s", method, said.Error, said.Message)
		default:
			return said.Result, nil
		}
	}
}

// in is ask of the tab.
func (b *bidi) in(method string, params map[string]any) (json.RawMessage, error) {
	params["context"] = b.context
	return b.ask(method, params)
}

func (b *bidi) resize(width, height int64) error {
	_, err := b.in("browsingContext.setViewport", map[string]any{"viewport": map[string]int64{"width": width, "height": height}})
	return err
}

func (b *bidi) navigate(address string) error {
	_, err := b.in("browsingContext.navigate", map[string]any{"url": address, "wait": "complete"})
	return err
}

func (b *bidi) perform(sources any) error {
	_, err := b.in("input.performActions", map[string]any{"actions": sources})
	return err
}

func (b *bidi) picture() (string, error) {
	var shot struct {
		Data string `json:"data"`
	}
	said, err := b.in("browsingContext.captureScreenshot", map[string]any{})
	if err == nil {
		err = json.Unmarshal(said, &shot)
	}
	return shot.Data, err
}

func (b *bidi) run(script string) error {
	_, err := b.evaluate(script)
	return err
}

func (b *bidi) json(expression string) (string, error) {
	return b.evaluate("JSON.stringify(" + expression + ")")
}

// evaluate runs a script in the page and gives its last value, if that is a string.
func (b *bidi) evaluate(script string) (string, error) {
	said, err := b.ask("script.evaluate", map[string]any{
		"expression": script, "target": map[string]string{"context": b.context}, "awaitPromise": false, "resultOwnership": "none",
		"serializationOptions": map[string]int{"maxObjectDepth": 0},
	})
	if err != nil {
		return "", err
	}
	var given struct {
		Result struct {
			Value json.RawMessage `json:"value"`
		} `json:"result"`
		Exception struct {
			Text string `json:"text"`
		} `json:"exceptionDetails"`
	}
	if err := json.Unmarshal(said, &given); err != nil {
		return "", err
	}
	if given.Exception.Text != "" {
		return "", errors.New(given.Exception.Text)
	}
	var text string
	_ = json.Unmarshal(given.Result.Value, &text) // most scripts give none
	return text, nil
}
