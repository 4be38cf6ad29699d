package rollout

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// stage is a machine of its own as far as its trusted authorities go: lpadmin, lpstat and
// what makes authorities known are plays, and say what they were asked.
const stage = `set -eu
mount -t tmpfs none /usr/local/share
mkdir -p /usr/local/share/ca-certificates
cd "$1"
for program in lpadmin lpstat update-ca-certificates; do
	printf '#!/bin/sh\necho %s "$@" >>"%s/said"\n[ %s = lpstat ] && cat "%s/queues" 2>/dev/null || :\n' $program "$1" $program "$1" >$program
	chmod 755 $program
done
PATH=$1:$PATH
sh install.sh; sh install.sh
echo "trusted:"; cat /usr/local/share/ca-certificates/*.crt
ls -l /usr/local/share/ca-certificates | grep -c -- '-rw-r--r--'
echo 'device for inkwell-room-13: ipps://elsewhere' >queues
sh uninstall.sh; echo "with another: $(ls /usr/local/share/ca-certificates | wc -l)"
: >queues
sh uninstall.sh; sh uninstall.sh; echo "alone: $(ls /usr/local/share/ca-certificates | wc -l)"
grep -c update-ca-certificates said
`

// TestTheAuthorityComesAndGoes runs the scripts where nothing of this machine is touched:
// the authority is added once, stays while another printer needs it, and goes then.
func TestTheAuthorityComesAndGoes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := school()
	files := made(t, "cups", p)
	for _, name := range []string{"install.sh", "uninstall.sh"} {
		if err := os.WriteFile(filepath.Join(dir, name), files["room-12/"+name], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"--mount"}
	if os.Geteuid() != 0 {
		args = append(args, "--map-root-user")
	}
	args = append(args, "--", "sh", "-c", stage, "stage", dir)
	out, err := exec.CommandContext(t.Context(), "unshare", args...).CombinedOutput() //nolint:gosec // our own scripts
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := "inkwell-room-12 is there.\ninkwell-room-12 is there.\ntrusted:\n" + string(p.pem()) + "1\nwith another: 1\nalone: 0\n2\n"
	if string(out) != want {
		t.Errorf("it went\n%s, want\n%s", out, want)
	}
}

// A word that the script does not know changes nothing.
func TestAScriptSaysHowItIsUsed(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "install.sh")
	if err := os.WriteFile(file, made(t, "cups", school())["room-12/install.sh"], 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "sh", file, "--help").CombinedOutput() //nolint:gosec // our own
	if err == nil || !strings.Contains(string(out), "usage: install.sh [--printer-only]") {
		t.Errorf("%v: %s", err, out)
	}
}
