package door

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// wantsTLS says whether a plain request asks to go on over TLS on its connection (RFC
// 2817, 3.2). Programs that print through CUPS's library and were given ipp:// instead
// of ipps:// do so after a 426, and try again without pause for as long as nobody
// answers them.
func wantsTLS(r *http.Request) bool {
	asks := func(field, item string) bool {
		return slices.ContainsFunc(strings.Split(strings.Join(r.Header.Values(field), ","), ","), func(v string) bool {
			return strings.HasPrefix(strings.ToLower(strings.TrimSpace(v)), item)
		})
	}
	return r.TLS == nil && r.ContentLength == 0 && asks("Connection", "upgrade") && asks("Upgrade", "tls/")
}

// upgrade goes on over TLS: it shakes hands, answers the request that asked for it,
// and gives the connection to the server as one that has just come in. False when the
// connection cannot be had, and then nothing has been answered.
func upgrade(w http.ResponseWriter, r *http.Request) bool {
	c, ok := r.Context().Value(connKey{}).(*conn)
	if !ok || c == nil {
		return false
	}
	_, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return false
	}
	secure := tls.Server(c, c.home.tls)
	if buffered.Reader.Buffered() > 0 || !c.switched(r.Context(), secure) { // it did not wait for our yes
		_ = c.Close()
		return true
	}
	c.limits.back(c)
	c.home.hand(secure)
	return true
}

// switched shakes hands and says so over TLS.
func (c *conn) switched(ctx context.Context, secure *tls.Conn) bool {
	_ = c.SetDeadline(time.Now().Add(wholeHeader))
	_, err := io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: TLS/1.2, HTTP/1.1\r\n\r\n")
	if err == nil {
		err = secure.HandshakeContext(ctx)
	}
	if err != nil || secure.ConnectionState().NegotiatedProtocol == "h2" {
		return false
	}
	_, err = io.WriteString(secure, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	_ = c.SetDeadline(time.Time{})
	return err == nil
}
