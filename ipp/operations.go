package ipp

import (
	"context"

	"inkwell/internal/school"
	"inkwell/ipp/wire"
	"inkwell/release"
)

// need is whether an operation needs a proven sender.
type need int

const (
	never   need = iota // anybody; credentials are not even looked at
	ifGiven             // anybody, but a proven sender is told more
	always
)

// object is what an operation acts on.
type object int

const (
	onPrinter object = iota // named by printer-uri
	onJob                   // named by job-uri, or printer-uri and job-id
	onQueues                // named by printer-uri: one queue, or by a path of CUPS's all of them
	onServer                // there is but one
)

// operation is one row of the table of operations.
type operation struct {
	op     wire.Op // also its name
	object object
	proof  need
	serve  func(context.Context, *call) (*wire.Message, error)
}

// operations is the one table of all operations; operations-supported is made
// of it. Asking about a printer is never challenged: clients that meet a challenge
// there take the printer for broken.
func operations() []operation {
	return []operation{
		{wire.OpPrintJob, onPrinter, always, printJob},
		{wire.OpValidateJob, onPrinter, always, validateJob},
		{wire.OpCreateJob, onPrinter, always, createJob},
		{wire.OpSendDocument, onJob, always, sendDocument},
		{wire.OpCancelJob, onJob, always, cancelJob},
		{wire.OpGetJobAttributes, onJob, ifGiven, getJobAttributes},
		{wire.OpGetJobs, onQueues, ifGiven, getJobs},
		{wire.OpGetPrinterAttributes, onPrinter, never, getPrinterAttributes},
		{wire.OpHoldJob, onJob, always, holdJob},
		{wire.OpReleaseJob, onJob, always, releaseJob},
		{wire.OpPausePrinter, onPrinter, always, turn(release.PauseQueue)},
		{wire.OpResumePrinter, onPrinter, always, turn(release.ResumeQueue)},
		{wire.OpPurgeJobs, onQueues, always, cancelJobs},
		{wire.OpSetPrinterAttributes, onPrinter, always, setPrinterAttributes},
		{wire.OpSetJobAttributes, onJob, always, setJobAttributes},
		{wire.OpGetPrinterSupportedValues, onPrinter, never, getPrinterSupportedValues},
		{wire.OpCreatePrinterSubscriptions, onPrinter, always, createPrinterSubscriptions},
		{wire.OpCreateJobSubscriptions, onPrinter, always, createJobSubscriptions},
		{wire.OpGetSubscriptionAttributes, onPrinter, always, getSubscriptionAttributes},
		{wire.OpGetSubscriptions, onPrinter, always, getSubscriptions},
		{wire.OpRenewSubscription, onPrinter, always, renewSubscription},
		{wire.OpCancelSubscription, onPrinter, always, cancelSubscription},
		{wire.OpGetNotifications, onPrinter, always, getNotifications},
		{wire.OpEnablePrinter, onPrinter, always, turn(release.OpenQueue)},
		{wire.OpDisablePrinter, onPrinter, always, turn(release.CloseQueue)},
		{wire.OpCancelCurrentJob, onPrinter, always, cancelCurrentJob},
		{wire.OpCancelJobs, onQueues, always, cancelJobs},
		{wire.OpCancelMyJobs, onQueues, always, cancelMyJobs},
		{wire.OpCloseJob, onJob, always, closeJob},
		{wire.OpIdentifyPrinter, onPrinter, always, identifyPrinter},
		{wire.OpGetUserPrinterAttributes, onPrinter, always, getPrinterAttributes},
		{wire.OpCUPSGetDefault, onServer, never, cupsGetDefault},
		{wire.OpCUPSGetPrinters, onServer, never, cupsGetPrinters},
		{wire.OpCUPSGetClasses, onServer, never, cupsGetClasses},
	}
}

// operationAttributes is what we read of the operation attributes that create a
// job, for job-creation-attributes-supported.
var operationAttributes = []string{"client-info", "compression", "document-format", "document-name", "ipp-attribute-fidelity", "job-name", "job-password", "job-password-encryption", "job-release-action"}

// serve finds what the request is about, who sends it, and carries it out.
func (c *call) serve(ctx context.Context) (*wire.Message, error) {
	op, ok := c.operations[c.req.Op()]
	if !ok {
		return nil, refuse(wire.StatusOperationNotSupported, "This printer does not know that operation.")
	}
	if err := c.find(ctx, op.object); err != nil {
		return nil, err
	}
	if c.queue.ID != 0 { // otherwise each queue asks in its own way
		if err := c.identify(ctx, op.proof); err != nil {
			return nil, err
		}
	}
	return op.serve(ctx, c)
}

// mine says whether a job is the sender's own.
func (c *call) mine(j release.Job) bool {
	switch {
	case !c.known:
		return false
	case c.actor.Proof == school.ByVouch:
		return j.SentBy(c.actor)
	}
	return j.Person == c.actor.Person
}

// job finds the job of the request among those that the proven sender may act on
// through this queue. A name that only this queue believes must not reach into
// another queue.
func (c *call) job(ctx context.Context) (release.Job, error) {
	j, err := c.Desk.Job(ctx, c.actor, c.jobID)
	if err == nil && j.Queue != c.queue.ID {
		err = jobUnknown
	}
	return j, err
}

// sees says whether the sender may know whose job it is. Whose a claim is nobody knows
// before it has come out.
func (c *call) sees(j release.Job) bool {
	return c.mine(j) || c.known && c.actor.May(school.ManageFace) && !(j.Claim() && j.Printed == 0)
}
