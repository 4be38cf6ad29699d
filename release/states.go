package release

// JobState is where a job is in its life.
type JobState string

// The job states. docs/job-states.md draws them.
const (
	Receiving JobState = "receiving" // its document is still arriving
	Counting  JobState = "counting"  // safe on disk, its pages are being counted
	Held      JobState = "held"      // priced; waits for its owner
	Released  JobState = "released"  // a delivery is open
	Done      JobState = "done"      // all of it came out
	Cancelled JobState = "cancelled" // by its owner, or IT
	Expired   JobState = "expired"   // nobody came
	Refused   JobState = "refused"   // what is in the document stopped it
)

// DeliveryState is where a delivery is: one way of a released job to a printer.
type DeliveryState string

// The delivery states.
const (
	Reserved DeliveryState = "reserved" // paid for, not begun
	Sending  DeliveryState = "sending"  // from before the first word to the printer until the document is there
	Printing DeliveryState = "printing" // the printer has it
	Settled  DeliveryState = "settled"  // charged by what came out
	Void     DeliveryState = "void"     // nothing came out, nothing charged
	Unclear  DeliveryState = "unclear"  // lost from sight; a person or the printer's evidence ends it
)

// jobMoves is every move a job can make.
var jobMoves = map[JobState][]JobState{
	Receiving: {Counting, Cancelled, Expired, Refused},
	Counting:  {Held, Cancelled, Expired, Refused},
	Held:      {Released, Cancelled, Expired, Refused}, // refused when its document turns out to be unreadable
	Released:  {Held, Done, Expired},
}

// deliveryMoves is every move a delivery can make.
var deliveryMoves = map[DeliveryState][]DeliveryState{
	Reserved: {Sending, Void},
	Sending:  {Reserved, Printing, Settled, Void, Unclear}, // back to Reserved when the printer has nothing of it
	Printing: {Reserved, Settled, Void, Unclear},
	Unclear:  {Settled, Void},
}

// Ended says whether the job can never move again.
func (s JobState) Ended() bool { return len(jobMoves[s]) == 0 }

// Ended says whether the delivery can never move again.
func (s DeliveryState) Ended() bool { return len(deliveryMoves[s]) == 0 }
