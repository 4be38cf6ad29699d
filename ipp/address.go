package ipp

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"regexp"
	"strconv"

	"github.com/OpenPrinting/goipp"

	"inkwell/internal/door"
	"inkwell/internal/fault"
	"inkwell/ipp/wire"
	"inkwell/release"
)

const tagURI = goipp.TagURI

// plainHost is a Host header that is safe to put into a URI: a name or an address,
// with or without a port.
var plainHost = regexp.MustCompile(`^([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?$`)

// host is the name and port that the client itself uses for us: whatever it
// called has reached us, which no name of our own choosing is sure to do.
func (c *call) host() string {
	if plainHost.MatchString(c.http.Host) {
		return c.http.Host
	}
	return c.Host
}

// schemes are the URI schemes that this client can use, the one in use first:
// plain connections are for this machine alone.
func (c *call) schemes() []string {
	switch {
	case c.http.TLS == nil:
		return []string{"ipp", "ipps"}
	case door.Loopback(c.http):
		return []string{"ipps", "ipp"}
	default:
		return []string{"ipps"}
	}
}

// security is the uri-security-supported of a scheme.
var security = map[string]string{"ipp": "none", "ipps": "tls"}

// printerURI is the queue's address as this client uses it.
func (c *call) printerURI() string { return c.schemes()[0] + "://" + c.host() + c.printerPath() }

// jobURI is a job's address as this client uses it.
func (c *call) jobURI(id release.JobID) string {
	if c.cups {
		return c.schemes()[0] + "://" + c.host() + jobsPath + strconv.Itoa(int(id))
	}
	return c.printerURI() + jobsPath + strconv.Itoa(int(id))
}

// webURI is the queue's page for a browser.
func (c *call) webURI() string { return c.webHost() + c.queue.Path }

// webHost is where pages and pictures of ours are for this client.
func (c *call) webHost() string {
	if c.http.TLS == nil {
		return "http://" + c.host()
	}
	return "https://" + c.host()
}

// uuid is a URN that stands for a thing of this installation for ever
// (RFC 9562 sections 4 and 5.8).
func (s *Server) uuid(thing string) string {
	b := sha256.Sum256([]byte(s.Installation + "\x00" + thing))
	b[6] = b[6]&0x0f | 0x80 // version 8: our own way of making it
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

// page tells a person who opens a queue's address in a browser what it is.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	if s.icon(w, r) {
		return
	}
	path, _ := queuePath(r.URL.Path)
	path, by := splitWay(path)
	q, err := s.Desk.Queue(r.Context(), path)
	c := &call{Server: s, http: r, queue: q, way: by, req: &wire.Message{}}
	if err == nil {
		err = c.identify(r.Context(), never)
	}
	switch {
	case err == nil:
		s.sendText(w, http.StatusOK, q.Name+"\n\nThis is a printer. Add it to your computer with this address:\n"+c.printerURI())
	case fault.KindOf(err) == fault.NotFound || fault.KindOf(err) == fault.Forbidden:
		s.sendText(w, http.StatusNotFound, "There is no printer at this address.")
	default:
		w.Header().Set("Retry-After", "5")
		s.sendText(w, http.StatusServiceUnavailable, fault.As(err).Say)
	}
}
