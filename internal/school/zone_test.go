package school

import "testing"

func TestAZoneIsReadOnce(t *testing.T) {
	t.Parallel()
	one, err := ZoneNamed("Europe/London")
	other, again := ZoneNamed("Europe/London")
	if err != nil || again != nil || one != other || one.String() != "Europe/London" {
		t.Errorf("%v and %v, %v, %v", one, other, err, again)
	}
	for range 2 {
		if _, err := ZoneNamed("Atlantis/Capital"); err == nil {
			t.Error("a zone that there is not")
		}
	}
}
