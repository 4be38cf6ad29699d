package wire

import (
	"unicode/utf8"

	"github.com/OpenPrinting/goipp"
)

// checkName refuses an attribute name that is empty, long or not plain visible
// ASCII. Real clients send more than lower-case keywords ("ColorModel"), so case
// is free.
func checkName(name string) error {
	if name == "" || len(name) > maxNameLength {
		return refuse(StatusBadRequest, "An attribute name has a wrong length.")
	}
	for i := range len(name) {
		if name[i] <= ' ' || name[i] >= 0x7f {
			return refuse(StatusBadRequest, "An attribute name holds a forbidden character.")
		}
	}
	return nil
}

var fixedOctets = map[Tag]int{
	goipp.TagInteger:         4,
	goipp.TagEnum:            4,
	goipp.TagBoolean:         1,
	goipp.TagDateTime:        11,
	goipp.TagResolution:      9,
	goipp.TagRange:           8,
	goipp.TagBeginCollection: 0,
	goipp.TagEndCollection:   0,
}

// checkValue refuses a value whose length does not fit its tag and, if strict,
// whose content does not (RFC 8010 3.9).
func checkValue(tag Tag, value []byte, strict bool) error {
	if want, ok := fixedOctets[tag]; ok && len(value) != want {
		return refuse(StatusBadRequest, "A value of type %s has a wrong length.", tag)
	}
	switch {
	case tag > goipp.TagExtension:
		return refuse(StatusBadRequest, "The request uses a reserved tag.")
	case tag == goipp.TagExtension && (len(value) < 4 || value[0] > 0x7f):
		return refuse(StatusBadRequest, "An extension tag is malformed.")
	case tag == goipp.TagTextLang || tag == goipp.TagNameLang:
		return checkWithLanguage(tag, value, strict)
	case !strict:
		return nil
	case tag.Type() == goipp.TypeVoid && len(value) > 0:
		return refuse(StatusBadRequest, "A value of type %s has a wrong length.", tag)
	case tag == goipp.TagBoolean && value[0] > 1:
		return refuse(StatusBadRequest, "A boolean is neither true nor false.")
	case tag == goipp.TagRange && int32At(value, 0) > int32At(value, 4):
		return refuse(StatusBadRequest, "A range ends before it begins.")
	case tag.Type() == goipp.TypeString:
		return checkString(tag, value)
	}
	return nil
}

// checkWithLanguage checks both parts of a text or name with its language.
func checkWithLanguage(tag Tag, value []byte, strict bool) error {
	language, rest, ok := cutString(value)
	text, end, ok2 := cutString(rest)
	if !ok || !ok2 || len(end) > 0 {
		return refuse(StatusBadRequest, "A value of type %s has a wrong length.", tag)
	}
	if !strict {
		return nil
	}
	if err := checkString(goipp.TagLanguage, language); err != nil {
		return err
	}
	return checkString(tag, text)
}

// cutString splits a length-prefixed string off b.
func cutString(b []byte) (s, rest []byte, ok bool) {
	if len(b) < 2 {
		return nil, nil, false
	}
	n := int(b[0])<<8 | int(b[1])
	if len(b)-2 < n {
		return nil, nil, false
	}
	return b[2 : 2+n], b[2+n:], true
}

func checkString(tag Tag, value []byte) error {
	if most := maxOctets[tag]; len(value) > most {
		return refuse(StatusRequestValueTooLong, "A value of type %s is longer than %d octets.", tag, most)
	}
	if !utf8.Valid(value) {
		return refuse(StatusBadRequest, "A value of type %s is not UTF-8.", tag)
	}
	if !Printable(string(value)) {
		return refuse(StatusBadRequest, "A value of type %s holds a control character.", tag)
	}
	return nil
}

func int32At(b []byte, at int) int32 {
	return int32(uint32(b[at])<<24 | uint32(b[at+1])<<16 | uint32(b[at+2])<<8 | uint32(b[at+3])) // #nosec G115 -- two's complement on the wire
}
