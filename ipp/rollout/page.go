package rollout

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"

	"inkwell/internal/web"
)

// Sheet is the page of an export: for each printer five lines, as our own page and the
// staff pages show them.
type Sheet struct {
	System      *System
	School      string
	Server      string
	Fingerprint string // of our authority, "" without one
	Made        string
	Secret      bool // whoever has the files prints as somebody
	Printers    []SheetPrinter
	Notes       []Line
}

// SheetPrinter is one printer of a Sheet.
type SheetPrinter struct {
	ID, Name, Kind, Address string
	Lines                   []Line
	Files                   []string
}

// Line is a line of text in which some words are to be typed.
type Line []Span

// Span is a part of a line.
type Span struct {
	Text string
	Code bool
}

// line takes apart a text in which what is to be typed stands between backticks.
func line(text string) (l Line) {
	for i, part := range strings.Split(text, "`") {
		if part != "" {
			l = append(l, Span{Text: part, Code: i%2 == 1})
		}
	}
	return l
}

// kindWords are kinds as they are read.
var kindWords = map[Kind]string{
	Claim: "Shared devices", Believed: "Print server", Personal: "One person's device", Password: "School password",
}

func (s *System) sheet(p Plan, files []File) Sheet {
	sheet := Sheet{System: s, School: p.School, Server: p.Server, Fingerprint: p.Fingerprint(), Made: p.Made.Format("2 January 2006")}
	for _, printer := range p.Printers {
		one := SheetPrinter{ID: printer.ID, Name: printer.Name, Kind: kindWords[printer.Kind], Address: p.uri("ipps", printer)}
		if printer.Kind == Personal { // the page is printed and lies about
			sheet.Secret = true
			one.Address = "ipps://" + p.Server + "/…"
		}
		for _, text := range s.lines(p, printer) {
			one.Lines = append(one.Lines, line(text))
		}
		for _, f := range files {
			if strings.HasPrefix(f.Name, printer.ID+"/") {
				one.Files = append(one.Files, f.Name)
			}
		}
		sheet.Printers = append(sheet.Printers, one)
	}
	for _, text := range s.notes(p) {
		sheet.Notes = append(sheet.Notes, line(text))
	}
	return sheet
}

var indexPage = template.Must(template.ParseFS(templates, "templates/index.html"))

// page is index.html, which needs nothing beside itself.
func (s *System) page(p Plan, files []File) (File, error) {
	style, err := web.Shared("inkwell.css")
	if err != nil {
		return File{}, err
	}
	var b bytes.Buffer
	err = indexPage.Execute(&b, struct {
		Sheet
		Style template.CSS
	}{s.sheet(p, files), template.CSS(style)}) // #nosec G203 -- our own file, as it is in the program
	if err != nil {
		return File{}, fmt.Errorf("write page: %w", err)
	}
	return File{Name: "index.html", Body: b.Bytes()}, nil
}
