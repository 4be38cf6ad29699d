package console

import (
	"context"
	"net/http"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/internal/words"
	"inkwell/release"
)

// myLanguageRoute chooses the language that kiosks speak to a pupil.
const myLanguageRoute = myPath + "/language"

// reads is how a visitor reads, of the languages that their school offers: what kiosks say to them is said so here,
// too. The first that is offered is the school's usual one.
func (c *Console) reads(ctx context.Context, v visitor) (tongue words.Tongue, offered []choice, err error) {
	err = c.db.Look(ctx, db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		how, err := school.ReadingOf(ctx, tx, v.Person)
		if err != nil {
			return err
		}
		all, err := school.LanguagesOf(ctx, tx, v.School)
		if err != nil {
			return err
		}
		spoken := ""
		offered = nil
		for _, tag := range all.Offered {
			if !c.words.Has(tag) { // its file is gone
				continue
			}
			if spoken == "" || tag == how.Language {
				spoken = tag
			}
			offered = append(offered, choice{tag, c.words.Name(tag), false})
		}
		for i := range offered {
			offered[i].Chosen = offered[i].Value == spoken
		}
		tongue = c.words.Tongue(spoken, how.Young)
		return nil
	})
	return tongue, offered, err
}

// setMyLanguage remembers the language; one that the school does not offer is refused.
func (c *Console) setMyLanguage(w http.ResponseWriter, r *http.Request, v visitor) {
	err := c.desk.Speak(r.Context(), release.Visitor{Actor: v.Actor}, r.PostFormValue("language"))
	if status, say := correctable(err); status != 0 {
		c.showMyBadge(w, r, v, status, myBadgePage{NoLanguage: say})
		return
	}
	c.backTo(w, r, myBadgePath+"?spoken=1", err)
}
