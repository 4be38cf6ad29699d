package document

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"inkwell/internal/fault"
	"inkwell/release/document/documenttest"
)

// A child that was taken over may answer anything. It can at most refuse its own
// document.
func TestAnswersOfATakenOverChild(t *testing.T) {
	t.Parallel()
	const (
		copied = "printf %%PDF >&4; echo ready; "
		sizes  = `"sizes":[{"x":1,"y":1,"pages":1}]`
		good   = `echo '{"outcome":"done","pages":1,"bytes":4,` + sizes + `}'; `
	)
	for name, c := range map[string]struct {
		does string // a shell script that writes to the standard output, and to the copy as descriptor 4
		code string // empty: it passes
	}{
		"the truth":              {copied + good + `echo '{"seen":1,"colour":1}'`, ""},
		"no verdict":             {"echo ready", "document-stuck"},
		"half a verdict":         {copied + `echo '{"outcome":"done"'`, "document-stuck"},
		"two verdicts":           {copied + good + good, "document-stuck"},
		"a field more":           {copied + `echo '{"outcome":"done","pages":1,"bytes":4,"title":"x"}'`, "document-stuck"},
		"too many words":         {"echo ready; yes", "document-stuck"},
		"half of what was seen":  {copied + good + `echo '{"seen":1'`, "document-stuck"},
		"saw what was not there": {copied + good + `echo '{"seen":2,"colour":2}'`, "document-stuck"},
		"more colour than sides": {copied + good + `echo '{"seen":1,"colour":2}'`, "document-stuck"},
		"less than no colour":    {copied + good + `echo '{"seen":1,"colour":-1}'`, "document-stuck"},
		"no sizes":               {copied + `echo '{"outcome":"done","pages":1,"bytes":4}'`, "document-stuck"},
		"a size more":            {copied + `echo '{"outcome":"done","pages":1,"bytes":4,"sizes":[{"x":1,"y":1,"pages":1},{"x":1,"y":2,"pages":1}]}'`, "document-stuck"},
		"a size of no page":      {copied + `echo '{"outcome":"done","pages":1,"bytes":4,"sizes":[{"x":1,"y":1,"pages":1},{"x":1,"y":2,"pages":0}]}'`, "document-stuck"},
		"a size upside down":     {copied + `echo '{"outcome":"done","pages":1,"bytes":4,"sizes":[{"x":2,"y":1,"pages":1}]}'`, "document-stuck"},
		"killed at work":         {"echo ready; kill -9 $$", "document-stuck"},
		"unknown outcome":        {`echo ready; echo '{"outcome":"free","pages":1,"bytes":4}'`, "document-stuck"},
		"no pages":               {copied + `echo '{"outcome":"done","pages":0,"bytes":4}'`, "document-stuck"},
		"fewer than no pages":    {copied + `echo '{"outcome":"done","pages":-3,"bytes":4}'`, "document-stuck"},
		"too many pages":         {copied + `echo '{"outcome":"done","pages":5001,"bytes":4,"sizes":[{"x":1,"y":1,"pages":5001}]}'`, "document-stuck"},
		"more bytes than it has": {copied + `echo '{"outcome":"done","pages":1,"bytes":5,` + sizes + `}'`, "document-stuck"},
		"no bytes":               {`echo ready; echo '{"outcome":"done","pages":1,"bytes":0,` + sizes + `}'`, "document-stuck"},
		"too many bytes":         {`printf %0200d >&4; echo ready; echo '{"outcome":"done","pages":1,"bytes":200,` + sizes + `}'`, "document-stuck"},
		"a refusal":              {`echo ready; echo '{"outcome":"locked","pages":0,"bytes":0}'`, "document-password"},
		"never ready":            {"exit 1", "internal"},
		"dies before it begins":  {"kill -9 $$", "internal"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEngine(t, func(o *Options) {
				o.CacheDir, o.Executable = fakeChild(t, c.does)
				o.MaxBytes = 100
			})
			var out bytes.Buffer
			facts, err := e.Prepare(context.Background(), strings.NewReader("%PDF-1.4"), Work{}, &out)
			if c.code == "" {
				want := Facts{Pages: 1, Bytes: 4, Colour: 1, Sizes: []Size{{1, 1, 1}}}
				if err != nil || !reflect.DeepEqual(facts, want) || out.String() != "%PDF" {
					t.Errorf("%+v, %v, %q", facts, err, &out)
				}
				return
			}
			if got := fault.As(err); got == nil || got.Code != c.code {
				t.Errorf("refused with %v, want %s", err, c.code)
			}
			if out.Len() > 0 {
				t.Errorf("%d bytes came out", out.Len())
			}
		})
	}
}

// A child that is lost after its verdict has counted all the same: only the colour
// was not seen.
func TestAnswersOfAChildThatSeesNothing(t *testing.T) {
	t.Parallel()
	const counted = `printf %%PDF >&4; echo ready; echo '{"outcome":"done","pages":1,"bytes":4,"sizes":[{"x":1,"y":1,"pages":1}]}'; `
	for name, does := range map[string]string{
		"it ends":        counted,
		"it sees a part": counted + `echo '{"seen":0,"colour":0}'`,
		"it is killed":   counted + "kill -9 $$",
		"it lies dying":  counted + `echo '{"seen":1,"colour":0}'; exit 3`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEngine(t, func(o *Options) {
				o.CacheDir, o.Executable = fakeChild(t, does)
			})
			facts, err := e.Prepare(context.Background(), strings.NewReader("%PDF-1.4"), Work{}, io.Discard)
			if err != nil || facts.Pages != 1 || facts.Colour != Unseen {
				t.Errorf("%+v, %v", facts, err)
			}
		})
	}
}

// fakeChild is a program that compiles nothing and reads nothing, in a folder that
// every user can reach.
func fakeChild(t *testing.T, does string) (cache, program string) {
	t.Helper()
	program = documenttest.Script(t, fmt.Sprintf("if [ $1 = %s ]; then echo ready; exit; fi\n%s\n", partCompiler, does))
	return filepath.Join(filepath.Dir(program), "cache"), program
}
