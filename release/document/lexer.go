package document

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
)

// Bounds of one object of the page tree: a page's own dictionary is small, and a
// node's list of pages is the longest thing met.
const (
	maxObjectBytes = 1 << 20
	maxObjectDepth = 64
)

// kind sorts the few values that the page tree is made of.
type kind int

const (
	isNothing kind = iota
	isRef
	isList
	isDictionary
	isWord // a number, a name, or a string, which nobody looks into
)

// value is one PDF object (ISO 32000-1 section 7.3).
type value struct {
	kind   kind
	number int     // of the object a reference points to
	word   string  // a word as it is written, names with their slash
	items  []value // of a list, or keys and values in turn of a dictionary
}

// entry is what a dictionary holds under a key, or nothing.
func (v value) entry(key string) value {
	if v.kind != isDictionary {
		return value{}
	}
	for i := 0; i+1 < len(v.items); i += 2 {
		if v.items[i].word == "/"+key {
			return v.items[i+1]
		}
	}
	return value{}
}

// lexer reads PDF values as the engine writes them: no comments.
type lexer struct {
	in   *bufio.Reader
	left int64 // bytes that may still be read
	deep int
}

func newLexer(r io.Reader) *lexer {
	return &lexer{in: bufio.NewReaderSize(r, 4096), left: maxObjectBytes}
}

// value reads the next one.
func (l *lexer) value() (value, error) {
	word, err := l.token()
	if err != nil {
		return value{}, err
	}
	return l.valueFrom(word)
}

func (l *lexer) valueFrom(word string) (value, error) {
	switch word {
	case "<<":
		return l.until(">>", isDictionary)
	case "[":
		return l.until("]", isList)
	}
	return value{kind: isWord, word: word}, nil
}

// until reads values up to the closing word. A reference is three words of which
// only the last tells: it replaces the two before it.
func (l *lexer) until(closing string, k kind) (value, error) {
	if l.deep++; l.deep > maxObjectDepth {
		return value{}, errTree
	}
	defer func() { l.deep-- }()
	var items []value
	for {
		word, err := l.token()
		switch {
		case err != nil:
			return value{}, err
		case word == closing:
			return value{kind: k, items: items}, nil
		case word == "R" && len(items) >= 2:
			number, err := strconv.Atoi(items[len(items)-2].word)
			if err != nil {
				return value{}, errTree
			}
			items = append(items[:len(items)-2], value{kind: isRef, number: number})
			continue
		}
		item, err := l.valueFrom(word)
		if err != nil {
			return value{}, err
		}
		items = append(items, item)
	}
}

func (l *lexer) integer() (int, error) {
	word, err := l.token()
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(word)
	if err != nil {
		return 0, errTree
	}
	return n, nil
}

const (
	space      = "\x00\t\n\f\r "
	delimiters = "()<>[]{}/%"
)

// token reads the next word: a bracket, a name with its slash, a number or
// keyword. A string becomes the word "()".
func (l *lexer) token() (string, error) {
	b, err := l.next()
	for err == nil && bytes.IndexByte([]byte(space), b) >= 0 {
		b, err = l.next()
	}
	if err != nil {
		return "", err
	}
	switch b {
	case '[', ']':
		return string(b), nil
	case '(':
		return "()", l.skipString()
	case '<', '>':
		if l.peek() == b {
			_, err := l.next()
			return string([]byte{b, b}), err
		}
		if b == '<' {
			return "()", l.skipHex()
		}
		return "", errTree
	}
	return l.wordFrom(b)
}

func (l *lexer) wordFrom(b byte) (string, error) {
	word := []byte{b}
	for {
		b := l.peek()
		if b == 0 || bytes.IndexByte([]byte(space+delimiters), b) >= 0 {
			return string(word), nil
		}
		if _, err := l.next(); err != nil {
			return "", err
		}
		word = append(word, b)
	}
}

// skipString reads to the end of a string whose opening bracket was read
// (ISO 32000-1 section 7.3.4.2).
func (l *lexer) skipString() error {
	for open := 1; open > 0; {
		b, err := l.next()
		if err != nil {
			return err
		}
		switch b {
		case '\\':
			if _, err := l.next(); err != nil {
				return err
			}
		case '(':
			open++
		case ')':
			open--
		}
	}
	return nil
}

func (l *lexer) skipHex() error {
	for {
		if b, err := l.next(); err != nil || b == '>' {
			return err
		}
	}
}

func (l *lexer) next() (byte, error) {
	if l.left--; l.left < 0 {
		return 0, errTree
	}
	return l.in.ReadByte()
}

// peek is the next byte, or 0 at the end.
func (l *lexer) peek() byte {
	b, err := l.in.Peek(1)
	if err != nil {
		return 0
	}
	return b[0]
}
