package device

import (
	"errors"
	"fmt"
	"net/http"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// errUnsure is the class of answers after which only the printer's job list can
// tell what will print.
var errUnsure = errors.New("the printer does not say whether it has the job")

// outcomes is what each error status of IPP means for the paper. A printer that
// says no has discarded the request (RFC 8011 B.1): it is refused, or may be
// tried again later. After the four that leave a job behind, or may, nobody knows.
// Statuses that are not here are unsure.
var outcomes = map[wire.Status]error{
	wire.StatusBadRequest:                       release.ErrRefused,
	wire.StatusForbidden:                        release.ErrRefused,
	wire.StatusNotAuthenticated:                 release.ErrRefused,
	wire.StatusNotAuthorized:                    release.ErrRefused,
	wire.StatusNotPossible:                      release.ErrRefused,
	wire.StatusTimeout:                          release.ErrBusy,
	wire.StatusNotFound:                         release.ErrGone,
	wire.StatusGone:                             release.ErrGone,
	wire.StatusRequestEntityTooLarge:            release.ErrRefused,
	wire.StatusRequestValueTooLong:              release.ErrRefused,
	wire.StatusDocumentFormatNotSupported:       release.ErrRefused,
	wire.StatusAttributesOrValuesNotSupported:   release.ErrRefused,
	wire.StatusURISchemeNotSupported:            release.ErrRefused,
	wire.StatusCharsetNotSupported:              release.ErrRefused,
	wire.StatusConflictingAttributes:            release.ErrRefused,
	wire.StatusCompressionNotSupported:          release.ErrRefused,
	wire.StatusCompressionError:                 release.ErrRefused,
	wire.StatusDocumentFormatError:              release.ErrRefused,
	wire.StatusDocumentAccessError:              release.ErrRefused,
	wire.StatusAttributesNotSettable:            release.ErrRefused,
	wire.StatusIgnoredAllSubscriptions:          release.ErrRefused,
	wire.StatusTooManySubscriptions:             release.ErrRefused,
	wire.StatusIgnoredAllNotifications:          release.ErrRefused,
	wire.StatusPrintSupportFileNotFound:         release.ErrRefused,
	wire.StatusDocumentPasswordError:            release.ErrRefused,
	wire.StatusDocumentPermissionError:          release.ErrRefused,
	wire.StatusDocumentSecurityError:            release.ErrRefused,
	wire.StatusDocumentUnprintableError:         release.ErrRefused,
	wire.StatusAccountInfoNeeded:                release.ErrRefused,
	wire.StatusAccountClosed:                    release.ErrRefused,
	wire.StatusAccountLimitReached:              release.ErrRefused,
	wire.StatusAccountAuthorizationFailed:       release.ErrRefused,
	wire.StatusNotFetchable:                     release.ErrRefused,
	wire.StatusCUPSAccountInfoNeeded:            release.ErrRefused,
	wire.StatusCUPSAccountClosed:                release.ErrRefused,
	wire.StatusCUPSAccountLimitReached:          release.ErrRefused,
	wire.StatusCUPSAccountAuthorizationFailed:   release.ErrRefused,
	wire.StatusInternalError:                    errUnsure, // anywhere within the operation
	wire.StatusOperationNotSupported:            release.ErrRefused,
	wire.StatusServiceUnavailable:               release.ErrBusy,
	wire.StatusVersionNotSupported:              release.ErrRefused,
	wire.StatusDeviceError:                      errUnsure, // a jam while taking the job; it has the job
	wire.StatusTemporaryError:                   release.ErrBusy,
	wire.StatusNotAcceptingJobs:                 release.ErrBusy,
	wire.StatusBusy:                             release.ErrBusy,
	wire.StatusJobCanceled:                      errUnsure, // at the printer, while we sent; pages may be out
	wire.StatusMultipleDocumentJobsNotSupported: release.ErrRefused,
	wire.StatusPrinterIsDeactivated:             release.ErrBusy,
	wire.StatusTooManyJobs:                      release.ErrBusy,
	wire.StatusTooManyDocuments:                 release.ErrRefused,
}

// classify is nil for a success, with or without remarks, and otherwise an error
// of the class of the status.
func classify(s wire.Status) error {
	if s.OK() {
		return nil
	}
	class, ok := outcomes[s]
	if !ok {
		class = errUnsure
	}
	return fmt.Errorf("%w: %s", class, s)
}

// classifyHTTP does the same for an HTTP status: 200 is IPP's own answer, and a
// request that HTTP turned away never got as far as the printer's job list.
func classifyHTTP(code int) error {
	class := errUnsure
	switch {
	case code == http.StatusOK:
		return nil
	case code == http.StatusRequestTimeout, code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable:
		class = release.ErrBusy
	case code >= 300 && code < 500:
		class = release.ErrRefused
	}
	return fmt.Errorf("%w: HTTP %d", class, code)
}
