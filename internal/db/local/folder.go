package local

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"inkwell/internal/fault"
)

// settle makes the cluster's folder if need be and returns its path free of
// links, as the kernel shows it for the server's working directory.
func settle(dir string, user *Credential) (string, error) {
	if dir == "" {
		return "", errors.New("no folder named")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if err := own(dir, user); err != nil {
		return "", err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", err
	}
	return dir, passable(dir, user)
}

// own makes a private folder for the server's user, or sees that the one there
// is such a folder. It takes over an empty folder of root's, tightens one that
// is the user's already, and refuses anyone else's: it may hold what is not ours.
func own(dir string, user *Credential) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make folder: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("look at folder: %w", err)
	}
	want := uint32(os.Geteuid()) // #nosec G115 -- a uid
	if user != nil {
		want = user.UID
	}
	owner := info.Sys().(*syscall.Stat_t).Uid
	if owner != want {
		entries, err := os.ReadDir(dir)
		if user == nil || owner != 0 || err != nil || len(entries) > 0 {
			return fault.New(fault.Conflict, "folder-closed", "The folder %s belongs to another user (%d) than the database's (%d).", dir, owner, want)
		}
		if err := os.Lchown(dir, int(user.UID), int(user.GID)); err != nil {
			return fmt.Errorf("hand over folder: %w", err)
		}
	}
	if info.Mode().Perm() != 0o700 {
		return os.Chmod(dir, 0o700) // #nosec G302 -- a folder needs its x
	}
	return nil
}

// passable checks that the user may pass every folder above dir. PostgreSQL would
// say "permission denied" of the data directory and leave one to guess which
// folder it meant.
func passable(dir string, user *Credential) error {
	if user == nil {
		return nil // we passed them ourselves
	}
	for parent := filepath.Dir(dir); ; parent = filepath.Dir(parent) {
		info, err := os.Stat(parent)
		if err != nil {
			return fmt.Errorf("look at folder: %w", err)
		}
		owner, pass := info.Sys().(*syscall.Stat_t), fs.FileMode(0o001)
		if owner.Uid == user.UID {
			pass = 0o100
		} else if owner.Gid == user.GID {
			pass = 0o010
		}
		if info.Mode()&pass == 0 {
			return fault.New(fault.Forbidden, "folder-closed",
				"The database's user (%d) may not pass %s, which %s lies in. Choose another data folder, or let it pass: chmod o+x %s", user.UID, parent, dir, parent)
		}
		if parent == "/" {
			return nil
		}
	}
}

// longestSocket is the most bytes that the path of a socket may have.
const longestSocket = 107

// socketFor makes the folder of the socket: runDir, or Dir/../run, or a short
// one below os.TempDir, which short reports. The short one's name follows from
// dir, so that killed processes leave one at most; another user who takes the
// name first is refused by own.
func socketFor(dir, runDir string, user *Credential) (s Socket, short bool, err error) {
	if runDir == "" {
		runDir = filepath.Join(filepath.Dir(dir), "run")
	}
	if runDir, err = filepath.Abs(runDir); err != nil {
		return "", false, err
	}
	if len(Socket(runDir).path()) > longestSocket {
		sum := sha256.Sum256([]byte(dir))
		runDir, short = filepath.Join(os.TempDir(), fmt.Sprintf("inkwell-%x", sum[:6])), true
		if info, err := os.Lstat(runDir); err == nil && !info.IsDir() {
			return "", false, fault.New(fault.Conflict, "folder-closed", "The folder %s is not a folder. Remove it.", runDir)
		}
	}
	if err = own(runDir, user); err == nil {
		err = passable(runDir, user)
	}
	return Socket(runDir), short, err
}

// listItem quotes a path for a setting that holds a list of them.
func listItem(path string) string { return `"` + strings.ReplaceAll(path, `"`, `""`) + `"` }
