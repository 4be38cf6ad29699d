package announce

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"inkwell/ipp/ipptest"
)

// Looking for Avahi on a bus where it is not leaves nothing behind.
func TestLookingLeavesNothing(t *testing.T) {
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", ipptest.Bus(t))
	for range 20 {
		if _, err := openAvahi(t.Context(), Options{}, &names{}); !errors.Is(err, errNoAvahi) {
			t.Fatalf("%v", err)
		}
	}
	stacks := make([]byte, 1<<20)
	listening := func() int {
		all := string(stacks[:runtime.Stack(stacks, true)])
		return strings.Count(all, "(*avahi).listen") + strings.Count(all, "dbus/v5.(*Conn).inWorker")
	}
	for end := time.Now().Add(patience); listening() > 0; time.Sleep(time.Millisecond) { // between two looks
		if time.Now().After(end) {
			t.Fatalf("%d goroutines are left", listening())
		}
	}
}
