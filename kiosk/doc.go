// Package kiosk is the page beside a printer: a badge or a name and code in, the
// visitor's own jobs on the screen, chosen ones to the printer. Each browser has
// one socket and one Screen, a pure state machine on the server; the page shows
// exactly the View it is sent and decides nothing. It refuses every browser but one that
// proves a key which IT has paired with a station, or that is on this machine itself, and
// every socket whose Origin is not the page's. Its invariant: once a visit has ended, by tap, by
// idleness or by the next badge, nothing personal is left in the page or in the Screen.
package kiosk
