package raw

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"inkwell/release"
)

// uel is the Universal Exit Language command: it ends whatever a printer is in, and begins
// PJL (PJL Technical Reference, chapter 3).
const uel = "\x1b%-12345X"

// head is what goes before the document. Each value is a number, a word of ours or the
// token: nothing that somebody has typed.
func head(e release.Errand, can release.Capabilities) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, "@PJL "+format+"\r\n", args...) }
	set := func(name, value string) { line("SET %s=%s", name, value) }
	b.WriteString(uel)
	line("USTATUSOFF")
	for _, what := range []string{"DEVICE=ON", "JOB=ON", "PAGE=ON", "TIMED=5"} {
		line("USTATUS %s", what)
	}
	line(`JOB NAME="%s"`, e.Token)
	if e.Copies > 1 {
		set(map[bool]string{false: "QTY", true: "COPIES"}[e.Ticket.Uncollated], strconv.Itoa(e.Copies))
	}
	if can.Duplex() {
		switch sides := cmp.Or(e.Ticket.Sides, "two-sided-long-edge"); sides {
		case "two-sided-long-edge":
			set("DUPLEX", "ON")
			set("BINDING", "LONGEDGE")
		case "two-sided-short-edge":
			set("DUPLEX", "ON")
			set("BINDING", "SHORTEDGE")
		default:
			set("DUPLEX", "OFF")
		}
	}
	if can.Color() {
		mode := "GRAYSCALE"
		if m := e.Ticket.ColorMode; m == "color" || m == "auto" {
			mode = "COLOR"
		}
		set("RENDERMODE", mode)
	}
	for _, s := range sheets {
		if s.media == cmp.Or(e.Ticket.Media, release.A4) {
			set("PAPER", s.pjl)
		}
	}
	line("INFO STATUS")
	line("ENTER LANGUAGE=PDF")
	return b.String()
}

// tail is what goes after it.
func tail(token string) string {
	return uel + `@PJL EOJ NAME="` + token + "\"\r\n" + uel
}

// message is one that a printer sent: "@PJL USTATUS JOB", and lines of words or NAME=value.
type message struct {
	kind   string
	words  []string
	values map[string]string
}

// read takes a message apart, whatever it may be.
func read(raw []byte) message {
	m := message{values: map[string]string{}}
	for i, l := range bytes.Split(bytes.ReplaceAll(raw, []byte("\r"), nil), []byte("\n")) {
		text := strings.TrimSpace(string(l))
		name, value, found := strings.Cut(text, "=")
		switch {
		case strings.HasPrefix(text, "@PJL "):
			m.kind = strings.Join(strings.Fields(text[len("@PJL "):]), " ")
		case i > 64 || text == "":
		case found:
			m.values[strings.TrimSpace(name)] = strings.Trim(strings.TrimSpace(value), `"`)
		default:
			m.words = append(m.words, text)
		}
	}
	return m
}

// has says whether a line of the message is that word.
func (m message) has(word string) bool { return slices.Contains(m.words, word) }

// mostPages is more than any job has.
const mostPages = 1 << 20

// count is a number of pages; -1 for anything else.
func count(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > mostPages {
		return -1
	}
	return n
}

// reasons are printer-state-reasons for the codes that a printer has for how it is (PJL
// Technical Reference, appendix D). From 40000 on it waits for a person.
func reasons(code int) []string {
	switch {
	case code >= 41000 && code < 42000:
		return []string{"media-empty-error"}
	case code >= 42000 && code < 43000, code >= 44000 && code < 45000:
		return []string{"media-jam-error"}
	case code == 40021:
		return []string{"cover-open-error"}
	case code == 40010:
		return []string{"marker-supply-empty-error"}
	case code == 40019:
		return []string{"output-area-full-error"}
	case code == 40079:
		return []string{"paused"}
	case code >= 40000:
		return []string{"other-error"}
	case code == 10006:
		return []string{"toner-low-warning"}
	}
	return nil
}
