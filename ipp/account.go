package ipp

import (
	"inkwell/ipp/wire"
	"inkwell/release"
)

// account is a row of the template for what a client says of who is to be charged
// (PWG 5100.7, 5100.16). It is kept with the job, for its owner and for IT to read. What
// job-account-id names is charged if its owner may charge it: a shared account by its code
// or name, own or personal. What is charged otherwise is different for each person, so that
// the default has no value.
func account(name string, field func(*release.Ticket) *string) option {
	return option{
		name: name,
		about: func(*model) []wire.Attribute {
			return []wire.Attribute{wire.NoValue(name + "-default"), wire.Boolean(name+"-supported", true)}
		},
		take: func(t *release.Ticket, _ *model, given wire.Attributes) bool {
			if a, _ := given.Find(name); toDelete(a) {
				*field(t) = ""
				return true
			}
			v, err := given.String(name)
			if err != nil {
				return false
			}
			*field(t) = wire.Clean(v, 255)
			return true
		},
	}
}

// showAccount is what a job says of who is to be charged, to those who may know
// whose it is.
func (c *call) showAccount(j release.Job) []wire.Attribute {
	var all []wire.Attribute
	show := func(name, value string) {
		if value != "" && c.sees(j) {
			all = append(all, wire.Name(name, value))
		}
	}
	show("job-account-id", j.Ticket.Account)
	show("job-accounting-user-id", j.Ticket.AccountUser)
	return all
}
