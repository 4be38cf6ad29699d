package release

import "testing"

func TestNearness(t *testing.T) {
	t.Parallel()
	here := Place{"Main", "1", "Library"}
	last := -1
	for _, c := range []struct {
		at  Place
		say string
	}{
		{here, "in this room"},
		{Place{"main", "1", "Hall"}, "on this floor"},
		{Place{"Main", "G", "Entrance"}, "one floor down"},
		{Place{"Main", "3", ""}, "two floors up"},
		{Place{"Main", "9", ""}, "8 floors up"},
		{Place{"Main", "Attic", ""}, "on floor Attic"},
		{Place{"Arts", "1", "Library"}, "in Arts"},
	} {
		if say := c.at.from(here); say != c.say {
			t.Errorf("%v is %q, want %q", c.at, say, c.say)
		}
		if far := here.apart(c.at); far <= last || far != c.at.apart(here) {
			t.Errorf("%v is %d away, and %d back, after %d", c.at, far, c.at.apart(here), last)
		} else {
			last = far
		}
	}
	if say := here.from(Place{}); say != "" {
		t.Errorf("from nowhere it is %q", say)
	}
	if say := (Place{Building: "Main"}).from(here); say != "in this building" {
		t.Errorf("somewhere in it is %q", say)
	}
}
