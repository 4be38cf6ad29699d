package ipp

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"inkwell/internal/fault"
	"inkwell/ipp/wire"
)

func TestEveryKindHasAStatus(t *testing.T) {
	t.Parallel()
	for k := fault.Internal; k <= fault.Unavailable; k++ {
		if s, ok := kinds[k]; !ok || s.OK() {
			t.Errorf("%s has status %s", k, s)
		}
	}
}

// What a refusal is to a CUPS client, and to all others.
func TestStatusOf(t *testing.T) {
	t.Parallel()
	cases := []struct {
		err         error
		other, cups wire.Status
	}{
		{fault.New(fault.Suspended, "printing-suspended", "No."), wire.StatusAccountClosed, wire.StatusCUPSAccountClosed},
		{fault.New(fault.Unpaid, "not-enough", "No."), wire.StatusAccountLimitReached, wire.StatusCUPSAccountLimitReached},
		{fault.New(fault.TooMany, "too-many-held", "No."), wire.StatusAccountLimitReached, wire.StatusCUPSAccountLimitReached},
		{fault.New(fault.TooMany, "password-paused", "No."), wire.StatusBusy, wire.StatusBusy},
		{fault.New(fault.Unavailable, "database-away", "No."), wire.StatusTemporaryError, wire.StatusBusy},
		{fault.New(fault.Unavailable, "spool-full", "No."), wire.StatusNotAcceptingJobs, wire.StatusBusy},
		{fmt.Errorf("unknown: %w", fmt.Errorf("cause")), wire.StatusInternalError, wire.StatusCUPSAccountInfoNeeded},
		{fault.New(fault.Invalid, "document-empty", "No."), wire.StatusBadRequest, wire.StatusBadRequest},
		{fault.New(fault.Unsupported, "document-password", "No."), wire.StatusDocumentPasswordError, wire.StatusDocumentPasswordError},
		{fault.New(fault.TooLarge, "document-too-large", "No."), wire.StatusRequestEntityTooLarge, wire.StatusRequestEntityTooLarge},
		{fault.New(fault.Forbidden, "not-allowed", "No."), wire.StatusForbidden, wire.StatusForbidden},
		{fmt.Errorf("cancel job 4: %w", fault.New(fault.Conflict, "job-ended", "No.")), wire.StatusNotPossible, wire.StatusNotPossible},
		{fmt.Errorf("read: %w", refuse(wire.StatusBadRequest, "No.")), wire.StatusBadRequest, wire.StatusBadRequest},
	}
	for _, tc := range cases {
		for agent, status := range map[string]wire.Status{
			"CUPS/2.4.2 (Linux 6.1.0; x86_64) IPP/2.0": tc.cups, "Windows IPP": tc.other, "": tc.other, "NotCUPS/1": tc.other,
		} {
			r := httptest.NewRequest("POST", "/", nil)
			r.Header.Set("User-Agent", agent)
			c := &call{http: r}
			if got, say := c.statusOf(tc.err); got != status || say == "" {
				t.Errorf("%v to %q is %s (%q), want %s", tc.err, agent, got, say, status)
			}
		}
	}
}
