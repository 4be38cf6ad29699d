// Package ipptest holds the real and the faulty counterparts that tests of IPP
// need: a cupsd, a printer program that nobody here wrote, a printer that cuts
// connections and tells lies on demand, the field's suites of tests, and what
// computers of every kind send to print. Tests alone import it. What it starts it
// stops when the test ends; a missing program fails the test, loudly.
package ipptest
