// Package ipptest holds the real and the faulty counterparts that tests of IPP
// need: a cupsd, a printer program that nobody here wrote, and a printer that cuts
// connections and tells lies on demand. Tests alone import it. What it starts it
// stops when the test ends; a missing program fails the test, loudly.
package ipptest
