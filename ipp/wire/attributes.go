package wire

import (
	"errors"
	"slices"
	"time"

	"github.com/OpenPrinting/goipp"
)

// Attribute is a name with one or more tagged values.
type Attribute = goipp.Attribute

// Resolution is a printer-resolution value.
type Resolution = goipp.Resolution

// IntRange is a rangeOfInteger value; both ends belong to it.
type IntRange struct{ Lower, Upper int }

// Attributes is the attributes of one group or one collection, in their order.
type Attributes []Attribute

// The reasons why a getter returns an *Error; its status is bad-request.
var (
	ErrMissing = errors.New("attribute missing")
	ErrType    = errors.New("attribute has another type")
	ErrCount   = errors.New("attribute has more than one value")
)

// Find is the attribute of that name.
func (a Attributes) Find(name string) (Attribute, bool) {
	for _, attr := range a {
		if attr.Name == name {
			return attr, true
		}
	}
	return Attribute{}, false
}

// Has reports whether there is an attribute of that name.
func (a Attributes) Has(name string) bool {
	_, ok := a.Find(name)
	return ok
}

// Optional turns a getter's ErrMissing into ok = false and leaves other errors:
//
//	name, ok, err := wire.Optional(op.String("job-name"))
func Optional[T any](value T, err error) (v T, ok bool, other error) {
	if errors.Is(err, ErrMissing) {
		return v, false, nil
	}
	return value, err == nil, err
}

// String is the one value of a string attribute. With tags given, it must have
// one of these; a text or name with its language counts as one without.
func (a Attributes) String(name string, tags ...Tag) (string, error) {
	return one(name, a, func(t Tag, v goipp.Value) (string, bool) { return asString(t, v, tags) })
}

// Strings is all values of a string attribute; tags as for String.
func (a Attributes) Strings(name string, tags ...Tag) ([]string, error) {
	return all(name, a, func(t Tag, v goipp.Value) (string, bool) { return asString(t, v, tags) })
}

// Int is the one value of an integer or enum attribute.
func (a Attributes) Int(name string) (int, error) { return one(name, a, asInt) }

// Ints is all values of an integer or enum attribute.
func (a Attributes) Ints(name string) ([]int, error) { return all(name, a, asInt) }

// Bool is the one value of a boolean attribute.
func (a Attributes) Bool(name string) (bool, error) {
	return one(name, a, func(_ Tag, v goipp.Value) (bool, bool) {
		b, ok := v.(goipp.Boolean)
		return bool(b), ok
	})
}

// Range is the one value of a rangeOfInteger attribute.
func (a Attributes) Range(name string) (IntRange, error) { return one(name, a, asRange) }

// Ranges is all values of a rangeOfInteger attribute such as page-ranges.
func (a Attributes) Ranges(name string) ([]IntRange, error) { return all(name, a, asRange) }

// Resolution is the one value of a resolution attribute.
func (a Attributes) Resolution(name string) (Resolution, error) {
	return one(name, a, func(_ Tag, v goipp.Value) (Resolution, bool) {
		r, ok := v.(goipp.Resolution)
		return r, ok
	})
}

// Time is the one value of a dateTime attribute.
func (a Attributes) Time(name string) (time.Time, error) {
	return one(name, a, func(_ Tag, v goipp.Value) (time.Time, bool) {
		t, ok := v.(goipp.Time)
		return t.Time, ok
	})
}

// Octets is the one value of an octetString attribute such as job-password.
func (a Attributes) Octets(name string) ([]byte, error) {
	return one(name, a, func(t Tag, v goipp.Value) ([]byte, bool) {
		b, ok := v.(goipp.Binary)
		return b, ok && t == goipp.TagString
	})
}

// Collection is the members of the one value of a collection attribute such as
// media-col.
func (a Attributes) Collection(name string) (Attributes, error) {
	return one(name, a, asCollection)
}

// Collections is the members of all values of a collection attribute.
func (a Attributes) Collections(name string) ([]Attributes, error) {
	return all(name, a, asCollection)
}

func asString(tag Tag, value goipp.Value, tags []Tag) (string, bool) {
	var s string
	switch v := value.(type) {
	case goipp.String:
		s = string(v)
	case goipp.TextWithLang:
		s, tag = v.Text, withoutLanguage[tag]
	default:
		return "", false
	}
	if len(tags) > 0 && !slices.Contains(tags, tag) {
		return "", false
	}
	return s, true
}

var withoutLanguage = map[Tag]Tag{
	goipp.TagTextLang: goipp.TagText,
	goipp.TagNameLang: goipp.TagName,
}

func asInt(_ Tag, value goipp.Value) (int, bool) {
	n, ok := value.(goipp.Integer)
	return int(n), ok
}

func asRange(_ Tag, value goipp.Value) (IntRange, bool) {
	r, ok := value.(goipp.Range)
	return IntRange(r), ok
}

func asCollection(_ Tag, value goipp.Value) (Attributes, bool) {
	c, ok := value.(goipp.Collection)
	return Attributes(c), ok
}

// all converts every value of the attribute.
func all[T any](name string, a Attributes, as func(Tag, goipp.Value) (T, bool)) ([]T, error) {
	attr, ok := a.Find(name)
	if !ok {
		return nil, refuse(StatusBadRequest, "The attribute %s is missing.", name).because(ErrMissing)
	}
	values := make([]T, 0, len(attr.Values))
	for _, v := range attr.Values {
		value, ok := as(v.T, v.V)
		if !ok {
			return nil, refuse(StatusBadRequest, "The attribute %s has a wrong type.", name).because(ErrType)
		}
		values = append(values, value)
	}
	return values, nil
}

// one converts the only value of the attribute.
func one[T any](name string, a Attributes, as func(Tag, goipp.Value) (T, bool)) (value T, err error) {
	values, err := all(name, a, as)
	if err != nil {
		return value, err
	}
	if len(values) != 1 {
		return value, refuse(StatusBadRequest, "The attribute %s has several values.", name).because(ErrCount)
	}
	return values[0], nil
}
