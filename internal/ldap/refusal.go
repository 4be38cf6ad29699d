package ldap

import (
	"errors"

	"github.com/go-ldap/ldap/v3"

	"inkwell/internal/fault"
)

var (
	// away is told to people. Why is for the log and for IT.
	away = fault.New(fault.Unavailable, "directory-away", "The school's own sign-in can't be reached right now. Please try again in a few minutes.")
	// wrong is one answer for all that is no right password.
	wrong = fault.New(fault.Unauthenticated, "password-wrong", "We can't sign you in. Try again, or see reception.")
)

// turnedDown are the results of a bind that are the directory's answer about this
// account and password (RFC 4511 appendix A.1): everything else, referrals too, says
// nothing about them.
var turnedDown = []uint16{
	ldap.LDAPResultInvalidCredentials,
	ldap.LDAPResultInappropriateAuthentication, // there is no password
	ldap.LDAPResultConstraintViolation,         // a policy says no
	ldap.LDAPResultUnwillingToPerform,
	ldap.LDAPResultInsufficientAccessRights,
	ldap.LDAPResultInvalidDNSyntax,
}

// answered says whether err is something that the directory said, and not that the
// connection broke or nothing came.
func answered(err error) bool {
	var e *ldap.Error
	return errors.As(err, &e) && e.ResultCode < ldap.ErrorNetwork
}
