package wire

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
)

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	text := strings.Repeat
	cases := []struct {
		name string
		raw  []byte
		want Status
	}{
		{"request-id 0", header(0x0200, 2, 0).start().end(), StatusBadRequest},
		{"negative request-id", header(0x0200, 2, 1<<31).start().end(), StatusBadRequest},
		{"version 0.0", header(0, 2, 1).start().end(), StatusVersionNotSupported},
		{"version 3.0", header(0x0300, 2, 1).start().end(), StatusVersionNotSupported},
		{"no group", message().end(), StatusBadRequest},
		{"empty operation group", message().tag(1).end(), StatusBadRequest},
		{"job group first", message().tag(2).tag(1).start().end(), StatusBadRequest},
		{"only charset", message().tag(1).charset("utf-8").end(), StatusBadRequest},
		{"only language", message().tag(1).attr(0x48, "attributes-natural-language", "en").end(), StatusBadRequest},
		{"language before charset", message().tag(1).
			attr(0x48, "attributes-natural-language", "en").charset("utf-8").end(), StatusBadRequest},
		{"unknown charset", message().tag(1).charset("utf-7").
			attr(0x48, "attributes-natural-language", "en").end(), StatusCharsetNotSupported},
		{"charset is no charset", message().tag(1).attr(0x44, "attributes-charset", "utf-8").
			attr(0x48, "attributes-natural-language", "en").end(), StatusBadRequest},
		{"language is no language", message().tag(1).charset("utf-8").
			attr(0x44, "attributes-natural-language", "en").end(), StatusBadRequest},
		{"two operation groups", good().tag(1).attr(0x21, "job-id", "\x00\x00\x00\x01").end(), StatusBadRequest},
		{"two job groups", good().tag(2).tag(2).end(), StatusBadRequest},
		{"attribute twice", good().attr(0x42, "job-name", "a").attr(0x42, "job-name", "b").end(), StatusBadRequest},
		{"attribute twice, not in a row", good().attr(0x42, "job-name", "a").
			attr(0x22, "x", "\x01").attr(0x42, "job-name", "b").end(), StatusBadRequest},
		{"member twice", good().begin("c").member("m").more(0x44, "a").
			member("m").more(0x44, "b").close().end(), StatusBadRequest},
		{"attribute before any group", message().attr(0x44, "a", "b").end(), StatusBadRequest},
		{"further value before any attribute", good().tag(2).more(0x44, "b").end(), StatusBadRequest},
		{"reserved tag 0", good().tag(0).end(), StatusBadRequest},
		{"reserved tag 0x80", good().attr(0x80, "a", "b").end(), StatusBadRequest},
		{"extension tag too short", good().attr(0x7f, "a", "bcd").end(), StatusBadRequest},
		{"extension tag out of range", good().attr(0x7f, "a", "\x80\x00\x00\x00").end(), StatusBadRequest},
		{"name too long", good().attr(0x44, text("a", 256), "b").end(), StatusBadRequest},
		{"name with a space", good().attr(0x44, "job name", "b").end(), StatusBadRequest},
		{"name with a control", good().attr(0x44, "a\nb", "b").end(), StatusBadRequest},
		{"name beyond ASCII", good().attr(0x44, "größe", "b").end(), StatusBadRequest},
		{"negative name length", good().tag(0x44).length(0x8001).end(), StatusBadRequest},
		{"negative value length", good().tag(0x44).length(1).tag('a').length(0xffff).end(), StatusBadRequest},
		{"integer of 3", good().attr(0x21, "a", "abc").end(), StatusBadRequest},
		{"integer of 5", good().attr(0x21, "a", "abcde").end(), StatusBadRequest},
		{"enum of 0", good().attr(0x23, "a", "").end(), StatusBadRequest},
		{"boolean of 2", good().attr(0x22, "a", "\x00\x01").end(), StatusBadRequest},
		{"boolean 2", good().attr(0x22, "a", "\x02").end(), StatusBadRequest},
		{"dateTime of 10", good().attr(0x31, "a", text("\x01", 10)).end(), StatusBadRequest},
		{"dateTime of month 13", good().attr(0x31, "a", "\x07\xea\x0d\x01\x00\x00\x00\x00+\x00\x00").end(), StatusBadRequest},
		{"resolution of 8", good().attr(0x32, "a", text("\x00", 8)).end(), StatusBadRequest},
		{"range of 7", good().attr(0x33, "a", text("\x00", 7)).end(), StatusBadRequest},
		{"range backwards", good().attr(0x33, "a", "\x00\x00\x00\x05\x00\x00\x00\x04").end(), StatusBadRequest},
		{"no-value with a value", good().attr(0x13, "a", "b").end(), StatusBadRequest},
		{"text too long", good().attr(0x41, "a", text("x", 1024)).end(), StatusRequestValueTooLong},
		{"keyword too long", good().attr(0x44, "a", text("x", 256)).end(), StatusRequestValueTooLong},
		{"mime type too long", good().attr(0x49, "a", text("x", 256)).end(), StatusRequestValueTooLong},
		{"text not UTF-8", good().attr(0x41, "a", "\xff").end(), StatusBadRequest},
		{"name with NUL", good().attr(0x42, "job-name", "a\x00b").end(), StatusBadRequest},
		{"name with newline", good().attr(0x42, "job-name", "a\nb").end(), StatusBadRequest},
		{"name with C1", good().attr(0x42, "job-name", "a\u0085b").end(), StatusBadRequest},
		{"text with override", good().attr(0x41, "a", "a\u202eb").end(), StatusBadRequest},
		{"text with isolate", good().attr(0x41, "a", "a\u2066b").end(), StatusBadRequest},
		{"keyword with escape", good().attr(0x44, "a", "a\x1b[2Jb").end(), StatusBadRequest},
		{"further value with newline", good().attr(0x44, "a", "b").more(0x44, "c\n").end(), StatusBadRequest},
		{"with language: newline", good().attr(0x36, "a", withLang("en", "a\nb")).end(), StatusBadRequest},
		{"with language: in the language", good().attr(0x35, "a", withLang("e\n", "a")).end(), StatusBadRequest},
		{"with language: no parts", good().attr(0x35, "a", "\x00").end(), StatusBadRequest},
		{"with language: part too long", good().attr(0x35, "a", "\x00\x09en\x00\x01x").end(), StatusBadRequest},
		{"with language: rest", good().attr(0x35, "a", withLang("en", "a")+"b").end(), StatusBadRequest},
		{"newline in a member", good().begin("c").member("m").more(0x44, "a\nb").close().end(), StatusBadRequest},
		{"member outside a collection", good().member("m").end(), StatusBadRequest},
		{"end outside a collection", good().close().end(), StatusBadRequest},
		{"collection with bytes", good().attr(0x34, "c", "x").close().end(), StatusBadRequest},
		{"delimiter in a collection", good().begin("c").member("m").tag(2).end(), StatusBadRequest},
		{"end tag in a collection", good().begin("c").end(), StatusBadRequest},
		{"value without a member", good().begin("c").more(0x44, "x").close().end(), StatusBadRequest},
		{"member without a value", good().begin("c").member("m").close().end(), StatusBadRequest},
		{"member after a member", good().begin("c").member("m").member("n").more(0x44, "x").close().end(), StatusBadRequest},
		{"member with an empty name", good().begin("c").member("").more(0x44, "x").close().end(), StatusBadRequest},
		{"member named in place", good().begin("c").attr(0x44, "m", "x").close().end(), StatusBadRequest},
		{"nine deep", good().nest(9).end(), StatusBadRequest},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m, err := Read(bytes.NewReader(c.raw), Limits{})
			var refusal *Error
			if !errors.As(err, &refusal) || refusal.Status != c.want {
				t.Fatalf("error %v, want %s", err, c.want)
			}
			if m == nil || m.Op() != OpPrintJob || len(m.Groups) > 0 {
				t.Errorf("message to answer: %+v", m)
			}
			if refusal.Say == "" || !Printable(refusal.Say) {
				t.Errorf("sentence %q", refusal.Say)
			}
		})
	}
}

func TestReadLimits(t *testing.T) {
	t.Parallel()
	numbered := func(i int) string { return "n" + strconv.Itoa(i) }
	attributes, members, many, long := good(), good().begin("c"), good().attr(0x44, "a", "x"), good()
	for i := range 1000 {
		attributes.attr(0x21, numbered(i), "abcd")
		members.member(numbered(i)).more(0x21, "abcd")
		many.more(0x44, "x")
	}
	values := good().begin("c").member("m")
	for range 1001 {
		values.more(0x21, "abcd")
	}
	for i := range 3 {
		long.attr(0x30, numbered(i), strings.Repeat("x", 30000))
	}
	cases := []struct {
		name   string
		raw    []byte
		limits Limits
		want   Status
	}{
		{"1,002 attributes", attributes.end(), Limits{}, StatusRequestEntityTooLarge},
		{"1,000 members", members.close().end(), Limits{}, StatusRequestEntityTooLarge},
		{"1,001 values", many.end(), Limits{}, StatusRequestEntityTooLarge},
		{"1,001 values of a member", values.close().end(), Limits{}, StatusRequestEntityTooLarge},
		{"90,000 bytes", long.end(), Limits{}, StatusRequestEntityTooLarge},
		{"bytes promised only", good().tag(0x30).length(1).tag('a').length(32767).Bytes(), Limits{}, StatusBadRequest},
		{"1,000,000 deep", good().nest(1_000_000).end(), Limits{}, StatusBadRequest},
		{"nine deep", good().nest(9).end(), Limits{}, StatusBadRequest},
		{"eight deep", good().nest(8).end(), Limits{}, StatusOK},
		{"own depth", good().nest(3).end(), Limits{Depth: 2}, StatusBadRequest},
		{"own bytes", good().end(), Limits{Bytes: 70}, StatusRequestEntityTooLarge},
	}
	for _, c := range cases {
		_, err := Read(bytes.NewReader(c.raw), c.limits)
		if (err == nil) != c.want.OK() || err != nil && StatusOf(err) != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

// Every message cut short anywhere is a bad request, and none of them panics.
func TestReadTruncated(t *testing.T) {
	t.Parallel()
	whole := good().attr(0x35, "t", withLang("en", "text")).begin("c").member("m").more(0x21, "abcd").close().end()
	for n := range len(whole) {
		m, err := Read(bytes.NewReader(whole[:n]), Limits{})
		if StatusOf(err) != StatusBadRequest || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%d bytes: %v", n, err)
		}
		if (m != nil) != (n >= headerLength) {
			t.Errorf("%d bytes: message %+v", n, m)
		}
	}
}

// Real requests are read whole, and not a byte more, however the stream delivers
// them; encoding them again gives the same bytes.
func TestReadRecordedRequests(t *testing.T) {
	t.Parallel()
	readers := map[string]func(io.Reader) io.Reader{
		"plain":         func(r io.Reader) io.Reader { return r },
		"byte by byte":  iotest.OneByteReader,
		"half":          iotest.HalfReader,
		"data with EOF": iotest.DataErrReader,
	}
	for name, b := range recorded(t, "request") {
		for how, wrap := range readers {
			in := wrap(bytes.NewReader(b))
			m, err := Read(in, Limits{})
			if err != nil {
				t.Fatalf("%s, %s: %v", name, how, err)
			}
			rest, err := io.ReadAll(in)
			if err != nil {
				t.Fatal(err)
			}
			again, err := m.Encode()
			if err != nil || !bytes.Equal(append(again, rest...), b) {
				t.Errorf("%s, %s: encoded again it differs (%v)", name, how, err)
			}
			if sent := strings.Contains(name, "send-document"); bytes.HasPrefix(rest, []byte("%PDF-")) != sent {
				t.Errorf("%s, %s: %d bytes left behind the attributes", name, how, len(rest))
			}
		}
	}
}

// A stream's own failure is no fault of the message.
func TestReadStreamFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection reset")
	b := good().end()
	in := io.MultiReader(bytes.NewReader(b[:20]), iotest.ErrReader(broken))
	if _, err := Read(in, Limits{}); !errors.Is(err, broken) || StatusOf(err) != StatusInternalError {
		t.Errorf("error %v", err)
	}
}

func TestReadAccepts(t *testing.T) {
	t.Parallel()
	for name, b := range map[string][]byte{
		"version 1.0":             header(0x0100, 2, 1).start().end(),
		"version 2.2":             header(0x0202, 2, 1<<31-1).start().end(),
		"us-ascii in capitals":    message().tag(1).charset("US-ASCII").attr(0x48, "attributes-natural-language", "en").end(),
		"a vendor's name":         good().attr(0x44, "com.vendor.ColorModel_2", "Gray").end(),
		"several subscriptions":   good().tag(6).attr(0x44, "notify-events", "x").tag(6).attr(0x44, "notify-events", "y").end(),
		"same name in two groups": good().attr(0x21, "copies", "abcd").tag(2).attr(0x21, "copies", "abcd").end(),
		"a long title":            good().attr(0x42, "job-name", strings.Repeat("x", 1023)).end(),
		"a future group":          good().tag(0x0f).attr(0x44, "a", "b").end(),
		"an unassigned syntax":    good().attr(0x3f, "a", "b\n").end(),
		"marks of direction":      good().attr(0x42, "job-name", "שלום\u200f").end(),
	} {
		if _, err := Read(bytes.NewReader(b), Limits{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
