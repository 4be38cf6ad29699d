package ipptest

import (
	"embed"
	"fmt"
	"path"
	"strings"

	"inkwell/ipp/wire"
)

//go:embed clients/*.txt
var clientFiles embed.FS

// Client is what one kind of computer sends to print, in the order it does. The files
// are in the folder clients, with a README about their form and their sources.
type Client struct {
	Name  string // of the file
	Basic bool   // it signs in with HTTP Basic; otherwise it says requesting-user-name and no more
	steps []step
}

// step is one request, and what of the answer the client needs.
type step struct {
	line     int  // of the file
	fresh    bool // on a connection of its own
	head     []string
	message  []string // "IPP/2.0 Print-Job 7", groups and attributes
	document string
	answer   string // "200 successful-ok"
	needs    []string
	until    string // the need that may take a while
}

// Clients reads all files.
func Clients() ([]Client, error) {
	files, err := clientFiles.ReadDir("clients")
	if err != nil {
		return nil, err
	}
	var all []Client
	for _, f := range files {
		text, err := clientFiles.ReadFile(path.Join("clients", f.Name()))
		if err != nil {
			return nil, err
		}
		c, err := parseClient(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name(), err)
		}
		c.Name = strings.TrimSuffix(f.Name(), ".txt")
		all = append(all, c)
	}
	return all, nil
}

// parseClient reads a file. A request begins at POST; its HTTP header ends at the
// line of IPP; lines of the answer begin with "<".
func parseClient(text string) (c Client, err error) {
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		word, rest, _ := strings.Cut(line, " ")
		last := len(c.steps) - 1
		switch {
		case line == "" || line[0] == '#':
		case word == "signs-in":
			c.Basic = rest == "basic"
		case word == "POST":
			c.steps = append(c.steps, step{line: n + 1, head: []string{line}})
		case last < 0:
			return c, fmt.Errorf("line %d stands before any request", n+1)
		case line == "new connection":
			c.steps[last].fresh = true
		case word == "document":
			c.steps[last].document = rest
		case word == "<":
			c.steps[last].need(rest)
		case strings.HasPrefix(word, "IPP/") || len(c.steps[last].message) > 0:
			c.steps[last].message = append(c.steps[last].message, line)
		default:
			c.steps[last].head = append(c.steps[last].head, line)
		}
	}
	for _, s := range c.steps {
		if len(s.message) == 0 || s.answer == "" {
			return c, fmt.Errorf("line %d: a request without IPP, or without its answer", s.line)
		}
	}
	return c, nil
}

func (s *step) need(what string) {
	until, waits := strings.CutPrefix(what, "until ")
	switch {
	case s.answer == "":
		s.answer = what
	case waits:
		s.until = until
	default:
		s.needs = append(s.needs, what)
	}
}

// operations are the codes by name.
var operations = func() map[string]wire.Op {
	all := map[string]wire.Op{}
	for _, from := range []wire.Op{0, 0x4000} {
		for op := from; op < from+0x100; op++ {
			all[op.String()] = op
		}
	}
	return all
}()

// groupTags are the delimiters by the names that the files use.
var groupTags = map[string]byte{"operation": 1, "job": 2, "subscription": 6}

// encode is the message in bytes. It is a writer of its own on purpose: what it
// makes owes nothing to the codec under test.
func encode(lines []string) ([]byte, error) {
	var version, minor int
	var name string
	var id uint32
	if _, err := fmt.Sscanf(lines[0], "IPP/%d.%d %s %d", &version, &minor, &name, &id); err != nil {
		return nil, fmt.Errorf("%q: %w", lines[0], err)
	}
	op, known := operations[name]
	if !known {
		if _, err := fmt.Sscanf(name, "0x%04x", &op); err != nil {
			return nil, fmt.Errorf("there is no operation %s", name)
		}
	}
	out := []byte{byte(version), byte(minor), byte(op >> 8), byte(op), byte(id >> 24), byte(id >> 16), byte(id >> 8), byte(id)}
	for _, line := range lines[1:] {
		if tag, group := groupTags[line]; group {
			out = append(out, tag)
			continue
		}
		words := strings.SplitN(line, " ", 3)
		if len(words) != 3 {
			return nil, fmt.Errorf("%q is no attribute", line)
		}
		var err error
		if out, err = appendValues(out, words[0], words[1], words[2]); err != nil {
			return nil, fmt.Errorf("%q: %w", line, err)
		}
	}
	return append(out, 3), nil
}
