// Package console is the signed-in pages of staff under /staff: what is red today,
// the day's jobs, people with their balances, and the withdrawal of printing
// rights. Every route stands in one table with the capability it needs; what is
// not in the table, not the visitor's or not there is the same "nothing here". It
// shows no document's title. It shares no session, route or template with the page
// beside the printer.
package console
