package yeartest

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Pupil is one of the school.
type Pupil struct {
	Number  int // from 1
	Year    int // 7 to 13
	Class   string
	Family  string // shared by siblings, and by strangers
	Special bool   // exempt: prints far more, and may

	weekly float64 // jobs a week, on average
	colour float64 // share of jobs in colour
	leaves float64 // share of jobs never collected
	hasty  float64 // share of jobs sent again
	club   bool
	home   int // the station near the tutor room
}

// families are so few that many share one.
var families = []string{"Ahmed", "Ali", "Begum", "Brown", "Clarke", "Davies", "Evans", "Green", "Hall", "Hughes", "Hussain", "Johnson", "Jones", "Kaur", "Khan",
	"Lewis", "Miah", "Nowak", "Patel", "Roberts", "Robinson", "Shah", "Singh", "Smith", "Taylor", "Thomas", "Walker", "White", "Williams", "Wilson", "Wood", "Wright"}

// usual is how many jobs a pupil of a year group sends in a week, those who never print counted in.
func usual(year int) float64 {
	switch {
	case year <= 9:
		return 0.5
	case year <= 11:
		return 1.2
	}
	return 2.5
}

// allowance is how many pages a pupil may print in a term.
func (p *Pupil) allowance(s Shape) int {
	pages := 400
	switch {
	case p.Year <= 9:
		pages = 150
	case p.Year <= 11:
		pages = 250
	}
	if p.Special {
		pages *= 6
	}
	return int(float64(pages) * s.Allow)
}

func people(r *rand.Rand, s Shape) []Pupil {
	all := make([]Pupil, s.Pupils+1) // nobody is number 0
	for n := 1; n <= s.Pupils; n++ {
		year := 7 + (n-1)*7/s.Pupils
		p := Pupil{Number: n, Year: year, Class: fmt.Sprintf("%d%c", year, 'A'+rune(r.IntN(s.Classes))), Family: families[r.IntN(len(families))], home: 1 + r.IntN(s.Stations)}
		if r.Float64() >= s.Never {
			// The mean of a log-normal is exp(sigma²/2) times its median.
			p.weekly = min(s.Most, usual(year)/(1-s.Never)*s.Busy*math.Exp(s.Spread*r.NormFloat64()-s.Spread*s.Spread/2))
		}
		p.colour, p.leaves, p.hasty = s.Colour, s.Expiry, s.Twice
		switch x := r.Float64(); {
		case x < 0.08:
			p.colour = 0.6 // art
		case x < 0.12:
			p.leaves = min(0.5, 4*s.Expiry) // forgets everything
		case x < 0.16:
			p.hasty = min(0.4, 5*s.Twice)
		}
		if r.Float64() < s.Special {
			p.Special = true
			p.weekly = max(p.weekly, 1) * 2
		}
		all[n] = p
	}
	for range s.Clubs {
		all[1+r.IntN(s.Pupils)].club = true
	}
	return all
}
