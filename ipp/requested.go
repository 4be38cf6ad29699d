package ipp

import (
	"github.com/OpenPrinting/goipp"

	"inkwell/ipp/wire"
)

// wanted reads requested-attributes; without it, it is the names given.
func (c *call) wanted(otherwise ...string) (wire.Requested, error) {
	return c.op().Requested(otherwise, goipp.TagKeyword)
}
