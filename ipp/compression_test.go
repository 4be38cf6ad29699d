package ipp

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"io"
	"strconv"
	"testing"
	"time"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// pack compresses a document as a client does.
func pack(t *testing.T, how string, doc io.Reader) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := io.WriteCloser(gzip.NewWriter(&packed))
	if how == "deflate" {
		var err error
		if w, err = flate.NewWriter(&packed, 6); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.Copy(w, doc); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

// mixed is a long PDF that compresses about as well as a real one.
func mixed() []byte {
	doc := []byte("%PDF-1.7\n")
	for len(doc) < 3<<20 {
		sum := sha256.Sum256(strconv.AppendInt(nil, int64(len(doc)), 10))
		doc = append(doc, sum[:]...)
		doc = append(doc, make([]byte, 200)...)
	}
	return doc
}

// A compressed document reaches the desk as it was before, by either operation.
func TestCompressed(t *testing.T) {
	t.Parallel()
	doc := mixed()
	for _, how := range compressions {
		b := newBench(t)
		sent := doc
		if how != "none" {
			sent = pack(t, how, bytes.NewReader(doc))
		}
		a := ask{op: wire.OpPrintJob, user: "ada", attrs: []wire.Attribute{wire.Keyword("compression", how)}, doc: bytes.NewReader(sent)}
		first := release.JobID(jobNumber(t, b.do(t, a)))
		id := jobNumber(t, b.do(t, ask{op: wire.OpCreateJob, user: "ada"}))
		a.op, a.doc = wire.OpSendDocument, bytes.NewReader(sent)
		a.attrs = append(a.attrs, wire.Integer("job-id", id), wire.Boolean("last-document", true))
		want(t, b.do(t, a), wire.StatusOK)
		for _, id := range []release.JobID{first, release.JobID(id)} {
			if b.desk.sums[id] != sha256.Sum256(doc) {
				t.Errorf("%s: job %d has another document", how, id)
			}
		}
	}
}

// What does not inflate, or inflates without end, is refused soon and leaves no open job.
func TestBadCompression(t *testing.T) {
	t.Parallel()
	// A thousand times as much as comes in.
	bomb := func(how string) []byte { return pack(t, how, endless(32<<20)) }
	gz := pack(t, "gzip", bytes.NewReader(mixed()))
	cases := []struct {
		name, how string
		doc       []byte
		status    wire.Status
	}{
		{"a bomb", "gzip", bomb("gzip"), wire.StatusCompressionError},
		{"a bomb by deflate", "deflate", bomb("deflate"), wire.StatusCompressionError},
		{"not compressed", "gzip", pdf, wire.StatusCompressionError},
		{"not compressed by deflate", "deflate", bytes.Repeat([]byte{0xff}, 64), wire.StatusCompressionError},
		{"cut off", "gzip", gz[:len(gz)/2], wire.StatusCompressionError},
		{"a changed byte", "gzip", append(append(bytes.Clone(gz[:len(gz)-8]), gz[len(gz)-8]^1), gz[len(gz)-7:]...), wire.StatusCompressionError},
		{"rubbish behind it", "gzip", append(bytes.Clone(gz), "rubbish"...), wire.StatusCompressionError},
		{"two layers", "gzip", pack(t, "gzip", bytes.NewReader(gz)), wire.StatusDocumentFormatNotSupported},
		{"nothing within", "gzip", pack(t, "gzip", bytes.NewReader(nil)), wire.StatusBadRequest},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			a := ask{op: wire.OpPrintJob, user: "ada", attrs: []wire.Attribute{wire.Keyword("compression", tc.how)}, doc: bytes.NewReader(tc.doc)}
			begun := time.Now()
			want(t, b.do(t, a), tc.status)
			if took := time.Since(begun); took > time.Minute {
				t.Errorf("refused after %s", took)
			}
			if n := len(b.desk.all()); n > 0 {
				t.Errorf("%d jobs were made", n)
			}
			id := wire.Integer("job-id", jobNumber(t, b.do(t, ask{op: wire.OpCreateJob, user: "ada"})))
			a.op, a.doc, a.attrs = wire.OpSendDocument, bytes.NewReader(tc.doc), append(a.attrs, id, wire.Boolean("last-document", true))
			want(t, b.do(t, a), tc.status)
			if got := b.desk.all()[0].State; got != release.Refused {
				t.Errorf("the job is %s", got)
			}
		})
	}
}

// A client that is lost in the middle is not told that its document is damaged.
func TestCompressedBrokenOff(t *testing.T) {
	t.Parallel()
	gz := pack(t, "gzip", bytes.NewReader(mixed()))
	for _, how := range []string{"gzip", "deflate"} {
		raw := &wire.Message{Groups: []wire.Group{wire.NewGroup(wire.OperationGroup, wire.Keyword("compression", how))}}
		doc := gz
		if how == "deflate" {
			doc = pack(t, how, bytes.NewReader(mixed()))
		}
		c := &call{req: raw, document: bufio.NewReader(io.MultiReader(bytes.NewReader(doc[:len(doc)/2]), lost{}))}
		if _, err := io.Copy(io.Discard, c.body()); err != errLost { //nolint:errorlint // unwrapped, or it would be taken for another
			t.Errorf("%s: %v", how, err)
		}
	}
}

var errLost = errors.New("connection lost")

// lost is a connection that has broken.
type lost struct{}

func (lost) Read([]byte) (int, error) { return 0, errLost }
