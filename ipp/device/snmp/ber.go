package snmp

import (
	"errors"
	"slices"
)

// The tags of BER that SNMP uses.
const (
	tagInteger   = 0x02
	tagOctets    = 0x04
	tagNull      = 0x05
	tagOID       = 0x06
	tagSequence  = 0x30
	tagCounter32 = 0x41
	tagGauge32   = 0x42
	tagTicks     = 0x43
	tagCounter64 = 0x46
	tagGet       = 0xa0
	tagResponse  = 0xa2
	noSuchObject = 0x80 // and the two after it (RFC 3416 section 3)
	endOfView    = 0x82
)

// noSuchName is the error-status of a missing object in version 1.
const noSuchName = 2

var (
	errBroken  = errors.New("the printer's SNMP answer cannot be read")
	errOther   = errors.New("an answer to another question")
	errRefused = errors.New("the printer refused to say")
)

// question is a GET of one object.
func question(version byte, community string, number uint32, id OID) []byte {
	binding := wrap(tagSequence, wrap(tagOID, encodeOID(id)), []byte{tagNull, 0})
	return wrap(tagSequence,
		[]byte{tagInteger, 1, version},
		wrap(tagOctets, []byte(community)),
		wrap(tagGet,
			[]byte{tagInteger, 4, byte(number >> 24), byte(number >> 16), byte(number >> 8), byte(number)}, // #nosec G115 -- its bytes
			[]byte{tagInteger, 1, 0}, []byte{tagInteger, 1, 0},
			wrap(tagSequence, binding)))
}

// wrap is a tag, the length of what follows, and that; shorter than 64 KiB.
func wrap(tag byte, parts ...[]byte) []byte {
	body := slices.Concat(parts...)
	n := len(body)
	head := []byte{tag}
	switch {
	case n < 0x80:
		head = append(head, byte(n))
	case n < 0x100:
		head = append(head, 0x81, byte(n))
	default:
		head = append(head, 0x82, byte(n>>8), byte(n)) // #nosec G115 -- its bytes
	}
	return append(head, body...)
}

func encodeOID(id OID) []byte {
	out := []byte{byte(id[0]*40 + id[1])} // #nosec G115 -- at most 2*40+39
	for _, n := range id[2:] {
		part := []byte{byte(n & 0x7f)} // #nosec G115 -- seven bits
		for n >>= 7; n > 0; n >>= 7 {
			part = append(part, byte(n&0x7f)|0x80) // #nosec G115 -- seven bits
		}
		slices.Reverse(part)
		out = append(out, part...)
	}
	return out
}

// answer reads the value that a response to the question carries.
func answer(datagram []byte, number uint32, id OID) (Value, error) {
	message, rest, ok := take(datagram, tagSequence)
	if !ok || len(rest) > 0 {
		return Value{}, errBroken
	}
	_, message, ok1 := take(message, tagInteger) // version
	_, message, ok2 := take(message, tagOctets)  // community
	pdu, message, ok3 := take(message, tagResponse)
	got, pdu, ok4 := takeNumber(pdu)
	if !ok1 || !ok2 || !ok3 || !ok4 || len(message) > 0 {
		return Value{}, errBroken
	}
	if got != int64(number) {
		return Value{}, errOther
	}
	status, pdu, ok1 := takeNumber(pdu)
	_, pdu, ok2 = takeNumber(pdu)
	bindings, pdu, ok3 := take(pdu, tagSequence)
	if !ok1 || !ok2 || !ok3 || len(pdu) > 0 {
		return Value{}, errBroken
	}
	switch status {
	case 0:
		return bound(bindings, id)
	case noSuchName:
		return Value{}, ErrNone
	}
	return Value{}, errRefused
}

// bound is the value of the one binding of a response, which is to be of that object.
func bound(bindings []byte, id OID) (Value, error) {
	binding, more, ok := take(bindings, tagSequence)
	name, value, ok2 := take(binding, tagOID)
	if !ok || !ok2 || len(more) > 0 || len(value) == 0 {
		return Value{}, errBroken
	}
	if !slices.Equal(name, encodeOID(id)) {
		return Value{}, errOther
	}
	tag := value[0]
	body, more, ok := take(value, tag)
	if !ok || len(more) > 0 {
		return Value{}, errBroken
	}
	switch {
	case tag >= noSuchObject && tag <= endOfView, tag == tagNull:
		return Value{}, ErrNone
	case tag == tagOctets:
		return Value{Text: string(body), IsText: true}, nil
	case tag == tagInteger || tag == tagCounter32 || tag == tagGauge32 || tag == tagTicks || tag == tagCounter64:
		n, ok := integer(body, tag != tagInteger)
		if !ok {
			return Value{}, errBroken
		}
		return Value{Number: n}, nil
	}
	return Value{}, errBroken
}

// take splits what has a tag from what follows it.
func take(in []byte, tag byte) (body, rest []byte, ok bool) {
	if len(in) < 2 || in[0] != tag {
		return nil, nil, false
	}
	n, in := int(in[1]), in[2:]
	if n >= 0x80 {
		size := n & 0x7f
		if size < 1 || size > 2 || len(in) < size {
			return nil, nil, false
		}
		n = 0
		for _, b := range in[:size] {
			n = n<<8 | int(b)
		}
		in = in[size:]
	}
	if n > len(in) {
		return nil, nil, false
	}
	return in[:n], in[n:], true
}

func takeNumber(in []byte) (n int64, rest []byte, ok bool) {
	body, rest, ok := take(in, tagInteger)
	if !ok {
		return 0, nil, false
	}
	n, ok = integer(body, false)
	return n, rest, ok
}

// integer is a number of at most eight bytes, and one more of zero where it has no sign.
// What does not fit is refused.
func integer(body []byte, unsigned bool) (n int64, ok bool) {
	if unsigned && len(body) == 9 && body[0] == 0 {
		body = body[1:]
	}
	if len(body) < 1 || len(body) > 8 {
		return 0, false
	}
	if !unsigned && body[0] >= 0x80 {
		n = -1
	}
	for _, b := range body {
		n = n<<8 | int64(b)
	}
	return n, !unsigned || n >= 0
}
