package console

import (
	"net/http"
	"strings"
	"testing"
)

// TestHealth: what is not well comes first, each with what to do next.
func TestHealth(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	h.findings = []Finding{{Well, "clock", "this machine and the database agree", ""}}
	h.says(h.get(healthPath), http.StatusOK, "Everything is well", "Clock", "10:24:00")
	h.findings = append(h.findings, Finding{Look, "backup", "none was told of", "end the script with inkwell backup note"}, Finding{Ill, "spool", "<b>full</b>", "make room"})
	page := h.get(healthPath)
	h.says(page, http.StatusOK, "Something needs attention now", "What to do:</strong> Make room.", "End the script with inkwell backup note.", "&lt;b&gt;full")
	if bad, look, well := strings.Index(page.body, "Spool"), strings.Index(page.body, "Backup"), strings.Index(page.body, "Clock"); bad < 0 || bad > look || look > well {
		t.Errorf("in the order %d %d %d", bad, look, well)
	}
}
