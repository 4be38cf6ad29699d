package ipp

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"inkwell/internal/fault"
	"inkwell/ipp/ipptest"
	"inkwell/release"
)

// letter is a PDF of one page that CUPS's filters understand.
const letter = `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>endobj
trailer<</Root 1 0 R>>
%%EOF
`

func letterFile(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "letter.pdf")
	if err := os.WriteFile(name, []byte(letter), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// A real CUPS takes each kind of queue as a driverless printer, signs in with the
// password of its device URI, and lets go of the job as it should.
func TestDriverlessQueue(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		queue release.Queue
		tls   bool
		state release.JobState
	}{
		{"held", holdQueue, false, release.Counting},
		{"held over TLS", holdQueue, true, release.Counting},
		{"printed at once", officeQueue, false, release.Done},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			uri := b.uri(tc.queue.Path, "ada")
			if tc.tls {
				b.http.Close()
				b.http = httptest.NewTLSServer(b.handler(t))
				t.Cleanup(b.http.Close)
				uri = strings.Replace(b.uri(tc.queue.Path, "ada"), "ipp://", "ipps://", 1)
			}
			cups := ipptest.CUPS(t)
			cups.AddQueue("school", uri)
			request := cups.LP("school", letterFile(t), "sides=one-sided", "copies=3", "ColorModel=RGB", "media=iso_a3_297x420mm", "page-ranges=1-1")
			cups.Wait("CUPS has let go of the job", func() bool { return cups.Done(request) })
			jobs := b.desk.all()
			if len(jobs) != 1 || jobs[0].State != tc.state || jobs[0].Owner != "ada" || jobs[0].Title != "letter.pdf" && tc.state != release.Done {
				t.Fatalf("the desk has %+v", jobs)
			}
			got := jobs[0].Ticket
			if got.Copies != 3 || got.Sides != "one-sided" || got.ColorMode != "color" || got.Media != "iso_a3_297x420mm" {
				t.Errorf("the ticket is %+v", got)
			}
		})
	}
}

// What a pupil who may not print sees of a job that we hold all the same: CUPS sends
// it once, learns why where it may, and lets go of it; the queue goes on.
func TestHeldWithAReason(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		met   error
		queue release.Queue
		told  string // job-state-reasons as CUPS reads them
	}{
		{"rights withdrawn", withdrawn, trustedQueue, "1setOf keyword job-release-wait,account-closed\n"},
		{"nothing left", nothingLeft, trustedQueue, "1setOf keyword job-release-wait,account-limit-reached\n"},
		{"an unknown account", noAccount, trustedQueue, "1setOf keyword job-release-wait,account-authorization-failed\n"},
		{"rights withdrawn, with a password", withdrawn, holdQueue, "1setOf keyword job-release-wait,account-closed\n"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.desk.met = []error{tc.met}
			user := "ada"
			if tc.queue.Proof == trustedQueue.Proof {
				user = ""
			}
			cups := ipptest.CUPS(t)
			cups.AddQueue("school", b.uri(tc.queue.Path, user))
			request := cups.LPAs("ada", "school", letterFile(t))
			cups.Wait("CUPS has let go of the job", func() bool { return cups.Done(request) })
			if jobs := b.desk.all(); len(jobs) != 1 || jobs[0].State != release.Counting || b.desk.tries() != 2 { // Validate-Job, Create-Job
				t.Errorf("%d tries, and the desk has %+v", b.desk.tries(), jobs)
			}
			if !strings.Contains(cups.Log(), "job-state-reasons "+tc.told) {
				t.Errorf("CUPS has not read %q", tc.told)
			}
			if !cups.Enabled("school") {
				t.Error("the queue has stopped")
			}
			if said := cups.Program("lpstat", "-W", "completed", "-o"); !strings.Contains(said, request+" ") {
				t.Errorf("lpstat says %q", said)
			}
		})
	}
}

// What becomes of a job in CUPS when we refuse it: it is kept, it says why as far as
// CUPS can, it is not tried again and again, and the queue goes on.
func TestRefusedByUs(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, user, alert string
		refuse            error
	}{
		{"too many held", "ada", "job-hold-until-specified", fault.New(fault.TooMany, "too-many-held", "You have too many jobs waiting.")},
		{"rights withdrawn", "ada", "job-hold-until-specified", fault.New(fault.Suspended, "printing-suspended", "Your printing is paused.")},
		{"nothing left", "ada", "job-hold-until-specified", nothingLeft},
		{"an unknown account", "ada", "job-hold-until-specified", noAccount},
		{"an error of ours", "ada", "job-hold-until-specified", os.ErrInvalid},
		{"not allowed", "ada", "cups-held-for-authentication", fault.New(fault.Forbidden, "not-allowed", "Your account may not print here.")},
		{"unknown user", "eve", "cups-held-for-authentication", nil},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.desk.refuse = tc.refuse
			cups := ipptest.CUPS(t)
			cups.AddQueue("school", b.uri(holdQueue.Path, tc.user))
			request := cups.LP("school", letterFile(t))
			cups.Wait("CUPS holds the job: "+tc.alert, func() bool { return cups.Alerts(request) == tc.alert })
			if !cups.Enabled("school") {
				t.Error("the queue has stopped")
			}
			if tc.refuse != nil && b.desk.tries() != 1 {
				t.Errorf("%d tries", b.desk.tries())
			}
			if n := len(b.desk.all()); n > 0 {
				t.Errorf("%d jobs were made", n)
			}
			// What CUPS holds can be seen and removed by its old programs, too.
			if said := cups.Program("lpq", "-P", "school"); !strings.Contains(said, "letter.pdf") {
				t.Errorf("lpq says %q", said)
			}
			cups.Program("lprm", "-P", "school")
			if !cups.Done(request) {
				t.Error("lprm has not removed it")
			}
		})
	}
}

// A document that we cannot keep just now is sent again, and not counted as printed.
// CUPS gives up the job that it began, and begins another.
func TestTemporaryTrouble(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.desk.failSend = fault.New(fault.Unavailable, "spool-full", "No room just now.")
	cups := ipptest.CUPS(t)
	cups.AddQueue("school", b.uri(holdQueue.Path, "ada"))
	request := cups.LP("school", letterFile(t))
	cups.Wait("CUPS has let go of the job", func() bool { return cups.Done(request) })
	jobs := b.desk.all()
	if len(jobs) != 2 || jobs[0].State != release.Cancelled || jobs[1].State != release.Counting {
		t.Errorf("the desk has %+v", jobs)
	}
}
