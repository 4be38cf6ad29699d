// Package roster keeps people, roles and classes true by what a school's other systems
// say: OneRoster CSV, the plain CSV of UK schools, any CSV through a saved mapping, a
// directory. Reading makes one neutral Roster, without SQL; comparing makes a Difference;
// applying is one transaction, and a second time changes no row. Nobody leaves because a
// list is short: absence counts in whole lists alone, and a large part of a school or a
// class that would vanish waits for a person. A UPN is kept as a keyed digest only.
package roster
