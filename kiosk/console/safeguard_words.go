package console

import (
	"net/http"

	"inkwell/quota/conduct"
)

// wordsPath is the safeguarding lead's list.
const wordsPath = "/staff/safeguarding/words"

// wordsPage is what words.html shows.
type wordsPage struct {
	visitor
	Words     []conduct.Word
	Text, Say string // what was typed, and why it was not taken
}

func (c *Console) wordsPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showWords(w, r, v, http.StatusOK, wordsPage{})
}

func (c *Console) showWords(w http.ResponseWriter, r *http.Request, v visitor, status int, page wordsPage) {
	var err error
	page.visitor = v
	if page.Words, err = c.conduct.Words(r.Context(), v.Actor); err != nil {
		c.pages.Error(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	c.pages.Show(w, r, status, "words", page)
}

func (c *Console) addWord(w http.ResponseWriter, r *http.Request, v visitor) {
	text := r.PostFormValue("word")
	err := c.conduct.AddWord(r.Context(), v.Actor, text)
	if status, say := correctable(err); status != 0 {
		c.showWords(w, r, v, status, wordsPage{Text: text, Say: say})
		return
	}
	c.backTo(w, r, wordsPath, err)
}

func (c *Console) removeWord(w http.ResponseWriter, r *http.Request, v visitor) {
	c.backTo(w, r, wordsPath, c.conduct.RemoveWord(r.Context(), v.Actor, numberIn[conduct.WordID](r, "word")))
}
