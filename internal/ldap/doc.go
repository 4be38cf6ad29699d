// Package ldap asks a school's LDAP directory, such as Active Directory, two things:
// whether a password is a person's, and which people and groups there are. It only
// reads. A password is sent over TLS (or to this machine) as that person's bind and
// is never blank, for a blank one proves nothing (RFC 4513 section 5.1.2); everything
// that asks is bounded in time and number; a referral is never followed. A directory
// that cannot be asked is fault.Unavailable and says nothing about a password.
package ldap
