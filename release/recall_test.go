package release

import (
	"testing"
	"time"
)

func TestWhatIsRecalledIsAMomentOld(t *testing.T) {
	t.Parallel()
	var r recall[string, int]
	now := time.Date(2026, 11, 17, 9, 0, 0, 0, time.UTC)
	if _, known := r.find("a", now); known {
		t.Error("what was never kept is known")
	}
	r.keep("a", 7, now)
	if v, known := r.find("a", now.Add(recallFor-1)); v != 7 || !known {
		t.Errorf("a moment later it is %d, %t", v, known)
	}
	if _, known := r.find("a", now.Add(recallFor)); known {
		t.Error("it is known for longer than a moment")
	}
	if _, known := r.find("b", now); known {
		t.Error("another is known")
	}
	r.forget()
	if _, known := r.find("a", now); known {
		t.Error("what was forgotten is known")
	}
}
