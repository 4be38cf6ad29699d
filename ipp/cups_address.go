package ipp

import (
	"context"
	"slices"
	"strings"

	"inkwell/internal/school"
	"inkwell/release"
)

// Where queues are and how CUPS calls them: /ipp/print/room-4 is /printers/print_room-4.
// No path of a queue has an underscore, so every queue has one name and no two the same.
const (
	queueRoot  = "/ipp/"
	cupsPrefix = "/printers/"
)

// wholeServer are the paths by which CUPS's programs mean the server itself.
var wholeServer = []string{"", "/printers", "/classes", "/jobs", "/admin"}

// queuePath is the path of the queue that a path means, and whether the path is one
// of CUPS's. Of a path that means the whole server there is none.
func queuePath(path string) (queue string, cups bool) {
	path = strings.TrimSuffix(path, "/")
	if name, ok := strings.CutPrefix(path, cupsPrefix); ok && !strings.Contains(name, "/") {
		return queueRoot + strings.ReplaceAll(name, "_", "/"), true
	}
	if slices.Contains(wholeServer, path) {
		return "", true
	}
	return path, false
}

// cupsName is how CUPS calls a queue.
func cupsName(q release.Queue) string {
	return strings.ReplaceAll(strings.TrimPrefix(q.Path, queueRoot), "/", "_")
}

// printerPath is the path of the queue in URIs for this client.
func (c *call) printerPath() string { return c.pathBy(c.way) }

// pathBy is the queue's path by a way.
func (c *call) pathBy(w way) string {
	if c.cups {
		return cupsPrefix + cupsName(c.queue)
	}
	return c.queue.Path + string(w)
}

// printerName is the queue's printer-name for this client. CUPS's programs make
// an address of it.
func (c *call) printerName() string {
	if c.cups {
		return cupsName(c.queue)
	}
	return c.queue.Name
}

// each does something for the queue of the request or, for the whole server, for
// every queue that believes who the sender says to be. Queues that ask for a
// password are left out then: one password must not be tried at every school.
func (c *call) each(ctx context.Context, do func() error) error {
	if c.queue.ID != 0 {
		return do()
	}
	all, err := c.Desk.Queues(ctx)
	if err != nil {
		return err
	}
	for _, q := range all {
		if q.Proof != school.ByLoopback {
			continue
		}
		if err := c.at(ctx, q); err != nil {
			return err
		}
		if err := c.identify(ctx, ifGiven); err != nil {
			return err
		}
		if !c.known {
			continue
		}
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}
