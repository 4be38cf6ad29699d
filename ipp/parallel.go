package ipp

import (
	"context"

	"inkwell/internal/school"
	"inkwell/ipp/wire"
)

// parallel is printer-uri-supported with its two parallel lists (RFC 8011 sections
// 5.4.1 to 5.4.3): every address at which this client may print, the one that it has
// used first, so that a client finds one that it can use. Android passes over those
// that want more than a name (AOSP BuiltInPrintService, ipphelper.c,
// parse_printerUris); iOS, which gives no name, needs the one that asks for a
// password. A personal address is told to nobody but whoever used it.
func (c *call) parallel() []wire.Attribute {
	var uris, proofs, secure []string
	schemes := c.schemes()
	if c.cups {
		schemes = schemes[:1] // libcups takes several for one address
	}
	for _, w := range c.ways() {
		for _, scheme := range schemes {
			uris = append(uris, scheme+"://"+c.host()+c.pathBy(w))
			proofs = append(proofs, c.asks(w))
			secure = append(secure, security[scheme])
		}
	}
	return []wire.Attribute{
		wire.URI("printer-uri-supported", uris...),
		wire.Keyword("uri-authentication-supported", proofs...),
		wire.Keyword("uri-security-supported", secure...),
	}
}

// ways are the client's own way and then the others that are open to it. Whoever has a
// personal address needs no other.
func (c *call) ways() []way {
	all := []way{c.way}
	if c.cups || c.way.personal() {
		return all
	}
	if c.way != "" && c.asksForPasswords() {
		all = append(all, "")
	}
	for _, g := range c.groups {
		if w := way(school.GroupPath("", g.Slug)); w != c.way && c.queue.Policy.Takes(g.Proof()) {
			all = append(all, w)
		}
	}
	if !c.takesBare() && c.way == "" && len(all) > 1 {
		return all[1:]
	}
	return all
}

// asks is what the address of a way asks of its user.
func (c *call) asks(w way) string {
	if c.queue.Proof == school.ByLoopback || w != "" {
		return "requesting-user-name"
	}
	return "basic"
}

// around finds the device groups that the client belongs to, when it wants to know the
// addresses it may use.
func (c *call) around(ctx context.Context, want wire.Requested) (err error) {
	told := want.Pick("printer-description", []wire.Attribute{wire.URI("printer-uri-supported"), wire.Keyword("uri-authentication-supported"), wire.Keyword("uri-security-supported")})
	if c.cups || c.way.personal() || len(told) == 0 {
		return nil
	}
	c.groups, err = c.Directory.GroupsOf(ctx, c.queue.School, c.device())
	return err
}
