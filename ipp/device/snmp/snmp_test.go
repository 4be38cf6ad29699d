package snmp

import (
	"context"
	"encoding/hex"
	"errors"
	"net"
	"strings"
	"testing"

	"inkwell/ipp/ipptest"
)

// written is an answer to a GET of sysUpTime.0 by version 2c, by hand from RFC 3416.
const written = "302e02010104067075626c6963a2210204" + "6b1c2f10" + "020100020100301330110608" + "2b06010201010300" + "4305" + "0001020304"

func raw(t testing.TB, digits string) []byte {
	t.Helper()
	b, err := hex.DecodeString(digits)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAnswerByTheBook(t *testing.T) {
	t.Parallel()
	v, err := answer(raw(t, written), 0x6b1c2f10, OID{1, 3, 6, 1, 2, 1, 1, 3, 0})
	if err != nil || v.Number != 0x01020304 {
		t.Errorf("%+v, %v", v, err)
	}
}

// TestQuestion is the GET of prtMarkerLifeCount as RFC 1157 writes it.
func TestQuestion(t *testing.T) {
	t.Parallel()
	want := "302d" + "020100" + "04067075626c6963" + "a020" + "020401020304" + "020100" + "020100" + "3012" + "3010" + "060c" + "2b060102012b0a0201040101" + "0500"
	if got := hex.EncodeToString(question(0, "public", 0x01020304, LifeCount)); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if got := hex.EncodeToString(encodeOID(OID{1, 3, 6, 1, 4, 1, 11, 2, 300000})); got != "2b060104010b0292a760" {
		t.Errorf("a large part is %s", got)
	}
}

// agent answers on a socket of this machine by what each object holds.
func agent(t *testing.T, answers func(request []byte) []byte) Agent {
	t.Helper()
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		in := make([]byte, 2048)
		for {
			n, from, err := socket.ReadFrom(in)
			if err != nil {
				return
			}
			if out := answers(in[:n]); out != nil {
				_, _ = socket.WriteTo(out, from)
			}
		}
	}()
	t.Cleanup(func() { _ = socket.Close(); <-done })
	return Agent{Dial: (&net.Dialer{}).DialContext, Address: socket.LocalAddr().String(), Community: "public"}
}

// reply is a response to a request, with a value of an object.
func reply(request []byte, status byte, id OID, value []byte) []byte {
	message, _, _ := take(request, tagSequence)
	version := message[2]
	_, message, _ = take(message, tagInteger)
	_, message, _ = take(message, tagOctets)
	pdu, _, _ := take(message, tagGet)
	return wrap(tagSequence, []byte{tagInteger, 1, version}, wrap(tagOctets, []byte("public")),
		wrap(tagResponse, pdu[:6], []byte{tagInteger, 1, status}, []byte{tagInteger, 1, 0},
			wrap(tagSequence, wrap(tagSequence, wrap(tagOID, encodeOID(id)), value))))
}

// asks is whether a request is for an object.
func asks(request []byte, id OID) bool {
	return strings.Contains(string(request), string(wrap(tagOID, encodeOID(id))))
}

func TestLifeCounter(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		speaks byte   // versions: 0, 1
		unit   []byte // prtMarkerCounterUnit
		want   int64
		err    error
	}{
		{"version 1", 0, []byte{tagInteger, 1, 7}, 123456, nil},
		{"version 2c alone", 1, []byte{tagInteger, 1, 7}, 123456, nil},
		{"no unit", 0, nil, 123456, nil},
		{"sheets", 0, []byte{tagInteger, 1, 8}, 0, ErrNone},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := agent(t, func(in []byte) []byte {
				if in[4] != c.speaks {
					return nil
				}
				switch {
				case asks(in, LifeCount):
					return reply(in, 0, LifeCount, []byte{tagCounter32, 3, 0x01, 0xe2, 0x40})
				case asks(in, CounterUnit) && c.unit != nil:
					return reply(in, 0, CounterUnit, c.unit)
				case asks(in, Serial) && c.speaks == 1:
					return reply(in, 0, Serial, wrap(tagOctets, []byte("CN7B31")))
				}
				return reply(in, noSuchName, LifeCount, []byte{tagNull, 0})
			})
			n, serial, err := a.LifeCounter(t.Context())
			if n != c.want || !errors.Is(err, c.err) || c.speaks == 1 && serial != "CN7B31" {
				t.Errorf("%d %q, %v", n, serial, err)
			}
		})
	}
}

// What is no answer to our question is not taken for one.
func TestForeignAnswers(t *testing.T) {
	t.Parallel()
	a := agent(t, func(in []byte) []byte {
		other := append([]byte{}, in...)
		other[len(other)-1] = 9
		return other
	})
	if _, err := a.Get(t.Context(), LifeCount); !errors.Is(err, errBroken) {
		t.Errorf("an echo: %v", err)
	}
	a = agent(t, func(in []byte) []byte { return reply(in, 0, Serial, wrap(tagOctets, []byte("x"))) })
	if _, err := a.Get(t.Context(), LifeCount); !errors.Is(err, ErrSilent) {
		t.Errorf("of another object: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := a.Get(ctx, LifeCount); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits: %v", err)
	}
	for _, bad := range []struct {
		name  string
		value []byte
	}{
		{"longer than there is", []byte{tagCounter32, 9, 1}}, {"of no bytes", []byte{tagCounter32, 0}}, {"too long a number", append([]byte{tagCounter64, 10}, make([]byte, 10)...)},
		{"beyond 63 bits", append([]byte{tagCounter64, 9, 0, 0xff}, make([]byte, 7)...)}, {"without a value", nil}, {"indefinite", []byte{tagCounter32, 0x80, 1, 0, 0}},
	} {
		sent := reply(question(0, "public", 7, LifeCount), 0, LifeCount, bad.value)
		if v, err := answer(sent, 7, LifeCount); !errors.Is(err, errBroken) {
			t.Errorf("%s: %+v, %v", bad.name, v, err)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add(raw(f, written))
	f.Add(reply(question(1, "public", 7, LifeCount), 0, LifeCount, []byte{tagCounter32, 3, 0x01, 0xe2, 0x40}))
	f.Add(reply(question(0, "public", 7, LifeCount), 0, LifeCount, wrap(tagOctets, make([]byte, 300))))
	f.Add([]byte{tagSequence, 0x82, 0xff, 0xff, 0})
	f.Fuzz(func(t *testing.T, datagram []byte) {
		v, err := answer(datagram, 7, LifeCount)
		if err == nil && len(v.Text) > len(datagram) {
			t.Errorf("%d bytes of text out of %d", len(v.Text), len(datagram))
		}
	})
}

// An agent that is not ours, and has no idea of us, tells what it was told to.
func TestARealAgentIsAsked(t *testing.T) {
	t.Parallel()
	address := ipptest.SNMPAgent(t, "print", ipptest.PrinterMIB(2_147_483_000, "CN7B31")...)
	a := Agent{Dial: (&net.Dialer{}).DialContext, Address: address, Community: "print"}
	if n, serial, err := a.LifeCounter(t.Context()); n != 2_147_483_000 || serial != "CN7B31" || err != nil {
		t.Errorf("%d %q, %v", n, serial, err)
	}
	if _, err := a.Get(t.Context(), OID{1, 3, 6, 1, 2, 1, 43, 10, 2, 1, 4, 1, 2}); !errors.Is(err, ErrNone) {
		t.Errorf("of a marker that it has not: %v", err)
	}
	a.Community = "other"
	if _, err := a.Get(t.Context(), LifeCount); !errors.Is(err, ErrSilent) {
		t.Errorf("to a community that is not its own: %v", err)
	}
	plain := Agent{Dial: a.Dial, Address: ipptest.SNMPAgent(t, "print"), Community: "print"}
	if _, _, err := plain.LifeCounter(t.Context()); !errors.Is(err, ErrNone) {
		t.Errorf("a machine that is no printer: %v", err)
	}
}
