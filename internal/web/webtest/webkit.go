package webtest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// trusting runs a program on a machine whose authorities are those in a file.
const trusting = `mount --bind "$0" /etc/ssl/certs/ca-certificates.crt && exec "$@"`

// startWebKit starts the small browser of WebKitGTK, which has the engine of tablets, on a display
// that nobody sees.
func startWebKit(t testing.TB, at Place) Tab {
	t.Helper()
	if at.Authority != "" {
		at.In = append(append([]string{}, at.In...), "unshare", "--mount", "--", "sh", "-c", trusting, at.Authority)
	}
	found, err := filepath.Glob("/usr/lib/*/webkit2gtk-4.1/MiniBrowser")
	if err != nil || len(found) == 0 {
		t.Fatalf("this test needs MiniBrowser: install the package webkit2gtk-driver (%v)", err)
	}
	home, port := at.profile(t), freePort(t, at)
	cmd := at.command(t, needs(t, "WebKitWebDriver", "webkit2gtk-driver"), "--port="+port)
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_RUNTIME_DIR="+home, "DISPLAY="+display(t), "GDK_BACKEND=x11", "LIBGL_ALWAYS_SOFTWARE=1",
		"WEBKIT_DISABLE_COMPOSITING_MODE=1", "DBUS_SESSION_BUS_ADDRESS=", "NO_AT_BRIDGE=1")
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &log, &log, time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w := &webdriver{
		base:   "http://127.0.0.1:" + port,
		client: &http.Client{Timeout: patience, Transport: &http.Transport{DialContext: at.dial()}},
	}
	t.Cleanup(func() {
		_, _ = w.ask(http.MethodDelete, "", nil)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("WebKit says: %s", log.String())
		}
	})
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) { // between two looks
		conn, err := at.dial()(t.Context(), "tcp", "127.0.0.1:"+port)
		if err == nil {
			_ = conn.Close()
			break
		}
		if time.Now().After(end) {
			t.Fatalf("WebKitWebDriver never listened: %v", err)
		}
	}
	if err := w.begin(found[0], at.Authority == ""); err != nil {
		t.Fatal(err)
	}
	return newRemote(t, w, cmd)
}

// display is a new display of X11 that nobody sees.
func display(t testing.TB) string {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	cmd := Place{}.command(t, needs(t, "Xvfb", "xvfb"), "-displayfd", "3", "-screen", "0", "1400x2000x24", "-nolisten", "tcp")
	cmd.ExtraFiles = []*os.File{write}
	err = cmd.Start()
	_ = write.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb names no display: %v", err)
	}
	return ":" + strings.TrimSpace(number)
}

// freePort is a port that nobody listens at, there.
func freePort(t testing.TB, at Place) string {
	t.Helper()
	for port := 40000 + os.Getpid()%10000; port < 60000; port++ {
		conn, err := at.dial()(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			return fmt.Sprint(port)
		}
		_ = conn.Close()
	}
	t.Fatal("no port is free")
	return ""
}

// webdriver is a window by WebDriver.
type webdriver struct {
	base   string // address of the session, once there is one
	client *http.Client
}

// begin opens a session, which is a browser with one window.
func (w *webdriver) begin(browser string, anybody bool) error {
	said, err := w.ask(http.MethodPost, "/session", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"acceptInsecureCerts":      anybody,
		"webkitgtk:browserOptions": map[string]any{"binary": browser, "args": []string{"--automation"}},
	}}})
	if err != nil {
		return err
	}
	var session struct {
		ID string `json:"sessionId"`
	}
	err = json.Unmarshal(said, &session)
	w.base += "/session/" + session.ID
	return err
}

// ask has a command carried out, and gives its result.
func (w *webdriver) ask(method, path string, params map[string]any) (json.RawMessage, error) {
	body, err := json.Marshal(params)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(context.Background(), method, w.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	answer, err := w.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	var said struct {
		Value json.RawMessage `json:"value"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&said); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s: %s", path, answer.Status, said.Value)
	}
	return said.Value, nil
}

func (w *webdriver) post(path string, params map[string]any) error {
	_, err := w.ask(http.MethodPost, path, params)
	return err
}

// resize sets the window's size so that what is left for the page is as large as it says.
func (w *webdriver) resize(width, height int64) error {
	rect := map[string]any{"width": width, "height": height}
	for range 100 {
		if err := w.post("/window/rect", rect); err != nil {
			return err
		}
		text, err := w.json(`[innerWidth, innerHeight]`)
		if err != nil {
			return err
		}
		var is [2]int64
		if err := json.Unmarshal([]byte(text), &is); err != nil {
			return err
		}
		if is == [2]int64{width, height} {
			return nil
		}
		if is[0] == width && is[1] < height {
			rect["height"] = height + height - is[1]
		}
		time.Sleep(20 * time.Millisecond) // the window's answer comes when it likes
	}
	return fmt.Errorf("the window never became %d by %d", width, height)
}

func (w *webdriver) navigate(address string) error {
	if err := w.post("/url", map[string]any{"url": address}); err != nil {
		return err
	}
	return w.run(watch) // there is no earlier moment
}

func (w *webdriver) perform(sources any) error {
	return w.post("/actions", map[string]any{"actions": sources})
}

func (w *webdriver) picture() (text string, err error) {
	said, err := w.ask(http.MethodGet, "/screenshot", nil)
	if err == nil {
		err = json.Unmarshal(said, &text)
	}
	return text, err
}

func (w *webdriver) run(script string) error {
	return w.post("/execute/sync", map[string]any{"script": script, "args": []any{}})
}

func (w *webdriver) json(expression string) (text string, err error) {
	said, err := w.ask(http.MethodPost, "/execute/sync", map[string]any{"script": "return JSON.stringify(" + expression + ")", "args": []any{}})
	if err == nil {
		err = json.Unmarshal(said, &text)
	}
	return text, err
}
