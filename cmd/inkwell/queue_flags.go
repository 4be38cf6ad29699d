package main

import (
	"strconv"

	"github.com/spf13/pflag"

	"inkwell/release"
)

// queueFlags are the parts of a queue that commands set. One that was not given stays.
type queueFlags struct {
	flags *pflag.FlagSet

	name, blocked, sides, mode, generic string
	users, colour, printers, proofs     []string
	account                             string
	programs                            int
}

func (f *queueFlags) add(to *pflag.FlagSet) {
	f.flags = to
	to.StringVar(&f.name, "name", "", "what computers call it, such as Staff")
	to.StringSliceVar(&f.printers, "printer", nil, "the printers its jobs can come out of, by name, or any; a direct queue prints at the first")
	to.StringSliceVar(&f.proofs, "proof", nil, "how people prove who they are, any of password, address, server and devices; or loopback instead of password")
	to.StringSliceVar(&f.users, "users", nil, "who may use it: everybody, or any of roles such as pupil, staff and teacher, year:7 and class:9A")
	to.StringSliceVar(&f.colour, "colour", nil, "who may print in colour, as --users, or nobody; what others send comes out black and white")
	to.StringVar(&f.sides, "sides", "", "two-sided or one-sided, where a job does not say")
	to.StringVar(&f.mode, "colour-default", "", "mono, colour or auto, where a job does not say")
	to.StringVar(&f.generic, "generic", "", "refuse or believe user names that everybody uses (inkwell queue names) where nobody proves them")
	to.StringVar(&f.account, "account", "", "the shared account that pays for its jobs where their owner may charge it, by code or name, or none")
	to.IntVar(&f.programs, "programs", 0, "take PostScript and PCL of staff from trusted print servers, each job at most so many pages; 0 takes none")
	to.StringVar(&f.blocked, "blocked", "", "hold or refuse what its owner may not print just now")
}

// wish is what the flags that were given say.
func (f *queueFlags) wish() release.QueueWish {
	w := release.QueueWish{}
	for flag, said := range map[string][]string{
		"name": {f.name}, "blocked": {f.blocked}, "generic": {f.generic}, "sides": {f.sides}, "colour-default": {f.mode}, "account": {f.account},
		"programs": {strconv.Itoa(f.programs)}, "proof": f.proofs, "printer": f.printers, "users": f.users, "colour": f.colour,
	} {
		if f.flags.Changed(flag) {
			w[flag] = said
		}
	}
	return w
}
