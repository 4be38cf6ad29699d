package main

import (
	"fmt"
	"regexp"
	"testing"

	"inkwell/ipp/ipptest"
	"inkwell/release/document/documenttest"
)

// Computers of every kind print to the real program, each in its own way: held where
// a queue holds, printed where it prints at once.
func TestClients(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	s.printTo(suitePrinter(t))
	clients, err := ipptest.Clients()
	if err != nil {
		t.Fatal(err)
	}
	pdf := documenttest.PDF(2)
	documents := map[string][]byte{
		"pdf": pdf, "jpeg": documenttest.JPEG(), "pwg": documenttest.PWG(2), "urf": documenttest.URF(2),
		"pcl": []byte("\x1bE\x1b&l0O Dear diary"), "long": append(pdf, make([]byte, 2<<20)...),
	}
	t.Run("side by side", func(t *testing.T) {
		for n, c := range clients {
			user := fmt.Sprintf("pupil%04d", n+1)
			paths := map[string]string{"hold": "/ipp/print", "direct": "/ipp/print/direct"}
			if !c.Basic {
				personal := regexp.MustCompile(`ipps://[^/\s]+(\S+)`).FindStringSubmatch(s.inkwell("address", "add", user, "--device", c.Name))
				paths = map[string]string{"trusted": "/ipp/print/trusted", "personal": personal[1]}
			}
			for kind, path := range paths {
				t.Run(c.Name+" "+kind, func(t *testing.T) {
					t.Parallel()
					c.Play(t, ipptest.Stage{
						Address: s.ipp, Path: path, Direct: kind == "direct", User: user,
						Stranger: "pupil0100", Password: demoPassword, Documents: documents,
					})
				})
			}
		}
	})
	if n := rows[int](s, "SELECT count(*) FROM job WHERE state = 'done'"); n < 3 {
		t.Errorf("only %d jobs were printed", n)
	}
}
