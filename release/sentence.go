package release

import (
	"inkwell/internal/school"
	"inkwell/release/document"
)

// sentence is a refused job's reason in plain words.
func sentence(reason string) string { return document.Refusal(reason).Say }

// sender is the owner of a job as the actor who submitted it.
func (j Job) sender() school.Actor {
	return school.Actor{School: j.School, Person: j.Person, Pseudonym: j.owner, Roles: []school.Role{school.Pupil}, Proof: j.Proof}
}
