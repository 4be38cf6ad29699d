package main

import (
	"context"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"time"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

//go:embed slips.html
var slipsPage string

var slips = template.Must(template.New("slips").Funcs(template.FuncMap{"grouped": school.Grouped}).Parse(slipsPage))

// issuing is what code issue was asked for.
type issuing struct {
	class, person string
	year          int
}

func codeIssueCommand() *cobra.Command {
	i := issuing{}
	var cmd *cobra.Command
	cmd = schoolCommand("issue", "Give people new codes, and print their slips once", cobra.NoArgs, func(ctx context.Context, h *host, s school.School, _ []string) error {
		people, err := h.directory()
		if err != nil {
			return err
		}
		var who []school.Person
		err = h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
			who, err = i.people(ctx, tx, s.ID)
			return err
		})
		if err != nil {
			return err
		}
		told := func(done int) {
			if done%25 == 0 || done == len(who) {
				_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "\r%d of %d codes", done, len(who)) // only a courtesy
			}
		}
		issued, err := people.IssueCodes(ctx, "", s.ID, who, told)
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintln(cmd.ErrOrStderr())
		return writeSlips(h.out, s, issued)
	})
	cmd.Long = `Draws a new random code for each person and writes a page of slips to print and cut
up. The codes are shown only now: nobody can read them again, and those from before
do not work any more. Codes have six digits and go with the user name; where the
school allows codes alone they are as long as that needs.`
	cmd.Example = `  inkwell code issue --class 7A > 7A.html
  inkwell code issue --year 7 > year7.html
  inkwell code issue --person 23sbell > slip.html`
	cmd.Flags().StringVar(&i.class, "class", "", "the pupils of this class")
	cmd.Flags().IntVar(&i.year, "year", 0, "the pupils of this year group")
	cmd.Flags().StringVar(&i.person, "person", "", "one person, by user name")
	cmd.MarkFlagsOneRequired("class", "year", "person")
	cmd.MarkFlagsMutuallyExclusive("class", "year", "person")
	return cmd
}

func (i issuing) people(ctx context.Context, tx *db.Tx, id school.ID) ([]school.Person, error) {
	if i.person == "" {
		return school.ForSlips(ctx, tx, id, i.class, i.year)
	}
	p, err := school.PersonByUsername(ctx, tx, id, i.person)
	return []school.Person{p}, err
}

func writeSlips(out io.Writer, s school.School, issued []school.Slip) error {
	err := slips.Execute(out, struct {
		School, Made string
		Slips        []school.Slip
	}{s.Name, time.Now().In(s.Zone).Format("2 January 2006, 15:04"), issued})
	if err != nil {
		return fmt.Errorf("write slips: %w", err)
	}
	return nil
}

func codeResumeCommand() *cobra.Command {
	cmd := schoolCommand("resume", "Have keypads work again after too many wrong codes", cobra.NoArgs, func(ctx context.Context, h *host, s school.School, _ []string) error {
		people, err := h.directory()
		if err != nil {
			return err
		}
		err = h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error { return people.ResumeCodes(ctx, tx, "", s.ID) })
		if err == nil {
			_, err = fmt.Fprintln(h.out, "codes work again at all keypads")
		}
		return err
	})
	cmd.Long = `After 150 wrong codes within a day all keypads of a school rest; badges still work.
inkwell check says so. Find out at which kiosk somebody is guessing before you go
on: guesses of the day start anew.`
	cmd.Example = "  inkwell code resume"
	return cmd
}

func codeAloneCommand() *cobra.Command {
	cmd := switchCommand("alone on|off", "Say whether a long code works without a name", func(p *school.Proofs, on bool) { p.CodeAlone = on })
	cmd.Long = `A code alone has to be so long that a day's guesses hit nobody's: 10 digits for
1,500 people. Codes that are issued while it is on are; those from before go on with
their names.`
	cmd.Example = "  inkwell code alone on\n  inkwell code issue --year 7 > year7.html"
	return cmd
}

func codeStaffCommand() *cobra.Command {
	cmd := switchCommand("staff on|off", "Say whether staff give their code with their badge", func(p *school.Proofs, on bool) { p.StaffCode = on })
	cmd.Long = `It is on from the start and concerns staff who have a code: whoever has none signs
in with the badge alone.`
	cmd.Example = "  inkwell code issue --person jdoe > slip.html\n  inkwell code staff off"
	return cmd
}

func badgeEnrolCommand() *cobra.Command {
	cmd := switchCommand("enrol on|off", "Say whether a kiosk links unknown badges", func(p *school.Proofs, on bool) { p.Enrol = on })
	cmd.Long = `While it is on, an unknown badge at a kiosk asks whose it is: with their user name
and code the badge becomes theirs. One a day for each person, 20 a day at each
kiosk; a badge that is somebody's already, or was reported lost, is not.`
	cmd.Example = "  inkwell badge enrol on"
	return cmd
}

// switchCommand turns one of the things on or off that a school allows at its kiosks.
func switchCommand(use, short string, set func(*school.Proofs, bool)) *cobra.Command {
	return schoolCommand(use, short, cobra.ExactArgs(1), func(ctx context.Context, h *host, s school.School, args []string) error {
		if args[0] != "on" && args[0] != "off" {
			return fault.New(fault.Invalid, "on-or-off", "Say on or off.")
		}
		people, err := h.directory()
		if err != nil {
			return err
		}
		return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
			p, err := school.ProofsOf(ctx, tx, s.ID)
			if err != nil {
				return err
			}
			set(&p, args[0] == "on")
			return people.SetProofs(ctx, tx, "", s.ID, p)
		})
	})
}

// checkCodes is about guessing at keypads.
func checkCodes(ctx context.Context, c Config, d *db.DB, in school.ID) finding {
	const what = "codes"
	h := &host{config: c, db: d}
	people, err := h.directory()
	if err != nil {
		return finding{bad, what, asPerson(err), ""}
	}
	all, err := people.Schools(ctx)
	if err != nil {
		return finding{bad, what, asPerson(err), ""}
	}
	f := finding{good, what, "nobody is guessing", ""}
	for _, s := range all {
		if in != 0 && s.ID != in {
			continue
		}
		var n int
		var rest bool
		err := d.Look(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
			n, rest, err = people.WrongCodes(ctx, tx, s.ID)
			return err
		})
		switch {
		case err != nil:
			return finding{bad, what, asPerson(err), ""}
		case rest:
			return finding{bad, what, fmt.Sprintf("%d wrong codes within a day at %s: its keypads rest, badges still work", n, s.Name), "find out who guesses where, then: inkwell code resume"}
		case n >= 50:
			f = finding{look, what, fmt.Sprintf("%d wrong codes within a day at %s", n, s.Name), "somebody may be guessing; at 150 the keypads rest"}
		}
	}
	return f
}
