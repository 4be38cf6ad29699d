package release

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// The people of the tables.
var (
	mia     = school.Belonging{Roles: []school.Role{school.Pupil}, Year: 7, Classes: []school.ClassID{71}}
	sam     = school.Belonging{Roles: []school.Role{school.Pupil}, Year: 12, Classes: []school.ClassID{121, 9}}
	tom     = school.Belonging{Roles: []school.Role{school.Teacher}, Year: school.NoYear, Classes: []school.ClassID{71}}
	head    = school.Belonging{Roles: []school.Role{school.Head}, Year: school.NoYear}
	visitor = school.Belonging{Roles: []school.Role{school.Guest}, Year: school.NoYear}
	generic = school.Belonging{Roles: []school.Role{school.Pupil}, Year: 7, Generic: true}
)

func only(roles ...school.Role) Circle { return Circle{Closed: true, Roles: roles} }

// Who is in a circle.
func TestCircle(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		circle Circle
		in     []school.Belonging
	}{
		"everybody":                       {Circle{}, []school.Belonging{mia, sam, tom, head, visitor}},
		"nobody":                          {Circle{Closed: true}, nil},
		"pupils":                          {only(school.Pupil), []school.Belonging{mia, sam}},
		"staff":                           {only(Staff), []school.Belonging{tom, head}},
		"teachers":                        {only(school.Teacher), []school.Belonging{tom}},
		"a year":                          {Circle{Closed: true, Years: []int{12}}, []school.Belonging{sam}},
		"the reception class":             {Circle{Closed: true, Years: []int{0}}, nil},
		"a class, its teacher":            {Circle{Closed: true, Classes: []school.ClassID{71}}, []school.Belonging{mia, tom}},
		"one or the other":                {Circle{Closed: true, Roles: []school.Role{school.Guest}, Years: []int{7}}, []school.Belonging{mia, visitor}},
		"what somebody teaches or learns": {Circle{Closed: true, Classes: []school.ClassID{9, 10}}, []school.Belonging{sam}},
	} {
		for who, b := range map[string]school.Belonging{"mia": mia, "sam": sam, "tom": tom, "head": head, "visitor": visitor} {
			want := slices.ContainsFunc(tc.in, func(one school.Belonging) bool { return reflect.DeepEqual(one, b) })
			if got := tc.circle.has(b); got != want {
				t.Errorf("%s: %s is in: %t", name, who, got)
			}
		}
	}
}

// Who may submit, by who they are and how they prove it.
func TestPolicyAdmits(t *testing.T) {
	t.Parallel()
	staff := Policy{Users: only(Staff)}
	for _, tc := range []struct {
		name   string
		policy Policy
		from   sender
		code   string
	}{
		{"the zero policy", Policy{}, sender{mia, school.ByPassword}, ""},
		{"a claim there", Policy{}, sender{mia, school.ByVouch}, ""},
		{"a pupil at a staff queue", staff, sender{mia, school.ByPassword}, "queue-not-yours"},
		{"a teacher at it", staff, sender{tom, school.ByAddress}, ""},
		{"a pupil's name there", staff, sender{sam, school.ByVouch}, "queue-not-yours"},
		{"a way it does not take", Policy{Untaken: []school.Proof{school.ByVouch}}, sender{mia, school.ByVouch}, "way-not-taken"},
		{"one it takes", Policy{Untaken: []school.Proof{school.ByVouch}}, sender{mia, school.ByServer}, ""},
		{"the way goes before the person", Policy{Users: only(Staff), Untaken: []school.Proof{school.ByAddress}}, sender{mia, school.ByAddress}, "way-not-taken"},
		{"everybody's name, claimed", Policy{}, sender{generic, school.ByVouch}, "name-unknown"},
		{"everybody's name, by a print server", Policy{}, sender{generic, school.ByServer}, "name-unknown"},
		{"everybody's name, from this machine", Policy{}, sender{generic, school.ByLoopback}, "name-unknown"},
		{"everybody's name, proven", Policy{}, sender{generic, school.ByPassword}, ""},
		{"everybody's name, by its own address", Policy{}, sender{generic, school.ByAddress}, ""},
		{"everybody's name, believed", Policy{Believes: true}, sender{generic, school.ByVouch}, ""},
		{"believed, and not a user", Policy{Believes: true, Users: only(Staff)}, sender{generic, school.ByVouch}, "queue-not-yours"},
	} {
		err := tc.policy.admit(tc.from)
		if got := codeOf(err); got != tc.code {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.code)
		}
		if err != nil && !tc.policy.asks(tc.from.proof) && tc.code != "way-not-taken" {
			t.Errorf("%s: is not asked about", tc.name)
		}
	}
}

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	return fault.As(err).Code
}

// What becomes of a ticket.
func TestPolicyApplies(t *testing.T) {
	t.Parallel()
	older := Policy{Colour: Circle{Closed: true, Years: []int{12}}}
	none := Policy{Colour: Circle{Closed: true}}
	single := Policy{OneSided: true}
	colourful := Policy{ColorMode: colour, Colour: only(Staff)}
	for _, tc := range []struct {
		name   string
		policy Policy
		who    school.Belonging
		asked  Ticket
		want   Ticket
		touch  []Touch
	}{
		{"the zero policy", Policy{}, mia, Ticket{ColorMode: colour}, Ticket{ColorMode: colour}, nil},
		{"nothing said", Policy{}, mia, Ticket{}, Ticket{}, nil},
		{"sides not said", single, mia, Ticket{}, Ticket{Sides: oneSided}, []Touch{SidesDefaulted}},
		{"sides said", single, mia, Ticket{Sides: longEdge}, Ticket{Sides: longEdge}, nil},
		{"colour of somebody who may", older, sam, Ticket{ColorMode: colour}, Ticket{ColorMode: colour}, nil},
		{"colour of somebody who may not", older, mia, Ticket{ColorMode: colour}, Ticket{ColorMode: mono}, []Touch{ColourWithheld}},
		{"the printer's choice of theirs", older, mia, Ticket{ColorMode: "auto"}, Ticket{ColorMode: mono}, []Touch{ColourWithheld}},
		{"black and white of theirs", older, mia, Ticket{ColorMode: mono}, Ticket{ColorMode: mono}, nil},
		{"nobody's colour", none, head, Ticket{ColorMode: colour}, Ticket{ColorMode: mono}, []Touch{ColourWithheld}},
		{"colour by default", colourful, tom, Ticket{}, Ticket{ColorMode: colour}, []Touch{ColourDefaulted}},
		{"not asked for and not had", colourful, mia, Ticket{}, Ticket{}, nil},
		{"both", Policy{OneSided: true, Colour: only(Staff)}, mia, Ticket{ColorMode: colour, Copies: 3}, Ticket{ColorMode: mono, Copies: 3, Sides: oneSided},
			[]Touch{SidesDefaulted, ColourWithheld}},
	} {
		got := tc.policy.apply(sender{tc.who, school.ByPassword}, tc.asked)
		if !reflect.DeepEqual(got, verdict{tc.want, tc.touch}) {
			t.Errorf("%s: %+v", tc.name, got)
		}
	}
}

// Where jobs come out, for whom.
func TestPolicyAtAPrinter(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		policy Policy
		who    school.Belonging
		at     PrinterID
		want   error
	}{
		{"anywhere", Policy{}, mia, 1, nil},
		{"one of them", Policy{Printers: []PrinterID{1, 3}}, mia, 3, nil},
		{"another", Policy{Printers: []PrinterID{1, 3}}, mia, 2, errElsewhere},
		{"somebody who may no longer", Policy{Users: only(Staff)}, mia, 1, sentWhereNot},
		{"nor there", Policy{Users: only(Staff), Printers: []PrinterID{2}}, mia, 1, sentWhereNot},
		{"somebody who may", Policy{Users: only(Staff), Printers: []PrinterID{1}}, tom, 1, nil},
	} {
		if got := tc.policy.at(tc.at, sender{Belonging: tc.who}); !errors.Is(got, tc.want) {
			t.Errorf("%s: %v", tc.name, got)
		}
	}
}

// What cannot be, is found before anybody prints to it.
func TestPolicyContradictions(t *testing.T) {
	t.Parallel()
	all := []school.Proof{school.ByPassword, school.ByAddress, school.ByServer, school.ByVouch}
	years := func(n ...int) Circle { return Circle{Closed: true, Years: n} }
	class := Circle{Closed: true, Classes: []school.ClassID{71}}
	for _, tc := range []struct {
		name   string
		policy Policy
		kind   QueueKind
		own    PrinterID
		code   string
	}{
		{"nothing said", Policy{}, Hold, 0, ""},
		{"no kind", Policy{}, "", 0, "queue-kind"},
		{"direct", Policy{}, Direct, 1, ""},
		{"direct without a printer", Policy{}, Direct, 0, "queue-printer"},
		{"direct to one of its printers", Policy{Printers: []PrinterID{1, 2}}, Direct, 1, ""},
		{"direct to none of them", Policy{Printers: []PrinterID{2}}, Direct, 1, "queue-printer"},
		{"for nobody", Policy{Users: Circle{Closed: true}}, Hold, 0, "queue-users"},
		{"by no proof", Policy{Untaken: all}, Hold, 0, "queue-proof"},
		{"by one", Policy{Untaken: all[1:]}, Hold, 0, ""},
		{"colour for nobody", Policy{Colour: Circle{Closed: true}}, Hold, 0, ""},
		{"and by default", Policy{Colour: Circle{Closed: true}, ColorMode: colour}, Hold, 0, "queue-colour"},
		{"pupils' colour at a staff queue", Policy{Users: only(Staff), Colour: only(school.Pupil)}, Hold, 0, "queue-colour"},
		{"a year's colour at a staff queue", Policy{Users: only(Staff), Colour: years(7)}, Hold, 0, "queue-colour"},
		{"teachers' colour at a staff queue", Policy{Users: only(Staff), Colour: only(school.Teacher)}, Hold, 0, ""},
		{"staff colour at the teachers' queue", Policy{Users: only(school.Teacher), Colour: only(Staff)}, Hold, 0, ""},
		{"a class's colour at the teachers' queue", Policy{Users: only(school.Teacher), Colour: class}, Hold, 0, ""},
		{"a class's colour at IT's queue", Policy{Users: only(school.IT), Colour: class}, Hold, 0, "queue-colour"},
		{"a year's colour at pupils' queue", Policy{Users: only(school.Pupil), Colour: years(7)}, Hold, 0, ""},
		{"a year's colour at another year's queue", Policy{Users: years(8), Colour: years(7)}, Hold, 0, "queue-colour"},
		{"a class's colour at a year's queue", Policy{Users: years(7), Colour: class}, Hold, 0, ""},
		{"everybody's colour at a staff queue", Policy{Users: only(Staff)}, Hold, 0, ""},
	} {
		if got := codeOf(tc.policy.contradiction(tc.kind, tc.own, school.ByPassword)); got != tc.code {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.code)
		}
	}
}
