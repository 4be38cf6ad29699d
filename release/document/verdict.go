package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"inkwell/release/document/picture"
)

// A child says three lines: ready when it is confined and about to read the
// document, then its verdict, then what it saw of the sides. What goes wrong before the
// first line is ours, what goes wrong after it is the document's; after the second, the
// document is counted, and which of its sides have colour is not known.
const ready = "ready\n"

// maxAnswer bounds, in bytes, what a child may say. More is cut off, and then the
// answer does not parse.
const maxAnswer = 4 << 10

// bounds are what the parent tells a child on its command line.
type bounds struct {
	MaxBytes   int64 `json:"maxBytes"`
	CPUSeconds int   `json:"cpuSeconds"`
}

// task is what the parent tells a child that is ready, on its standard input: numbers
// and keywords.
type task struct {
	Format     Format        `json:"format"`
	Pages      []Range       `json:"pages"`    // none: all
	Fronts     bool          `json:"fronts"`   // an empty side behind each range that ends on a front
	NumberUp   int           `json:"numberUp"` // 0 and 1: one page on a side
	Sheet      picture.Sheet `json:"sheet"`
	Scaling    string        `json:"scaling"`
	Margin     string        `json:"margin"` // words for the first side's margin; none: ""
	Colour     bool          `json:"colour"` // look for colour in as many sides as there is time for
	From       int           `json:"from"`   // beyond 0: look at a rebuilt document from this side on, ...
	Sides      int           `json:"sides"`  // ... of so many, and do nothing else
	Width      int           `json:"width"`  // beyond 0: draw so many Sides of the source, after so many (From), this wide, and do nothing else
	Paint      *order        `json:"paint"`  // code pages of the source for a printer, and do nothing else
	MaxPages   int           `json:"maxPages"`
	MaxBytes   int64         `json:"maxBytes"`
	CPUSeconds int           `json:"cpuSeconds"`
}

// maxTask bounds, in bytes, what a child is told.
const maxTask = 1 << 16

// outcome is a child's finding. As an error it carries that finding up to the
// child's verdict.
type outcome string

const (
	isDone     outcome = "done"
	isEmpty    outcome = "empty"
	isLocked   outcome = "locked"
	isForeign  outcome = "foreign"
	isDamaged  outcome = "damaged"
	isTooLong  outcome = "too-long"
	isTooLarge outcome = "too-large"
	isStuck    outcome = "stuck"
	hasNoRange outcome = "no-range"
)

func (o outcome) Error() string { return string(o) }

// verdict is the whole of what leaves a child beside the rebuilt document.
type verdict struct {
	Outcome outcome `json:"outcome"`
	Pages   int     `json:"pages"`
	Bytes   int64   `json:"bytes"`
	Sizes   []Size  `json:"sizes"`

	Kind picture.Kind `json:"kind,omitzero"` // of what was sent, if that may be printed as it is
}

// sight is what a child saw of the sides it counted.
type sight struct {
	Seen   int   `json:"seen"`             // sides looked at, from the first on
	Colour int   `json:"colour"`           // those of them that carry colour
	Tinted Marks `json:"tinted,omitempty"` // which those are, counted from the first one looked at
}

// parseAnswer reads what a child said, as the word of somebody who may have been
// taken over. It says whether the child got as far as the document; the error is
// for the log. A child that ended before it had looked at the sides saw none.
func parseAnswer(said []byte) (v verdict, s sight, began bool, err error) {
	rest, began := bytes.CutPrefix(said, []byte(ready))
	if !began {
		return v, s, false, fmt.Errorf("child was never ready: %q", said)
	}
	d := json.NewDecoder(bytes.NewReader(rest))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return verdict{}, s, true, fmt.Errorf("read verdict: %w", err)
	}
	if err := d.Decode(&s); err == io.EOF {
		return v, sight{}, true, nil
	} else if err != nil {
		return verdict{}, sight{}, true, fmt.Errorf("read what was seen: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return verdict{}, sight{}, true, fmt.Errorf("read verdict: more than one")
	}
	return v, s, true, nil
}

// facts is what the parent makes of a verdict: facts that fit the task and the
// rebuilt bytes that are really there, or a refusal.
func (v verdict) facts(t task, size int64, s sight) (Facts, error) {
	if refusal, ok := refusals[v.Outcome]; ok {
		return Facts{}, refusal
	}
	if v.Outcome != isDone || v.Pages < 1 || v.Pages > t.MaxPages || v.Bytes < 1 || v.Bytes != size || size > t.MaxBytes {
		return Facts{}, stuck.Because(fmt.Errorf("verdict out of range: %d pages, %d of %d bytes", v.Pages, v.Bytes, size))
	}
	if err := checkSizes(v.Sizes, v.Pages); err != nil || !s.fits(v.Pages) || !v.Kind.Sound() {
		return Facts{}, stuck.Because(fmt.Errorf("verdict out of range: sizes %v, %d of %d seen have colour, of %d pages", v.Sizes, s.Colour, s.Seen, v.Pages))
	}
	f := Facts{Pages: v.Pages, Bytes: v.Bytes, Sizes: v.Sizes, Colour: Unseen, Kind: v.Kind}
	if s.Seen == v.Pages {
		f.Colour, f.Tinted = s.Colour, s.Tinted
	}
	return f, nil
}

// fits says whether it can be what was seen of so many sides. It may not say which.
func (s sight) fits(sides int) bool {
	return s.Seen >= 0 && s.Seen <= sides && s.Colour >= 0 && s.Colour <= s.Seen &&
		(len(s.Tinted) == 0 || s.Tinted.Count() == s.Colour && s.Tinted.within(s.Seen))
}
