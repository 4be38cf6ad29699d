package ipp

import (
	"bytes"
	"net/url"
	"testing"

	"inkwell/ipp/ipptest"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// Computers of every kind print to a queue that holds their jobs and to one that
// prints at once, each in its own way.
func TestClients(t *testing.T) {
	t.Parallel()
	clients, err := ipptest.Clients()
	if err != nil {
		t.Fatal(err)
	}
	if len(clients) < 8 {
		t.Errorf("only %d clients", len(clients))
	}
	for _, c := range clients {
		queues := []release.Queue{trustedQueue, directQueue}
		if c.Basic {
			queues = []release.Queue{holdQueue, officeQueue}
		}
		for _, q := range queues {
			t.Run(c.Name+" "+string(q.Kind), func(t *testing.T) {
				t.Parallel()
				b := newBench(t)
				u, _ := url.Parse(b.http.URL)
				c.Play(t, ipptest.Stage{
					Address: u.Host, Path: q.Path, Direct: q.Kind == release.Direct, User: "ada", Stranger: "ben", Password: password,
					Documents: map[string][]byte{
						"pdf": pdf, "jpeg": documenttest.JPEG(), "pwg": documenttest.PWG(2), "urf": documenttest.URF(2),
						"pcl": []byte("\x1bE\x1b&l0O Dear diary"), "long": bytes.Repeat(pdf, 2000),
					},
				})
			})
		}
	}
}
