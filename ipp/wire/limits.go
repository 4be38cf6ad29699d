package wire

import "github.com/OpenPrinting/goipp"

// Limits bounds what a message may cost. A field that is zero takes the value
// of ForRequests.
type Limits struct {
	Bytes      int // header, groups and attributes together, the document apart
	Depth      int // collections within collections
	Attributes int // groups, attributes and collection members of the whole message
	Values     int // of one attribute or member
}

// ForRequests is for messages from anyone on the network: at most 64 KiB, which
// costs a few MiB to decode.
var ForRequests = Limits{Bytes: 64 << 10, Depth: 8, Attributes: 1000, Values: 1000}

// ForReplies is for the answers of printers, whose media databases are long: at
// most 1 MiB.
var ForReplies = Limits{Bytes: 1 << 20, Depth: 8, Attributes: 20000, Values: 5000}

func (l Limits) orDefault() Limits {
	set := func(field *int, value int) {
		if *field <= 0 {
			*field = value
		}
	}
	set(&l.Bytes, ForRequests.Bytes)
	set(&l.Depth, ForRequests.Depth)
	set(&l.Attributes, ForRequests.Attributes)
	set(&l.Values, ForRequests.Values)
	return l
}

// Octets a name or value may have on the wire, whatever its syntax: lengths are
// signed 16-bit numbers (RFC 8010 3.1.4).
const maxLength = 32767

// maxNameLength is the longest attribute name, a keyword (RFC 8011 5.1.4).
const maxNameLength = 255

// maxOctets is the longest value of each syntax (RFC 8011 5.1). A name is
// allowed the length of a text: clients put whole document titles into job-name,
// and a title too long is no reason to lose a job.
var maxOctets = map[Tag]int{
	goipp.TagText:           1023,
	goipp.TagName:           1023,
	goipp.TagTextLang:       1023 + 63 + 4,
	goipp.TagNameLang:       1023 + 63 + 4,
	goipp.TagKeyword:        255,
	goipp.TagURI:            1023,
	goipp.TagURIScheme:      63,
	goipp.TagCharset:        63,
	goipp.TagLanguage:       63,
	goipp.TagMimeType:       255,
	goipp.TagMemberName:     maxNameLength,
	goipp.TagReservedString: 1023,
}
