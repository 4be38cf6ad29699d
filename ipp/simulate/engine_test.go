package simulate

import (
	"slices"
	"testing"
	"time"

	"inkwell/ipp/wire"
)

func TestTicketCounts(t *testing.T) {
	t.Parallel()
	duplex := wire.Keyword("sides", "two-sided-long-edge")
	cases := []struct {
		name                       string
		pages                      int
		ticket                     []wire.Attribute
		impressions, total, sheets int
	}{
		{"plain", 3, nil, 3, 3, 3},
		{"two-sided, even", 4, []wire.Attribute{duplex}, 4, 4, 2},
		{"two-sided, odd", 5, []wire.Attribute{duplex}, 5, 5, 3},
		{"copies", 3, []wire.Attribute{wire.Integer("copies", 2)}, 3, 6, 6},
		{"two-sided copies begin on a new sheet", 3, []wire.Attribute{duplex, wire.Integer("copies", 2)}, 3, 6, 4},
		{"page-ranges", 10, []wire.Attribute{wire.Range("page-ranges", wire.IntRange{Lower: 2, Upper: 4}, wire.IntRange{Lower: 9, Upper: 99})}, 5, 5, 5},
		{"all together", 10, []wire.Attribute{duplex, wire.Integer("copies", 3), wire.Range("page-ranges", wire.IntRange{Lower: 1, Upper: 3})}, 3, 9, 6},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			id := r.print(c.pages, c.ticket...)
			r.page(c.total)
			r.untilState(id, wire.JobCompleted, c.total)
			a := r.attrs(id)
			for name, want := range map[string]int{
				"job-impressions": c.impressions, "job-impressions-completed": c.total, "job-pages-completed": c.total,
				"job-media-sheets": c.sheets, "job-media-sheets-completed": c.sheets,
			} {
				if got, err := a.Int(name); got != want || err != nil {
					t.Errorf("%s is %d, %v; want %d", name, got, err, want)
				}
			}
		})
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	id := r.print(3, wire.Keyword("sides", "two-sided-long-edge"))
	r.until(id, "counted", func(v JobView) bool { return v.Total == 3 })
	second := r.print(1)
	r.later(30 * time.Second)
	r.page(1)
	r.untilState(id, wire.JobProcessing, 1)
	r.expect(r.attrs(id), "job-state=5", "job-state-reasons=job-printing", "job-impressions-completed=1",
		"job-media-sheets-completed=1", "time-at-creation=1", "time-at-completed=", "job-printer-up-time=31", "copies=1",
		"sides=two-sided-long-edge", "job-name=3f9ac81e77d24b0c", "job-originating-user-name=inkwell")
	r.expect(r.attrs(second), "job-state=3", "job-state-reasons=none", "number-of-intervening-jobs=1")
	r.expect(r.attrs(0), "printer-state=4", "printer-state-reasons=none", "queued-job-count=2", "printer-up-time=31")
	r.page(2)
	r.untilState(id, wire.JobCompleted, 3)
	r.page(1)
	r.untilState(second, wire.JobCompleted, 1)
	r.expect(r.attrs(id), "job-state=9", "job-state-reasons=job-completed-successfully", "job-media-sheets-completed=2", "time-at-completed=31")
	r.expect(r.attrs(0), "printer-state=3", "queued-job-count=0")
}

func TestJamAfter(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.JamAfter(3)
	id := r.print(10)
	r.page(3)
	r.untilState(id, wire.JobProcessingStopped, 3)
	r.expect(r.attrs(id), "job-state=6", "job-impressions-completed=3", "job-state-reasons=[job-printing,printer-stopped]")
	r.expect(r.attrs(0), "printer-state=5", "printer-state-reasons=media-jam-error", "printer-state-message=Paper is stuck.")
	waiting := r.print(1)
	r.expect(r.attrs(waiting), "job-state=3", "job-state-reasons=printer-stopped")
	r.Clear()
	r.page(7)
	r.untilState(id, wire.JobCompleted, 10)
	r.page(1)
	r.untilState(waiting, wire.JobCompleted, 1)
}

func TestJamThenCancel(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.JamAfter(2)
	id := r.print(5)
	r.page(2)
	r.untilState(id, wire.JobProcessingStopped, 2)
	if resp := r.ask(wire.OpCancelJob, nil, nil, wire.Integer("job-id", id)); resp.Status() != wire.StatusOK {
		t.Fatalf("Cancel-Job: %s", resp.Status())
	}
	r.expect(r.attrs(id), "job-state=7", "job-state-reasons=job-canceled-by-user", "job-impressions-completed=2")
	r.expect(r.attrs(0), "printer-state=5")
	next := r.print(1)
	r.until(next, "stopped by what is stuck", func(v JobView) bool { return v.State == wire.JobProcessingStopped })
	r.Clear()
	r.page(1)
	r.untilState(next, wire.JobCompleted, 1)
}

// Paper that jams on its way out is not counted.
func TestJamNow(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	id := r.print(3)
	r.page(1)
	r.untilState(id, wire.JobProcessing, 1)
	r.Jam()
	r.page(1)
	r.untilState(id, wire.JobProcessingStopped, 1)
	r.Clear()
	r.page(2)
	r.untilState(id, wire.JobCompleted, 3)
}

func TestPaperRunsOut(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Paper = 2 })
	id := r.print(6, wire.Keyword("sides", "two-sided-long-edge"))
	r.page(4)
	r.untilState(id, wire.JobProcessingStopped, 4)
	r.expect(r.attrs(0), "printer-state=5", "printer-state-reasons=media-empty-error")
	r.Fill()
	r.page(1)
	r.Empty() // the back of a sheet still comes out
	r.page(1)
	r.untilState(id, wire.JobCompleted, 6)
	r.Clear()
	r.expect(r.attrs(0), "printer-state-reasons=none")
}

func TestAbort(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	id := r.print(5)
	r.page(1)
	r.untilState(id, wire.JobProcessing, 1)
	r.Abort()
	r.expect(r.attrs(id), "job-state=8", "job-state-reasons=aborted-by-system", "job-impressions-completed=1")
}

func TestUnreadableDocument(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	id := r.id(r.ask(wire.OpPrintJob, []byte("%PDF-1.7\nbroken"), nil))
	r.untilState(id, wire.JobAborted, 0)
	r.expect(r.attrs(id), "job-state-reasons=document-format-error")
	empty := r.print(3, wire.Range("page-ranges", wire.IntRange{Lower: 7, Upper: 9}))
	r.untilState(empty, wire.JobAborted, 0)
	none := r.print(0)
	r.untilState(none, wire.JobAborted, 0)
}

func TestKeep(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Keep = 2 })
	for n := range 4 {
		id := r.print(1)
		r.page(1)
		r.until(id, "printed", func(v JobView) bool { return v.State == wire.JobCompleted })
		if id != n+1 {
			t.Errorf("job-id %d", id)
		}
	}
	if ids := []int{r.Jobs()[0].ID, r.Jobs()[1].ID}; len(r.Jobs()) != 2 || !slices.Equal(ids, []int{3, 4}) {
		t.Errorf("kept %v", ids)
	}
	if _, ok := r.Document(1); ok {
		t.Error("a forgotten job kept its document")
	}
}

func TestRestart(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.later(time.Hour)
	id := r.print(5)
	r.page(1)
	r.untilState(id, wire.JobProcessing, 1)
	r.Restart()
	if up, err := r.attrs(0).Int("printer-up-time"); up != 1 || err != nil {
		t.Errorf("printer-up-time %d, %v", up, err)
	}
	if resp := r.ask(wire.OpGetJobAttributes, nil, nil, wire.Integer("job-id", id)); resp.Status() != wire.StatusNotFound {
		t.Errorf("the old job: %s", resp.Status())
	}
	if again := r.print(1); again != 1 {
		t.Errorf("ids go on at %d", again)
	}
	r.page(2) // one for the page that was under way when the power went
	r.untilState(1, wire.JobCompleted, 1)
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{{}, {Name: "x"}, {Count: countPages}} {
		if _, err := New(o); err == nil {
			t.Errorf("%+v made a printer", o)
		}
	}
}
