// Package yeartest makes up a year of a school, in the events that a print server
// sees: honest pupils with everything that happens to them, and twenty who misuse
// printing in eight ways. It is what rules are tuned on and scored with, so it knows
// nothing of any rule: it imports the standard library alone, a test holds that. Each
// seed is another school, with other habits, seasons, mishaps and disguises. Nothing
// in it reacts: an abuser whose printing is withdrawn goes on in the story, so that
// every set of rules is held against the same year.
package yeartest
