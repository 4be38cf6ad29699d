package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"inkwell/quota/conduct/rule"
)

// TestConductIsSetByCommands goes from what a new school has to a policy of its own, and switches it.
func TestConductIsSetByCommands(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	serve(t, dir, "--demo")
	run := func(want string, args ...string) string {
		t.Helper()
		out, err := inkwell(t, append(args, "--data-dir", dir)...)
		if err != nil || !strings.Contains(out, want) {
			t.Errorf("%v says %v\n%s\nwant %q", args, err, out, want)
		}
		return out
	}
	run("the rules only report, and act from", "conduct", "status")
	text := run(`"kind": "burst"`, "conduct", "rules", "export")
	rules := fmt.Sprintf("%d rules", len(rule.Default().Rules))
	file := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	mine, wrong := file("mine.json", strings.Replace(text, `"name": "Burst"`, `"name": "Flood"`, 1)), file("wrong.json", strings.Replace(text, `"kind": "burst"`, `"kind": "boost"`, 1))
	if out, err := inkwell(t, "conduct", "rules", "check", mine); err != nil || !strings.Contains(out, "Nothing is wrong: "+rules+", 4 steps") {
		t.Errorf("check says %v\n%s", err, out)
	}
	refused(t, `line 6: rules[0].kind is "boost"`, "conduct", "rules", "check", wrong)
	refused(t, `line 6: rules[0].kind is "boost"`, "conduct", "rules", "import", wrong, "--data-dir", dir)
	run(rules, "conduct", "rules", "import", mine, "--dry-run")
	yesterday := time.Now().AddDate(0, 0, -1).Format(time.DateOnly)
	replay := []string{"conduct", "replay", "--rules", mine, "--from", yesterday, "--to"}
	run("The school", append(replay, yesterday)...)
	run("CLASS", append(replay, yesterday, "--names")...)
	refused(t, "Choose a period of the past", append(replay, time.Now().AddDate(0, 0, 3).Format(time.DateOnly), "--data-dir", dir)...)
	refused(t, "Give --from and --to a day each", append(replay, "soon", "--data-dir", dir)...)
	if out := run("Version", "conduct", "status"); strings.Contains(out, "Flood") {
		t.Errorf("a dry run has changed it\n%s", out)
	}
	run(rules, "conduct", "rules", "import", mine)
	run("Flood", "conduct", "status")
	refused(t, "no such version", "conduct", "rules", "export", "--version", "999999", "--data-dir", dir)
	run("the rules are off", "conduct", "off", "--all", "--why", "a test")
	run("since", "conduct", "status")
	run("the rules act", "conduct", "on", "--act-from", "now")
	run("only report, and act from", "conduct", "on", "--act-from", time.Now().AddDate(0, 0, 10).Format(time.DateOnly))
	refused(t, "is no day", "conduct", "on", "--act-from", "soon", "--data-dir", dir)
	refused(t, "is not stopped", "conduct", "arm", "1", "--data-dir", dir)
	refused(t, "is no number of a rule", "conduct", "arm", "one", "--data-dir", dir)
}
