package release

import (
	"slices"
	"strings"

	"inkwell/internal/fault"
)

// troubles are the printer-state-reasons that stop printing, in the order in
// which they are told, and what a person beside the printer reads. Low toner is
// not among them on purpose: the page still comes out.
var troubles = []struct{ keyword, words string }{
	{"media-jam", "The paper is stuck. It's not your fault, and your work is safe."},
	{"media-empty", "The printer is out of paper. Your work is safe."},
	{"media-needed", "The printer needs paper. Your work is safe."},
	{"toner-empty", "The printer is out of toner. Your work is safe."},
	{"marker-supply-empty", "The printer is out of ink. Your work is safe."},
	{"cover-open", "A cover of the printer is open. Your work is safe."},
	{"door-open", "A door of the printer is open. Your work is safe."},
	{"interlock-open", "A door of the printer is open. Your work is safe."},
	{"output-area-full", "The printer's tray is full. Take the paper out."},
	{"paused", "The printer is paused. Your work is safe."},
}

// blocking are the errors with which nothing comes out of any tray. There are printers that say
// "processing", or even "idle", and one of these. An empty tray is not among them: another may be full.
var blocking = []string{"media-jam-error", "cover-open-error", "door-open-error", "interlock-open-error"}

// stands says that nothing will come out of the printer as it is.
func (st Status) stands() bool {
	return st.State == PrinterStopped || !st.Accepting ||
		slices.ContainsFunc(st.Reasons, func(r string) bool { return slices.Contains(blocking, r) })
}

// Trouble is why the printer does not print now, in plain words, or "".
func (p PrinterRecord) Trouble() string {
	if !p.Paused.IsZero() {
		return "The printer is paused. Your work is safe."
	}
	switch p.State {
	case PrinterUnreachable:
		if p.barred() != "" {
			return "IT must look at this printer before it prints again. Your work is safe."
		}
		return "We can't reach the printer just now. Your work is safe."
	case PrinterStopped:
		return troubleOf(p.Reasons)
	}
	return ""
}

// troubleOf puts printer-state-reasons into words; they may carry a severity suffix
// (RFC 8011 section 5.4.12).
func troubleOf(reasons []string) string {
	for _, t := range troubles {
		for _, r := range reasons {
			if strings.HasPrefix(r, t.keyword) {
				return t.words
			}
		}
	}
	return "The printer has stopped. Your work is safe."
}

// bars are the refusals of our own that keep us from a printer, as those read them who look
// after it. They stand among the reasons of a printer that cannot be reached.
var bars = map[string]string{
	"printer-certificate-changed": "Its certificate has changed, so nothing is sent to it",
	"printer-address-forbidden":   "Its address is one where no printer may be",
	"printer-address-local":       "Its address is this server's own, which is not allowed",
	"printer-login-unreadable":    "Its password cannot be read: set it again",
}

// barred is what keeps us from the printer, or "".
func (p PrinterRecord) barred() string {
	if p.State != PrinterUnreachable || len(p.Reasons) != 1 {
		return ""
	}
	return bars[p.Reasons[0]]
}

// refusal is the reason of a printer that an error of ours keeps us from, if it is one.
func refusal(err error) []string {
	if code := fault.As(err).Code; bars[code] != "" {
		return []string{code}
	}
	return nil
}
