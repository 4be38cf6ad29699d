package door

import (
	"bufio"
	"crypto/tls"
	"io"
	"net/http"
	"strings"
	"testing"
)

const wish = "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: TLS/1.2,TLS/1.1\r\n\r\n"

// A plain connection goes over to TLS when its client wishes, and is then one like
// any other: it is answered again and again, counted once, and gives way.
func TestAConnectionGoesOverToTLS(t *testing.T) {
	t.Parallel()
	h := openHouse(t, Options{Handler: tell})
	plain := dial(t, h.Addr())
	send(t, plain, wish)
	first := bufio.NewReader(plain)
	answer, err := http.ReadResponse(first, nil)
	if err != nil || answer.StatusCode != http.StatusSwitchingProtocols || first.Buffered() > 0 {
		t.Fatalf("%v %v", answer, err)
	}
	config := h.client.Transport.(*http.Transport).TLSClientConfig.Clone()
	config.ServerName = "localhost"
	secure := tls.Client(plain, config)
	in := bufio.NewReader(secure)
	next := func() string {
		t.Helper()
		answer, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Errorf("%s %v", answer.Status, err)
		}
		return string(body)
	}
	if err := secure.Handshake(); err != nil {
		t.Fatal(err)
	}
	if body := next(); body != "" { // to the wish itself
		t.Errorf("the wish is answered %q", body)
	}
	for range 2 {
		if _, err := io.WriteString(secure, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		if body := next(); body != "HTTP/1.1 tls=true loopback=true" {
			t.Errorf("over TLS it says %q", body)
		}
	}
	h.limits().until(t, func(l *Limits) bool { return l.open == 1 && l.yielding.Len() == 1 })
	_ = secure.Close()
	h.limits().until(t, func(l *Limits) bool { return l.open == 0 && l.yielding.Len() == 0 })
}

func TestWhoDoesNotWaitOrShakeHandsIsDropped(t *testing.T) {
	t.Parallel()
	h := openHouse(t, Options{Handler: tell})
	for _, said := range []string{wish + "GET / HTTP/1.1\r\nHost: here\r\n\r\n", wish} {
		c := dial(t, h.Addr())
		send(t, c, said)
		if said == wish {
			if _, err := bufio.NewReader(c).ReadString('\n'); err != nil {
				t.Fatal(err)
			}
			send(t, c, "no handshake\r\n\r\n")
		}
		if rest, _ := io.ReadAll(c); strings.Contains(string(rest), "200 OK") {
			t.Errorf("%q is answered %q", said, rest)
		}
	}
	h.limits().until(t, func(l *Limits) bool { return l.open == 0 && l.yielding.Len() == 0 })
}

// Who asks for something else, or sends a document along, is answered as before.
func TestOtherWishesAreNone(t *testing.T) {
	t.Parallel()
	h := openHouse(t, Options{Handler: tell})
	for _, head := range []string{"Connection: Upgrade\r\nUpgrade: websocket\r\n", "Upgrade: TLS/1.2\r\n", "Connection: Upgrade\r\nUpgrade: TLS/1.2\r\nContent-Length: 1\r\n"} {
		c := dial(t, h.Addr())
		send(t, c, "POST / HTTP/1.1\r\nHost: here\r\n"+head+"\r\nx")
		if line, err := bufio.NewReader(c).ReadString('\n'); err != nil || !strings.HasPrefix(line, "HTTP/1.1 200") {
			t.Errorf("%q: %q %v", head, line, err)
		}
	}
}
