package local

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// mostLog is the size at which the server's log is put aside, in bytes; one
// older file is kept.
const mostLog = 8 << 20

// serverLog takes what the servers of one cluster write and keeps it in a file
// of bounded size. It always takes: a full disk loses lines of log, never the
// server that waits to be heard.
type serverLog struct {
	pipe *os.File // the servers' standard error
	read *os.File
	path string
	user *Credential
	most int64
	done chan struct{}

	mu   sync.Mutex
	tail []string // the last lines
}

// openServerLog makes the folder if need be and starts the one reader.
func openServerLog(dir string, user *Credential) (*serverLog, error) {
	if err := own(dir, user); err != nil {
		return nil, err
	}
	l := &serverLog{path: filepath.Join(dir, "postgres.log"), user: user, most: mostLog, done: make(chan struct{})}
	file, size, err := l.open()
	if err != nil {
		return nil, fmt.Errorf("open database log: %w", err)
	}
	if l.read, l.pipe, err = os.Pipe(); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	go l.keep(file, size)
	return l, nil
}

// open opens the file to append to, and tells its size.
func (l *serverLog) open() (*os.File, int64, error) {
	file, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, 0, err
	}
	if l.user != nil {
		_ = file.Chown(int(l.user.UID), int(l.user.GID)) // else a later start as that user says so
	}
	info, err := file.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	return file, info.Size(), nil
}

// keep copies lines into the file until every writer is gone.
func (l *serverLog) keep(file *os.File, size int64) {
	defer close(l.done)
	lines := bufio.NewReader(l.read)
	for {
		line, err := lines.ReadSlice('\n')
		if len(line) > 0 {
			l.remember(string(line))
			n, _ := file.Write(line)
			if size += int64(n); size > l.most {
				file, size = l.putAside(file, size)
			}
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			_ = file.Close()
			return
		}
	}
}

// putAside renames the full file and begins another; when it cannot, the old one
// grows on.
func (l *serverLog) putAside(file *os.File, size int64) (*os.File, int64) {
	if err := os.Rename(l.path, l.path+".1"); err != nil {
		return file, size
	}
	next, fresh, err := l.open()
	if err != nil {
		return file, size
	}
	_ = file.Close()
	return next, fresh
}

func (l *serverLog) remember(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tail = append(l.tail, strings.TrimSpace(line))
	l.tail = l.tail[max(0, len(l.tail)-5):]
}

// Tail is the last that was said, in one line, for the error of a server that
// would not start.
func (l *serverLog) Tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.tail, "; ")
}

// Close waits for what was written. A writer that outlives its server is not
// waited for.
func (l *serverLog) Close() {
	_ = l.pipe.Close()
	_ = l.read.SetReadDeadline(time.Now().Add(time.Second))
	<-l.done
	_ = l.read.Close()
}
