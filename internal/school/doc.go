// Package school knows the schools, their people, classes and days, and how a
// person proves who they are: password, badge or code. It stores proofs as keyed
// digests only and gives one answer for unknown, wrong and left, in one time.
// Actor, who acts and with which capabilities, is defined here.
package school
