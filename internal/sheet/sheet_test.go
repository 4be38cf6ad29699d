package sheet_test

import (
	"io"
	"runtime"
	"strings"
	"testing"

	"inkwell/internal/fault"
	"inkwell/internal/sheet"
)

func read(t *testing.T, text string, required ...string) (rows []string, bad sheet.Problems, err error) {
	t.Helper()
	s, err := sheet.Open(strings.NewReader(text), required...)
	if err != nil {
		return nil, nil, err
	}
	for r, wrong := range s.Rows() {
		if wrong != nil {
			bad = append(bad, *wrong)
			continue
		}
		rows = append(rows, r.Get("a")+"|"+r.Get("b"))
	}
	return rows, bad, s.Err()
}

func TestWhatSchoolsExport(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"plain":                    "a,b\n1,2\n3,4\n",
		"Excel's":                  "\ufeffA,B\r\n1,2\r\n3,4",
		"other order and a column": "x,b,a\n,2,1\n,4,3\n",
		"spaces and blank lines":   " a , b\n\n 1 ,2\n,\n3, 4 \n",
		"quotes":                   "a,b\n\"1\",\"2\"\n\"3\",4\n",
	} {
		rows, bad, err := read(t, text, "a", "b")
		if err != nil || len(bad) > 0 || strings.Join(rows, " ") != "1|2 3|4" {
			t.Errorf("%s: %q, %v, %v", name, rows, bad, err)
		}
	}
	if rows, _, err := read(t, "a,b\n\"one\ntwo\",2\nx,\n"); err != nil || len(rows) != 2 || rows[0] != "one\ntwo|2" {
		t.Errorf("a line break in quotes: %q, %v", rows, err)
	}
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, code string }{
		"nothing":                         {"", "sheet-empty"},
		"UTF-16":                          {"\xff\xfea\x00,\x00b\x00\n\x00", "sheet-encoding"},
		"a workbook":                      {"PK\x03\x04....", "sheet-encoding"},
		"a program":                       {"\x7fELF\x00\x00", "sheet-encoding"},
		"a column missing":                {"a\n1\n", "sheet-columns"},
		"a column twice":                  {"a,b,A\n1,2,3\n", "sheet-columns"},
		"an open quote":                   {"a,b\n1,\"2\n3,4\n", "sheet-quotes"},
		"an open quote and much after it": {"a,b\n1,\"2\n" + strings.Repeat("3,4\n", 70_000), "sheet-line"},
		"one endless line":                {"a,b\n" + strings.Repeat("x", 1<<20), "sheet-line"},
		"a thousand columns":              {strings.Repeat("c,", 1000) + "\n", "sheet-columns"},
	} {
		_, _, err := read(t, c.text, "a", "b")
		if f := fault.As(err); f == nil || f.Code != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
}

func TestBadRowsAreNamedByLine(t *testing.T) {
	t.Parallel()
	rows, bad, err := read(t, "a,b\n1,2\n1\n\"x\ny\",2,3\nM\xfcller,2\na\x07,2\n\u202ea,2\n3,4\n", "a", "b")
	if err != nil || strings.Join(rows, " ") != "1|2 3|4" {
		t.Fatalf("%q, %v", rows, err)
	}
	var lines []int
	for _, p := range bad {
		lines = append(lines, p.Line)
	}
	want := []int{3, 4, 6, 7, 8}
	if len(lines) != len(want) {
		t.Fatalf("bad lines %v, want %v", lines, want)
	}
	for i := range want {
		if lines[i] != want[i] {
			t.Errorf("bad lines %v, want %v", lines, want)
		}
	}
	if say := fault.As(bad.Err()).Say; !strings.Contains(say, "line 3: it has 1 cells") {
		t.Errorf("the refusal says %q", say)
	}
	if sheet.Problems(nil).Err() != nil {
		t.Error("no bad rows are a refusal")
	}
}

// garbage is endless and has no line break.
type garbage struct{ read int64 }

func (g *garbage) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	g.read += int64(len(p))
	return len(p), nil
}

func TestGarbageEndsEarlyInLittleMemory(t *testing.T) {
	t.Parallel()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	g := &garbage{}
	_, err := sheet.Open(io.LimitReader(g, 1<<30), "a")
	runtime.ReadMemStats(&after)
	if fault.As(err) == nil || g.read > 1<<20 {
		t.Errorf("%v after %d bytes", err, g.read)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 8<<20 {
		t.Errorf("%d bytes were allocated", grown)
	}
}
