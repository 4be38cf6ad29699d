//go:build crash

// Package crash, armed: see crash.go.
package crash

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// plan is INKWELL_CRASH: "moment:nth", the first being 1, or "@" and the path of a file
// that says so, which may be written while the program runs.
var plan = take("INKWELL_CRASH")

// Heedless is INKWELL_CRASH_HEEDLESS: a delivery is sent again without asking.
var Heedless = take("INKWELL_CRASH_HEEDLESS") != ""

// take is a variable, and hides it from the configuration, which knows no such setting.
func take(name string) string {
	v := os.Getenv(name)
	_ = os.Unsetenv(name)
	return v
}

var passed struct {
	sync.Mutex
	armed string // what the times belong to
	times int
}

// At is a moment, by a name that says what has just been done. It may be the last one.
func At(moment string) {
	passed.Lock()
	defer passed.Unlock()
	armed := plan
	if path, ok := strings.CutPrefix(plan, "@"); ok {
		text, _ := os.ReadFile(path) // #nosec G304 -- named by whoever rehearses
		armed = strings.TrimSpace(string(text))
	}
	if armed != passed.armed {
		passed.armed, passed.times = armed, 0
	}
	name, nth, _ := strings.Cut(armed, ":")
	if name != moment {
		return
	}
	passed.times++
	if n, err := strconv.Atoi(nth); err != nil || passed.times != n {
		return
	}
	fmt.Fprintln(os.Stderr, "crash at", armed)
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {} // nothing more of this is done, however long the kill takes
}
