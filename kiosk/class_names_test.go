package kiosk

import (
	"encoding/json"
	"strings"
	"testing"
)

// Whoever stands in the queue reads first names alone: no face of a class that collects, nor what
// is sent to it, has a child's family name. Two who are called the same get its first letter.
func TestAClassScreenHasNoFamilyNames(t *testing.T) {
	t.Parallel()
	c, d := classScene(t)
	names, families := map[string]bool{}, map[string]bool{}
	for _, p := range d.class.Pupils {
		families[strings.TrimSpace(strings.TrimPrefix(p.Name, p.Given))] = true
	}
	if len(families) != 26 {
		t.Fatalf("%d family names to look for", len(families))
	}
	discreet := func(face string) View {
		t.Helper()
		v := c.face(face)
		sent, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		for family := range families {
			if strings.Contains(string(sent), family) {
				t.Errorf("the face %s is sent %q", face, family)
			}
		}
		return v
	}
	list := discreet(FaceClass)
	for _, p := range list.Class.Pupils {
		names[p.Name] = true
	}
	if len(names) != 30 || !names["Ava A."] || !names["Ava D."] || !names["Theo"] || names["Ava"] {
		t.Errorf("they are told apart by %v", names)
	}
	for _, p := range list.Class.Pupils[:2] { // one who prints, and one who cannot
		c.does(Pupil{p.ID})
		discreet(FacePupil)
		c.collected(d)
		discreet(FaceClass)
	}
	c.does(Whole{})
	discreet(FaceWhole)
	c.collected(d)
	if v := discreet(FaceClass); v.Class.Done == "" || v.Class.Failed == "" {
		t.Errorf("nothing was said: %+v", v.Class)
	}
}
