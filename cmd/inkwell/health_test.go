package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"inkwell/internal/roster"
	"inkwell/internal/school"
)

// TestASchoolsHealthWaitsForItselfAlone: while somebody looks at one school and something there takes its
// time, another is looked at, and whoever asks for the first has what was found, looked for once.
func TestASchoolsHealthWaitsForItselfAlone(t *testing.T) {
	t.Parallel()
	var e examined
	looking, done := make(chan struct{}), make(chan struct{})
	looks := 0
	slow := func(context.Context) []finding {
		looks++
		close(looking)
		<-done
		return []finding{{good, "slow", "found", ""}}
	}
	answers := make(chan []finding, 2)
	ask := func() {
		all, _ := e.of(1).lately(t.Context(), slow)
		answers <- all
	}
	go ask()
	<-looking
	go ask()
	quick, at := e.of(2).lately(t.Context(), func(context.Context) []finding { return []finding{{good, "quick", "found", ""}} })
	if len(quick) != 1 || quick[0].what != "quick" || at.IsZero() {
		t.Errorf("meanwhile at another school: %v", quick)
	}
	close(done)
	for range 2 {
		if all := <-answers; len(all) != 1 || all[0].what != "slow" {
			t.Errorf("it found %v", all)
		}
	}
	if looks != 1 {
		t.Errorf("it was looked for %d times", looks)
	}
	e.of(1).at = time.Now().Add(-healthFresh)
	if all, _ := e.of(1).lately(t.Context(), func(context.Context) []finding { return nil }); all != nil {
		t.Errorf("what is not fresh any more is %v", all)
	}
}

// TestHealthOfATrustTellsASchoolItsOwn: not how many rows of another's roster are bad, where another's
// people are in the directory, or where the trust keeps its documents.
func TestHealthOfATrustTellsASchoolItsOwn(t *testing.T) {
	t.Parallel()
	o := roster.Overview{Schools: 1, Runs: []roster.Run{{At: time.Now(), Outcome: roster.Refused, BadRows: 4711}}}
	if f := howRosters(o, 1); !strings.Contains(f.say, "4711 rows") {
		t.Errorf("the only school: %+v", f)
	}
	o.Schools = 2
	if f := howRosters(o, 1); f.level != look || strings.Contains(fmt.Sprint(f), "4711") || !strings.Contains(f.say, "refused") {
		t.Errorf("one of a trust's: %+v", f)
	}
	if f := howRosters(o, 0); !strings.Contains(f.say, "4711 rows") {
		t.Errorf("the trust: %+v", f)
	}
	hill := school.School{ID: 1, Name: "Hill Road School"}
	l := LDAPConfig{URLs: []string{"ldaps://dc"}, Bases: []ldapBase{{"Harbour School", "OU=Harbour"}}}
	if own := l.of(hill, 2); own.Bases != nil || own.URLs != nil {
		t.Errorf("the directory of a school that is not in it: %+v", own)
	}
	l.Bases = append(l.Bases, ldapBase{"Hill Road School", "OU=Hill"})
	if own := l.of(hill, 2); len(own.Bases) != 1 || own.Bases[0].DN != "OU=Hill" {
		t.Errorf("a school's own part of the directory: %+v", own)
	}
	server := []finding{{good, "spool", "the bucket docs at s3.trust is writable", ""}, {bad, "web door", "nothing answers at 10.1.1.1", "see 10.1.1.1"}}
	if seen := fmt.Sprint(inGeneral(server)); strings.Contains(seen, "s3.trust") || strings.Contains(seen, "10.1.1.1") || inGeneral(server)[1].level != bad {
		t.Errorf("the server: %v", seen)
	}
	if server[0].say != "the bucket docs at s3.trust is writable" {
		t.Error("what is kept was changed")
	}
}
