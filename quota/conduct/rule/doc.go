// Package rule is what a school's conduct policy says about what people did: rules that raise
// flags, and the ladder that points climb. All of it is functions of values: no database, no
// clock, no chance. So a policy can be tried on a past term and on a year that never was, and
// what it said once it says for ever. It knows people by number alone, and no title.
package rule
