package local

import (
	"net/url"
	"path/filepath"

	"inkwell/internal/fault"
)

// Socket is the folder in which a server's socket lies. Only the server's user
// and root may enter it, which is why no password is asked for.
type Socket string

// port is no TCP port: it is a part of the socket's name.
const port = "5432"

// path is the socket itself.
func (s Socket) path() string { return filepath.Join(string(s), ".s.PGSQL."+port) }

// lock is the file by which a server keeps others off the socket.
func (s Socket) lock() string { return s.path() + ".lock" }

// URL is the connection string of a database over the socket.
func (s Socket) URL(user, database string) string {
	query := url.Values{"host": {string(s)}, "port": {port}, "sslmode": {"disable"}}
	u := url.URL{Scheme: "postgres", User: url.User(user), Path: "/" + database, RawQuery: query.Encode()}
	return u.String()
}

// Running finds the socket of the server that another process runs in dir, for
// commands beside a running installation. The refusal is database-stopped; a
// server that was killed a moment ago may still look alive until one connects.
func Running(dir string) (Socket, error) {
	p, err := readPIDFile(filepath.Join(dir, "data"))
	if err != nil || !p.Ready || p.SocketDir == "" {
		return "", fault.New(fault.Unavailable, "database-stopped",
			"The database in %s is not running. Start the server first.", dir).Because(err)
	}
	return Socket(p.SocketDir), nil
}
