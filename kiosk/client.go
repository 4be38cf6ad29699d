package kiosk

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"inkwell/internal/web/socket"
	"inkwell/release"
)

// viewLimit is the most bytes of one view: a full list of long titles is well
// below it.
const viewLimit = 1 << 20

// handshakeWait is how long a server may take to let a client in: hundreds may come at once.
const handshakeWait = 30 * time.Second

// Client is a kiosk without a browser, for demonstrations, tests and load
// programs. Acts may be called beside Next, but neither from two goroutines at once.
type Client struct{ conn *websocket.Conn }

// Dial opens a socket like the page at address, e.g.
// "https://localhost:8443/kiosk/library". trust may be nil for plain http.
func Dial(ctx context.Context, address string, trust *tls.Config) (*Client, error) {
	return dial(ctx, address, "/socket", trust)
}

// dial opens the socket at what is below an address.
func dial(ctx context.Context, address, below string, trust *tls.Config) (*Client, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("read kiosk address: %w", err)
	}
	origin := u.Scheme + "://" + u.Host
	ws := strings.Replace(u.Scheme, "http", "ws", 1) + "://" + u.Host + u.EscapedPath() + below
	d := websocket.Dialer{TLSClientConfig: trust, HandshakeTimeout: handshakeWait, ReadBufferSize: 4 << 10}
	conn, answer, err := d.DialContext(ctx, ws, http.Header{"Origin": {origin}})
	if answer != nil {
		defer answer.Body.Close()
	}
	if err != nil && answer != nil {
		return nil, fmt.Errorf("open kiosk %s: %s: %w", u.Path, answer.Status, err)
	}
	if err != nil {
		return nil, fmt.Errorf("open kiosk %s: %w", u.Path, err)
	}
	conn.SetReadLimit(viewLimit)
	return &Client{conn: conn}, nil
}

// Next waits for the next view. Once ctx has ended the client is of no more use.
func (c *Client) Next(ctx context.Context) (View, error) {
	var v View
	body, err := c.read(ctx)
	if err != nil {
		return v, fmt.Errorf("read view: %w", err)
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return v, fmt.Errorf("read view: %w", err)
	}
	return v, nil
}

// read waits for the next message.
func (c *Client) read(ctx context.Context) ([]byte, error) {
	stop := context.AfterFunc(ctx, func() { _ = c.conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	_, body, err := c.conn.ReadMessage()
	if err != nil {
		return nil, errors.Join(ctx.Err(), err)
	}
	return body, nil
}

// Until waits for a view that is wanted. The error names the last face seen.
func (c *Client) Until(ctx context.Context, wanted func(View) bool) (View, error) {
	face := "nothing"
	for {
		v, err := c.Next(ctx)
		if err != nil {
			return v, fmt.Errorf("wait for the kiosk, last seen %s: %w", face, err)
		}
		if wanted(v) {
			return v, nil
		}
		face = v.Face
	}
}

// Tap holds a badge to the reader.
func (c *Client) Tap(badge string) error { return c.send(message{Do: "tap", Badge: badge}) }

// SignInWithCode opens the keypad and enters name and code.
func (c *Client) SignInWithCode(name, code string) error {
	if err := c.send(message{Do: "keypad"}); err != nil {
		return err
	}
	return c.send(message{Do: "submit", Name: name, Code: code})
}

// Link says that the unknown badge which was tapped is one's own, and proves who one is.
func (c *Client) Link(name, code string) error {
	if err := c.send(message{Do: "mine"}); err != nil {
		return err
	}
	return c.send(message{Do: "submit", Name: name, Code: code})
}

// Select takes a job into the choice, or out of it.
func (c *Client) Select(job release.JobID, on bool) error {
	return c.send(message{Do: "select", Job: job, On: on})
}

// ReleaseAll prints everything that can be printed.
func (c *Client) ReleaseAll() error { return c.send(message{Do: "release-all"}) }

// Release prints exactly these jobs.
func (c *Client) Release(jobs ...release.JobID) error {
	return c.send(message{Do: "release", Jobs: jobs})
}

// ChoosePlace has what is printed come out of another printer.
func (c *Client) ChoosePlace(p release.PrinterID) error {
	if err := c.send(message{Do: "places"}); err != nil {
		return err
	}
	return c.send(message{Do: "place", Printer: p})
}

// PrintAt prints a job at the printer that its line offers.
func (c *Client) PrintAt(job release.JobID, p release.PrinterID) error {
	return c.send(message{Do: "print-at", Job: job, Printer: p})
}

// Pages shows the pages of a job; what follows is about these.
func (c *Client) Pages(job release.JobID) error { return c.send(message{Do: "change", Job: job}) }

// Keep has a page, from 1, printed or left out.
func (c *Client) Keep(page int, on bool) error {
	return c.send(message{Do: "keep", Page: page, On: on})
}

// PutUp puts so many pages on a side.
func (c *Client) PutUp(pages int) error { return c.send(message{Do: "up", Page: pages}) }

// Delete strikes a job out, to be destroyed after 5 s.
func (c *Client) Delete(job release.JobID) error { return c.send(message{Do: "delete", Job: job}) }

// NotMine says that a job which a shared device has sent is somebody else's doing; it is
// destroyed after 5 s, or with the end of the visit.
func (c *Client) NotMine(job release.JobID) error { return c.send(message{Do: "not-mine", Job: job}) }

// Undo takes a Delete or NotMine back.
func (c *Client) Undo(job release.JobID) error { return c.send(message{Do: "undo", Job: job}) }

// Answer says whether a job lost from sight came out.
func (c *Client) Answer(job release.JobID, came bool) error {
	return c.send(message{Do: "answer", Job: job, Came: came})
}

// Touch keeps the visit alive.
func (c *Client) Touch() error { return c.send(message{Do: "touch"}) }

// SignOut ends the visit.
func (c *Client) SignOut() error { return c.send(message{Do: "sign-out"}) }

// Close ends the connection.
func (c *Client) Close() error { return c.conn.Close() }

// Send sends any text, as no page would, for programs that show what a server bears.
func (c *Client) Send(text []byte) error {
	err := errors.Join(c.conn.SetWriteDeadline(time.Now().Add(socket.WriteWait)), c.conn.WriteMessage(websocket.TextMessage, text))
	if err != nil {
		return fmt.Errorf("send text: %w", err)
	}
	return nil
}

func (c *Client) send(m message) error { return c.put(m.Do, m) }

func (c *Client) put(what string, m any) error {
	if err := c.conn.SetWriteDeadline(time.Now().Add(socket.WriteWait)); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if err := c.conn.WriteJSON(m); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
