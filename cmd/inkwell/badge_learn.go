package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/reader"
)

// learning is what badge learn was asked to do.
type learning struct {
	taps        int
	beside, set bool
	besideForm  string
	station     string
	school      school.School
	in          io.Reader
	ask         io.Writer
}

func badgeLearnCommand() *cobra.Command {
	l := &learning{}
	var cmd *cobra.Command
	cmd = schoolCommand("learn", "Find out how a reader writes numbers, from three badges", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			l.school, l.in, l.ask = s, cmd.InOrStdin(), cmd.ErrOrStderr()
			return l.run(ctx, h)
		})
	cmd.Long = `Reads what the reader types for three different badges, one a line, and tries every
form on them. Without --beside they are badges that the school knows already, such
as from inkwell badge import, and nobody needs to say whose. With --beside the same
three are then held, in the same order, to another reader, whose form --beside-form
names; the two readers then mean the same card.

To get at what a kiosk's reader types, open any text field on that machine and hold
the badges to it.`
	cmd.Example = `  inkwell badge learn
  inkwell badge learn --set --station gym < three-taps.txt
  inkwell badge learn --beside --beside-form hex`
	cmd.Flags().IntVar(&l.taps, "taps", 3, "how many badges are held to it")
	cmd.Flags().BoolVar(&l.beside, "beside", false, "compare with another reader instead of with the badges of the school")
	cmd.Flags().StringVar(&l.besideForm, "beside-form", string(reader.Automatic), "how that other reader writes numbers")
	cmd.Flags().BoolVar(&l.set, "set", false, "go by what was found")
	ofStation(cmd, &l.station)
	return cmd
}

func (l *learning) run(ctx context.Context, h *host) error {
	if l.taps < 1 || l.taps > 20 {
		return fault.New(fault.Invalid, "taps-number", "Between 1 and 20 badges can be held to it.")
	}
	n := l.taps
	if l.beside {
		n *= 2
	}
	taps, err := readTaps(l.in, l.ask, n)
	if err != nil {
		return err
	}
	guesses, err := l.guess(ctx, h, taps[:l.taps], taps[l.taps:])
	if err != nil {
		return err
	}
	if len(guesses) == 0 {
		return fault.New(fault.NotFound, "reader-strange", "No form fits all of these badges. Are they known to the school, and held to one reader in order?")
	}
	for _, g := range guesses {
		_, _ = fmt.Fprintf(h.out, "%s: by chance in one of %s\n", g.Profile, odds(g.Bits))
	}
	switch best := guesses[0]; {
	case len(guesses) > 1:
		return fault.New(fault.Conflict, "reader-unsure", "More than one form fits. Hold other badges to it: some numbers read the same either way.")
	case best.Bits < reader.Sure:
		return fault.New(fault.Conflict, "reader-unsure", "That is too little to be sure. Hold different badges to it, or more: --taps 5.")
	case l.set:
		return h.setReader(ctx, l.school, l.station, best.Profile.String())
	default:
		_, err := fmt.Fprintf(h.out, "sure; go by it with: inkwell badge profile set %s\n", best.Profile)
		return err
	}
}

func (l *learning) guess(ctx context.Context, h *host, taps, beside []string) (guesses []reader.Guess, err error) {
	if l.beside {
		form, err := reader.Parse(l.besideForm)
		if err != nil {
			return nil, err
		}
		return learnBeside(form, taps, beside)
	}
	people, err := h.directory()
	if err != nil {
		return nil, err
	}
	err = h.db.InTx(ctx, db.System("reader"), func(ctx context.Context, tx *db.Tx) (err error) {
		guesses, err = people.LearnReader(ctx, tx, l.school.ID, taps)
		return err
	})
	return guesses, err
}

// learnBeside learns a reader from what another one typed for the same badges.
func learnBeside(form reader.Profile, taps, beside []string) ([]reader.Guess, error) {
	cards := make([]reader.Reading, len(beside))
	for i, tap := range beside {
		all, err := form.Read(tap)
		if err != nil {
			return nil, fault.New(fault.Invalid, "badge-unreadable", "Badge %d at the other reader is not %s.", i+1, form)
		}
		cards[i] = all[0]
	}
	return reader.Learn(taps, 1, func(tap int, r reader.Reading) bool {
		return r == cards[tap] || slices.Contains(cards[tap].Parts(), r)
	}), nil
}

// odds says two to the power of bits in words.
func odds(bits int) string {
	switch {
	case bits >= 40:
		return "a million million cases"
	case bits >= 30:
		return "a thousand million cases"
	case bits >= 20:
		return "a million cases"
	}
	return fmt.Sprintf("%d cases", 1<<bits)
}
