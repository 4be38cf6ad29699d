package release

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// QueueInWords is all that a queue asks and does: what of it, and how it is.
func QueueInWords(ctx context.Context, tx *db.Tx, q Queue) ([][2]string, error) {
	classes, err := school.ClassNames(ctx, tx, append(slices.Clone(q.Policy.Users.Classes), q.Policy.Colour.Classes...))
	if err != nil {
		return nil, err
	}
	printers, err := PrinterNames(ctx, tx, q.School)
	if err != nil {
		return nil, err
	}
	return [][2]string{
		{"jobs", jobsInWords(q, printers)},
		{"used by", circleInWords(q.Policy.Users, classes)},
		{"proof", proofInWords(q)},
		{"colour", colourInWords(q.Policy.Colour, classes)},
		{"defaults", defaultsInWords(q.Policy)},
		{"come out of", outletsInWords(q, printers)},
		{"names", namesInWords(q.Policy)},
		{"programs", programsInWords(q.Policy)},
		{"blocked", blockedInWords(q)},
	}, nil
}

func jobsInWords(q Queue, printers map[PrinterID]string) string {
	does := "wait for their owner at a kiosk"
	if q.Kind == Direct {
		does = "print at once at " + printers[q.Printer]
	}
	switch {
	case q.Closed:
		return "are refused by IT"
	case q.Paused:
		return "are taken and kept: paused by IT"
	}
	return does
}

// roleWords are roles in the plural, where that is not the role itself.
var roleWords = map[school.Role]string{
	school.Pupil: "pupils", school.Guest: "guests", school.Teacher: "teachers", school.Assistant: "assistants", school.IT: "IT", school.Auditor: "auditors",
}

func circleInWords(c Circle, classes map[school.ClassID]string) string {
	if !c.Closed {
		return "everybody"
	}
	var all []string
	for _, r := range c.Roles {
		word, ok := roleWords[r]
		if !ok {
			word = string(r)
		}
		all = append(all, word)
	}
	for _, y := range c.Years {
		all = append(all, fmt.Sprintf("Year %d", y))
	}
	for _, k := range c.Classes {
		all = append(all, "class "+classes[k])
	}
	if len(all) == 0 {
		return "nobody"
	}
	return strings.Join(all, ", ")
}

func colourInWords(c Circle, classes map[school.ClassID]string) string {
	who := circleInWords(c, classes)
	if c.Closed {
		who += "; what others send comes out black and white"
	}
	return who
}

func proofInWords(q Queue) string {
	words := map[school.Proof]string{
		school.ByPassword: "password", school.ByLoopback: "any name from this machine", school.ByAddress: "personal address",
		school.ByServer: "trusted print server", school.ByVouch: "shared devices, as claims",
	}
	var all []string
	for _, p := range []school.Proof{q.Proof, school.ByAddress, school.ByServer, school.ByVouch} {
		if q.Policy.Takes(p) {
			all = append(all, words[p])
		}
	}
	return strings.Join(all, "; ")
}

func defaultsInWords(p Policy) string {
	sides, colour := "two-sided where the printer can", map[string]string{"": "black and white", "color": "colour", "auto": "colour where the document has some"}
	if p.OneSided {
		sides = "one-sided"
	}
	return sides + ", " + colour[p.ColorMode]
}

func outletsInWords(q Queue, printers map[PrinterID]string) string {
	if len(q.Policy.Printers) == 0 {
		return "any printer"
	}
	var all []string
	for _, p := range q.Policy.Printers {
		all = append(all, printers[p])
	}
	return strings.Join(all, ", ")
}

func namesInWords(p Policy) string {
	if p.Believes {
		return "those that everybody uses are believed like any other"
	}
	return "those that everybody uses, such as guest, are refused unless proven"
}

func programsInWords(p Policy) string {
	if p.Programs == 0 {
		return "PostScript and PCL are refused"
	}
	return fmt.Sprintf("PostScript and PCL of staff through print servers, %d pages at most", p.Programs)
}

func blockedInWords(q Queue) string {
	if q.Refuses {
		return "refuses what may not be printed"
	}
	return "holds what may not be printed"
}
