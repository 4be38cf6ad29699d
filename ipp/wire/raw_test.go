package wire

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// raw writes messages byte by byte, wrong ones too.
type raw struct{ bytes.Buffer }

// message begins a raw request with a good header.
func message() *raw { return header(0x0200, uint16(OpPrintJob), 1) }

func header(version, code uint16, id uint32) *raw {
	r := &raw{}
	r.Write([]byte{byte(version >> 8), byte(version), byte(code >> 8), byte(code)})
	r.Write([]byte{byte(id >> 24), byte(id >> 16), byte(id >> 8), byte(id)})
	return r
}

// good is a raw request with the operation attributes every request needs.
func good() *raw { return message().start() }

func (r *raw) start() *raw {
	return r.tag(1).charset("utf-8").attr(0x48, "attributes-natural-language", "en")
}

func (r *raw) charset(name string) *raw { return r.attr(0x47, "attributes-charset", name) }

func (r *raw) tag(t byte) *raw {
	r.WriteByte(t)
	return r
}

func (r *raw) length(n int) *raw {
	r.Write([]byte{byte(n >> 8), byte(n)})
	return r
}

func (r *raw) attr(tag byte, name, value string) *raw {
	r.tag(tag).length(len(name)).WriteString(name)
	r.length(len(value)).WriteString(value)
	return r
}

func (r *raw) more(tag byte, value string) *raw { return r.attr(tag, "", value) }

// begin, member and end write a collection.
func (r *raw) begin(name string) *raw  { return r.attr(0x34, name, "") }
func (r *raw) member(name string) *raw { return r.attr(0x4a, "", name) }
func (r *raw) close() *raw             { return r.attr(0x37, "", "") }

// nest writes collections n deep.
func (r *raw) nest(n int) *raw { return r.nestAs("deep", n) }

func (r *raw) nestAs(name string, n int) *raw {
	r.begin(name)
	for range n - 1 {
		r.member("m").more(0x34, "")
	}
	r.member("m").more(0x44, "x")
	for range n {
		r.close()
	}
	return r
}

// end closes the message and returns its bytes.
func (r *raw) end() []byte {
	r.tag(3)
	return r.Bytes()
}

// withLang is the value of a text or name with its language.
func withLang(lang, text string) string {
	var r raw
	r.length(len(lang)).WriteString(lang)
	r.length(len(text)).WriteString(text)
	return r.String()
}

// recorded is the messages of real clients or printers, by file name.
func recorded(t testing.TB, kind string) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("testdata/*." + kind)
	if err != nil || len(paths) < 4 {
		t.Fatalf("recorded messages: %v, %v", paths, err)
	}
	all := make(map[string][]byte)
	for _, path := range paths {
		b, err := os.ReadFile(path) //nolint:gosec // our own test data
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimPrefix(path, "testdata/")] = b
	}
	return all
}
