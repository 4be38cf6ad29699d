// Package propertytest makes property tests draw the same values at every run: a change is
// refused for what it does, not for what was drawn that day. The long form, with
// INKWELL_PROVE set, draws anew, and more. Tests import it for that alone.
package propertytest

import (
	"flag"
	"os"

	_ "pgregory.net/rapid" // defines the flag
)

func init() {
	if os.Getenv("INKWELL_PROVE") != "" {
		return
	}
	if err := flag.Set("rapid.seed", "20261120"); err != nil {
		panic(err)
	}
}
