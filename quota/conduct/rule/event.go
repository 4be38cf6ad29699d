package rule

import (
	"fmt"
	"time"
)

// Person is somebody's number.
type Person int64

// What tells what happened.
type What uint8

// What happens that rules look at. What a device merely said in a person's name happens when
// that person releases it, and not before.
const (
	Submitted   What = iota + 1 // a job of a proven sender came in
	Released                    // a job went to a printer, by its owner's hand or word
	Left                        // a job expired and was never printed; one that its owner deletes is no waste
	TooFew                      // a job was refused for too few pages left
	WrongCode                   // somebody tried a wrong code with this person's name: not this person, perhaps
	CodeUsed                    // this person signed in with a code at a station
	Unlucky                     // a printer stopped, or was said to have, once too often while nobody else had trouble
	TitleWord                   // a title had a word of the safeguarding lead's
	RefundAsked                 // they asked for pages back that a printer says came out
)

// Event is one thing that happened. What does not apply is zero.
type Event struct {
	What     What
	ID       int64 // of the row that tells of it: a job of Submitted and Left, a delivery of Released, else a fact
	Person   Person
	At       time.Time
	Pages    int    // impressions, of Submitted, Released and Left
	Colour   int    // of those
	Document uint64 // the same for the same bytes; 0 if that is not known
	Station  int32  // where, of Released by a person who stood there, WrongCode and CodeUsed
	Building string // of the station; "" where nobody said
	Word     int32  // of TitleWord
}

// Object names the row, as evidence keeps it: "delivery:41".
func (e Event) Object() string {
	switch e.What {
	case Submitted, Left:
		return fmt.Sprintf("job:%d", e.ID)
	case Released:
		return fmt.Sprintf("delivery:%d", e.ID)
	}
	return fmt.Sprintf("fact:%d", e.ID)
}
