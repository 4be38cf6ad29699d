// Package conduct decides who may print at all: suspensions, and the facts that
// rules look at. A suspension always ends by itself and names who imposed it and
// why; nobody decides their own case. Its invariant: once a suspension has
// committed, no release of that person commits, because both lock the person's
// standing.
package conduct
