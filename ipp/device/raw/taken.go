package raw

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"
)

// taken says whether the printer's side has acknowledged every byte, and that no more come;
// or how the connection broke. The lock is held.
func (l *line) taken() (all bool, err error) {
	c, ok := l.conn.(syscall.Conn)
	if !ok {
		return false, errors.New("a connection that cannot tell what it has sent")
	}
	way, err := c.SyscallConn()
	if err != nil {
		return false, err
	}
	var left, broken int
	var failed error
	err = way.Control(func(fd uintptr) {
		left, failed = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ)
		if failed == nil {
			broken, failed = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ERROR)
		}
	})
	if broken != 0 {
		failed = syscall.Errno(broken) // #nosec G115 -- the kernel's own number
	}
	return left == 0, errors.Join(err, failed)
}
