package wire

// Values of job-state (RFC 8011 5.3.7).
const (
	JobPending           = 3
	JobPendingHeld       = 4
	JobProcessing        = 5
	JobProcessingStopped = 6
	JobCanceled          = 7
	JobAborted           = 8
	JobCompleted         = 9
)

// JobEnded reports whether a job-state is final: canceled, aborted or completed.
func JobEnded(state int) bool { return state >= JobCanceled && state <= JobCompleted }

// Values of printer-state (RFC 8011 5.4.11).
const (
	PrinterIdle       = 3
	PrinterProcessing = 4
	PrinterStopped    = 5
)
