package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"inkwell/internal/fault"
)

// assets are static files held in memory, each served at PREFIX/DIGEST/NAME, so
// that a browser may keep it for ever and a changed file has a new address.
type assets struct {
	prefix string
	files  map[string]asset
}

type asset struct {
	digest string
	body   []byte
	packed []byte // the same by gzip
}

// newAssets reads the shared static files and then the face's own, which may not
// hide a shared one.
func newAssets(prefix string, own fs.FS) (*assets, error) {
	if !strings.HasPrefix(prefix, "/") || !strings.HasSuffix(prefix, "/") {
		return nil, fmt.Errorf("static prefix %q must begin and end with a slash", prefix)
	}
	a := &assets{prefix: prefix, files: map[string]asset{}}
	common, err := fs.Sub(shared, "static")
	if err != nil {
		return nil, fmt.Errorf("open shared static files: %w", err)
	}
	if err := a.add(common); err != nil {
		return nil, err
	}
	if own == nil {
		return a, nil
	}
	return a, a.add(own)
}

func (a *assets) add(from fs.FS) error {
	names, err := fs.Glob(from, "*.*")
	if err != nil {
		return fmt.Errorf("list static files: %w", err)
	}
	for _, name := range names {
		if _, taken := a.files[name]; taken {
			return fmt.Errorf("static file %s hides a shared one", name)
		}
		body, err := fs.ReadFile(from, name)
		if err != nil {
			return fmt.Errorf("read static file %s: %w", name, err)
		}
		sum := sha256.Sum256(body)
		var packed bytes.Buffer
		zip := gzip.NewWriter(&packed)
		if _, err := zip.Write(body); err != nil {
			return fmt.Errorf("pack static file %s: %w", name, err)
		}
		if err := zip.Close(); err != nil {
			return fmt.Errorf("pack static file %s: %w", name, err)
		}
		a.files[name] = asset{digest: hex.EncodeToString(sum[:8]), body: body, packed: packed.Bytes()}
	}
	return nil
}

// AssetPath is the address of a static file, for templates as {{asset "name"}}.
// An unknown name is an error, so that a page cannot point at nothing.
func (p *Pages) AssetPath(name string) (string, error) {
	f, ok := p.assets.files[name]
	if !ok {
		return "", fmt.Errorf("no static file %s", name)
	}
	return p.assets.prefix + f.digest + "/" + name, nil
}

// Static serves the files at their addresses, to be kept for ever. Any other
// address under the prefix is not found, an old digest included: a page of one
// version never runs with the script of another. Who takes gzip gets it: these files
// are the same for everybody, so that their length tells nothing.
func (p *Pages) Static() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		digest, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, p.assets.prefix), "/")
		f, ok := p.assets.files[name]
		if !ok || f.digest != digest {
			p.Error(w, r, fault.New(fault.NotFound, "page-unknown", "There is nothing at this address."))
			return
		}
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		w.Header().Set("Vary", "Accept-Encoding")
		body := f.body
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.Header().Set("Content-Encoding", "gzip")
			body = f.packed
		}
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(body))
	})
}

// Shared is a static file that all faces share, for a page that stands alone.
func Shared(name string) ([]byte, error) { return shared.ReadFile("static/" + name) }
