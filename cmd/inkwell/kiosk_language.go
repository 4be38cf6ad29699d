package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	language "inkwell/internal/words"
)

// languageThere is a language that kiosks can be read in, or the refusal.
func languageThere(c *language.Catalogue, tag string) error {
	if c.Has(tag) {
		return nil
	}
	return fault.New(fault.NotFound, "language-unknown", "There is no language %s. There are: %s. To add one, see inkwell kiosk language export --help.", tag, strings.Join(c.Tags(), ", "))
}

func kioskLanguageCommand() *cobra.Command {
	return group("language", "The languages that kiosks are read in", languageListCommand(), languageOfferCommand(), languageExportCommand(), languageCheckCommand(), languageSignCommand())
}

func languageListCommand() *cobra.Command {
	cmd := schoolCommand("list", "The languages there are, which the school offers, and who has read them", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			c, err := language.Open(h.config.Languages)
			if err != nil {
				return err
			}
			var offered school.Languages
			var signed map[string]school.LanguageSignature
			err = h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
				if offered, err = school.LanguagesOf(ctx, tx, s.ID); err != nil {
					return err
				}
				signed, err = school.LanguageSignatures(ctx, tx, s.ID)
				return err
			})
			if err != nil {
				return err
			}
			for _, tag := range c.Tags() {
				if _, err := fmt.Fprintf(h.out, "%-6s %-16s %s\n", tag, c.Name(tag), languageState(c, tag, offered, signed[tag])); err != nil {
					return err
				}
			}
			return nil
		})
	cmd.Long = `Every language is said to be read by somebody who speaks it, or not yet. A change of any of its
texts makes it unread again. Sentences that a language lacks are said in English.`
	cmd.Example = `  inkwell kiosk language list`
	return cmd
}

// languageState is how a language stands with a school, in a line.
func languageState(c *language.Catalogue, tag string, offered school.Languages, signed school.LanguageSignature) string {
	state := "not offered"
	for i, o := range offered.Offered {
		if o == tag {
			state = map[bool]string{true: "offered first", false: "offered"}[i == 0]
		}
	}
	if tag == language.English {
		return state
	}
	if signed.Signs(c.Digest(tag)) {
		state += ", read by " + signed.By
	} else {
		state += ", not yet read by a speaker"
	}
	if missing := len(c.Missing(tag)); missing > 0 {
		state += fmt.Sprintf(", %d sentences in English", missing)
	}
	return state
}

func languageOfferCommand() *cobra.Command {
	var young bool
	cmd := schoolCommand("offer LANGUAGE...", "Choose which languages the school's kiosks offer, the usual one first", cobra.MinimumNArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			c, err := language.Open(h.config.Languages)
			if err != nil {
				return err
			}
			for _, tag := range args {
				if err := languageThere(c, tag); err != nil {
					return err
				}
			}
			err = h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				if err := school.SetLanguages(ctx, tx, s.ID, school.Languages{Offered: args, Young: young}); err != nil {
					return err
				}
				return record(ctx, tx, audit.Entry{School: s.ID, Act: "kiosk-languages", Facts: map[string]any{"offered": len(args), "young": young}, Note: strings.Join(args, " ")})
			})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(h.out, "Kiosks offer: %s\n", strings.Join(args, ", "))
			return err
		})
	cmd.Long = `The first language is the one that kiosks speak while nobody has chosen. With more than one, the
screen has a key for each; what somebody presses there is spoken in the next visit and ends with it.
What they press in their account is remembered for them, at every kiosk of the school.
Whoever is in Year 6 at most reads the words for young readers; with --young, so does
everybody who is not signed in: for primary schools.`
	cmd.Example = `  inkwell kiosk language offer cy en
  inkwell kiosk language offer en --young`
	cmd.Flags().BoolVar(&young, "young", false, "speak to young readers while nobody is signed in")
	return cmd
}

func languageExportCommand() *cobra.Command {
	cmd := hostCommand("export LANGUAGE", "Write every sentence of a language, to translate or to mend", cobra.ExactArgs(1),
		func(_ context.Context, h *host, args []string) error {
			c, err := language.Open(h.config.Languages)
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(h.out, c.Export(args[0]))
			return err
		})
	cmd.Long = `The file goes, as LANGUAGE.txt, into the folder that the setting languages names. What it says goes
before what is shipped; what it leaves out is said as it was, or in English. The first sentence,
English, is what the language calls itself. Check it, and start the server anew.`
	cmd.Example = `  inkwell kiosk language export pl > /etc/inkwell/languages/pl.txt
  inkwell kiosk language check /etc/inkwell/languages/pl.txt`
	return cmd
}

func languageCheckCommand() *cobra.Command {
	cmd := hostCommand("check FILE", "Check a language's file, and list what it does not say yet", cobra.ExactArgs(1),
		func(_ context.Context, h *host, args []string) error {
			l, err := language.ReadFile(args[0])
			if err != nil {
				return err
			}
			missing := 0
			for _, form := range language.Forms() {
				if !l.Has(form) {
					missing++
					if _, err := fmt.Fprintf(h.out, "missing: %s\n", form); err != nil {
						return err
					}
				}
			}
			_, err = fmt.Fprintf(h.out, "%s can be used. It says %d sentences; %d are as shipped, or in English.\n", l.Name(), len(l.Forms()), missing)
			return err
		})
	cmd.Long = `A sentence that no kiosk says, a place that is missing or too many, a plural that the language does
not have, and HTML are refused, each with its line and what to do.`
	cmd.Example = `  inkwell kiosk language check /etc/inkwell/languages/pl.txt`
	return cmd
}

func languageSignCommand() *cobra.Command {
	var by string
	cmd := schoolCommand("sign LANGUAGE", "Note that a speaker has read a language's sentences", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			c, err := language.Open(h.config.Languages)
			if err != nil {
				return err
			}
			if err := languageThere(c, args[0]); err != nil {
				return err
			}
			digest := c.Digest(args[0])
			err = h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				if err := school.SignLanguage(ctx, tx, s.ID, args[0], school.LanguageSignature{Digest: digest, By: by, At: tx.Now}); err != nil {
					return err
				}
				return record(ctx, tx, audit.Entry{School: s.ID, Act: "language-signed", Facts: map[string]any{"language": strings.ToLower(args[0]), "digest": digest}})
			})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(h.out, "%s is read by %s, as it is now\n", c.Name(args[0]), strings.TrimSpace(by))
			return err
		})
	cmd.Long = `Somebody who speaks the language has read every sentence of export. The signature is for the texts
as they are: a change of any of them, by an update or by a file, makes the language unread again.`
	cmd.Example = `  inkwell kiosk language sign cy --by "Mrs E. Pugh, head of Welsh"`
	cmd.Flags().StringVar(&by, "by", "", "who has read it")
	return cmd
}
