package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Heads is a file, outside the database, of what the chains' last seals were: what
// was exported once cannot be cut off or rewritten unnoticed. A copy of the file on
// another machine makes that hold against this machine's administrator too.
//
// Each line is: chain, number, digest (hex), time (RFC 3339), and the HMAC-SHA256 of
// all before it (hex), with one space between.
type Heads struct {
	File string
	Key  []byte // at least 16 bytes, not kept in the database
}

// keySize is the least length of Heads.Key.
const keySize = 16

func (h Heads) check() error {
	if h.File != "" && len(h.Key) < keySize {
		return fmt.Errorf("exported heads need a key of %d bytes or more", keySize)
	}
	return nil
}

// exported is one line of the file.
type exported struct {
	chain  Chain
	number int64
	digest string
}

// append writes one line and waits until it is on disk. A line that could not be
// written whole is taken back.
func (h Heads) append(s seal, now time.Time) (err error) {
	text := fmt.Sprintf("%s %d %x %s", s.chain, s.number, s.digest, now.UTC().Format(time.RFC3339Nano))
	f, err := os.OpenFile(h.File, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	before, err := f.Stat()
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(f, "%s %s\n", text, h.mac(text)); err != nil {
		return errors.Join(err, f.Truncate(before.Size()))
	}
	if before.Size() > 0 {
		return f.Sync()
	}
	return errors.Join(f.Sync(), syncDir(filepath.Dir(h.File)))
}

func syncDir(dir string) error {
	d, err := os.Open(dir) // #nosec G304 -- the operator's own path
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// read returns the lines that are ours, and a problem for each that is not. A
// missing file has no lines.
func (h Heads) read() (lines []exported, problems []string, err error) {
	text, err := os.ReadFile(h.File)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read exported heads: %w", err)
	}
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		e, ok := h.parse(line)
		if !ok {
			problems = append(problems, fmt.Sprintf("line %d of the exported heads is forged or damaged", number))
			continue
		}
		lines = append(lines, e)
	}
	return lines, problems, nil
}

func (h Heads) parse(line string) (e exported, ok bool) {
	line, whole := strings.CutSuffix(line, "\n")
	at := strings.LastIndexByte(line, ' ')
	if !whole || at < 0 || !hmac.Equal([]byte(line[at+1:]), []byte(h.mac(line[:at]))) {
		return exported{}, false
	}
	_, err := fmt.Sscan(line, &e.chain, &e.number, &e.digest)
	return e, err == nil
}

func (h Heads) mac(text string) string {
	m := hmac.New(sha256.New, h.Key)
	m.Write([]byte(text))
	return hex.EncodeToString(m.Sum(nil))
}
