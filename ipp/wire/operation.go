package wire

import "fmt"

// Op is an IPP operation code (IANA registry, section Operations).
type Op uint16

// The operations that this project serves, sends or may be asked for.
const (
	OpPrintJob                   Op = 0x0002
	OpPrintURI                   Op = 0x0003
	OpValidateJob                Op = 0x0004
	OpCreateJob                  Op = 0x0005
	OpSendDocument               Op = 0x0006
	OpSendURI                    Op = 0x0007
	OpCancelJob                  Op = 0x0008
	OpGetJobAttributes           Op = 0x0009
	OpGetJobs                    Op = 0x000a
	OpGetPrinterAttributes       Op = 0x000b
	OpHoldJob                    Op = 0x000c
	OpReleaseJob                 Op = 0x000d
	OpRestartJob                 Op = 0x000e
	OpPausePrinter               Op = 0x0010
	OpResumePrinter              Op = 0x0011
	OpPurgeJobs                  Op = 0x0012
	OpSetPrinterAttributes       Op = 0x0013
	OpSetJobAttributes           Op = 0x0014
	OpGetPrinterSupportedValues  Op = 0x0015
	OpCreatePrinterSubscriptions Op = 0x0016
	OpCreateJobSubscriptions     Op = 0x0017
	OpGetSubscriptionAttributes  Op = 0x0018
	OpGetSubscriptions           Op = 0x0019
	OpRenewSubscription          Op = 0x001a
	OpCancelSubscription         Op = 0x001b
	OpGetNotifications           Op = 0x001c
	OpEnablePrinter              Op = 0x0022
	OpDisablePrinter             Op = 0x0023
	OpCancelCurrentJob           Op = 0x002d
	OpCancelJobs                 Op = 0x0038
	OpCancelMyJobs               Op = 0x0039
	OpResubmitJob                Op = 0x003a
	OpCloseJob                   Op = 0x003b
	OpIdentifyPrinter            Op = 0x003c
	OpValidateDocument           Op = 0x003d
	OpGetUserPrinterAttributes   Op = 0x0066
	OpCUPSGetDefault             Op = 0x4001
	OpCUPSGetPrinters            Op = 0x4002
	OpCUPSGetClasses             Op = 0x4005
)

// String is the registered name, such as "Print-Job", or the number of an
// operation that is not listed here.
func (o Op) String() string {
	if name, ok := opNames[o]; ok {
		return name
	}
	return fmt.Sprintf("0x%04x", uint16(o))
}

var opNames = map[Op]string{
	OpPrintJob:                   "Print-Job",
	OpPrintURI:                   "Print-URI",
	OpValidateJob:                "Validate-Job",
	OpCreateJob:                  "Create-Job",
	OpSendDocument:               "Send-Document",
	OpSendURI:                    "Send-URI",
	OpCancelJob:                  "Cancel-Job",
	OpGetJobAttributes:           "Get-Job-Attributes",
	OpGetJobs:                    "Get-Jobs",
	OpGetPrinterAttributes:       "Get-Printer-Attributes",
	OpHoldJob:                    "Hold-Job",
	OpReleaseJob:                 "Release-Job",
	OpRestartJob:                 "Restart-Job",
	OpPausePrinter:               "Pause-Printer",
	OpResumePrinter:              "Resume-Printer",
	OpPurgeJobs:                  "Purge-Jobs",
	OpSetPrinterAttributes:       "Set-Printer-Attributes",
	OpSetJobAttributes:           "Set-Job-Attributes",
	OpGetPrinterSupportedValues:  "Get-Printer-Supported-Values",
	OpCreatePrinterSubscriptions: "Create-Printer-Subscriptions",
	OpCreateJobSubscriptions:     "Create-Job-Subscriptions",
	OpGetSubscriptionAttributes:  "Get-Subscription-Attributes",
	OpGetSubscriptions:           "Get-Subscriptions",
	OpRenewSubscription:          "Renew-Subscription",
	OpCancelSubscription:         "Cancel-Subscription",
	OpGetNotifications:           "Get-Notifications",
	OpEnablePrinter:              "Enable-Printer",
	OpDisablePrinter:             "Disable-Printer",
	OpCancelCurrentJob:           "Cancel-Current-Job",
	OpCancelJobs:                 "Cancel-Jobs",
	OpCancelMyJobs:               "Cancel-My-Jobs",
	OpResubmitJob:                "Resubmit-Job",
	OpCloseJob:                   "Close-Job",
	OpIdentifyPrinter:            "Identify-Printer",
	OpValidateDocument:           "Validate-Document",
	OpGetUserPrinterAttributes:   "Get-User-Printer-Attributes",
	OpCUPSGetDefault:             "CUPS-Get-Default",
	OpCUPSGetPrinters:            "CUPS-Get-Printers",
	OpCUPSGetClasses:             "CUPS-Get-Classes",
}
