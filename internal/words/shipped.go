package words

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed refusals/*.txt kiosk/*.txt
var files embed.FS

// Refusals are the languages of what every room says no with, by their tags: an answer to a computer
// and a kiosk say them in the same words.
var Refusals = shipped("refusals", nil)

// Kiosk are the languages of a kiosk's own sentences, by their tags. That of English has plurals, and
// the words for young readers.
var Kiosk = shipped("kiosk", nil)

// shipped reads the languages of a folder of ours. One that is wrong never leaves the house.
func shipped(folder string, known func(string) bool) map[string]*Language {
	all := map[string]*Language{}
	names, err := files.ReadDir(folder)
	if err != nil {
		panic(err)
	}
	for _, f := range names {
		text, err := files.ReadFile(folder + "/" + f.Name())
		if err != nil {
			panic(err)
		}
		tag := strings.TrimSuffix(f.Name(), ".txt")
		if all[tag], err = Read(tag, string(text), known); err != nil {
			panic(fmt.Sprintf("%s: %v", folder, err))
		}
	}
	return all
}
