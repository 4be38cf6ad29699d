// Package signin lets staff in: a one-use invitation made on the server itself, a
// password, and a session known by the digest of its token. A session ends when
// idle, after its limit, on signing out, with every new password, and at once when
// its person leaves or may no longer use the console. Unknown, wrong and without
// the right give one answer in one time. No set-up over the network: the first
// account is made like every other, by a command on the host.
package signin
