package wire

import (
	"time"

	"github.com/OpenPrinting/goipp"
)

// The functions below make attributes with the right tags. Given no value at
// all, each makes a no-value attribute: an empty set cannot be written in IPP.

// Integer makes an integer attribute; values are cut to 32 bits.
func Integer(name string, values ...int) Attribute {
	return integerAttr(name, goipp.TagInteger, values)
}

// Enum makes an enum attribute such as job-state.
func Enum(name string, values ...int) Attribute { return integerAttr(name, goipp.TagEnum, values) }

// Boolean makes a boolean attribute.
func Boolean(name string, value bool) Attribute {
	return goipp.MakeAttr(name, goipp.TagBoolean, goipp.Boolean(value))
}

// Keyword makes a keyword attribute such as job-state-reasons.
func Keyword(name string, values ...string) Attribute {
	return stringAttr(name, goipp.TagKeyword, values)
}

// Name makes a name attribute, each value cut to the 255 octets of RFC 8011 5.1.3.
func Name(name string, values ...string) Attribute {
	return stringAttr(name, goipp.TagName, cutAll(values, 255))
}

// Text makes a text attribute, each value cut to the 1023 octets of RFC 8011 5.1.2.
func Text(name string, values ...string) Attribute {
	return stringAttr(name, goipp.TagText, cutAll(values, 1023))
}

// URI makes a uri attribute.
func URI(name string, values ...string) Attribute { return stringAttr(name, goipp.TagURI, values) }

// Charset makes a charset attribute.
func Charset(name string, values ...string) Attribute {
	return stringAttr(name, goipp.TagCharset, values)
}

// Language makes a naturalLanguage attribute.
func Language(name string, values ...string) Attribute {
	return stringAttr(name, goipp.TagLanguage, values)
}

// MIMEType makes a mimeMediaType attribute.
func MIMEType(name string, values ...string) Attribute {
	return stringAttr(name, goipp.TagMimeType, values)
}

// Octets makes an octetString attribute.
func Octets(name string, values ...[]byte) Attribute {
	return of(name, goipp.TagString, values, func(v []byte) goipp.Value { return goipp.Binary(v) })
}

// DateTime makes a dateTime attribute in UTC: some decoders refuse the offsets
// of the far east.
func DateTime(name string, value time.Time) Attribute {
	return goipp.MakeAttr(name, goipp.TagDateTime, goipp.Time{Time: value.UTC()})
}

// Range makes a rangeOfInteger attribute.
func Range(name string, values ...IntRange) Attribute {
	return of(name, goipp.TagRange, values, func(v IntRange) goipp.Value { return goipp.Range(v) })
}

// DPI makes a resolution attribute in dots per inch, square.
func DPI(name string, values ...int) Attribute {
	return of(name, goipp.TagResolution, values, func(v int) goipp.Value {
		return goipp.Resolution{Xres: v, Yres: v, Units: goipp.UnitsDpi}
	})
}

// Collection makes a collection attribute, one value for each list of members.
func Collection(name string, values ...Attributes) Attribute {
	return of(name, goipp.TagBeginCollection, values, func(v Attributes) goipp.Value {
		return goipp.Collection(v)
	})
}

// NoValue makes an attribute that is known but has no value now.
func NoValue(name string) Attribute {
	return goipp.MakeAttr(name, goipp.TagNoValue, goipp.Void{})
}

// Unknown makes an attribute whose value is not known.
func Unknown(name string) Attribute {
	return goipp.MakeAttr(name, goipp.TagUnknown, goipp.Void{})
}

// Unsupported makes the attribute that tells a client we know none of that name
// (RFC 8011 4.1.7); for a known one with a wrong value, return it as it came.
func Unsupported(name string) Attribute {
	return goipp.MakeAttr(name, goipp.TagUnsupportedValue, goipp.Void{})
}

// NotSettable makes the attribute that tells a client that nobody may set it (RFC
// 3380 section 8.1).
func NotSettable(name string) Attribute {
	return goipp.MakeAttr(name, goipp.TagNotSettable, goipp.Void{})
}

func integerAttr(name string, tag Tag, values []int) Attribute {
	return of(name, tag, values, func(v int) goipp.Value {
		return goipp.Integer(int32(min(max(v, -1<<31), 1<<31-1))) // #nosec G115 -- cut to range
	})
}

func stringAttr(name string, tag Tag, values []string) Attribute {
	return of(name, tag, values, func(v string) goipp.Value { return goipp.String(v) })
}

func of[T any](name string, tag Tag, values []T, as func(T) goipp.Value) Attribute {
	if len(values) == 0 {
		return NoValue(name)
	}
	attr := Attribute{Name: name}
	for _, v := range values {
		attr.Values.Add(tag, as(v))
	}
	return attr
}

func cutAll(values []string, most int) []string {
	short := make([]string, len(values))
	for i, v := range values {
		short[i] = Cut(v, most)
	}
	return short
}
