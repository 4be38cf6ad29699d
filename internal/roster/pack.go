package roster

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Limits of what is opened. A trust of 60,000 people is about 80 MB of text.
const (
	mostBytes   = 512 << 20 // of all files of one roster, unpacked
	mostFiles   = 100
	mostRatio   = 250     // unpacked to packed, of a file over ...
	ratioFrom   = 4 << 20 // ... so many bytes
	digestBytes = sha256.Size
)

// Pack is the files of one roster: a zip, a folder, or one CSV. Whatever it is, nothing
// outside of it is read: no link is followed and no path in a zip leads anywhere.
type Pack struct {
	Name   string
	Digest [digestBytes]byte // of all its bytes

	files map[string]func() (io.ReadCloser, error)
	left  int64 // bytes that may still be read
	done  func() error
}

// OpenPack opens a zip, a folder or a CSV file.
func OpenPack(path string) (*Pack, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, cannotOpen(path, err)
	}
	folder, name := filepath.Split(filepath.Clean(path))
	if info.IsDir() {
		folder, name = path, "."
	}
	if folder == "" {
		folder = "."
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, cannotOpen(path, err)
	}
	p, err := openIn(root, name)
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	inner := p.done
	p.done = func() error { return errors.Join(inner(), root.Close()) }
	return p, nil
}

// Close ends the reading of the pack's files.
func (p *Pack) Close() error { return p.done() }

// openIn opens what is called name in a folder; "." is the folder itself.
func openIn(root *os.Root, name string) (*Pack, error) {
	p := &Pack{Name: name, files: map[string]func() (io.ReadCloser, error){}, left: mostBytes, done: func() error { return nil }}
	if name == "." {
		p.Name = filepath.Base(root.Name())
		return p, p.openFolder(root)
	}
	f, err := openPlain(root, name)
	if err != nil {
		return nil, err
	}
	head := make([]byte, 4)
	n, _ := io.ReadFull(f, head)
	if !bytes.HasPrefix(head[:n], []byte("PK\x03\x04")) {
		if err := f.Close(); err != nil {
			return nil, err
		}
		p.files[name] = func() (io.ReadCloser, error) { return openPlain(root, name) }
		return p, p.digest()
	}
	p.done = f.Close
	if err := p.openZip(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return p, nil
}

// openPlain opens a file that is one: no link, no pipe, no folder.
func openPlain(root *os.Root, name string) (*os.File, error) {
	info, err := root.Lstat(name)
	if err != nil {
		return nil, cannotOpen(name, err)
	}
	if !info.Mode().IsRegular() {
		return nil, refuse("roster-file", "%s is not a plain file, and links are not followed.", filepath.Base(name))
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, cannotOpen(name, err)
	}
	return f, nil
}

func (p *Pack) openFolder(root *os.Root) error {
	names, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return cannotOpen(p.Name, err)
	}
	for _, e := range names {
		name := e.Name()
		if !isTable(name) {
			continue
		}
		if len(p.files) == mostFiles {
			return refuse("roster-files", "There are more than %d files. A roster has a dozen.", mostFiles)
		}
		if !e.Type().IsRegular() {
			return refuse("roster-file", "%s is not a plain file, and links are not followed.", name)
		}
		p.files[name] = func() (io.ReadCloser, error) { return openPlain(root, name) }
	}
	return p.digest()
}

// openZip takes the tables of a zip. A name that leads anywhere is no mistake of a
// school's system, so the whole zip is refused.
func (p *Pack) openZip(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	z, err := zip.NewReader(f, info.Size())
	if err != nil {
		return refuse("roster-zip", "The zip cannot be read. Was it sent whole?").Because(err)
	}
	if len(z.File) > mostFiles {
		return refuse("roster-files", "The zip holds more than %d files. A roster has a dozen.", mostFiles)
	}
	for _, e := range z.File {
		if err := p.take(e); err != nil {
			return err
		}
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(f, 0, info.Size())); err != nil {
		return fmt.Errorf("read zip: %w", err)
	}
	p.Digest = [digestBytes]byte(sum.Sum(nil))
	return nil
}

func (p *Pack) take(e *zip.File) error {
	name := e.Name
	switch {
	case strings.HasPrefix(name, "__MACOSX/"), strings.HasSuffix(name, ".DS_Store"):
		return nil
	case !fs.ValidPath(strings.TrimSuffix(name, "/")), strings.ContainsAny(name, "\\:\x00"):
		return refuse("roster-zip", "The zip has a file whose path leads out of it: %q.", firstOf(name, 60))
	case e.FileInfo().IsDir():
		return nil
	case !e.Mode().IsRegular():
		return refuse("roster-zip", "The zip holds a link: %q.", firstOf(name, 60))
	case strings.Contains(name, "/"):
		return refuse("roster-zip", "The files have to be at the top of the zip, and %q is in a folder.", firstOf(name, 60))
	case !isTable(name):
		return nil
	case e.Flags&1 != 0:
		return refuse("roster-zip", "The zip is locked with a password.")
	case e.UncompressedSize64 > mostBytes,
		e.UncompressedSize64 > ratioFrom && e.UncompressedSize64/max(1, e.CompressedSize64) > mostRatio:
		return tooLarge(name)
	}
	if _, twice := p.files[name]; twice {
		return refuse("roster-zip", "The zip has %s twice.", name)
	}
	p.files[name] = func() (io.ReadCloser, error) {
		r, err := e.Open()
		if err != nil {
			return nil, refuse("roster-zip", "%s cannot be unpacked.", name).Because(err)
		}
		return r, nil
	}
	return nil
}

// digest reads every file once.
func (p *Pack) digest() error {
	all := sha256.New()
	for _, name := range p.Names() {
		f, err := p.files[name]()
		if err != nil {
			return err
		}
		one := sha256.New()
		n, err := io.Copy(one, io.LimitReader(f, mostBytes+1))
		if err = errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		if n > mostBytes {
			return tooLarge(name)
		}
		fmt.Fprintf(all, "%s\x00%x\n", name, one.Sum(nil))
	}
	p.Digest = [digestBytes]byte(all.Sum(nil))
	return nil
}

// Names are the names of the tables, in order.
func (p *Pack) Names() []string { return slices.Sorted(maps.Keys(p.files)) }

// has says whether there is a table of the name.
func (p *Pack) has(name string) bool { return p.files[name] != nil }

// open reads a table, which counts towards what may be read of the whole pack.
func (p *Pack) open(name string) (io.ReadCloser, error) {
	f, err := p.files[name]()
	if err != nil {
		return nil, err
	}
	return &counted{ReadCloser: f, pack: p, name: name}, nil
}

// counted stops at a pack that is larger than it said.
type counted struct {
	io.ReadCloser
	pack *Pack
	name string
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.ReadCloser.Read(b)
	if c.pack.left -= int64(n); c.pack.left < 0 {
		return 0, tooLarge(c.name)
	}
	return n, err
}

func isTable(name string) bool {
	return strings.EqualFold(filepath.Ext(name), ".csv") && !strings.HasPrefix(name, ".")
}

func tooLarge(name string) error {
	return refuse("roster-large", "%s is larger than any school's list of people.", name)
}

// cannotOpen says who has to be able to read it: a command of root's runs as the server's user.
func cannotOpen(path string, err error) error {
	why := "it is not there"
	if !errors.Is(err, fs.ErrNotExist) {
		why = "the user that Inkwell runs as may not read it, or a link leads out of its folder"
	}
	return refuse("roster-open", "%s cannot be opened: %s.", filepath.Base(path), why).Because(err)
}

// firstOf is the beginning of a text, for showing.
func firstOf(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}
