package announce

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net/http"

	"inkwell/ipp/wire"
)

// elsewhere is an address that is nobody's (RFC 5737): whoever asks from there is
// told what any computer is told, and not what this machine is.
const elsewhere = "192.0.2.1:631"

// Ask has a printer of this process answer Get-Printer-Attributes over TLS, as it
// would answer a computer that calls this server host. What is announced then is
// what the printer says.
func Ask(ctx context.Context, printer http.Handler, host, path string) (wire.Attributes, error) {
	ask := wire.NewRequest(wire.OpGetPrinterAttributes, 1, wire.URI("printer-uri", "ipps://"+host+path))
	raw, err := ask.Encode()
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+host+path, bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", path, err)
	}
	r.Header.Set("Content-Type", wire.ContentType)
	r.TLS, r.RemoteAddr, r.RequestURI = &tls.ConnectionState{Version: tls.VersionTLS13}, elsewhere, path
	w := answer{header: http.Header{}}
	printer.ServeHTTP(&w, r)
	reply, err := wire.ReadReply(&w.body, wire.ForReplies)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", path, err)
	}
	if reply.Status() >= wire.StatusBadRequest {
		return nil, fmt.Errorf("ask %s: %v", path, reply.Status())
	}
	return reply.First(wire.PrinterGroup), nil
}

// answer keeps what a handler writes.
type answer struct {
	header http.Header
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(int)             {}
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }
