package door

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net/http"
	"testing"
	"time"
)

// selfSigned is a certificate that nobody vouches for.
func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	card := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "print server"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, card, card, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// A client may show a certificate, whoever made it, and has to have its key.
func TestACardIsAskedForAndNotNeeded(t *testing.T) {
	t.Parallel()
	cards := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = fmt.Fprint(w, len(r.TLS.PeerCertificates)) })
	own, other := selfSigned(t), selfSigned(t)
	for name, c := range map[string]struct {
		ask  bool
		card []tls.Certificate
		want string // "" means that the connection is refused
	}{
		"none":          {true, nil, "0"},
		"one's own":     {true, []tls.Certificate{own}, "1"},
		"somebody's":    {true, []tls.Certificate{{Certificate: other.Certificate, PrivateKey: own.PrivateKey}}, ""},
		"not asked for": {false, []tls.Certificate{own}, "0"},
	} {
		h := openHouse(t, Options{Handler: cards, AskCard: func() bool { return c.ask }})
		config := h.client.Transport.(*http.Transport).TLSClientConfig
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			if len(c.card) == 0 {
				return &tls.Certificate{}, nil
			}
			return &c.card[0], nil
		}
		if c.want == "" {
			if r, err := h.client.Get("https://" + h.Addr().String()); err == nil {
				_ = r.Body.Close()
				t.Errorf("%s: let in", name)
			}
			continue
		}
		if _, body := h.get(t, "https://"+h.Addr().String()); body != c.want {
			t.Errorf("%s: %s certificates seen", name, body)
		}
	}
}
