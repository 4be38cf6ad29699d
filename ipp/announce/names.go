package announce

import "sync"

// names are those under which services are announced now, by path. It is safe for
// concurrent use.
type names struct {
	mu sync.Mutex
	by map[string]string
}

// Name is the name under which the printer with that path is announced now, with the
// number that it may have had to take (printer-dns-sd-name, PWG 5100.13); "" if it
// is not announced. It may be asked while Run runs.
func (a *Announcer) Name(path string) string {
	a.names.mu.Lock()
	defer a.names.mu.Unlock()
	return a.names.by[path]
}

// set keeps a name, or forgets it if it is "".
func (n *names) set(path, name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if name == "" {
		delete(n.by, path)
		return
	}
	if n.by == nil {
		n.by = map[string]string{}
	}
	n.by[path] = name
}

func (n *names) clear() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.by = nil
}
