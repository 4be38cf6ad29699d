package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestPeopleComeAndGoByFiles is a school's year at the terminal: a dry run, an import, a
// list that was cut short, a leaver, and the folder that is looked at by itself.
func TestPeopleComeAndGoByFiles(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	drop := filepath.Join(filepath.Dir(dir), "roster")
	if err := os.Mkdir(drop, 0o755); err != nil { // #nosec G301 -- the server's user reads it
		t.Fatal(err)
	}
	put := func(name, text string) string {
		path := filepath.Join(drop, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil { // #nosec G306 -- the same
			t.Fatal(err)
		}
		old := time.Now().Add(-time.Hour)
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
		return path
	}
	pupils := "name,username,UPN,year group,registration group\nSam Bell,sam,A12345678901Z,7,7A\nMia Okafor,mia,A12345678902Z,7,7A\nLeo Shaw,leo,A12345678903Z,7,7A\nAna Reid,ana,A12345678904Z,8,8A\n"
	p := serve(t, dir, "--kiosk-unpaired=true")
	run := func(args ...string) string {
		t.Helper()
		out, err := inkwell(t, append(args, "--data-dir", dir)...)
		if err != nil {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
		return out
	}
	says := func(out string, all ...string) {
		t.Helper()
		for _, want := range all {
			if !strings.Contains(out, want) {
				t.Errorf("it does not say %q:\n%s", want, out)
			}
		}
		if strings.Contains(out, "A1234567890") {
			t.Errorf("a UPN is shown:\n%s", out)
		}
	}
	file := put("pupils.csv", pupils)
	refused(t, "which school it is for", "roster", "import", file, "--data-dir", dir)
	run("staff", "add", "jdoe", "--given", "Jo", "--family", "Doe", "--school", "Hill Road")
	says(run("roster", "import", file, "--dry-run"), "UK CSV: 4 join", "Hill Road: 4 join", "+  sam", "year 7", "class 7A: new, 3 in", "Nothing was changed: this was a dry run.")
	says(run("roster", "import", file), "4 join", "Applied.")
	says(run("roster", "import", file), "Everything is as it was already.")
	here := command(t, "roster", "import", "pupils.csv", "--dry-run", "--data-dir", dir)
	here.Dir, here.Env = drop, unconfigured() // where the person is, whatever folder the command goes to
	if out, err := here.CombinedOutput(); err != nil {
		t.Errorf("from the file's folder: %v\n%s", err, out)
	}
	cut := put("cut.csv", strings.SplitAfterN(pupils, "\n", 3)[0]+"Sam Bell,sam,A12345678901Z,8,8A\n")
	refused(t, "--allow-leavers", "roster", "import", cut, "--data-dir", dir)
	says(run("roster", "import", cut, "--allow-leavers"), "1 move", "3 leave", ">  sam", "year 7 -> year 8; class 7A -> 8A", "-  leo")
	bad := put("bad.csv", pupils+"One,one,,7,7A\n")
	refused(t, "1 rows cannot be used", "roster", "import", bad, "--data-dir", dir)
	says(run("roster", "import", bad, "--apply-good-rows"), "bad.csv line 6: a name has a given and a family name", "3 join (3 are back)")
	says(run("roster", "mapping", "add", "arbor", "--column", "username=Login", "--column", "name=Who"), "--mapping arbor")
	says(run("roster", "mapping", "list"), "arbor", "username=Login")
	says(run("roster", "import", put("arbor.csv", "Login,Who\nzoe,Zoe Quinn\n"), "--mapping", "arbor", "--source", "arbor"), "1 join")
	run("roster", "mapping", "remove", "arbor")
	users := put("users.csv", "Username,Full Name,Balance,Card Number,Secondary Card Number\nsam,Sam Bell,£12.53,A1B2C3D4,\nmia,Mia Okafor,-1.00,A1B2C3D5,A1B2C3D6\nleo,Leo Shaw,0,A1B2C3D4,\ngone,Gone,5.00,A1B2C3D7,\n")
	refused(t, "--rate 0.05", "import", "papercut", "--users", users, "--data-dir", dir)
	lists := []string{"import", "papercut", "--users", users, "--accounts", put("accounts.csv", "Account Name,Balance\nArt,10.00\n"), "--printers", put("printers.csv", "Printer Name\nLibrary\n"), "--rate", "0.05", "--form", "hex"}
	took := []string{"3 of 4 users are people of Hill Road: 2 badges are new", "1 people are given 250 pages", "nobody here has the user name of gone", "a debt is not taken over of mia",
		"line 4: its card is also on line 2; neither is given it", "shared account Art: opened with 200 pages", `inkwell printer add "Library"`}
	says(run(append(lists, "--dry-run")...), append(took, "Nothing was changed: this was a dry run.")...)
	says(run(lists...), took...)
	says(run(lists...), "0 badges are new, 2 were theirs already; 0 people are given 0 pages", "shared account Art: it is here already")
	says(run("account", "set", "art", "--who", "staff,pupil+year:7,person:sam", "--pays-for", "7A", "--until", "2199-07-16"), "pupils, Year 7; staff; sam alone", "7A", "until 2199-07-16")
	says(run("account", "top-up", "Art", "50", "--reason", "Spring", "--once", "spring"), "Art: 50 pages more")
	says(run("account", "top-up", "art", "50", "--reason", "Spring", "--once", "spring"), "given before")
	says(run("account", "top-up", "--person", "sam", "5", "--reason", "Portfolio"), "sam: 5 pages more")
	says(run("account", "add", "7A budget", "--class", "7A"), "7a-budget", "class 7A")
	says(run("account", "list"), "250")
	for _, amount := range []string{"2.5", "0", "-1", "99999999999999999999"} {
		refused(t, "whole number of pages", "account", "top-up", "--data-dir", dir, "--reason", "x", "--", "art", amount)
	}
	refused(t, "is nobody we know", "account", "set", "art", "--who", "nobody", "--data-dir", dir)
	says(run("account", "remove", "art"), "Art is closed for good; 250 pages")
	run("ledger", "verify")
	run("printer", "add", "Library", "ipp://192.0.2.7/ipp/print", "--station", "library")
	tap := []string{"kiosk", "tap", "--station", "http://" + p.address("web https://") + "/kiosk/library", "--badge", "a1b2c3d5", "--release-all"}
	refused(t, "nothing waits", tap...) // the server knows whose badge it is
	run("roster", "import", cut, "--allow-leavers")
	refused(t, "the kiosk says", tap...) // at once, though another process let her go
	says(run("roster", "import", file), "3 join (3 are back)")
	refused(t, "nothing waits", tap...)
	refused(t, "never called anybody", "roster", "relink", "x", "y", "--data-dir", dir)
	says(run("roster", "show"), "mis keeps 4 people at 1 schools", "arbor keeps 1", "1 people were added by hand", "applied", "cut.csv")
	p.stop()

	for _, name := range []string{"cut.csv", "bad.csv", "arbor.csv", "users.csv", "accounts.csv", "printers.csv"} {
		if err := os.Remove(filepath.Join(drop, name)); err != nil {
			t.Fatal(err)
		}
	}
	put("pupils.csv", strings.Replace(pupils, "Sam Bell", "Samir Bell", 1))
	p = serve(t, dir, "--roster-folder", drop, "--roster-when", "1m")
	for end := time.Now().Add(20 * time.Second); !strings.Contains(run("roster", "show"), "by schedule: 0 joined, 0 moved, 1 changed"); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the folder was not looked at:\n%s", run("roster", "show"))
		}
	}
	if out, _ := inkwell(t, "check", "--data-dir", dir); !strings.Contains(out, "was applied") {
		t.Errorf("the check says\n%s", out)
	}
	p.stop()
}
