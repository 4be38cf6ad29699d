package ipp

import (
	"fmt"
	"strings"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// mostSupplies is how many supplies are told of: twelve printers' four toners.
const mostSupplies = 48

// supplies is printer-supply (PWG 5100.13) of all paper printers, each described
// with its printer's name. Where none tells, one entry says so.
func (c *call) supplies() []wire.Attribute {
	var levels [][]byte
	var names []string
	for i, s := range c.model.offer.Supplies {
		if i == mostSupplies {
			break
		}
		levels = append(levels, supply(i+1, s))
		names = append(names, s.Name)
	}
	if len(levels) == 0 {
		levels = [][]byte{supply(1, release.Supply{Type: "other", Max: -2, Level: -2})}
		names = []string{c.tongue.say("Unknown: the printers do not tell.")}
	}
	return []wire.Attribute{
		wire.Octets("printer-supply", levels...),
		wire.Text("printer-supply-description", names...),
		wire.URI("printer-supply-info-uri", c.webURI()),
	}
}

// supply is one value of printer-supply (PWG 5100.13, after RFC 3805).
func supply(index int, s release.Supply) []byte {
	class := "supplyThatIsConsumed"
	if strings.HasPrefix(s.Type, "waste") {
		class = "receptacleThatIsFilled"
	}
	return fmt.Appendf(nil, "index=%d;class=%s;type=%s;unit=percent;maxcapacity=%d;level=%d;colorantname=%s;",
		index, class, s.Type, s.Max, s.Level, orDefault(s.Color, "unknown"))
}
