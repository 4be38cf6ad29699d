package ipptest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// valueTags are the tags of values (RFC 8010 section 3.5.2) by the names that CUPS's
// log has for them.
var valueTags = map[string]byte{
	"integer": 0x21, "boolean": 0x22, "enum": 0x23, "octetString": 0x30, "resolution": 0x32, "rangeOfInteger": 0x33, "collection": 0x34,
	"textWithoutLanguage": 0x41, "nameWithoutLanguage": 0x42, "keyword": 0x44, "uri": 0x45, "charset": 0x47, "naturalLanguage": 0x48, "mimeMediaType": 0x49,
}

const (
	endCollection = 0x37
	memberName    = 0x4a
)

// appendValues writes an attribute: values of one tag, with commas between them.
func appendValues(out []byte, name, tag, values string) ([]byte, error) {
	code, known := valueTags[tag]
	if !known {
		return nil, fmt.Errorf("there is no tag %s", tag)
	}
	for i, v := range split(values, ',') {
		if i > 0 {
			name = "" // RFC 8010 section 3.1.5
		}
		if code == valueTags["collection"] {
			var err error
			if out, err = appendCollection(out, name, v); err != nil {
				return nil, err
			}
			continue
		}
		raw, err := encodeValue(tag, v)
		if err != nil {
			return nil, err
		}
		out = appendField(out, code, name, raw)
	}
	return out, nil
}

// appendField writes one value; a further value of an attribute has no name.
func appendField(out []byte, tag byte, name string, value []byte) []byte {
	out = append(out, tag)
	out = append(binary.BigEndian.AppendUint16(out, uint16(len(name))), name...)    //nolint:gosec // a line of a test file
	return append(binary.BigEndian.AppendUint16(out, uint16(len(value))), value...) //nolint:gosec // as above
}

// appendCollection writes {member=value member=value}. A member is an integer if it
// looks like one, and a keyword otherwise; "tag:value" says another.
func appendCollection(out []byte, name, value string) ([]byte, error) {
	inner, closed := strings.CutSuffix(strings.TrimPrefix(value, "{"), "}")
	if !closed || value[0] != '{' {
		return nil, fmt.Errorf("%q is no collection", value)
	}
	out = appendField(out, valueTags["collection"], name, nil)
	for _, m := range split(inner, ' ') {
		member, v, _ := strings.Cut(m, "=")
		tag := "keyword"
		if _, err := strconv.Atoi(v); err == nil {
			tag = "integer"
		}
		if t, rest, ok := strings.Cut(v, ":"); ok && valueTags[t] != 0 {
			tag, v = t, rest
		}
		if strings.HasPrefix(v, "{") {
			tag = "collection"
		}
		out = appendField(out, memberName, "", []byte(member))
		var err error
		if out, err = appendValues(out, "", tag, v); err != nil {
			return nil, err
		}
	}
	return appendField(out, endCollection, "", nil), nil
}

func encodeValue(tag, v string) ([]byte, error) {
	switch tag {
	case "integer", "enum":
		n, err := strconv.ParseInt(v, 10, 32)
		return binary.BigEndian.AppendUint32(nil, uint32(n)), err //nolint:gosec // two's complement is meant
	case "boolean":
		return []byte{byte(slices.Index([]string{"false", "true"}, v))}, nil
	case "resolution":
		var x, y uint32
		_, err := fmt.Sscanf(v, "%dx%ddpi", &x, &y)
		return append(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, x), y), 3), err
	case "rangeOfInteger":
		var low, high uint32
		_, err := fmt.Sscanf(v, "%d-%d", &low, &high)
		return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, low), high), err
	case "":
		return nil, errors.New("no tag")
	default:
		return []byte(v), nil
	}
}

// split cuts at a separator outside of braces.
func split(s string, at byte) []string {
	var all []string
	depth, from := 0, 0
	for i := range len(s) {
		switch {
		case s[i] == '{':
			depth++
		case s[i] == '}':
			depth--
		case s[i] == at && depth == 0:
			all = append(all, s[from:i])
			from = i + 1
		}
	}
	if from == len(s) && len(all) == 0 {
		return nil
	}
	return append(all, s[from:])
}
