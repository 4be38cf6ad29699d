package console

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school/schooltest"
	"inkwell/internal/web/socket"
	"inkwell/internal/web/webtest"
	"inkwell/release"
)

// looksOn opens the socket of the live page as the house's browser would.
func (h *house) looksOn(origin string) (*websocket.Conn, int) {
	h.Helper()
	u, err := url.Parse(h.server.URL)
	if err != nil {
		h.Fatal(err)
	}
	head := http.Header{}
	for _, c := range h.browser.Jar.Cookies(u) {
		head.Add("Cookie", c.String())
	}
	if origin != "" {
		head.Set("Origin", origin)
	}
	conn, answer, err := websocket.DefaultDialer.DialContext(h.Context(), strings.Replace(h.server.URL, "http", "ws", 1)+livePath+"/socket", head)
	if answer == nil {
		h.Fatal(err)
	}
	if err == nil {
		h.Cleanup(func() { _ = conn.Close() })
	}
	return conn, answer.StatusCode
}

// until reads states until one is wanted.
func (h *house) until(conn *websocket.Conn, wanted func(liveView) bool) (v liveView) {
	h.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		h.Fatal(err)
	}
	for {
		_, body, err := conn.ReadMessage()
		if err != nil {
			h.Fatalf("%v; seen last %+v", err, v)
		}
		if strings.Contains(string(body), secretTitle) {
			h.Error("a document's title is shown live")
		}
		v = liveView{}
		if err := json.Unmarshal(body, &v); err != nil {
			h.Fatal(err)
		}
		if wanted(v) {
			return v
		}
	}
}

// over wants a socket to end as that of somebody who may look no more.
func (h *house) over(conn *websocket.Conn) {
	h.Helper()
	h.endsWith(conn, socket.Over)
}

// endsWith waits for the end of a socket and wants a code of it.
func (h *house) endsWith(conn *websocket.Conn, code int) {
	h.Helper()
	var err error
	for err == nil {
		_, _, err = conn.ReadMessage()
	}
	var end *websocket.CloseError
	if !errors.As(err, &end) || end.Code != code {
		h.Errorf("the socket ended with %v", err)
	}
}

func liveRowOf(rows []liveRow, name string) liveRow {
	for _, r := range rows {
		if strings.Contains(r.Name, name) {
			return r
		}
	}
	return liveRow{}
}

// TestLive: a change of the school shows by itself, another school's never; who is signed out or
// shut out looks on no longer.
func TestLive(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.stand()
	other := schooltest.New(t, h.db, "Hill School")
	dbtest.Exec(t, h.db, "INSERT INTO printer (school_id, name, uri) VALUES ($1, 'Foreign', 'ipp://127.0.0.1:1')", other.School)
	h.enter("it")
	h.says(h.get(livePath), http.StatusOK, "Mia Okafor sent a document", "scripts are off", "Library")
	for _, origin := range []string{"", "null", "https://evil.example", strings.Replace(h.server.URL, "http", "https", 1)} {
		if _, status := h.looksOn(origin); status != http.StatusForbidden {
			t.Errorf("a page of %q: %d", origin, status)
		}
	}
	conn, _ := h.looksOn(h.server.URL)
	first := h.until(conn, func(liveView) bool { return true })
	if liveRowOf(first.Printers, "Library").State != "Ready" || liveRowOf(first.Printers, "Foreign").Name != "" || liveRowOf(first.Latest, "Mia Okafor sent").State != "Sent" {
		t.Errorf("first state %+v", first)
	}
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM audit WHERE act = $1 AND actor = $2", liveWatched, h.IT.Pseudonym); n != 1 {
		t.Errorf("%d times on record that somebody looks on, after one page and four refusals", n)
	}
	library := dbtest.Value[int](t, h.db, "SELECT printer_id FROM printer WHERE name = 'Library'")
	h.post(printersPath+"/"+strconv.Itoa(library)+"/pause", url.Values{"pause": {"yes"}})
	h.until(conn, func(v liveView) bool { return liveRowOf(v.Printers, "Library").State == "Paused" })
	h.job(h.Sam, release.Held, 7, 0) // without a bell: the next look finds it
	h.until(conn, func(v liveView) bool { return liveRowOf(v.Latest, "Sam Bell sent 7 pages").State == "Sent" })

	more, _ := h.looksOn(h.server.URL)
	for range liveSeats - 2 {
		h.looksOn(h.server.URL)
	}
	tooMany, _ := h.looksOn(h.server.URL)
	h.endsWith(tooMany, socket.Full)
	h.post("/staff/sign-out", nil)
	h.over(conn)
	h.over(more)
	h.enter("it")
	long := friday.Add(-10 * time.Minute)
	dbtest.Exec(t, h.db, "UPDATE session SET seen_at = $1 WHERE ended_at IS NULL", long)
	conn, _ = h.looksOn(h.server.URL)
	if seen := dbtest.Value[time.Time](t, h.db, "SELECT max(seen_at) FROM session WHERE ended_at IS NULL"); !seen.Equal(long) {
		t.Errorf("a page that looks on keeps its session alive: seen at %s", seen)
	}
	h.until(conn, func(liveView) bool { return true })
	if err := h.signIn.Bar(t.Context(), h.Chief, h.School, h.IT.Person, true); err != nil {
		t.Fatal(err)
	}
	h.over(conn)
}

// TestLiveNamesNobodyToAProvider: machines are theirs, people are not.
func TestLiveNamesNobodyToAProvider(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	dbtest.Exec(t, h.db, "UPDATE person_role SET role = 'provider' WHERE person_id = $1", h.IT.Person)
	page := h.get(livePath)
	h.says(page, http.StatusOK, "Somebody sent")
	conn, _ := h.looksOn(h.server.URL)
	v := h.until(conn, func(liveView) bool { return true })
	if body, _ := json.Marshal(v); strings.Contains(string(body)+page.body, "Okafor") {
		t.Errorf("%s", body)
	}
	dbtest.Exec(t, h.db, "UPDATE person_role SET role = 'reception' WHERE person_id = $1", h.IT.Person)
	h.over(conn)
}

// full has as many live pages open as there is room for, or none of them.
func (h *house) full(yes bool) {
	l := h.console.lookers
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all -= liveRoom
	if yes {
		l.all += 2 * liveRoom
	}
}

// TestLivePageFollows in a real browser: it fills itself in, says when the server is away, and
// comes back; and it says that it does not follow where too many are open.
func TestLivePageFollows(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := webtest.Start(t).Page(t)
	p.Open(h.server.URL + "/staff/sign-in")
	signInAs(p, "it", schooltest.Password)
	p.Seen("Jobs")
	p.Open(h.server.URL + livePath)
	p.Until(`document.querySelector(".live__link").dataset.state === "live"`)
	h.job(h.Sam, release.Held, 9, 0)
	p.Seen("Sam Bell sent 9 pages")
	dbtest.Exec(t, h.db, "ALTER TABLE station_tap RENAME TO away")
	p.Until(`document.querySelector(".live__link").dataset.state === "lost"`)
	dbtest.Exec(t, h.db, "ALTER TABLE away RENAME TO station_tap")
	p.Until(`document.querySelector(".live__link").dataset.state === "live"`)
	h.full(true)
	p.Open(h.server.URL + livePath)
	p.Seen("open in too many windows")
	p.Until(`document.querySelector(".live__link").dataset.state === "lost"`)
	h.full(false)
	p.Open(h.server.URL + livePath)
	p.Until(`document.querySelector(".live__link").dataset.state === "live"`)
	dbtest.Exec(t, h.db, "UPDATE session SET ended_at = $1", friday)
	p.Until(`location.pathname === "/staff/sign-in"`)
}
