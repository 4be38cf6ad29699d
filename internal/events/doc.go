// Package events tells screens and workers on every node to look again. A change
// is a row written in the transaction of the act; after its commit subscribers of
// this node are woken at once and other nodes by a notification sent outside any
// business transaction. A poll of the rows twice a second covers every
// notification that is lost and every connection that cannot listen. An event
// carries no news: the database is the truth. A slow subscriber never holds
// anyone up, and never misses that there is something to look at.
package events
