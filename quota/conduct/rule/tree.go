package rule

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
)

// node is a value of a file with where it stands.
type node struct {
	line   int
	names  []string // of an object, in order
	fields map[string]*node
	items  []*node // of a list
	value  any     // of anything else
	is     string  // "an object", "a list", "a text", "a number", "true or false", "null"
}

// broken is text that is no JSON.
type broken struct {
	line int
	say  string
}

// parser reads a file as JSON, and knows the line.
type parser struct {
	*json.Decoder
	text []byte
}

func (p parser) line() int {
	return 1 + bytes.Count(p.text[:min(int(p.InputOffset()), len(p.text))], []byte("\n"))
}

func (p parser) fail(say string, args ...any) *broken {
	return &broken{p.line(), fmt.Sprintf(say, args...)}
}

// deepest is how far lists and objects may be in one another.
const deepest = 10

func parse(text []byte) (*node, *broken) {
	p := parser{json.NewDecoder(bytes.NewReader(text)), text}
	p.UseNumber()
	n, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if _, more := p.Token(); !errors.Is(more, io.EOF) {
		return nil, p.fail("something stands after the end")
	}
	return n, nil
}

func (p parser) value(depth int) (*node, *broken) {
	token, err := p.Token()
	if err != nil || depth > deepest {
		return nil, p.fail("this cannot be read as JSON")
	}
	n := &node{line: p.line(), value: token}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			n.is, n.fields = "an object", map[string]*node{}
			return n, p.object(n, depth)
		}
		n.is = "a list"
		return n, p.list(n, depth)
	case string:
		n.is = "a text"
	case json.Number:
		n.is = "a number"
	case bool:
		n.is = "true or false"
	default:
		n.is = "null"
	}
	return n, nil
}

func (p parser) object(n *node, depth int) *broken {
	for p.More() {
		token, err := p.Token()
		name, isText := token.(string)
		if err != nil || !isText {
			return p.fail("this cannot be read as JSON")
		}
		if n.fields[name] != nil {
			return p.fail("%q stands twice", name)
		}
		field, bad := p.value(depth + 1)
		if bad != nil {
			return bad
		}
		n.names, n.fields[name] = append(n.names, name), field
	}
	return p.end()
}

func (p parser) list(n *node, depth int) *broken {
	for p.More() {
		item, bad := p.value(depth + 1)
		if bad != nil {
			return bad
		}
		n.items = append(n.items, item)
	}
	return p.end()
}

func (p parser) end() *broken {
	if _, err := p.Token(); err != nil {
		return p.fail("this cannot be read as JSON")
	}
	return nil
}

// into fills a value with what the tree says; what does not fit is said of its field.
func (n *node) into(to any, p *problems) { n.fill(reflect.ValueOf(to).Elem(), "", p) }

func (n *node) fill(to reflect.Value, at string, p *problems) {
	p.lines[at] = n.line
	switch to.Kind() {
	case reflect.Struct:
		n.fillStruct(to, at, p)
	case reflect.Slice:
		if !n.must("a list", at, p) {
			return
		}
		to.Set(reflect.MakeSlice(to.Type(), len(n.items), len(n.items)))
		for i, item := range n.items {
			item.fill(to.Index(i), fmt.Sprintf("%s[%d]", at, i), p)
		}
	case reflect.Map:
		if !n.must("an object", at, p) {
			return
		}
		to.Set(reflect.MakeMap(to.Type()))
		for _, name := range n.names {
			value := reflect.New(to.Type().Elem()).Elem()
			n.fields[name].fill(value, join(at, name), p)
			to.SetMapIndex(reflect.ValueOf(name), value)
		}
	case reflect.String:
		if n.must("a text", at, p) {
			to.SetString(n.value.(string))
		}
	case reflect.Bool:
		if n.must("true or false", at, p) {
			to.SetBool(n.value.(bool))
		}
	default:
		if !n.must("a number", at, p) {
			return
		}
		whole, err := strconv.ParseInt(string(n.value.(json.Number)), 10, 32)
		if err != nil {
			p.add(at, "is %s, and has to be a whole number", n.value)
			return
		}
		to.SetInt(whole)
	}
}

func (n *node) fillStruct(to reflect.Value, at string, p *problems) {
	if !n.must("an object", at, p) {
		return
	}
	known := map[string]bool{}
	for i := range to.NumField() {
		name, more, _ := strings.Cut(to.Type().Field(i).Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		known[name] = true
		field := n.fields[name]
		switch {
		case field != nil:
			field.fill(to.Field(i), join(at, name), p)
		case more != "omitempty":
			p.lines[join(at, name)] = n.line
			p.add(join(at, name), "is missing")
		}
	}
	for _, name := range n.names {
		if !known[name] {
			p.lines[join(at, name)] = n.fields[name].line
			p.add(join(at, name), "is unknown")
		}
	}
}

func (n *node) must(is, at string, p *problems) bool {
	if n.is != is {
		p.add(at, "is %s, and has to be %s", n.is, is)
	}
	return n.is == is
}

func join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}
