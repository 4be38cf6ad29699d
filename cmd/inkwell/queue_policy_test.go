package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"inkwell/ipp/ipptest"
	"inkwell/ipp/simulate"
	"inkwell/kiosk"
)

// colourTest prints in colour and says nothing of sides.
var colourTest = strings.Replace(printTest, "FILE $filename", "GROUP job-attributes-tag\nATTR keyword print-color-mode color\nFILE $filename", 1)

// takenGrey is colourTest where colour is withheld: the job is taken, and the attribute
// named.
var takenGrey = strings.Replace(colourTest, "STATUS successful-ok",
	"STATUS successful-ok-ignored-or-substituted-attributes\nEXPECT print-color-mode IN-GROUP unsupported-attributes-tag WITH-VALUE color", 1)

// defaultsTest reads what a queue says of itself.
const defaultsTest = `{
NAME "Defaults"
OPERATION Get-Printer-Attributes
GROUP operation-attributes-tag
ATTR charset attributes-charset utf-8
ATTR naturalLanguage attributes-natural-language en
ATTR uri printer-uri $uri
ATTR keyword requested-attributes sides-default,print-color-mode-default,color-supported
STATUS successful-ok
EXPECT sides-default WITH-VALUE $sides
EXPECT print-color-mode-default WITH-VALUE $mode
EXPECT color-supported WITH-VALUE $colour
}
`

// TestQueuePolicies goes the way of a school that makes its queues: staff, pupils whose
// colour begins in the sixth form, and a printer of their own for each.
func TestQueuePolicies(t *testing.T) {
	t.Parallel()
	library, libraryURI := virtual(t, "Library", simulate.Colour)
	sixth, sixthURI := virtual(t, "Sixth form", simulate.Colour)
	s := serveDemo(t)
	s.super(func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "UPDATE printer SET uri = CASE name WHEN 'Sixth form' THEN $1 ELSE $2 END, state = 'unknown', asked_at = NULL", sixthURI, libraryURI)
		return err
	})
	s.eventually("the printers to say what they can do", func() bool {
		return rows[int](s, "SELECT count(*) FROM printer WHERE capabilities IS NULL") == 0
	})
	four := blankPDF(t, 4)
	s.inkwell("queue", "add", "/ipp/staff", "--name", "Staff", "--kind", "hold", "--users", "staff", "--sides", "one-sided")
	s.inkwell("queue", "add", "/ipp/single", "--name", "Single", "--kind", "hold", "--printer", "Sixth form", "--colour", "nobody", "--sides", "one-sided")
	s.inkwell("queue", "set", "/ipp/print", "--colour", "staff,year:12,class:13A", "--sides", "two-sided", "--colour-default", "mono")

	// A Year 7 pupil is refused at the staff queue, once and without a password's prompt;
	// a teacher is not. The real cupsd holds the job and goes on.
	if said, ok := s.submit(s.queue("pupil0001", "/ipp/staff"), four); ok || !strings.Contains(said, "This printer is for some people at the school only.") {
		t.Errorf("at the staff queue:\n%s", said)
	}
	if said, ok := s.submit(s.queue("teacher001", "/ipp/staff"), four); !ok {
		t.Errorf("a teacher at the staff queue:\n%s", said)
	}
	cups := ipptest.CUPS(t)
	cups.AddQueue("staff", s.queue("pupil0001", "/ipp/staff"))
	request := cups.LP("staff", four)
	cups.Wait("CUPS holds the job", func() bool { return cups.Alerts(request) == "job-hold-until-specified" })

	// The defaults are shown, and lead to that ticket and to that paper.
	for path, want := range map[string][3]string{
		"/ipp/print": {"two-sided-long-edge", "monochrome", "true"}, "/ipp/staff": {"one-sided", "monochrome", "true"}, "/ipp/single": {"one-sided", "monochrome", "false"},
	} {
		if said, ok := s.ask(defaultsTest, s.queue("pupil0001", path), four, "-d", "sides="+want[0], "-d", "mode="+want[1], "-d", "colour="+want[2]); !ok {
			t.Errorf("%s says of itself:\n%s", path, said)
		}
	}

	// Colour of a pupil who may not use it is taken, named, told at the kiosk and grey.
	if said, ok := s.ask(takenGrey, s.queue("pupil0001", "/ipp/print"), four); !ok {
		t.Errorf("colour of Year 7:\n%s", said)
	}
	s.held("pupil0001", 1)
	c := s.tapAt("library", demoBadge(1))
	v := s.face(c, kiosk.FaceJobs)
	if j := v.Jobs[0]; !j.Choice || !strings.Contains(j.Meta, "black and white: you may not use colour") {
		t.Errorf("the library shows %+v", j)
	}
	number := int(v.Jobs[0].ID)
	if err := c.Release(v.Print.Jobs...); err != nil {
		t.Fatal(err)
	}
	s.face(c, kiosk.FaceDone)
	if out := library.Jobs(); len(out) != 1 || out[0].ColorMode != "monochrome" || out[0].Sides != "two-sided-long-edge" || out[0].Sheets != 2 {
		t.Errorf("the library printed %+v", out)
	}
	if life := s.inkwell("job", "show", fmt.Sprint(number)); !strings.Contains(life, "policy") || !strings.Contains(life, "the queue Print has no colour for its sender") {
		t.Errorf("its life is\n%s", life)
	}
	if said, ok := s.ask(colourTest, s.queue("pupil1300", "/ipp/print"), four); !ok {
		t.Errorf("colour of Year 12:\n%s", said)
	}

	// A job comes out of its queue's printers alone, one-sided as the queue has it.
	if said, ok := s.submit(s.queue("pupil0002", "/ipp/single"), four); !ok {
		t.Fatalf("at the queue of one printer:\n%s", said)
	}
	s.held("pupil0002", 1)
	c = s.tapAt("library", demoBadge(2))
	v = s.face(c, kiosk.FaceJobs)
	const elsewhere = "This one does not come out here. Sixth form, Common room, first floor, can print this."
	if j := v.Jobs[0]; j.State != "lacking" || j.Choice || j.Meta != elsewhere {
		t.Errorf("the library shows %+v", j)
	}
	if err := c.Release(v.Jobs[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := c.Touch(); err != nil {
		t.Fatal(err)
	}
	if n := rows[int](s, "SELECT count(*) FROM delivery d JOIN job j USING (job_id) JOIN queue q USING (queue_id) WHERE q.path = '/ipp/single'"); n != 0 {
		t.Error("it was released all the same")
	}
	c = s.tapAt("sixth-form", demoBadge(2))
	v = s.face(c, kiosk.FaceJobs)
	if err := c.Release(v.Print.Jobs...); err != nil {
		t.Fatal(err)
	}
	s.face(c, kiosk.FaceDone)
	if out := sixth.Jobs(); len(out) != 1 || out[0].Sides != "one-sided" || out[0].Sheets != 4 {
		t.Errorf("the sixth form printed %+v", out)
	}

	s.genericNames(four)
	s.removal()
	s.inkwell("audit", "verify")
}

// genericNames has somebody be called as a shared sign-in is.
func (s *demo) genericNames(document string) {
	s.t.Helper()
	s.super(func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "UPDATE person SET username = 'student' WHERE username = 'pupil0009'")
		return err
	})
	uri := "ipp://" + s.ipp + "/ipp/print/trusted"
	for _, name := range []string{"student", "chronos"} {
		if said, ok := s.ask(sayTest, uri, document, "-d", "who="+name); ok {
			s.t.Errorf("%s prints:\n%s", name, said)
		} else if name == "student" && !strings.Contains(said, "Sign in to it with your school account, then print again.") {
			s.t.Errorf("%s is told:\n%s", name, said)
		}
	}
	if names := s.inkwell("queue", "names", "--remove", "student", "--add", "makerspace"); strings.Contains(names, "\nstudent\n") || !strings.Contains(names, "\nmakerspace\n") {
		s.t.Errorf("the names are\n%s", names)
	}
	if said, ok := s.ask(sayTest, uri, document, "-d", "who=student"); !ok {
		s.t.Errorf("off the list:\n%s", said)
	}
	s.inkwell("queue", "set", "/ipp/print/trusted", "--generic", "believe")
}

// removal removes a queue that has nothing open, and one that has.
func (s *demo) removal() {
	s.t.Helper()
	refused(s.t, "Jobs that came by this queue still wait", "queue", "remove", "/ipp/staff", "--data-dir", s.dir)
	s.inkwell("queue", "remove", "/ipp/single")
	list := s.inkwell("queue", "list")
	for _, want := range []string{"/ipp/staff  Staff", "used by      staff\n", "colour       staff, Year 12, class 13A; what others send comes out black and white",
		"defaults     one-sided, black and white", "names        those that everybody uses are believed"} {
		if !strings.Contains(list, want) {
			s.t.Errorf("the list does not say %q:\n%s", want, list)
		}
	}
	if strings.Contains(list, "/ipp/single") {
		s.t.Errorf("a removed queue is listed:\n%s", list)
	}
	if acts := rows[string](s, "SELECT string_agg(act, ' ' ORDER BY audit_id) FROM audit WHERE act LIKE 'queue-%' OR act LIKE 'generic-%'"); acts != "queue-added queue-added queue-set generic-names-set queue-set queue-removed" {
		s.t.Errorf("the audit has %q", acts)
	}
}

// TestQueueCommandsRefuse says no to what cannot be, by the flag's name.
func TestQueueCommandsRefuse(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	add := []string{"queue", "add", "/ipp/x", "--name", "X"}
	set := []string{"queue", "set", "/ipp/print"}
	for want, args := range map[string][]string{
		"--kind hold or --kind direct":                        append(add[:5:5], "--kind", "both"),
		"so it needs a printer: say --printer":                append(add[:5:5], "--kind", "direct"),
		"There is a queue at this path already":               {"queue", "add", "/ipp/print", "--name", "X", "--kind", "hold"},
		"made of small letters":                               {"queue", "add", "/ipp/X", "--name", "X", "--kind", "hold"},
		`no printer "Moon". Give --printer`:                   append(set[:3:3], "--printer", "Moon"),
		"No kiosk stands beside":                              append(set[:3:3], "--printer", "Office"),
		`no role "prefect". Say --users`:                      append(set[:3:3], "--users", "prefect"),
		`Nobody is in year 3`:                                 append(set[:3:3], "--users", "year:3"),
		`no class "99Z". Name one of its classes in --colour`: append(set[:3:3], "--colour", "class:99Z"),
		"Say --users everybody alone":                         append(set[:3:3], "--users", "everybody,staff"),
		`no role "nobody". Say --users`:                       append(set[:3:3], "--users", "nobody"),
		"--colour names somebody who may not use":             append(set[:3:3], "--users", "staff", "--colour", "year:7"),
		"--colour-default cannot be colour":                   append(set[:3:3], "--colour", "nobody", "--colour-default", "colour"),
		`no proof "face". Say --proof`:                        append(set[:3:3], "--proof", "face"),
		"One address cannot ask for a password and":           append(set[:3:3], "--proof", "password,loopback"),
		"Say --sides two-sided or --sides one-sided":          append(set[:3:3], "--sides", "three"),
		"Say --generic refuse or --generic believe":           append(set[:3:3], "--generic", "maybe"),
		"does not take such addresses":                        {"address", "add", "pupil0001", "--device", "Tablet", "--queue", "/ipp/print/direct"},
		"There is no printer at this address":                 {"queue", "remove", "/ipp/nowhere"},
	} {
		if strings.Contains(want, "such addresses") {
			s.inkwell("queue", "set", "/ipp/print/direct", "--proof", "password")
		}
		refused(t, want, append(args, "--data-dir", s.dir)...)
	}
	if n := rows[int](s, "SELECT count(*) FROM audit WHERE act LIKE 'queue-%'"); n != 1 {
		t.Errorf("%d acts were kept", n)
	}
	if n := rows[int](s, "SELECT count(*) FROM queue_right"); n != 0 {
		t.Errorf("%d rights are left", n)
	}
}
