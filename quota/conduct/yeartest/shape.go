package yeartest

import "math/rand/v2"

// Shape is what makes one school unlike another. Every number is drawn anew for each
// seed, over a range about the figure that schools report: rules that hold only for
// one set of them are worth nothing.
type Shape struct {
	Pupils    int
	Classes   int // in each year group
	Stations  int
	Buildings int
	Walk      float64 // minutes between buildings

	Busy     float64 // a factor on how much everybody prints
	Never    float64 // the share of pupils who never print
	Spread   float64 // how unlike pupils are: sigma of the logarithm of what they print
	Most     float64 // jobs a week of the busiest: allowances end
	Tail     float64 // a factor on the share of long jobs
	Peak     float64 // a factor in the weeks of mocks and coursework
	Summer   float64 // a factor in July
	Snow     int     // days lost
	Colour   float64 // share of jobs with colour
	Bells    float64 // lessons a day whose class prints one sheet at the bell
	Handouts float64 // a school day: sheets that a whole year group is sent, and some print themselves
	Jam      float64 // share of releases that the printer breaks off
	Lost     float64 // share of releases whose printer is lost from sight
	Expiry   float64 // share of jobs that nobody collects
	Twice    float64 // share of jobs that are sent again by impatience
	Forgot   float64 // codes typed a day, for want of a badge
	Wrong    float64 // share of those that go wrong at first
	Night    float64 // share of jobs sent in the evening
	Essays   float64 // coursework marathons a pupil of Y10-13 has a year
	Clubs    int     // pupils who print for a club
	Allow    float64 // a factor on a term's allowance of pages
	Special  float64 // share of pupils with an exemption, such as large print
}

// draw makes a school's shape.
func draw(r *rand.Rand, pupils int) Shape {
	between := func(low, high float64) float64 { return low + (high-low)*r.Float64() }
	return Shape{
		Pupils: pupils, Classes: 6 + r.IntN(4), Stations: 6 + r.IntN(9), Buildings: 1 + r.IntN(5), Walk: between(1, 9),
		Busy: between(0.6, 1.7), Never: between(0.3, 0.55), Spread: between(0.6, 1.1), Most: between(7, 15), Tail: between(0.5, 2),
		Peak: between(1.8, 4), Summer: between(0.2, 0.7), Snow: r.IntN(4), Colour: between(0.08, 0.25),
		Bells: between(0.2, 4), Handouts: between(0.02, 0.2), Jam: between(0.004, 0.04), Lost: between(0.001, 0.01), Expiry: between(0.05, 0.14),
		Twice: between(0.02, 0.09), Forgot: between(10, 45), Wrong: between(0.08, 0.3), Night: between(0.05, 0.35),
		Essays: between(0.3, 1.5), Clubs: 6 + r.IntN(20), Allow: between(0.7, 2.5), Special: between(0.01, 0.03),
	}
}
