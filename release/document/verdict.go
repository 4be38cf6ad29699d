package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"inkwell/release/document/picture"
)

// A child says two lines: ready when it is confined and about to read the
// document, then its verdict. What goes wrong before the first line is ours, what
// goes wrong after it is the document's.
const ready = "ready\n"

// maxAnswer bounds, in bytes, what a child may say. More is cut off, and then the
// answer does not parse.
const maxAnswer = 512

// task is what the parent tells a child on its command line: numbers and keywords.
type task struct {
	Format     Format        `json:"format"`
	Pages      []Range       `json:"pages"`    // none: all
	NumberUp   int           `json:"numberUp"` // 0 and 1: one page on a side
	Sheet      picture.Sheet `json:"sheet"`
	Scaling    string        `json:"scaling"`
	MaxPages   int           `json:"maxPages"`
	MaxBytes   int64         `json:"maxBytes"`
	CPUSeconds int           `json:"cpuSeconds"`
}

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
}

// parseAnswer reads what a child said, as the word of somebody who may have been
// taken over. It says whether the child got as far as the document; the error is
// for the log.
func parseAnswer(said []byte) (v verdict, began bool, err error) {
	rest, began := bytes.CutPrefix(said, []byte(ready))
	if !began {
		return v, false, fmt.Errorf("child was never ready: %q", said)
	}
	d := json.NewDecoder(bytes.NewReader(rest))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return verdict{}, true, fmt.Errorf("read verdict: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return verdict{}, true, fmt.Errorf("read verdict: more than one")
	}
	return v, true, nil
}

// facts is what the parent makes of a verdict: facts that fit the task and the
// rebuilt bytes that are really there, or a refusal.
func (v verdict) facts(t task, size int64) (Facts, error) {
	if refusal, ok := refusals[v.Outcome]; ok {
		return Facts{}, refusal
	}
	if v.Outcome != isDone || v.Pages < 1 || v.Pages > t.MaxPages || v.Bytes < 1 || v.Bytes != size || size > t.MaxBytes {
		return Facts{}, stuck.Because(fmt.Errorf("verdict out of range: %d pages, %d of %d bytes", v.Pages, v.Bytes, size))
	}
	return Facts{Pages: v.Pages, Bytes: v.Bytes}, nil
}
