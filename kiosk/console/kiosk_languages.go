package console

import (
	"context"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/internal/words"
)

// languageRow is a language that the school's kiosks offer, and whether somebody who speaks it has
// read its sentences.
type languageRow struct {
	Tag, Name string
	State     stateWord
}

// kioskLanguages are those that the school offers, the usual one first.
func (c *Console) kioskLanguages(ctx context.Context, v visitor) (rows []languageRow, err error) {
	err = c.db.InTx(ctx, db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		offered, err := school.LanguagesOf(ctx, tx, v.School)
		if err != nil {
			return err
		}
		signed, err := school.LanguageSignatures(ctx, tx, v.School)
		if err != nil {
			return err
		}
		rows = nil
		for _, tag := range offered.Offered {
			rows = append(rows, languageRow{tag, c.words.Name(tag), c.languageState(tag, signed[tag])})
		}
		return nil
	})
	return rows, err
}

func (c *Console) languageState(tag string, s school.LanguageSignature) stateWord {
	switch {
	case !c.words.Has(tag):
		return stateWord{"Its file is gone: English is shown", "badge--bad"}
	case tag == words.English:
		return stateWord{"Ours", "badge--good"}
	case s.Signs(c.words.Digest(tag)):
		return stateWord{"Read by " + s.By, "badge--good"}
	}
	return stateWord{"Not yet read by a speaker", "badge--warn"}
}
