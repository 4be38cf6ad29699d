package console

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"html/template"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/internal/sheet"
	"inkwell/internal/signin"
	"inkwell/quota"
	"inkwell/quota/conduct"
	"inkwell/release"
)

// mostActs is how many acts of the record the file has, the latest.
const mostActs = 10_000

// someone stands for a name of somebody else's in what people wrote freely.
const someone = "[a name]"

// subjectFile is all that is kept about a person.
type subjectFile struct {
	School string       `json:"school"`
	Person string       `json:"person"`
	Made   string       `json:"made"`
	Parts  []sheet.Part `json:"-"`
}

// SubjectFile is all that is kept about a person of a school, as a ZIP archive: a page to read, the same as JSON, and
// a table for each part. That somebody makes it is on record by then: school.RequestToMake.
func SubjectFile(ctx context.Context, tx *db.Tx, sc school.School, p school.Person) ([]byte, error) {
	f, err := gather(ctx, tx, sc, p)
	if err != nil {
		return nil, err
	}
	return f.zip()
}

// gather reads what each owner keeps about a person. Whoever else is named in what somebody wrote is
// taken out; what the safeguarding lead keeps is not in it.
func gather(ctx context.Context, tx *db.Tx, sc school.School, p school.Person) (subjectFile, error) {
	f := subjectFile{School: sc.Name, Person: p.Given + " " + p.Family, Made: tx.Now.In(sc.Zone).Format("2 January 2006 15:04")}
	acts := func(ctx context.Context, tx *db.Tx, p school.Person) ([]sheet.Part, error) {
		return actsAbout(ctx, tx, sc, p)
	}
	for _, about := range []func(context.Context, *db.Tx, school.Person) ([]sheet.Part, error){school.About, signin.About, release.About, quota.About, conduct.About, acts} {
		parts, err := about(ctx, tx, p)
		if err != nil {
			return f, err
		}
		f.Parts = append(f.Parts, parts...)
	}
	others, err := school.NamesOfOthers(ctx, tx, p)
	hide(f.Parts, others, []string{p.Given, p.Family, p.Username})
	return f, err
}

// unsaidActs are those that the person of a record is not told of: safeguarding's, and legal holds.
var unsaidActs = append([]string{"legal-hold%"}, sealedActs...)

// actsAbout is what was done about somebody, and who looked at their record: a role, and no name.
func actsAbout(ctx context.Context, tx *db.Tx, sc school.School, p school.Person) ([]sheet.Part, error) {
	acts, err := audit.DoneAbout(ctx, tx, sc.ID, p.Pseudonym, unsaidActs, mostActs)
	if err != nil {
		return nil, err
	}
	kept, err := conduct.KeptBack(ctx, tx, p)
	part := sheet.Part{Name: "acts", Title: "What was done about you, and who looked", Columns: []string{"When", "What", "By"}}
	for _, a := range acts {
		if kept[a.Object] {
			continue
		}
		by := "the system"
		switch a.Actor {
		case "":
		case p.Pseudonym:
			by = "you"
		default:
			by = "a member of staff"
		}
		part.Rows = append(part.Rows, []string{a.At.In(sc.Zone).Format("2006-01-02 15:04"), actWords(a.Act), by})
	}
	return []sheet.Part{part}, err
}

// actWords is an act in words where the pages have some, and otherwise its keyword.
func actWords(act string) string {
	for _, words := range []map[string]string{pastWords, lookWords} {
		if say := words[act]; say != "" {
			return say
		}
	}
	return sentence(strings.ReplaceAll(act, "-", " "))
}

// writtenWord is a word of a text, as a name or a user name may be one.
var writtenWord = regexp.MustCompile(`[\p{L}\p{N}][\p{L}\p{N}._]*`)

// pieceOfWord is what stands between the dots of one: "M.Okafor" has a name in it.
var pieceOfWord = regexp.MustCompile(`[\p{L}\p{N}]+`)

// hide takes names of others out of what somebody wrote freely. It rather takes a word too many.
func hide(parts []sheet.Part, others, own []string) {
	names := map[string]bool{}
	for _, n := range others {
		n = strings.ToLower(n)
		names[n] = true
		for _, word := range strings.FieldsFunc(n, func(r rune) bool { return !unicode.IsLetter(r) }) {
			if utf8.RuneCountInString(word) > 1 {
				names[word] = true
			}
		}
	}
	for _, text := range own {
		for _, word := range writtenWord.FindAllString(strings.ToLower(text), -1) {
			delete(names, word)
		}
	}
	joined := joinedNames(names)
	for _, p := range parts {
		for _, row := range p.Rows {
			for _, i := range p.Words {
				row[i] = hideJoined(row[i], joined)
				row[i] = writtenWord.ReplaceAllStringFunc(row[i], func(word string) string {
					if names[strings.ToLower(strings.Trim(word, "._"))] {
						return someone
					}
					return pieceOfWord.ReplaceAllStringFunc(word, func(piece string) string {
						if names[strings.ToLower(piece)] {
							return someone
						}
						return piece
					})
				})
			}
		}
	}
}

// joinedNames finds those names that are more than one written word: "m-okafor24". It is nil if there are none.
func joinedNames(names map[string]bool) *regexp.Regexp {
	var all []string
	for n := range names {
		if writtenWord.FindString(n) != n {
			all = append(all, regexp.QuoteMeta(n))
		}
	}
	if all == nil {
		return nil
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) }) // the longest that fits
	return regexp.MustCompile("(?i)" + strings.Join(all, "|"))
}

// hideJoined takes such names out of a text where they stand by themselves.
func hideJoined(text string, joined *regexp.Regexp) string {
	if joined == nil {
		return text
	}
	var b strings.Builder
	end := 0
	for _, at := range joined.FindAllStringIndex(text, -1) {
		before, _ := utf8.DecodeLastRuneInString(text[:at[0]])
		after, _ := utf8.DecodeRuneInString(text[at[1]:])
		if inWord(before) || inWord(after) {
			continue
		}
		b.WriteString(text[end:at[0]] + someone)
		end = at[1]
	}
	return b.String() + text[end:]
}

func inWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r))
}

// subjectPage is the page to read.
var subjectPage = template.Must(template.New("record").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>What is kept about {{.Person}}</title>
<style>body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%}th,td{border:1px solid #999;padding:.3rem .5rem;text-align:left;vertical-align:top}</style></head><body>
<h1>What {{.School}} keeps about {{.Person}} in its printing</h1>
<p>Made on {{.Made}}. It is all that the print server keeps about you: what you sent to print, what it cost, what was counted, flagged and decided and why, where you signed in, and who looked.</p>
<ul><li>It has no documents: those are destroyed when they are printed, deleted or not collected. Their titles are shown to you alone, on your own page.</li>
<li>Badges, codes and passwords are kept only in a form that nobody can read.</li>
<li>Names of other people are taken out: they stand as [a name].</li>
<li>What the safeguarding lead keeps is asked for there.</li></ul>
{{range .Parts}}<h2>{{.Title}}</h2>{{if .Rows}}<table><tr>{{range .Columns}}<th>{{.}}</th>{{end}}</tr>{{range .Rows}}<tr>{{range .}}<td>{{.}}</td>{{end}}</tr>{{end}}</table>{{else}}<p>Nothing.</p>{{end}}{{end}}
</body></html>`))

// zip is the file: a page to read, the same as JSON, and a table for each part.
func (f subjectFile) zip() ([]byte, error) {
	var body bytes.Buffer
	z := zip.NewWriter(&body)
	page, err := z.Create("record.html")
	if err == nil {
		err = subjectPage.Execute(page, f)
	}
	if err != nil {
		return nil, err
	}
	if page, err = z.Create("record.json"); err == nil {
		err = json.NewEncoder(page).Encode(f.json())
	}
	for _, p := range f.Parts {
		if err != nil {
			return nil, err
		}
		if page, err = z.Create(p.Name + ".csv"); err == nil {
			err = p.WriteCSV(page)
		}
	}
	if err == nil {
		err = z.Close()
	}
	return body.Bytes(), err
}

// json is the file with each row as an object of its columns.
func (f subjectFile) json() map[string]any {
	all := map[string]any{"school": f.School, "person": f.Person, "made": f.Made}
	for _, p := range f.Parts {
		rows := []map[string]string{}
		for _, row := range p.Rows {
			one := map[string]string{}
			for i, cell := range row {
				one[p.Columns[i]] = cell
			}
			rows = append(rows, one)
		}
		all[p.Name] = rows
	}
	return all
}

// keysOf are the keys of a map, in order.
func keysOf(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// actorsOf are who did the acts, without the system.
func actorsOf(acts []audit.Act) (who []school.Pseudonym) {
	for _, a := range acts {
		if a.Actor != "" {
			who = append(who, a.Actor)
		}
	}
	return who
}
