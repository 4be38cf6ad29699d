package console

import (
	"net/http"
	"strings"
	"testing"

	"inkwell/quota/conduct"
)

// TestFairnessHidesSmallNumbers and names nobody.
func TestFairnessHidesSmallNumbers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.raise(h.Mia, h.Teacher, "excess", "person", "seen")
	h.enter("it")
	page := h.get(fairnessPath)
	h.says(page, http.StatusOK, "Year 7", "Year 11", "hidden", "Five automatic withdrawals or fewer", "exemptions in force")
	if strings.Contains(page.body, "Mia") || strings.Contains(page.body, "Okafor") {
		t.Error("the report names a pupil")
	}
}

func TestSharesInWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		share conduct.Share
		of    int
		want  shareWords
	}{
		{conduct.Share{Hidden: true}, 100, shareWords{}},
		{conduct.Share{High: 37}, 100, shareWords{"0", "0 %", "to 3.7 %"}},
		{conduct.Share{People: 12, Low: 35, High: 100}, 200, shareWords{"12", "6 %", "3.5 % to 10 %"}},
	} {
		if got := wordsOf(c.share, c.of); got != c.want {
			t.Errorf("%+v is %+v, want %+v", c.share, got, c.want)
		}
	}
}
