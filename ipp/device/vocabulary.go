package device

import (
	"github.com/phin1x/go-ipp"

	"inkwell/ipp/wire"
)

// go-ipp encodes only attributes it has a tag for, in one map for the whole
// program. It is written here and nowhere else, before anything runs.
func init() {
	ipp.AttributeTagMapping["print-color-mode"] = ipp.TagKeyword
	ipp.AttributeTagMapping["multiple-document-handling"] = ipp.TagKeyword
	ipp.AttributeTagMapping["media-col"] = ipp.TagBeginCollection
	ipp.AttributeTagMapping["finishings"] = ipp.TagEnum
	ipp.AttributeTagMapping["output-bin"] = ipp.TagKeyword
	ipp.AttributeTagMapping["print-quality"] = ipp.TagEnum
	ipp.AttributeTagMapping["print-scaling"] = ipp.TagKeyword
}

// attributes is one group of a reply.
type attributes ipp.Attributes

// group is the first of a reply's groups; empty if there is none.
func group(groups []ipp.Attributes) attributes {
	if len(groups) == 0 {
		return nil
	}
	return attributes(groups[0])
}

// number is an integer or enum; false if it is missing or something else.
func (a attributes) number(name string) (int, bool) {
	if len(a[name]) != 1 {
		return 0, false
	}
	n, ok := a[name][0].Value.(int)
	return n, ok
}

// count is a number that cannot be negative; -1 if the printer does not say.
func (a attributes) count(name string) int {
	if n, ok := a.number(name); ok && n >= 0 {
		return n
	}
	return -1
}

// numbers is all values of an enum.
func (a attributes) numbers(name string) []int {
	var all []int
	for _, v := range a[name] {
		if n, ok := v.Value.(int); ok {
			all = append(all, n)
		}
	}
	return all
}

// text is a string made safe to show; empty if there is none.
func (a attributes) text(name string) string {
	if all := a.texts(name); len(all) > 0 {
		return all[0]
	}
	return ""
}

// texts is all values of a string attribute, made safe to show.
func (a attributes) texts(name string) []string {
	var all []string
	for _, v := range a[name] {
		if s, ok := v.Value.(string); ok {
			all = append(all, wire.Clean(s, 255))
		}
	}
	return all
}

// mostReasons is more than any printer has at once.
const mostReasons = 32

// reasons is a set of keywords without "none", of which the first are kept.
func (a attributes) reasons(name string) []string {
	var all []string
	for _, s := range a.texts(name) {
		if s != "" && s != "none" && len(all) < mostReasons {
			all = append(all, s)
		}
	}
	return all
}

// flag is a boolean, or what to take it for if it is missing.
func (a attributes) flag(name string, otherwise bool) bool {
	if len(a[name]) == 1 {
		if b, ok := a[name][0].Value.(bool); ok {
			return b
		}
	}
	return otherwise
}
