package roster

import (
	"fmt"
	"slices"
	"strings"

	"inkwell/internal/school"
)

// What may vanish without a person having looked. A few leave every week; a list that
// was cut short loses many at once.
const (
	mostLeavers   = 5  // percent of the people whom the source keeps, of all and of each school
	mostClassLoss = 10 // percent of a class
	fewest        = 3  // people: fewer never stop an import
)

// tooMany says whether so many of all are more than the percentage.
func tooMany(gone, all, percent int) bool { return gone >= fewest && gone*100 > all*percent }

// stops are the reasons for which a person has to look before this is applied.
func (p *plan) stops() (why []string) {
	all, gone := map[school.ID]int{}, map[school.ID]int{}
	total, leaving := 0, 0
	for _, e := range p.state.people {
		if by, ok := p.places[e.ID]; ok && by.source == p.roster.Source && !e.Left {
			all[e.School]++
			total++
		}
	}
	for _, e := range p.leaves {
		if !p.moved[e.ID] {
			gone[e.School]++
			leaving++
		}
	}
	if tooMany(leaving, total, mostLeavers) && len(all) > 1 {
		why = append(why, fmt.Sprintf("%d of %d people would leave (more than %d %%)", leaving, total, mostLeavers))
	}
	for _, id := range sortedKeys(gone) {
		if tooMany(gone[id], all[id], mostLeavers) {
			why = append(why, fmt.Sprintf("%d of %d people would leave %s (more than %d %%)", gone[id], all[id], p.schools[id].Name, mostLeavers))
		}
	}
	return append(why, p.emptied()...)
}

// emptied are the classes that would lose too many members, at most ten by name.
func (p *plan) emptied() []string {
	const most = 10
	var names []string
	for i := range p.state.classes {
		c := &p.state.classes[i]
		if lost := p.lost[c.ID]; tooMany(lost, p.sizes[c.ID], mostClassLoss) {
			names = append(names, fmt.Sprintf("%s (%d of %d)", c.Name, lost, p.sizes[c.ID]))
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	shown := strings.Join(names[:min(len(names), most)], ", ")
	if len(names) > most {
		shown += fmt.Sprintf(" and %d more", len(names)-most)
	}
	return []string{fmt.Sprintf("%d classes would lose more than %d %% of their members: %s", len(names), mostClassLoss, shown)}
}
