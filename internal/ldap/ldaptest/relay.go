package ldaptest

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// The protocol's operations (RFC 4511).
const (
	opBind        = 0
	opBound       = 1
	opSearch      = 3
	opSearchEntry = 4
)

// rangeOf is how many values of an attribute Active Directory gives at once.
const rangeOf = 1500

// Relay stands between a client and a server without TLS, counts what is asked, and
// gives long attributes in ranges as Active Directory does.
type Relay struct {
	URL             string
	Binds, Searches atomic.Int64 // asked so far
	Ranges          atomic.Int64 // further ranges that were asked for
	Agrees          atomic.Bool  // it says yes to every bind, as some proxies of directories do

	server string

	mu   sync.Mutex
	held chan struct{} // what the client asks waits for it; nil is not at all
}

// NewRelay listens until the test ends.
func NewRelay(t testing.TB, to *Server) *Relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &Relay{URL: "ldap://" + l.Addr().String(), server: strings.TrimPrefix(to.Plain, "ldap://")}
	t.Cleanup(func() {
		r.Release()
		l.Close()
	})
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go r.relay(c)
		}
	}()
	return r
}

// Hold keeps back whatever is asked from now on, until Release.
func (r *Relay) Hold() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held = make(chan struct{})
}

// Release lets go on what was held.
func (r *Relay) Release() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held != nil {
		close(r.held)
		r.held = nil
	}
}

func (r *Relay) wait() {
	r.mu.Lock()
	held := r.held
	r.mu.Unlock()
	if held != nil {
		<-held
	}
}

// relay serves one client.
func (r *Relay) relay(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", r.server)
	if err != nil {
		return
	}
	defer server.Close()
	var starts sync.Map // by message: from which value a range was asked for
	go func() {
		defer client.Close()
		for {
			p, err := ber.ReadPacket(server)
			if err != nil {
				return
			}
			switch answer := p.Children[1]; {
			case answer.Tag == opSearchEntry:
				start, _ := starts.LoadOrStore(p.Children[0].Value, 0)
				cut(answer, start.(int))
			case answer.Tag == opBound && r.Agrees.Load():
				answer.Children[0] = ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, int64(0), "")
			}
			if _, err := client.Write(rebuild(p).Bytes()); err != nil {
				return
			}
		}
	}()
	for {
		p, err := ber.ReadPacket(client)
		if err != nil {
			return
		}
		r.wait()
		switch op := p.Children[1]; op.Tag {
		case opBind:
			r.Binds.Add(1)
		case opSearch:
			r.Searches.Add(1)
			if start := whole(op.Children[7]); start > 0 {
				r.Ranges.Add(1)
				starts.Store(p.Children[0].Value, start)
			}
		}
		if _, err := server.Write(rebuild(p).Bytes()); err != nil {
			return
		}
	}
}

// whole asks for all of "member" where a range of it was asked for, and tells where
// the range begins.
func whole(attributes *ber.Packet) (start int) {
	for i, a := range attributes.Children {
		if n, err := fmt.Sscanf(text(a), "member;range=%d-*", &start); n == 1 && err == nil {
			attributes.Children[i] = word("member")
		}
	}
	return start
}

// cut gives one range of a long "member".
func cut(entry *ber.Packet, start int) {
	attributes := entry.Children[1]
	for i, a := range attributes.Children {
		values := a.Children[1].Children
		if text(a.Children[0]) != "member" || len(values) <= rangeOf {
			continue
		}
		name, part := fmt.Sprintf("member;range=%d-%d", start, start+rangeOf-1), values[start:]
		if len(part) > rangeOf {
			part = part[:rangeOf]
		} else {
			name = fmt.Sprintf("member;range=%d-*", start)
		}
		a.Children[0], a.Children[1].Children = word(name), part
		if start == 0 { // the attribute itself is there, and blank
			blank := ber.NewSequence("")
			blank.AppendChild(word("member"))
			blank.AppendChild(ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, ""))
			attributes.Children = append(attributes.Children[:i:i], append([]*ber.Packet{blank}, attributes.Children[i:]...)...)
		}
		return
	}
}

func text(p *ber.Packet) string { return p.Data.String() }

func word(s string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, s, "")
}

// rebuild is a packet with the children it has now.
func rebuild(p *ber.Packet) *ber.Packet {
	if p.TagType == ber.TypePrimitive {
		return p
	}
	made := ber.Encode(p.ClassType, ber.TypeConstructed, p.Tag, nil, "")
	for _, child := range p.Children {
		made.AppendChild(rebuild(child))
	}
	return made
}

// Silent is the address of a server that takes connections and never says a word.
func Silent(t testing.TB, scheme string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { close(done); l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { <-done; c.Close() }()
		}
	}()
	return scheme + "://" + l.Addr().String()
}
