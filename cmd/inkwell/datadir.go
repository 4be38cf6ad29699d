package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"inkwell/internal/fault"
)

// folders of the data folder.
func (c Config) folder(name string) string { return filepath.Join(c.DataDir, name) }

// settle makes the data folder ready and, started by root, becomes the one
// unprivileged user that everything runs as. Root touches the folder itself and
// nothing in it: what is in it is that user's, who might have put a link there.
func settle(c Config) error {
	syscall.Umask(0o077)
	if os.Geteuid() != 0 {
		if err := onlyMyself(c.User); err != nil {
			return err
		}
		if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
			return fmt.Errorf("make data folder: %w", err)
		}
		return ours(c.DataDir)
	}
	u, err := serviceUser(c.User)
	if err != nil {
		return err
	}
	if err := handOver(c.DataDir, u); err != nil {
		return err
	}
	if err := become(u); err != nil {
		return err
	}
	return enterable(c.DataDir, u.name)
}

// account is a user of this machine.
type account struct {
	name     string
	uid, gid int
}

// onlyMyself refuses a user setting that only root could follow.
func onlyMyself(name string) error {
	me, err := user.Current()
	if name == "" || err == nil && (name == me.Username || name == me.Uid) {
		return nil
	}
	return fault.New(fault.Forbidden, "not-root", "Only root can run Inkwell as another user (%s). Start it as root, or as that user, or leave the setting out.", name)
}

// serviceUser is whom to run as: the named user, or the first of the usual ones
// that this machine has.
func serviceUser(name string) (account, error) {
	names := []string{name}
	if name == "" {
		names = []string{"inkwell", "postgres", "nobody"}
	}
	for _, n := range names {
		a, err := lookUp(n)
		if err != nil {
			continue
		}
		if a.uid == 0 {
			break
		}
		return a, nil
	}
	return account{}, fault.New(fault.Invalid, "user-unknown",
		"There is no ordinary user %q to run as. Make one (adduser --system --group inkwell), or name another with --user.", names[0])
}

func lookUp(name string) (account, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return account{}, err
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	return account{u.Username, uid, gid}, errors.Join(err1, err2)
}

// handOver makes the folder the user's. It takes over an empty one of root's and
// refuses any other: its content is not ours to give away. The folders above it
// are made so that the user can pass them, whatever root's umask is.
func handOver(dir string, u account) error {
	defer syscall.Umask(syscall.Umask(0o022))
	err := os.MkdirAll(filepath.Dir(dir), 0o755) // #nosec G301 -- the user has to pass it
	if err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make data folder: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("look at data folder: %w", err)
	}
	owner := int(info.Sys().(*syscall.Stat_t).Uid)
	if info.IsDir() && owner == u.uid {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if !info.IsDir() || owner != 0 || err != nil || len(entries) > 0 {
		return fault.New(fault.Conflict, "folder-taken",
			"The data folder %s is not empty and does not belong to %s, whom Inkwell would run as. Name another with --data-dir, or hand it over: chown -R %s %s", dir, u.name, u.name, dir)
	}
	return os.Lchown(dir, u.uid, u.gid)
}

// become gives root up for good, in every thread.
func become(u account) error {
	if err := syscall.Setgroups([]int{u.gid}); err != nil {
		return fmt.Errorf("leave root's groups: %w", err)
	}
	if err := syscall.Setgid(u.gid); err != nil {
		return fmt.Errorf("become group of %s: %w", u.name, err)
	}
	if err := syscall.Setuid(u.uid); err != nil {
		return fmt.Errorf("become %s: %w", u.name, err)
	}
	if syscall.Setuid(0) == nil {
		return fmt.Errorf("become %s: root did not go away", u.name)
	}
	return os.Chdir("/") // root's own folder may be closed to this user
}

// enterable says which folder keeps the user out, where the system would only
// say "permission denied".
func enterable(dir, name string) error {
	if _, err := os.ReadDir(dir); err == nil {
		return nil
	}
	closed := dir
	for parent := filepath.Dir(dir); ; parent = filepath.Dir(parent) {
		if _, err := os.Stat(parent + "/."); err == nil { // Join would drop the dot, which asks to enter
			break
		}
		closed = parent
	}
	return fault.New(fault.Forbidden, "folder-closed",
		"%s may not enter %s. Name another data folder with --data-dir, or let users pass: chmod o+x %s", name, closed, closed)
}

// ours refuses a data folder of another user, whose files we could not keep.
func ours(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("look at data folder: %w", err)
	}
	if uid := int(info.Sys().(*syscall.Stat_t).Uid); uid != os.Geteuid() {
		return fault.New(fault.Forbidden, "folder-taken",
			"The data folder %s belongs to another user (%d). Run this as root or as that user, or name another folder with --data-dir.", dir, uid)
	}
	return nil
}

// visit is settle for a command beside an installation that is there: as root it
// becomes the folder's owner, and it makes nothing.
func visit(c Config) error {
	syscall.Umask(0o077)
	info, err := os.Stat(c.DataDir)
	if errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.NotFound, "no-installation", "There is no Inkwell in %s. Start one with inkwell serve, or name its folder with --data-dir.", c.DataDir)
	}
	if err != nil {
		return fmt.Errorf("look at data folder: %w", err)
	}
	if os.Geteuid() != 0 {
		return ours(c.DataDir)
	}
	owner := info.Sys().(*syscall.Stat_t)
	if owner.Uid == 0 {
		return fault.New(fault.Forbidden, "folder-taken", "The data folder %s belongs to root, and Inkwell never runs as root.", c.DataDir)
	}
	return become(account{strconv.Itoa(int(owner.Uid)), int(owner.Uid), int(owner.Gid)})
}
