package document

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// The parts a child can play, as its first argument.
const (
	partReader   = "document-child"   // reads one document
	partCompiler = "document-compile" // fills the cache folder
)

// The files a reader gets.
const (
	sourceFile = 3 // the document, sealed
	targetFile = 4 // where the rebuilt one goes
	cacheFile  = 5 // the folder of the compiled engine
)

// Child plays the child's part and ends the program when this process was started
// for that, and returns at once otherwise. main and TestMain call it before
// anything else.
func Child() {
	if len(os.Args) != 3 {
		return
	}
	var err error
	switch part, told := os.Args[1], os.Args[2]; part {
	case partReader:
		err = read(told)
	case partCompiler:
		err = compileInto(told)
	default:
		return
	}
	if err != nil {
		_, _ = fmt.Fprintf(os.Stdout, "%.*s", maxAnswer/4, err) // of ours: a document's errors become a verdict
		os.Exit(1)
	}
	os.Exit(0)
}

// compileInto fills the cache folder and leaves it readable for the readers. What
// is there and does not load is thrown away first. The folder is held meanwhile, so
// that nobody's half-made file replaces one in use.
func compileInto(dir string) error {
	folder, err := os.Open(dir) // #nosec G304 -- the operator's own folder
	if err != nil {
		return fmt.Errorf("open cache folder: %w", err)
	}
	defer folder.Close() // and with it the lock
	if err := unix.Flock(int(folder.Fd()), unix.LOCK_EX); err != nil {
		return fmt.Errorf("lock cache folder: %w", err)
	}
	if _, err := load(dir, runtime.NumCPU(), guestPages); err != nil {
		if err := clearCache(dir); err != nil {
			return err
		}
		if _, err := load(dir, runtime.NumCPU(), guestPages); err != nil {
			return err
		}
	}
	if err := openCache(dir); err != nil {
		return err
	}
	_, err = os.Stdout.WriteString(ready)
	return err
}

// read is one reader's life.
func read(told string) error {
	lib, scratch, err := settle(told)
	if err != nil {
		return err
	}
	var t task
	if err := json.NewDecoder(io.LimitReader(os.Stdin, maxTask)).Decode(&t); err != nil {
		return fmt.Errorf("read task: %w", err)
	}
	if err := os.Stdin.Close(); err != nil {
		return fmt.Errorf("close standard input: %w", err)
	}
	if _, err := os.Stdout.WriteString(ready); err != nil {
		return err
	}
	r := rebuilding{lib: lib, task: t, source: os.NewFile(sourceFile, "source"), target: os.NewFile(targetFile, "target")}
	if t.Paint != nil {
		return say(r.paint(*t.Paint))
	}
	if t.Width > 0 {
		return say(r.draw())
	}
	if t.From > 0 {
		r.target = r.source
		if err := say(verdict{Outcome: isDone}); err != nil {
			return err
		}
		return say(r.look(t.From, t.Sides))
	}
	v := r.rebuild(scratch)
	if err := say(v); err != nil || v.Outcome != isDone {
		return err
	}
	return say(r.look(0, v.Pages))
}

func say(v any) error {
	said, err := json.Marshal(v)
	if err == nil {
		_, err = os.Stdout.Write(append(said, '\n'))
	}
	return err
}

// settle takes up limits, loads the engine, makes room for a document that becomes a
// PDF before its pages are combined, and shuts the door. When it returns, no document has
// been looked at yet and nothing more can be opened.
func settle(told string) (lib *library, scratch *os.File, err error) {
	var b bounds
	if err := json.Unmarshal([]byte(told), &b); err != nil {
		return nil, nil, fmt.Errorf("read bounds: %w", err)
	}
	if err := limitStart(b); err != nil {
		return nil, nil, err
	}
	lib, err = load(fmt.Sprintf("/proc/self/fd/%d", cacheFile), 1, guestPages)
	if err != nil {
		return nil, nil, err
	}
	if err := os.NewFile(cacheFile, "cache").Close(); err != nil {
		return nil, nil, fmt.Errorf("close cache folder: %w", err)
	}
	if scratch, err = newMemory(); err != nil {
		return nil, nil, err
	}
	return lib, scratch, shut()
}
