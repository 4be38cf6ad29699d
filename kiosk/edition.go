package kiosk

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strings"

	"inkwell/internal/words"
)

// edition is what the page is made of now: a page of another edition loads itself anew.
type edition struct {
	build     string // names it
	catalogue *words.Catalogue
	words     map[string]map[string]string // of the page's own sentences: by "cy", or "cy~" for what young readers read instead
}

// Speak has kiosks be read in the languages of a catalogue from now on. Pages that are open load
// themselves anew as soon as nobody is signed in.
func (k *Kiosk) Speak(c *words.Catalogue) error {
	e := edition{catalogue: c, words: map[string]map[string]string{}}
	markup, err := k.markup()
	if err != nil {
		return err
	}
	for _, tag := range c.Tags() {
		for _, young := range []bool{false, true} {
			if said := c.Page(markup, tag, young); len(said) > 0 {
				e.words[pageWords(tag, young)] = said
			}
		}
	}
	h := sha256.New()
	_, _ = h.Write([]byte(markup))
	for _, tag := range c.Tags() {
		_, _ = h.Write([]byte(tag + c.Digest(tag)))
	}
	for _, name := range append([]string{"inkwell.css", "kiosk.css"}, scripts...) {
		path, err := k.pages.AssetPath(name)
		if err != nil {
			return err
		}
		_, _ = h.Write([]byte(path))
	}
	e.build = hex.EncodeToString(h.Sum(nil)[:6])
	k.edition.Store(&e)
	return nil
}

func pageWords(tag string, young bool) string {
	if young {
		return tag + "~"
	}
	return tag
}

// markup is all that stands in the page itself: its templates and its scripts.
func (k *Kiosk) markup() (string, error) {
	var all strings.Builder
	for _, pattern := range []string{"templates/*.html", "static/*.js"} {
		names, err := fs.Glob(files, pattern)
		if err != nil {
			return "", fmt.Errorf("list kiosk files: %w", err)
		}
		for _, name := range names {
			text, err := files.ReadFile(name)
			if err != nil {
				return "", fmt.Errorf("read kiosk page: %w", err)
			}
			_, _ = all.Write(text)
		}
	}
	return all.String(), nil
}
