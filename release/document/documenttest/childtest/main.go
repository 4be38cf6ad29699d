// Childtest is the program that reads documents in tests: nothing but the child's part.
// It is built without the race detector, under which the engine is ten times as slow, as
// one goroutine reads a document and shares nothing.
package main

import (
	"os"

	"inkwell/release/document"
)

func main() {
	document.Child()
	os.Exit(2)
}
