package wire

import "fmt"

// Status is an IPP status code. The values are those of the IANA registry
// "Internet Printing Protocol (IPP) Registrations", section Status Codes.
type Status uint16

// Successful and client-error statuses (RFC 8011 appendix B and the PWG
// extensions; PWG 5100.16 for the account ones).
const (
	StatusOK                             Status = 0x0000
	StatusOKIgnoredOrSubstituted         Status = 0x0001
	StatusOKConflicting                  Status = 0x0002
	StatusOKIgnoredSubscriptions         Status = 0x0003
	StatusOKTooManyEvents                Status = 0x0005
	StatusOKEventsComplete               Status = 0x0007
	StatusBadRequest                     Status = 0x0400
	StatusForbidden                      Status = 0x0401
	StatusNotAuthenticated               Status = 0x0402
	StatusNotAuthorized                  Status = 0x0403
	StatusNotPossible                    Status = 0x0404
	StatusTimeout                        Status = 0x0405
	StatusNotFound                       Status = 0x0406
	StatusGone                           Status = 0x0407
	StatusRequestEntityTooLarge          Status = 0x0408
	StatusRequestValueTooLong            Status = 0x0409
	StatusDocumentFormatNotSupported     Status = 0x040a
	StatusAttributesOrValuesNotSupported Status = 0x040b
	StatusURISchemeNotSupported          Status = 0x040c
	StatusCharsetNotSupported            Status = 0x040d
	StatusConflictingAttributes          Status = 0x040e
	StatusCompressionNotSupported        Status = 0x040f
	StatusCompressionError               Status = 0x0410
	StatusDocumentFormatError            Status = 0x0411
	StatusDocumentAccessError            Status = 0x0412
	StatusAttributesNotSettable          Status = 0x0413
	StatusIgnoredAllSubscriptions        Status = 0x0414
	StatusTooManySubscriptions           Status = 0x0415
	StatusIgnoredAllNotifications        Status = 0x0416
	StatusPrintSupportFileNotFound       Status = 0x0417
	StatusDocumentPasswordError          Status = 0x0418
	StatusDocumentPermissionError        Status = 0x0419
	StatusDocumentSecurityError          Status = 0x041a
	StatusDocumentUnprintableError       Status = 0x041b
	StatusAccountInfoNeeded              Status = 0x041c
	StatusAccountClosed                  Status = 0x041d
	StatusAccountLimitReached            Status = 0x041e
	StatusAccountAuthorizationFailed     Status = 0x041f
	StatusNotFetchable                   Status = 0x0420
)

// The private statuses that CUPS clients hold a job on; they know none of the
// registered account statuses (cups/ipp.h).
const (
	StatusCUPSAccountInfoNeeded          Status = 0x049c
	StatusCUPSAccountClosed              Status = 0x049d
	StatusCUPSAccountLimitReached        Status = 0x049e
	StatusCUPSAccountAuthorizationFailed Status = 0x049f
)

// Server-error statuses.
const (
	StatusInternalError                    Status = 0x0500
	StatusOperationNotSupported            Status = 0x0501
	StatusServiceUnavailable               Status = 0x0502
	StatusVersionNotSupported              Status = 0x0503
	StatusDeviceError                      Status = 0x0504
	StatusTemporaryError                   Status = 0x0505
	StatusNotAcceptingJobs                 Status = 0x0506
	StatusBusy                             Status = 0x0507
	StatusJobCanceled                      Status = 0x0508
	StatusMultipleDocumentJobsNotSupported Status = 0x0509
	StatusPrinterIsDeactivated             Status = 0x050a
	StatusTooManyJobs                      Status = 0x050b
	StatusTooManyDocuments                 Status = 0x050c
)

// OK reports whether the operation was carried out, with or without remarks
// (RFC 8011 B.1.2): 0x0001 and 0x0002 are successes.
func (s Status) OK() bool { return s < 0x0100 }

// String is the registered keyword, such as "client-error-bad-request", or the
// number of a status that is not registered.
func (s Status) String() string {
	if name, ok := statusNames[s]; ok {
		return name
	}
	return fmt.Sprintf("0x%04x", uint16(s))
}

var statusNames = map[Status]string{
	0x0000: "successful-ok",
	0x0001: "successful-ok-ignored-or-substituted-attributes",
	0x0002: "successful-ok-conflicting-attributes",
	0x0003: "successful-ok-ignored-subscriptions",
	0x0005: "successful-ok-too-many-events",
	0x0007: "successful-ok-events-complete",
	0x0400: "client-error-bad-request",
	0x0401: "client-error-forbidden",
	0x0402: "client-error-not-authenticated",
	0x0403: "client-error-not-authorized",
	0x0404: "client-error-not-possible",
	0x0405: "client-error-timeout",
	0x0406: "client-error-not-found",
	0x0407: "client-error-gone",
	0x0408: "client-error-request-entity-too-large",
	0x0409: "client-error-request-value-too-long",
	0x040a: "client-error-document-format-not-supported",
	0x040b: "client-error-attributes-or-values-not-supported",
	0x040c: "client-error-uri-scheme-not-supported",
	0x040d: "client-error-charset-not-supported",
	0x040e: "client-error-conflicting-attributes",
	0x040f: "client-error-compression-not-supported",
	0x0410: "client-error-compression-error",
	0x0411: "client-error-document-format-error",
	0x0412: "client-error-document-access-error",
	0x0413: "client-error-attributes-not-settable",
	0x0414: "client-error-ignored-all-subscriptions",
	0x0415: "client-error-too-many-subscriptions",
	0x0416: "client-error-ignored-all-notifications",
	0x0417: "client-error-print-support-file-not-found",
	0x0418: "client-error-document-password-error",
	0x0419: "client-error-document-permission-error",
	0x041a: "client-error-document-security-error",
	0x041b: "client-error-document-unprintable-error",
	0x041c: "client-error-account-info-needed",
	0x041d: "client-error-account-closed",
	0x041e: "client-error-account-limit-reached",
	0x041f: "client-error-account-authorization-failed",
	0x0420: "client-error-not-fetchable",
	0x049c: "cups-error-account-info-needed",
	0x049d: "cups-error-account-closed",
	0x049e: "cups-error-account-limit-reached",
	0x049f: "cups-error-account-authorization-failed",
	0x0500: "server-error-internal-error",
	0x0501: "server-error-operation-not-supported",
	0x0502: "server-error-service-unavailable",
	0x0503: "server-error-version-not-supported",
	0x0504: "server-error-device-error",
	0x0505: "server-error-temporary-error",
	0x0506: "server-error-not-accepting-jobs",
	0x0507: "server-error-busy",
	0x0508: "server-error-job-canceled",
	0x0509: "server-error-multiple-document-jobs-not-supported",
	0x050a: "server-error-printer-is-deactivated",
	0x050b: "server-error-too-many-jobs",
	0x050c: "server-error-too-many-documents",
}
