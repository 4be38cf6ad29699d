// Package release is the desk between computers and printers: it takes jobs in,
// holds them, shows them to their owner at a station, releases each once, sends it to a
// printer, and charges what came out. It refuses whatever standing, state or funds
// do not allow. Its invariant: money and state change in one transaction, and a
// document is never sent twice unless the printer itself denies having it.
package release
