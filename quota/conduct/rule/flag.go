package rule

import "time"

// Flag is what a rule says of a person.
type Flag struct {
	Person   Person
	Rule     Number
	Kind     Kind
	Category string
	Route    Route
	At       time.Time // of the event that raised it
	Same     uint64    // what many have in common, of a rule that looks at many: a document, or a kiosk within a stretch of time; 0 of others
	Bucket   int64     // the stretch of the rule's quiet time that it is in: one flag in each
	Weight   int
	Decays   time.Time // its points are gone then
	Evidence Evidence
}

// Evidence is what a flag rests on: rows and figures, never a title.
type Evidence struct {
	Seen    []string       `json:"seen,omitempty"`    // rows, as Event.Object names them; the last ones of very many
	Numbers map[string]int `json:"numbers,omitempty"` // figures by name: "pages", "minutes"
}
