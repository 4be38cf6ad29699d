package wire

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/OpenPrinting/goipp"
)

func seed(f *testing.F) {
	for _, kind := range []string{"request", "reply"} {
		for _, b := range recorded(f, kind) {
			f.Add(b)
		}
	}
	for _, b := range costly() {
		f.Add(b[:min(len(b), 2048)])
	}
	f.Add(good().nest(3).end())
	f.Add(good().attr(0x31, "t", "\x07\xea\x0b\x15\x0c\x00\x00\x00+\x00\x00").attr(0x7f, "x", "\x00\x00\x00\x01z").end())
	f.Add(good().attr(0x36, "n", withLang("en", "x")).attr(0x13, "v", "").attr(0x32, "r", "\x00\x00\x02\x58\x00\x00\x02\x58\x03").end())
}

// FuzzRead: no bytes make Read panic, take more than its limits, or accept what
// it promises to refuse.
func FuzzRead(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		in := bytes.NewReader(b)
		m, err := Read(in, Limits{})
		if taken := len(b) - in.Len(); taken > ForRequests.Bytes {
			t.Fatalf("took %d octets", taken)
		}
		if err != nil {
			var refusal *Error
			if !errors.As(err, &refusal) || refusal.Status.OK() || refusal.Say == "" {
				t.Fatalf("error %v", err)
			}
			return
		}
		if m.RequestID == 0 || m.Groups[0].Tag != OperationGroup {
			t.Fatalf("accepted %+v", m)
		}
		for _, g := range m.Groups {
			for _, a := range g.Attrs {
				checkAccepted(t, a)
			}
		}
	})
}

func checkAccepted(t *testing.T, a Attribute) {
	t.Helper()
	for _, v := range a.Values {
		switch value := v.V.(type) {
		case goipp.String:
			if !Printable(string(value)) {
				t.Fatalf("accepted %q", value)
			}
		case goipp.TextWithLang:
			if !Printable(value.Text) || !Printable(value.Lang) {
				t.Fatalf("accepted %q", value)
			}
		case goipp.Collection:
			for _, member := range value {
				checkAccepted(t, member)
			}
		}
	}
}

// FuzzRoundTrip: what was read, encoded and read again is the same, whether it
// came as a request or as a reply; and byte for byte, but for the two spellings of
// one instant in a dateTime.
func FuzzRoundTrip(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		in := bytes.NewReader(b)
		if m, err := Read(in, Limits{}); err == nil {
			again := roundTrip(t, m, func(r io.Reader) (*Message, error) { return Read(r, Limits{}) })
			if whole := b[:len(b)-in.Len()]; !bytes.Equal(again, whole) && !bytes.ContainsRune(whole, rune(goipp.TagDateTime)) {
				t.Fatalf("encoded again:\n%x\n%x", again, whole)
			}
		}
		if m, err := ReadReply(bytes.NewReader(b), ForReplies); err == nil {
			roundTrip(t, m, func(r io.Reader) (*Message, error) { return ReadReply(r, ForReplies) })
		}
		if pared, err := Pare(bytes.NewReader(b), ForReplies, func(string) bool { return true }); err == nil {
			if _, err := ReadReply(bytes.NewReader(pared), ForReplies); err != nil {
				t.Fatalf("pared %x: %v", pared, err)
			}
		}
	})
}

func roundTrip(t *testing.T, m *Message, read func(io.Reader) (*Message, error)) []byte {
	t.Helper()
	b, err := m.Encode()
	if err != nil {
		t.Fatalf("encode %+v: %v", m, err)
	}
	m2, err := read(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("read again %x: %v", b, err)
	}
	for i, g := range m.Groups {
		if !goipp.Attributes(g.Attrs).Similar(goipp.Attributes(m2.Groups[i].Attrs)) {
			t.Fatalf("group %d:\n%v\n%v", i, g, m2.Groups[i])
		}
	}
	return b
}
