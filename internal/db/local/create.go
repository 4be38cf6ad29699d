package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"inkwell/internal/fault"
)

// Superuser is the role that a new cluster has; it may do anything.
const Superuser = "postgres"

// create makes the data directory under another name and renames it when it is
// complete, so that a directory of the right name is always a whole one.
func (c *Cluster) create(ctx context.Context) error {
	began := time.Now()
	args := []string{
		"-D", c.halfMade(), "-U", Superuser, "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums",
		"--auth-local=trust", "--auth-host=reject", "--no-instructions",
	}
	if c.settings["fsync"] == "off" {
		args = append(args, "--no-sync")
	}
	if err := c.initdb(ctx, args); err != nil {
		return err
	}
	if err := os.Rename(c.halfMade(), c.data); err != nil {
		return fmt.Errorf("finish database folder: %w", err)
	}
	if err := errors.Join(syncFolder(c.dir), syncFolder(filepath.Dir(c.dir))); err != nil {
		return fmt.Errorf("finish database folder: %w", err)
	}
	c.log.Info("database made", "version", c.bin.Version, "took", time.Since(began).Round(time.Millisecond))
	return nil
}

// initdb runs the program to its end. It dies with us, like the server.
func (c *Cluster) initdb(ctx context.Context, args []string) error {
	var said bytes.Buffer
	cmd := c.command(ctx, "initdb", args...)
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.WaitDelay = time.Second
	ended := make(chan error)
	go func() {
		runtime.LockOSThread() // see supervise
		ended <- cmd.Run()
	}()
	if err := <-ended; err != nil {
		lines := strings.Split(strings.TrimSpace(said.String()), "\n")
		return fmt.Errorf("make database folder: %w: %s", err, strings.Join(lines[max(0, len(lines)-3):], "; "))
	}
	return nil
}

// halfMade is the data directory while it is being made.
func (c *Cluster) halfMade() string { return filepath.Join(c.dir, "data.new") }

// clearHalfMade removes what an interrupted making left, and ends its programs. One that was
// just beginning is not seen at the first look, and puts a file back.
func (c *Cluster) clearHalfMade(ctx context.Context) error {
	if _, err := os.Lstat(c.halfMade()); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	c.log.Warn("removing a database folder that was never finished")
	return vacated(ctx, immediateGrace, func() (bool, error) {
		if err := endAll(ctx, c.dir, c.halfMade()); err != nil {
			return false, err
		}
		err := os.RemoveAll(c.halfMade())
		if errors.Is(err, syscall.ENOTEMPTY) {
			return false, nil
		}
		return true, err
	})
}

// recordedMajor is the major version that made the data directory, 0 when there
// is none yet.
func recordedMajor(data string) (int, error) {
	if _, err := os.Lstat(data); errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	text, err := os.ReadFile(filepath.Join(data, "PG_VERSION")) // #nosec G304 -- our own folder
	if err == nil {
		var major int
		if major, err = strconv.Atoi(strings.TrimSpace(string(text))); err == nil {
			return major, nil
		}
	}
	return 0, fault.New(fault.Conflict, "database-damaged",
		"The folder %s is there but does not say which PostgreSQL made it. Restore it from a backup, or move it away to start anew.", data).Because(err)
}

// syncFolder makes the names in a folder durable.
func syncFolder(dir string) error {
	d, err := os.Open(dir) // #nosec G304 -- our own folder
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
