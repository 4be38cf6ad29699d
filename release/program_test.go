package release_test

import (
	"bytes"
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release"
)

const (
	postScript = "%!PS-Adobe-3.0\n/Courier findfont 12 scalefont setfont 72 72 moveto (page) show showpage\n"
	pcl        = "\x1b%-12345X@PJL ENTER LANGUAGE=PCL\r\n\x1bEpage\f\x1bE"
)

// languages is a house whose queue takes programs of so many pages, and has the teacher 500
// pages.
func languages(t *testing.T, most int, change ...func(*house)) *house {
	h := newHouse(t, change...)
	h.set("/ipp/print", func(p *release.Policy) { p.Programs = most })
	h.in(func(ctx context.Context, tx *db.Tx) error {
		g := school.DeviceGroup{School: h.School, Slug: "server", Name: "PRINT01", Trusted: true, Networks: []netip.Prefix{netip.MustParsePrefix("10.1.0.5/32")}}
		if err := school.AddGroup(ctx, tx, "", g); err != nil {
			return err
		}
		_, err := quota.Give(ctx, tx, h.School, "", []quota.Grant{{Person: h.Teacher.Person, Amount: 500, Key: "teacher"}})
		return err
	})
	return h
}

// program is what somebody sends, through the school's print server or otherwise.
func (h *house) program(a school.Actor, proof school.Proof) release.Submission {
	a.Proof = proof
	if proof == school.ByServer {
		from := school.Device{Address: netip.MustParseAddr("10.1.0.5")}
		g, err := h.Directory.Group(h.t.Context(), h.School, "server", from)
		if err == nil {
			a, err = h.Directory.ByGroup(h.t.Context(), g, from, map[school.PersonID]string{h.Teacher.Person: "teacher", h.Sam.Person: "sam"}[a.Person])
		}
		if err != nil {
			h.t.Fatal(err)
		}
	}
	s := h.submission(a)
	s.Declared = "application/octet-stream"
	return s
}

// What is in a printer's own language is taken of staff, through a server that the school
// trusts, at a queue that takes it; from whom else, it is refused like anything unknown.
func TestWhoMaySendAProgram(t *testing.T) {
	t.Parallel()
	h := languages(t, 20)
	send := func(s release.Submission, file string) string {
		_, err := h.Print(t.Context(), s, strings.NewReader(file))
		return codeOf(err)
	}
	for _, c := range []struct {
		name, declared, file string
		who                  school.Actor
		proof                school.Proof
		want                 string
	}{
		{"PostScript of a teacher", "application/octet-stream", postScript, h.Teacher, school.ByServer, ""},
		{"declared", "application/postscript", postScript, h.Teacher, school.ByServer, ""},
		{"PCL", "", pcl, h.Teacher, school.ByServer, ""},
		{"one as the other", "application/vnd.hp-PCL", postScript, h.Teacher, school.ByServer, "format-unsupported"},
		{"a pupil", "application/octet-stream", postScript, h.Sam, school.ByServer, "format-unsupported"},
		{"by a password", "application/octet-stream", postScript, h.Teacher, school.ByPassword, "format-unsupported"},
		{"on this machine's word", "application/postscript", postScript, h.Teacher, school.ByLoopback, "format-unsupported"},
		{"by a badge", "application/octet-stream", pcl, h.Teacher, school.ByBadge, "format-unsupported"},
	} {
		s := h.program(c.who, c.proof)
		s.Declared = c.declared
		if got := send(s, c.file); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}

	open, err := h.Create(t.Context(), h.program(h.Sam, school.ByServer))
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.Send(t.Context(), h.program(h.Sam, school.ByServer).Actor, open.ID, "", strings.NewReader(pcl))
	wantFault(t, err, "format-unsupported")
	h.state(open.ID, release.Refused)

	h.set("/ipp/print", func(p *release.Policy) { p.Programs = 0 })
	if got := send(h.program(h.Teacher, school.ByServer), postScript); got != "format-unsupported" {
		t.Errorf("a queue without: %q", got)
	}
	h.eventually("the documents of three jobs", func() (string, bool) { return "", h.documents() == 3 })
}

// A program costs what the printer counts, never more than was shown, and nothing where it
// does not count. What comes out is what was sent.
func TestAProgramCostsWhatThePrinterCounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		end  release.Progress
		cost int64
		left release.JobState
	}{
		{"seven", release.Progress{Phase: release.PhaseCompleted, Impressions: 7, Sheets: 4}, 7, release.Done},
		{"sheets alone", release.Progress{Phase: release.PhaseCompleted, Impressions: -1, Sheets: 4}, 4, release.Done},
		{"more than it may cost", release.Progress{Phase: release.PhaseCompleted, Impressions: 400}, 20, release.Done},
		{"nothing said", release.Progress{Phase: release.PhaseCompleted, Impressions: -1, Sheets: -1}, 0, release.Done},
		{"a jam at the third", release.Progress{Phase: release.PhaseEnded, Impressions: 3}, 3, release.Held},
		{"cancelled before the first", release.Progress{Phase: release.PhaseEnded}, 0, release.Held},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := languages(t, 20)
			h.paper.with(func() { h.paper.hold = true })
			job, err := h.Print(t.Context(), h.program(h.Teacher, school.ByServer), strings.NewReader(postScript))
			if err != nil {
				t.Fatal(err)
			}
			if job = h.state(job.ID, release.Held); job.Impressions != 20 || job.Price != 20 || !job.Uncounted() {
				t.Errorf("%+v", job)
			}
			if row := h.row(h.Teacher, job.ID); !row.Uncounted || row.Pages != 20 || row.Due != 20 {
				t.Errorf("the kiosk shows %+v", row)
			}
			h.release(h.Teacher, job.ID)
			h.eventually("the printer to have it", func() (string, bool) { return "", len(h.paper.printed()) == 1 })
			h.paper.tell(c.end)
			if job = h.state(job.ID, c.left); job.Printed != 0 && c.left == release.Held {
				t.Errorf("it is to go on in the middle: %+v", job)
			}
			if got := 500 - h.balance(h.Teacher); got != c.cost {
				t.Errorf("it cost %d, want %d", got, c.cost)
			}
			if sheet := h.paper.printed()[0]; string(sheet.document) != postScript || sheet.format != "application/postscript" {
				t.Errorf("the printer got %.40q as %s", sheet.document, sheet.format)
			}
			n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM audit WHERE act = 'program-uncounted'")
			if want := c.name == "nothing said"; (n == 1) != want {
				t.Errorf("%d times it was noted that nobody counted", n)
			}
			h.sound()
			if c.left == release.Held { // the whole of it again, elsewhere or here
				h.paper.with(func() { h.paper.hold = false })
				h.release(h.Teacher, job.ID)
				h.eventually("all of it once more", func() (string, bool) {
					all := h.paper.printed()
					return "", len(all) == 2 && string(all[1].document) == postScript
				})
			}
		})
	}
}

// Where colour has its price, a program is set aside as if all of it had colour, and costs
// what it turns out to be.
func TestAProgramInColour(t *testing.T) {
	t.Parallel()
	h := languages(t, 20)
	five := int64(5)
	h.tariff(func(tf *quota.Tariff) { tf.Base.Colour = &five })
	h.paper.with(func() { h.paper.hold = true })
	s := h.program(h.Teacher, school.ByServer)
	s.Ticket.ColorMode = "color"
	job, err := h.Print(t.Context(), s, strings.NewReader(postScript))
	if err != nil {
		t.Fatal(err)
	}
	h.state(job.ID, release.Held)
	shown := h.row(h.Teacher, job.ID).Due
	h.release(h.Teacher, job.ID)
	h.eventually("the printer to have it", func() (string, bool) { return "", len(h.paper.printed()) == 1 })
	two := 2
	h.paper.tell(release.Progress{Phase: release.PhaseCompleted, Impressions: 6, Colour: &two})
	h.state(job.ID, release.Done)
	if got := 500 - h.balance(h.Teacher); got >= shown || got != dbtest.Value[int64](t, h.db, "SELECT charged FROM delivery") || got < 6 {
		t.Errorf("it cost %d of %d that were shown", got, shown)
	}
	h.sound()
}

// A program goes to no printer that speaks another language; and what it has settled is not
// settled anew.
func TestWhereAProgramGoes(t *testing.T) {
	t.Parallel()
	h := languages(t, 20, func(h *house) {
		h.watch = 20 * time.Millisecond
		h.paper.can = release.Capabilities{Asked: true, Formats: []string{"application/pdf", "application/vnd.hp-PCL"}}
	})
	h.eventually("what the printer can do", func() (string, bool) {
		st, err := h.Station(t.Context(), "library")
		return "", err == nil && st.Printer.Can.Asked
	})
	send := func(file string, change ...func(*release.Submission)) release.JobID {
		s := h.program(h.Teacher, school.ByServer)
		for _, c := range change {
			c(&s)
		}
		job, err := h.Print(t.Context(), s, bytes.NewReader([]byte(file)))
		if err != nil {
			t.Fatal(err)
		}
		return job.ID
	}
	id := send(postScript)
	h.state(id, release.Held)
	if row := h.row(h.Teacher, id); !strings.Contains(row.Lacks, "language") {
		t.Errorf("the kiosk shows %+v", row)
	}
	_, err := h.Release(t.Context(), h.at(h.Teacher), []release.JobID{id})
	wantFault(t, err, "printer-lacks")
	id = send(pcl)
	h.state(id, release.Held)
	h.release(h.Teacher, id)
	h.state(id, release.Done)

	for name, change := range map[string]func(*release.Submission){
		"pages":           func(s *release.Submission) { s.Ticket.Pages = []release.PageRange{{First: 2, Last: 3}} },
		"pages on a side": func(s *release.Submission) { s.Ticket.NumberUp = 2 },
	} {
		if job := h.state(send(pcl, change), release.Refused); job.Reason != "program-settled" {
			t.Errorf("%s: %+v", name, job)
		}
	}
	if job := h.submit(h.Teacher, 1); job.Uncounted() { // and a PDF is what it always was
		t.Errorf("%+v", job)
	}
}
