package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestAnInstallationIsSetUpByCommands goes from nothing to a school with IT, a
// printer and a kiosk.
func TestAnInstallationIsSetUpByCommands(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	refused(t, "There is no Inkwell in", "staff", "add", "jdoe", "--data-dir", dir)
	p := serve(t, dir)
	run := func(args ...string) string {
		t.Helper()
		out, err := inkwell(t, append(args, "--data-dir", dir)...)
		if err != nil {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
		return out
	}
	refused(t, "There is no school here yet", "staff", "add", "jdoe", "--given", "Jo", "--family", "Doe", "--data-dir", dir)
	refused(t, "There is no school here yet", "printer", "add", "Library", "ipp://127.0.0.1:1", "--data-dir", dir)
	refused(t, "There is no time zone", "staff", "add", "jdoe", "--given", "Jo", "--family", "Doe", "--school", "Hill Road", "--time-zone", "Mars", "--data-dir", dir)
	link := run("staff", "add", "jdoe", "--given", "Jo", "--family", "Doe", "--school", "Hill Road")
	if !regexp.MustCompile(`(?m)^https://` + regexp.QuoteMeta(p.address("web https://")) + `/staff/invitation/[A-Za-z0-9_-]{20,}$`).MatchString(link) {
		t.Errorf("the link is %q", link)
	}
	run("staff", "add", "asmith", "--given", "Al", "--family", "Smith", "--role", "teacher")
	refused(t, "There is no staff role", "staff", "add", "x", "--role", "boss", "--data-dir", dir)
	refused(t, "Say which school is meant", "staff", "add", "jdoe", "--school", "Hill Raod", "--data-dir", dir)
	run("printer", "add", "Library", "ipp://192.0.2.7/ipp/print", "--room", "Room 12", "--asset", "HA-00410", "--station", "library")
	refused(t, "an asset tag up to 60", "printer", "add", "Hall", "ipp://192.0.2.8", "--asset", strings.Repeat("9", 61), "--data-dir", dir)
	if said := run("printer", "status", "1"); !strings.Contains(said, "HA-00410") {
		t.Errorf("it says\n%s", said)
	}
	refused(t, "looks like ipps://", "printer", "add", "Hall", "printer.example", "--data-dir", dir)
	refused(t, "There is no printer at this address", "queue", "set", "/ipp/hall", "--blocked", "refuse", "--data-dir", dir)
	refused(t, "Say what to change", "queue", "set", "/ipp/print", "--data-dir", dir)
	refused(t, "--blocked hold or --blocked refuse", "queue", "set", "/ipp/print", "--blocked", "maybe", "--data-dir", dir)
	for _, does := range []string{"refuse", "hold"} {
		if said := run("queue", "set", "/ipp/print", "--blocked", does); !strings.Contains(said, does+"s what") {
			t.Errorf("queue set says %q", said)
		}
		if list := run("queue", "list"); !strings.Contains(list, "/ipp/print") || !strings.Contains(list, does+"s what") {
			t.Errorf("queue list says %q", list)
		}
	}
	if list := run("printer", "list"); !strings.Contains(list, "Library") || !strings.Contains(list, "Room 12") {
		t.Errorf("the list is\n%s", list)
	}
	run("printer", "set", "1", "--asset", "HA-00417")
	refused(t, "a metadata service", "printer", "set", "1", "--address", "ipp://169.254.169.254/", "--data-dir", dir)
	refused(t, "Leave user name and password out", "printer", "set", "1", "--address", "ipp://root:secret@192.0.2.8/", "--data-dir", dir)
	refused(t, "this printer says itself", "printer", "set", "1", "--address", "ipp://192.0.2.8/", "--duplex", "--data-dir", dir)
	for _, c := range []struct{ args, says string }{
		{"--address ipp://192.0.2.7", "is there already"},
		{"--address socket://192.0.2.8 --duplex --size A3", "is at socket://192.0.2.8:9100 from now on"},
		{"--colour", "can do what you said"},
		{"--address ipp://192.0.2.7/", "is at ipp://192.0.2.7/ipp/print from now on"},
	} {
		if said := run(append([]string{"printer", "set", "1"}, strings.Fields(c.args)...)...); !strings.Contains(said, c.says) {
			t.Errorf("set %s says %s", c.args, said)
		}
	}
	if said := run("printer", "set", "1", "--only-beside"); !strings.Contains(said, "from beside it alone") {
		t.Errorf("it says %s", said)
	}
	if said := run("printer", "list"); !strings.Contains(said, "beside it alone") {
		t.Errorf("the list is\n%s", said)
	}
	refused(t, "Say what to change", "printer", "set", "1", "--data-dir", dir)
	refused(t, "There is no such printer", "printer", "set", "7", "--room", "x", "--data-dir", dir)
	refused(t, "A printer's number", "printer", "status", "Library", "--data-dir", dir)
	for _, said := range []string{run("printer", "list"), run("printer", "status", "1")} {
		if !strings.Contains(said, "HA-00417") || !strings.Contains(said, "Room 12") {
			t.Errorf("it says\n%s", said)
		}
	}
	refused(t, "this printer cannot be printed to", "printer", "test", "1", "--data-dir", dir)
	if page := download(t, "http://"+p.address("web https://")+"/kiosk/library"); !strings.Contains(page, "<html") {
		t.Errorf("the kiosk's page is %q", page)
	}
	if list := run("allowance", "set", "60", "--role", "pupil", "--year", "7-9"); !strings.Contains(list, "\n60 ") || !strings.Contains(list, "pupils, Years 7 to 9") || !strings.Contains(list, "once every term") {
		t.Errorf("the allowances are\n%s", list)
	}
	if list := run("allowance", "policy", "--per", "month", "--carry", "20"); !strings.Contains(list, "once every month") || !strings.Contains(list, "Up to 20 pages of what is left over stays.") {
		t.Errorf("the allowances are\n%s", list)
	}
	refused(t, "It looks like 10 or 7-9", "allowance", "set", "60", "--year", "ten", "--data-dir", dir)
	run("allowance", "remove", "--role", "pupil", "--year", "7-9")
	tariffs(t, dir, run)
	run("audit", "verify")
	run("ledger", "verify")
	refused(t, "none is ready", "check", "--data-dir", dir)
	p.stop()
	refused(t, "is not running", "check", "--data-dir", dir)
}

// TestEveryCommandExplainsItself walks the whole tree.
func TestEveryCommandExplainsItself(t *testing.T) {
	t.Parallel()
	var all []string
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		all = append(all, c.CommandPath())
		if c.Short == "" || strings.HasSuffix(c.Short, ".") {
			t.Errorf("%s says %q of itself", c.CommandPath(), c.Short)
		}
		for line := range strings.Lines(c.Long) {
			if len([]rune(line)) > 101 {
				t.Errorf("%s: a line of its help is too long: %q", c.CommandPath(), line)
			}
		}
		if !c.HasSubCommands() && (c.Long == "" || !strings.Contains(c.Example, c.CommandPath())) {
			t.Errorf("%s does not explain itself, or shows no example", c.CommandPath())
		}
		for _, child := range c.Commands() {
			walk(child)
		}
	}
	walk(rootCommand())
	for _, want := range []string{
		"serve", "config", "check", "version", "staff add", "printer add", "printer list", "printer simulate",
		"queue list", "queue add", "queue set", "queue remove", "queue names", "kiosk tap", "job show", "clients export", "ledger verify", "audit verify",
	} {
		if !slices.Contains(all, "inkwell "+want) {
			t.Errorf("there is no inkwell %s", want)
		}
	}
}

// TestTheDemoScriptKnowsTheDemoSchool holds what is written in the script against
// the generator.
func TestTheDemoScriptKnowsTheDemoSchool(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile("../../.ci/demo")
	if err != nil {
		t.Fatal(err)
	}
	words := []string{
		"password='" + demoPassword + "'", "pupil=" + demoPupil(1), "badge=" + demoBadge(1), "code=" + demoCode(1),
		demoSchoolName, fmt.Sprintf("%s      %s", demoPupil(demoPupils), demoBadge(demoPupils)),
		"it01           " + demoStaffBadge(demoTeachers+1), demoTeacher(1) + "     " + demoStaffBadge(1),
		fmt.Sprintf("1,500 pupils, %d staff", demoTeachers+demoIT+len(demoOffices)),
	}
	for _, office := range demoOffices {
		words = append(words, string(office)+"01")
	}
	for i, p := range demoPrinters {
		words = append(words, fmt.Sprintf("%d|%s|%s", demoPrinterPort+i, p.name, p.room))
		if p.station != "" {
			words = append(words, "/kiosk/"+p.station)
		}
	}
	for _, w := range words {
		if !strings.Contains(string(script), w) {
			t.Errorf("the script does not say %q", w)
		}
	}
}

func TestTheTapNamesItsStep(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	p := serve(t, dir, "--demo")
	station := "http://" + p.address("web https://") + "/kiosk/library"
	for _, c := range []struct{ says, station, badge string }{
		{"open the kiosk", station + "-of-nowhere", demoBadge(1)},
		{"tap the badge: the kiosk says", station, "12345678"},
		{"release: nothing waits", station, demoBadge(1)},
	} {
		refused(t, c.says, "kiosk", "tap", "--station", c.station, "--badge", c.badge, "--release-all")
	}
}
