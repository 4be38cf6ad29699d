package fault_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"inkwell/internal/fault"
)

func TestARefusalTravelsUnchanged(t *testing.T) {
	unknown := fault.New(fault.Unauthenticated, "badge-unknown", "We can't sign you in.")
	err := fmt.Errorf("visit library: %w", unknown.Because(errors.New("no row")))

	got := fault.As(err)
	if got.Kind != fault.Unauthenticated || got.Code != "badge-unknown" || got.Say != "We can't sign you in." {
		t.Fatalf("As gave %+v", got)
	}
	if !errors.Is(err, unknown) {
		t.Error("a copy with a cause no longer matches its refusal")
	}
	if errors.Is(err, fault.New(fault.Unauthenticated, "code-wrong", "We can't sign you in.")) {
		t.Error("refusals with different codes match")
	}
}

func TestAnythingElseIsInternalAndSaysNothing(t *testing.T) {
	err := errors.New("dial unix /secret/path: connection refused")
	got := fault.As(err)
	if got.Kind != fault.Internal || strings.Contains(got.Say, "secret") {
		t.Fatalf("As gave %+v", got)
	}
	if !errors.Is(got, err) {
		t.Error("the cause is lost to the log")
	}
	if fault.As(nil) != nil {
		t.Error("no error became a refusal")
	}
}

func TestASentenceIsKeptForTranslation(t *testing.T) {
	form, args := fault.New(fault.Unpaid, "not-enough", "Needs %d, you have %d.", 10, 5).Because(errors.New("why")).Sentence()
	if form != "Needs %d, you have %d." || len(args) != 2 || args[1] != 5 {
		t.Errorf("%q with %v", form, args)
	}
	if form, args = fault.New(fault.Conflict, "job-ended", "It has ended.").Sentence(); form != "It has ended." || args != nil {
		t.Errorf("%q with %v", form, args)
	}
}

func TestEveryKindHasAName(t *testing.T) {
	seen := map[string]bool{}
	for k := fault.Internal; k <= fault.Unavailable; k++ {
		if name := k.String(); name == "" || seen[name] {
			t.Errorf("kind %d is called %q", k, name)
		} else {
			seen[name] = true
		}
	}
	if fault.Kind(99).String() != "internal" {
		t.Error("an unknown kind must count as internal")
	}
}
