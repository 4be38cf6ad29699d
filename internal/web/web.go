// Package web is the base of every page Inkwell shows: security headers, static
// files under names that change with their bytes, templates rendered whole before
// the first byte leaves, the one error page, and the one stylesheet that all
// faces share. It knows nothing of printing. It refuses inline script, foreign
// origins and framing by header, and its invariant is that a page is either
// complete or an error page, never half of one.
package web

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"path"
	"strings"
)

//go:embed static templates
var shared embed.FS

// Options say what one face brings to its pages.
type Options struct {
	// Prefix is the URL path under which the face's static files are served; it
	// begins and ends with a slash, e.g. "/kiosk/static/".
	Prefix string
	// Templates holds the face's pages, one NAME.html each at its top level. A
	// file whose name begins with "_" is shared by all of them.
	Templates fs.FS
	// Static holds the face's own static files at its top level; nil means the
	// shared ones alone.
	Static fs.FS
	// Funcs are further functions for the face's templates.
	Funcs template.FuncMap
	// Log takes errors that the outside must not see.
	Log *slog.Logger
}

// Pages renders the pages of one face. It is safe for concurrent use.
type Pages struct {
	assets *assets
	sets   map[string]*template.Template
	log    *slog.Logger
}

// New reads and parses everything at once, so that a broken template stops the
// start and not a visitor. Every page may define the blocks of base.html: title,
// head, nav, main, or body to fill the whole window.
func New(o Options) (*Pages, error) {
	if o.Templates == nil || o.Log == nil {
		return nil, errors.New("pages need templates and a log")
	}
	a, err := newAssets(o.Prefix, o.Static)
	if err != nil {
		return nil, err
	}
	p := &Pages{assets: a, sets: map[string]*template.Template{}, log: o.Log}
	base, err := template.New("base.html").Funcs(template.FuncMap{"asset": p.AssetPath}).Funcs(o.Funcs).
		ParseFS(shared, "templates/base.html")
	if err != nil {
		return nil, fmt.Errorf("parse base page: %w", err)
	}
	own, err := fs.Sub(shared, "templates")
	if err != nil {
		return nil, fmt.Errorf("open shared templates: %w", err)
	}
	for _, from := range []fs.FS{own, o.Templates} {
		if err := p.parse(base, from); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// parse adds one set per page of from, each a copy of the base with the shared
// parts of from.
func (p *Pages) parse(base *template.Template, from fs.FS) error {
	files, err := fs.Glob(from, "*.html")
	if err != nil {
		return fmt.Errorf("list templates: %w", err)
	}
	var parts []string
	for _, f := range files {
		if strings.HasPrefix(f, "_") {
			parts = append(parts, f)
		}
	}
	for _, f := range files {
		if strings.HasPrefix(f, "_") || f == "base.html" {
			continue
		}
		set, err := base.Clone()
		if err != nil {
			return fmt.Errorf("copy base page: %w", err)
		}
		if _, err := set.ParseFS(from, append(parts, f)...); err != nil {
			return fmt.Errorf("parse page %s: %w", f, err)
		}
		p.sets[strings.TrimSuffix(f, path.Ext(f))] = set
	}
	return nil
}

// Show renders the named page for its struct and sends it with the status. A
// page that cannot be rendered becomes the error page instead.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, status int, name string, page any) {
	body, err := p.render(name, page)
	if err != nil {
		p.Error(w, r, err)
		return
	}
	send(w, status, body)
}

func (p *Pages) render(name string, page any) ([]byte, error) {
	set, ok := p.sets[name]
	if !ok {
		return nil, fmt.Errorf("render page %s: no such template", name)
	}
	var b bytes.Buffer
	if err := set.ExecuteTemplate(&b, "base.html", page); err != nil {
		return nil, fmt.Errorf("render page %s: %w", name, err)
	}
	return b.Bytes(), nil
}

func send(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a visitor who has gone is no error of ours
}
