//go:build !crash

// Package crash names the moments at which a power cut is rehearsed: the server
// built with the tag crash kills itself at the one that INKWELL_CRASH names. In every
// other build a moment is an empty function, of which nothing is left in the program.
// The campaign of cmd/inkwell arms each of them and checks what a restart makes of it.
package crash

// At is a moment, by a name that says what has just been done.
func At(string) {}

// Heedless has a delivery sent again after a crash without asking the printer, which
// is wrong: with it the campaign is shown to find a document that comes out twice.
const Heedless = false
