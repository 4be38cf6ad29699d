package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/release"
)

func queueListCommand() *cobra.Command {
	cmd := hostCommand("list", "List the addresses that computers print to, and what each asks", cobra.NoArgs,
		func(ctx context.Context, h *host, _ []string) error {
			all, err := h.desk.Queues(ctx)
			if err != nil {
				return err
			}
			return h.db.InTx(ctx, db.System("queues"), func(ctx context.Context, tx *db.Tx) error {
				for _, q := range all {
					say, err := queueInWords(ctx, tx, q)
					if err != nil {
						return err
					}
					_, _ = fmt.Fprint(h.out, say) // like every print of a command's
				}
				return nil
			})
		})
	cmd.Long = `For each it says who may use it, how they prove who they are, what holds where a job does
not say, and where its jobs come out.`
	cmd.Example = "  inkwell queue list"
	return cmd
}

// queueInWords is all that a queue asks and does, a line for each part.
func queueInWords(ctx context.Context, tx *db.Tx, q release.Queue) (string, error) {
	classes, err := school.ClassNames(ctx, tx, append(slices.Clone(q.Policy.Users.Classes), q.Policy.Colour.Classes...))
	if err != nil {
		return "", err
	}
	printers, err := release.PrinterNames(ctx, tx, q.School)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n", q.Path, q.Name)
	for _, line := range [][2]string{
		{"jobs", jobsInWords(q, printers)},
		{"used by", circleInWords(q.Policy.Users, classes)},
		{"proof", proofInWords(q)},
		{"colour", colourInWords(q.Policy.Colour, classes)},
		{"defaults", defaultsInWords(q.Policy)},
		{"come out of", printersInWords(q, printers)},
		{"names", namesInWords(q.Policy)},
		{"programs", programsInWords(q.Policy)},
		{"blocked", blockedInWords(q)},
	} {
		fmt.Fprintf(&b, "  %-12s %s\n", line[0], line[1])
	}
	return b.String(), nil
}

func jobsInWords(q release.Queue, printers map[release.PrinterID]string) string {
	does := "wait for their owner at a kiosk"
	if q.Kind == release.Direct {
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

func circleInWords(c release.Circle, classes map[school.ClassID]string) string {
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

func colourInWords(c release.Circle, classes map[school.ClassID]string) string {
	who := circleInWords(c, classes)
	if c.Closed {
		who += "; what others send comes out black and white"
	}
	return who
}

func proofInWords(q release.Queue) string {
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

func defaultsInWords(p release.Policy) string {
	sides, colour := "two-sided where the printer can", map[string]string{"": "black and white", "color": "colour", "auto": "colour where the document has some"}
	if p.OneSided {
		sides = "one-sided"
	}
	return sides + ", " + colour[p.ColorMode]
}

func printersInWords(q release.Queue, printers map[release.PrinterID]string) string {
	if len(q.Policy.Printers) == 0 {
		return "any printer"
	}
	var all []string
	for _, p := range q.Policy.Printers {
		all = append(all, printers[p])
	}
	return strings.Join(all, ", ")
}

func namesInWords(p release.Policy) string {
	if p.Believes {
		return "those that everybody uses are believed like any other"
	}
	return "those that everybody uses, such as guest, are refused unless proven"
}

func programsInWords(p release.Policy) string {
	if p.Programs == 0 {
		return "PostScript and PCL are refused"
	}
	return fmt.Sprintf("PostScript and PCL of staff through print servers, %d pages at most", p.Programs)
}

func blockedInWords(q release.Queue) string {
	if q.Refuses {
		return "refuses what may not be printed"
	}
	return "holds what may not be printed"
}
