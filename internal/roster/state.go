package roster

import (
	"time"

	"inkwell/internal/school"
)

// state is what is known before an import, of the schools that it is about.
type state struct {
	day        time.Time // today
	schools    map[school.ID]school.School
	linked     map[string]school.ID // the source's schools
	identities map[string]identity  // the source's people, by its ids
	people     []school.Entry
	places     map[school.PersonID]kept
	classes    []school.ClassEntry
	links      map[school.ClassID]link
	open       map[member]school.Enrolment // of classes that have not ended
}

// identity is whom the source means by an id.
type identity struct {
	individual school.IndividualID
	upn        string // digest, or ""
}

// kept is by which source somebody is kept true, and which of their roles came from it.
type kept struct {
	source string
	roles  []school.Role
}

// link is what a source calls a class.
type link struct{ source, id string }

// member is somebody in a class.
type member struct {
	class  school.ClassID
	person school.PersonID
}
