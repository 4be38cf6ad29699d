package device

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/phin1x/go-ipp"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// What a printer writes where HTTP has its headers comes to logs and terminals short, and printable;
// and the error is still what it was.
func TestErrorsOfPrintersAreSafeToShow(t *testing.T) {
	t.Parallel()
	in, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := in.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 1<<10))
			_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\n\x1b]0;all is well\x07\x1b[2J" + strings.Repeat("x", 20<<10) + "\r\n\r\n"))
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = in.Close(); <-done })
	p, err := New(Options{URI: "ipp://" + in.Addr().String() + "/ipp/print"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Status(context.Background())
	if err == nil || !wire.Printable(strings.ReplaceAll(err.Error(), "\n", " ")) || len(err.Error()) > 500 {
		t.Errorf("%.600q", fmt.Sprint(err))
	}
	if h := (heard{release.ErrBusy}); !errors.Is(h, release.ErrBusy) {
		t.Error("an error is not what it was")
	}
}

func TestReasonsAreFew(t *testing.T) {
	t.Parallel()
	a := attributes{"printer-state-reasons": nil}
	for i := range 5000 {
		a["printer-state-reasons"] = append(a["printer-state-reasons"], ipp.Attribute{Value: fmt.Sprintf("other-%d", i)})
	}
	if n := len(a.reasons("printer-state-reasons")); n != mostReasons {
		t.Errorf("%d reasons", n)
	}
}
