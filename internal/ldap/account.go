package ldap

import (
	"strconv"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// accountAttributes say whether an account may be used at all.
var accountAttributes = []string{"userAccountControl", "msDS-User-Account-Control-Computed", "accountExpires", "shadowExpire", "nsAccountLock"}

// Flags of userAccountControl (MS-ADTS 2.2.16).
const (
	accountDisabled = 0x2
	accountLocked   = 0x10     // right in the computed attribute alone
	passwordExpired = 0x800000 // the same
)

// off says whether the directory holds the account disabled, locked or expired. A
// server refuses most of these itself, but not all do, and none that we need not ask
// can count it as a guess.
func off(e *ldap.Entry, now time.Time) bool {
	number := func(name string) int64 {
		n, _ := strconv.ParseInt(e.GetEqualFoldAttributeValue(name), 10, 64)
		return n
	}
	switch {
	case number("userAccountControl")&accountDisabled != 0,
		number("msDS-User-Account-Control-Computed")&(accountLocked|passwordExpired) != 0,
		strings.EqualFold(e.GetEqualFoldAttributeValue("nsAccountLock"), "true"):
		return true
	}
	if expires := number("accountExpires"); expires > 0 && !now.Before(fileTime(expires)) {
		return true
	}
	days := number("shadowExpire")
	return days > 0 && !now.Before(time.Unix(days*24*60*60, 0))
}

// fileTime is a time that Windows counts in units of 100 ns since 1601. The largest
// value means never, and is far enough away.
func fileTime(n int64) time.Time {
	const from1601To1970 = 11_644_473_600
	return time.Unix(n/10_000_000-from1601To1970, 0)
}
