// Package audit keeps the tamper-evident record of who did what. Record writes a
// row in the transaction of the act; a sealer chains the rows of ended
// transactions each second, and the ledger's transfers with them, and exports the
// heads of both chains to a file; Verify recomputes everything. Rows carry
// pseudonyms, numbers and keywords only: names and free text stand in an erasable
// side table of which the chain holds salted digests. What is changed within the
// 2 s before a row is sealed, or rewritten together with every later seal within
// the hour before a head is exported, is not found; all else is.
//
// Rows are ordered by the number of their transaction (xid8), which starts again
// in a cluster that a dump is restored into. Before such a database is used, the
// cluster's transaction counter must be raised above every xact and hi in it
// (pg_resetwal --epoch); otherwise new rows fall into ranges that are sealed
// already, and Verify reports them as forged.
package audit
