package document

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// sniffed is how much of a document's beginning decides its format, in bytes.
const sniffed = 1 << 10

// newMemory makes a nameless file in memory: a document in the clear never
// touches a disk. The caller closes it.
func newMemory() (*os.File, error) {
	fd, err := unix.MemfdCreate("document", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, fmt.Errorf("create memory file: %w", err)
	}
	return os.NewFile(uintptr(fd), "document"), nil
}

// seal fixes the content and size of a memory file for everybody who holds it.
func seal(f *os.File) error {
	const all = unix.F_SEAL_SEAL | unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE
	if _, err := unix.FcntlInt(f.Fd(), unix.F_ADD_SEALS, all); err != nil {
		return fmt.Errorf("seal memory file: %w", err)
	}
	return nil
}

// receive copies a document of at most most bytes into a memory file and seals that,
// once the first bytes are those of the format expected, and says which that is.
func receive(ctx context.Context, f *os.File, in io.Reader, want Format, most int64) (Format, error) {
	head, err := io.ReadAll(io.LimitReader(in, sniffed))
	if err != nil {
		return "", fmt.Errorf("read document: %w", err)
	}
	format, err := Agree(string(want), head)
	if err != nil {
		return "", err
	}
	return format, fill(ctx, f, io.MultiReader(bytes.NewReader(head), in), most)
}

func fill(ctx context.Context, f *os.File, in io.Reader, most int64) error {
	patient := readFunc(func(b []byte) (int, error) {
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		return in.Read(b)
	})
	n, err := io.Copy(f, io.LimitReader(patient, most+1))
	switch {
	case err != nil:
		return fmt.Errorf("copy document into memory: %w", err)
	case n > most:
		return tooLarge
	}
	return seal(f)
}

type readFunc func([]byte) (int, error)

func (read readFunc) Read(b []byte) (int, error) { return read(b) }

// sealedSize seals a memory file whose writer is gone, and returns its size in
// bytes. It fails when somebody can still change it.
func sealedSize(f *os.File) (int64, error) {
	if err := seal(f); err != nil {
		return 0, err
	}
	return sizeOf(f)
}

func sizeOf(f *os.File) (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, fmt.Errorf("look at memory file: %w", err)
	}
	return info.Size(), nil
}
