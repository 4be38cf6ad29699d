package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"inkwell/internal/fault"
	"inkwell/ipp/rollout"
)

// writtenList is the file in which an export says what it has written, so that the
// next one takes away that and nothing else.
const writtenList = ".inkwell-export"

// open makes sure that the files can be kept, and returns what keeps them.
func (e *clientsExport) open(out io.Writer) (func([]rollout.File, time.Time) error, error) {
	if e.out == "" {
		if terminal(out) {
			return nil, fault.New(fault.Invalid, "out-missing", "Say where to: --out FOLDER, or > clients.zip behind the command.")
		}
		return func(files []rollout.File, made time.Time) error { return rollout.Zip(unwrapped(out), files, made) }, nil
	}
	folder, err := openExport(e.out, e.replace)
	if err != nil {
		return nil, err
	}
	return func(files []rollout.File, _ time.Time) error {
		defer folder.Close() //nolint:errcheck // nothing is written through it by then
		if err := replaceExport(folder, files); err != nil {
			return err
		}
		_, err := fmt.Fprintf(out, "%d files in %s; open index.html first\n", len(files), e.out)
		return err
	}, nil
}

// openExport opens the folder, and makes it if it is not there. One that holds anything
// is only written to when that is wanted.
func openExport(dir string, replace bool) (*os.Root, error) {
	err := os.MkdirAll(dir, 0o755) // #nosec G301 -- to be read by whoever deploys it; secrets have modes of their own
	if err != nil {
		return nil, cannotWrite(dir, err)
	}
	folder, err := os.OpenRoot(dir)
	if err != nil {
		return nil, cannotWrite(dir, err)
	}
	here, err := fs.ReadDir(folder.FS(), ".")
	if err == nil && len(here) > 0 && !replace {
		err = fault.New(fault.Conflict, "out-not-empty", "The folder %s is not empty. Name another, or say --replace to write over an earlier export there.", dir)
	}
	if err == nil { // a folder that nothing can be put into is found out now
		err = cannotWriteIf(dir, folder.WriteFile(writtenList+".new", nil, 0o600))
	}
	if err == nil {
		err = folder.Remove(writtenList + ".new")
	}
	if err != nil {
		return nil, errors.Join(err, folder.Close())
	}
	return folder, nil
}

func cannotWriteIf(dir string, err error) error {
	if err == nil {
		return nil
	}
	return cannotWrite(dir, err)
}

func cannotWrite(dir string, err error) error {
	return fault.New(fault.Invalid, "out-unwritable",
		"The folder %s cannot be written by the user as whom this command works. Name another, or leave --out away and send the archive to a file: > clients.zip", dir).Because(err)
}

// replaceExport takes away what an earlier export wrote, and writes.
func replaceExport(folder *os.Root, files []rollout.File) error {
	before, err := folder.ReadFile(writtenList)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read earlier export: %w", err)
	}
	for name := range strings.Lines(string(before)) {
		name = strings.TrimSpace(name)
		if err := folder.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("replace %s: %w", name, err)
		}
		_ = folder.Remove(path.Dir(name)) // which it was alone in
	}
	var names []string
	for _, f := range files {
		if err := writeExport(folder, f); err != nil {
			return fmt.Errorf("write %s: %w", f.Name, err)
		}
		names = append(names, f.Name+"\n")
	}
	return folder.WriteFile(writtenList, []byte(strings.Join(names, "")), 0o600)
}

// writeExport writes one file for whoever deploys it to read or, of a secret, for its
// owner alone.
func writeExport(folder *os.Root, f rollout.File) error {
	forFolder, mode := fs.FileMode(0o755), fs.FileMode(0o644)
	if f.Secret {
		forFolder, mode = 0o700, 0o600
	}
	if f.Script {
		mode |= mode >> 2 & 0o111
	}
	if dir := path.Dir(f.Name); dir != "." {
		if err := folder.MkdirAll(dir, forFolder); err != nil {
			return err
		}
		if err := folder.Chmod(dir, forFolder); err != nil { // past the umask
			return err
		}
	}
	if err := folder.WriteFile(f.Name, f.Body, 0o600); err != nil {
		return err
	}
	return folder.Chmod(f.Name, mode)
}
