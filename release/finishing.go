package release

// Finishing is a kind of what is done to printed sheets.
type Finishing int

// The kinds of finishing; the zero Finishing is any other, or none.
const (
	Staple Finishing = iota + 1
	Punch
	Fold
	Bind
	Booklet
	Trim
)

// FinishingOf is the kind of a finishings enum, which names it in general or at one of
// its places (RFC 8011 section 5.2.6, PWG 5100.1 section 5.2).
func FinishingOf(enum int) Finishing {
	within := func(first, last int) bool { return enum >= first && enum <= last }
	switch {
	case enum == 4 || within(20, 35):
		return Staple
	case enum == 5 || within(70, 89):
		return Punch
	case enum == 10 || within(90, 101):
		return Fold
	case enum == 7 || within(50, 53):
		return Bind
	case enum == 8 || enum == 9 || enum == 13:
		return Booklet
	case enum == 11 || within(60, 63):
		return Trim
	}
	return 0
}

// finishings are the kinds in a pupil's words, behind "This printer cannot".
var finishings = map[Finishing]string{
	Staple: "staple", Punch: "punch holes", Fold: "fold", Bind: "bind", Booklet: "make booklets", Trim: "trim",
	0: "finish it the way that was asked for",
}
