package school_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// endless is a gigabyte of rows.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	if e.read > 1<<30 {
		return 0, io.EOF
	}
	const row = "term,Autumn,,2026-09-01,2026-12-18\n"
	for i := range p {
		p[i] = row[(e.read+i)%len(row)]
	}
	e.read += len(p)
	return len(p), nil
}

func TestFilesThatAreNotTaken(t *testing.T) {
	t.Parallel()
	h := newTimes(t)
	huge := &endless{}
	err := h.try(func(ctx context.Context, tx *db.Tx) error {
		_, err := school.ImportCalendar(ctx, tx, "", h.School, io.MultiReader(strings.NewReader("kind,name,days,from,to\n"), huge), false)
		return err
	})
	h.refused(err, "sheet-large", "larger than 1024 KiB")
	if huge.read > 4<<20 {
		t.Errorf("%d bytes were read", huge.read)
	}
	for text, want := range map[string][]string{
		"":                         {"sheet-empty"},
		"kind,name\nterm,Autumn\n": {"sheet-columns", "from"},
		"kind,title,from\nterm,Autumn,2026-09-01\n":                                        {"sheet-rows", `line 1: there is no column "title"; the columns are kind, from, name, days, to`},
		"kind,name,from\nholiday,\"Half\nterm\",2026-10-26\n":                              {"sheet-rows", "line 2: there is a line break or a tab within a cell"},
		"kind,name,from\nholiday,Half-term\nholiday,X,soon\nholiday,\"a\tb\",2026-10-26\n": {"sheet-rows", "line 2: it has 2 cells", `line 3: "soon" is no day`, "line 4: there is a line break"},
		"kind,name,from\nholiday,Caf\xe9,2026-10-26\n":                                     {"sheet-rows", "UTF-8"},
		"k\x00i\x00n\x00d\x00":                                                             {"sheet-encoding"},
		"kind,name,from\nholiday,\"Half-term,2026-10-26\n":                                 {"sheet-quotes"},
	} {
		_, err := h.enter(text)
		h.refused(err, want[0], want[1:]...)
	}
	for _, text := range []string{"\ufeffKind,From,To,Name\r\nterm,01/09/2026,18/12/2026,Autumn\r\n", "kind,name,days,from,to\n,,,,\n term , Autumn ,,2026-09-01,2026-12-18\n,,,,\n"} {
		if _, err := h.enter(text); err != nil || len(h.calendar().Terms) != 1 {
			t.Errorf("%q: %v", text, err)
		}
	}
}
