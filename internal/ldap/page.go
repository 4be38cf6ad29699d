package ldap

import (
	"context"
	"fmt"

	"github.com/go-ldap/ldap/v3"
)

// pageSize is how many entries are asked for at once. Active Directory gives 1,000 at
// most.
const pageSize = 500

// pages reads every entry that the filter finds, page by page (RFC 2696). An answer
// that the directory cuts short is an error: whoever is missing from it has not left.
func (s *Server) pages(ctx context.Context, c *conn, base, filter string, attributes []string, each func(*ldap.Entry) error) error {
	page := ldap.NewControlPaging(pageSize)
	ask := ldap.NewSearchRequest(base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, filter, attributes, []ldap.Control{page})
	for {
		var found *ldap.SearchResult
		if err := c.within(ctx, s.o.Page, func() (err error) { found, err = c.Search(ask); return err }); err != nil {
			return away.Because(fmt.Errorf("read directory: %w", err))
		}
		for _, e := range found.Entries {
			if err := each(e); err != nil {
				return err
			}
		}
		more, ok := ldap.FindControl(found.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
		if !ok || len(more.Cookie) == 0 {
			return nil
		}
		page.SetCookie(more.Cookie)
	}
}
