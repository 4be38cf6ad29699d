package ipp

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"

	"inkwell/ipp/wire"
)

// compressions is compression-supported (RFC 8011 section 5.4.32): nothing, RFC
// 1952, and RFC 1951 without a wrapping, as libcups sends it.
var compressions = []string{"none", "gzip", "deflate"}

// A document may inflate freely up to here, and beyond it to at most so many bytes
// for each that came. What a person prints stays far below; a bomb does not.
const (
	inflatesFreely = 1 << 20
	inflatesMost   = 100
)

var (
	inflatesBadly = refuse(wire.StatusCompressionError, "The document was damaged on its way. Please print it again.")
	inflatesWide  = refuse(wire.StatusCompressionError, "This document grows too much when it is unpacked. Please print it without compression.")
)

// body is the document as the desk takes it, inflated if compression says so: one
// layer, as a stream. The bytes that come out are capped by the desk. It is opened
// by the first Read, so that a document that is no stream at all ends its job as
// any other bad document does.
func (c *call) body() io.Reader {
	how, err := c.op().String("compression")
	if err != nil || how == "none" {
		return c.document
	}
	return &inflated{how: how, from: packed{Reader: c.document}}
}

// inflated is a document that arrives compressed. Its errors are *wire.Error
// unless the client's connection failed.
type inflated struct {
	how  string
	from packed
	z    io.Reader
	out  int64
}

// Read never gives more than inflatesFreely and one p beyond what the ratio allows.
func (i *inflated) Read(p []byte) (n int, err error) {
	if i.z == nil {
		err = i.open()
	}
	if err == nil {
		n, err = i.z.Read(p)
	}
	i.out += int64(n)
	switch {
	case i.out > inflatesFreely && i.out > inflatesMost*i.from.n:
		return 0, inflatesWide
	case err == nil, err == io.EOF:
		return n, err
	case i.from.err != nil:
		return n, i.from.err
	default:
		return n, inflatesBadly
	}
}

func (i *inflated) open() (err error) {
	if i.how == "deflate" {
		i.z = flate.NewReader(&i.from)
		return nil
	}
	z, err := gzip.NewReader(&i.from)
	if err == nil {
		i.z = z
	}
	return err
}

// packed counts what is taken of the compressed document, and remembers when that
// failed for another reason than its end. The readers above take from it byte by
// byte, so that the count is exact.
type packed struct {
	*bufio.Reader
	n   int64
	err error
}

func (f *packed) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	return n, f.took(n, err)
}

// ReadByte is what compress/flate reads with.
func (f *packed) ReadByte() (byte, error) {
	b, err := f.Reader.ReadByte()
	if err != nil {
		return b, f.took(0, err)
	}
	return b, f.took(1, nil)
}

func (f *packed) took(n int, err error) error {
	f.n += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
	return err
}
