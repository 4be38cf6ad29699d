package document

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klippa-app/go-pdfium"
	pdfium_errors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"
)

// guestPages bounds the engine's memory, in WebAssembly pages of 64 KiB: 192 MiB, which with
// what a child needs besides stays below 256.
const guestPages = 3072

// library is the compiled PDF engine within a child.
type library struct {
	pool  pdfium.Pool
	guest *guest
}

// load compiles the engine, or takes it from the cache folder. It is given no
// file, no standard streams and no clock; not even the root folder, which is what
// the engine's package would mount by default. It starts and ends one engine, so
// that whatever does not work here is known before a document is blamed, and so
// that the runtime has opened what it needs. Memory is the most that an engine gets,
// in pages.
func load(cacheDir string, workers int, memory uint32) (*library, error) {
	cache, err := wazero.NewCompilationCacheWithDir(cacheDir)
	if err != nil {
		return nil, fmt.Errorf("open engine cache: %w", err)
	}
	room := &guest{most: uint64(memory) << 16}
	pool, err := webassembly.Init(webassembly.Config{
		Context:       experimental.WithMemoryAllocator(experimental.WithCompilationWorkers(context.Background(), workers), room),
		MaxTotal:      1,
		FSConfig:      wazero.NewFSConfig(),
		Stdout:        io.Discard,
		Stderr:        io.Discard,
		RandomSource:  rand.Reader,
		RuntimeConfig: wazero.NewRuntimeConfig().WithCompilationCache(cache),
	})
	if err != nil {
		return nil, fmt.Errorf("load engine: %w", err)
	}
	engine, err := pool.GetInstanceWithContext(context.Background())
	if err != nil {
		return nil, fmt.Errorf("start engine: %w", err)
	}
	if err := engine.Close(); err != nil {
		return nil, fmt.Errorf("close engine: %w", err)
	}
	return &library{pool: pool, guest: room}, nil
}

// open starts a fresh engine with one document, in however long that takes: limits
// on time are the parent's and the system's. The caller closes the engine,
// whatever happened to it; it is never used for a second document.
func (l *library) open(in io.ReaderAt, size int64) (engine pdfium.Pdfium, doc references.FPDF_DOCUMENT, err error) {
	engine, err = l.pool.GetInstanceWithContext(context.Background())
	if err != nil {
		return nil, "", fmt.Errorf("start engine: %w", err)
	}
	if doc, err = openSection(engine, io.NewSectionReader(in, 0, size)); err != nil {
		return nil, "", errors.Join(err, engine.Close())
	}
	return engine, doc, nil
}

// openSection has an engine read a document.
func openSection(engine pdfium.Pdfium, in *io.SectionReader) (references.FPDF_DOCUMENT, error) {
	opened, err := engine.OpenDocument(&requests.OpenDocument{FileReader: in, FileReaderSize: in.Size()})
	if err != nil {
		return "", err
	}
	return opened.Document, nil
}

// outcomeOf sorts what went wrong with a document in the engine.
func outcomeOf(err error) outcome {
	var known outcome
	switch {
	case err == nil:
		return isDone
	case errors.As(err, &known), pictureFault(err, &known):
		return known
	case errors.Is(err, pdfium_errors.ErrPassword), errors.Is(err, pdfium_errors.ErrSecurity):
		return isLocked
	case trapped(err):
		return isStuck
	}
	return isDamaged
}

// trapped says that the engine itself was stopped: out of memory, out of stack,
// or led astray. The runtime has no type for it, only these words.
func trapped(err error) bool {
	return strings.Contains(err.Error(), "wasm error") || strings.Contains(err.Error(), "panic occurred") ||
		strings.Contains(err.Error(), "module closed")
}
