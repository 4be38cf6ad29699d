package rollout

import (
	"archive/zip"
	"embed"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"inkwell/internal/fault"
)

//go:embed templates
var templates embed.FS

// System is one way in which computers are managed.
type System struct {
	Name  string // as it is typed: "windows"
	Title string // as it is read
	Short string // the same in a word
	Lead  string // what comes out of it, in a sentence

	kinds []Kind
	files func(Plan, Printer) ([]File, error)
	lines func(Plan, Printer) []string // five
	notes func(Plan) []string          // for all of its printers together
}

// Systems are all there are.
var Systems = []*System{&windows, &intune, &google, &apple, &cups}

// SystemByName finds a system.
func SystemByName(name string) (*System, error) {
	i := slices.IndexFunc(Systems, func(s *System) bool { return s.Name == name })
	if i < 0 {
		return nil, fault.New(fault.Invalid, "system-unknown", "Choose windows, intune, google, apple or cups.")
	}
	return Systems[i], nil
}

// Suits says whether a system sets up printers of a kind.
func (s *System) Suits(k Kind) bool { return slices.Contains(s.kinds, k) }

// Export makes all files for a system, the page index.html last. A plan without a
// printer that suits it is refused ("roll-out-empty").
func (s *System) Export(p Plan) ([]File, error) {
	p, err := p.forSystem(s)
	if err != nil {
		return nil, err
	}
	var all []File
	for _, printer := range p.Printers {
		files, err := s.files(p, printer)
		if err != nil {
			return nil, fmt.Errorf("roll out %s to %s: %w", printer.ID, s.Name, err)
		}
		for _, f := range files {
			f.Name, f.Secret = path.Join(printer.ID, f.Name), printer.Kind == Personal
			all = append(all, f)
		}
	}
	if p.CA != nil {
		all = append(all, File{Name: "inkwell-ca.cer", Body: p.CA}, File{Name: "inkwell-ca.pem", Body: p.pem()})
	}
	page, err := s.page(p, all)
	return append(all, page), err
}

// Sheet is what there is to say of a plan, for another page than ours.
func (s *System) Sheet(p Plan) (Sheet, error) {
	p, err := p.forSystem(s)
	if err != nil {
		return Sheet{}, err
	}
	return s.sheet(p, nil), nil
}

// Zip writes files as an archive.
func Zip(w io.Writer, files []File, made time.Time) error {
	z := zip.NewWriter(w)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: made}
		h.SetMode(0o644)
		if f.Script {
			h.SetMode(0o755)
		}
		one, err := z.CreateHeader(h)
		if err == nil {
			_, err = one.Write(f.Body)
		}
		if err != nil {
			return fmt.Errorf("pack %s: %w", f.Name, err)
		}
	}
	return z.Close()
}

// fill puts values, quoted already, into one of our templates. A value is never
// looked at again: what looks like a place in it stays what it is.
func fill(name string, places ...string) ([]byte, error) {
	text, err := templates.ReadFile("templates/" + name)
	if err != nil {
		return nil, err
	}
	return []byte(strings.NewReplacer(places...).Replace(string(text))), nil
}
