package dbtest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/local"
	"inkwell/migrations"
)

// run starts the cluster, runs the tests and stops it.
func run(tests func()) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	home, leave, err := settle(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(home)); leave() }()
	o, err := options(home)
	if err != nil {
		return err
	}
	if server, err = local.Start(ctx, o); err != nil {
		return err
	}
	tests()
	ctx, cancel = context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return server.Stop(ctx)
}

// options are the cluster's in home. Nothing in it outlives the tests, so it need not survive a
// power cut, nor be tidied up or sped up for later.
func options(home string) (o local.Options, err error) {
	o = local.Options{
		Dir:      filepath.Join(home, "postgres"),
		Settings: map[string]string{"fsync": "off", "full_page_writes": "off", "max_connections": "400", "autovacuum": "off", "bgwriter_lru_maxpages": "0", "jit": "off"},
	}
	if os.Geteuid() == 0 {
		o.User, err = local.UserNamed("postgres")
	}
	return o, err
}

// settle makes a folder with a stopped cluster for this test binary. Binaries
// that start together do it one after the other, and the first one makes what
// the others copy.
func settle(ctx context.Context) (home string, leave func(), err error) {
	cache, key, err := place()
	if err != nil {
		return "", nil, err
	}
	next, err := flock(filepath.Join(cache, "lock"), os.O_CREATE|os.O_RDWR, syscall.LOCK_EX)
	if err != nil {
		return "", nil, err
	}
	defer next()
	sweep()
	if home, err = os.MkdirTemp(ground(), "inkwell-dbtest-"); err != nil {
		return "", nil, err
	}
	if leave, err = flock(filepath.Join(home, "alive"), os.O_CREATE|os.O_RDWR, syscall.LOCK_EX); err != nil {
		return "", nil, err
	}
	o, err := options(home)
	if err == nil {
		err = os.Chmod(home, 0o711) // #nosec G302 -- PostgreSQL's user passes it
	}
	if err == nil {
		err = fill(ctx, o, filepath.Join(cache, key))
	}
	if err != nil {
		leave()
		return "", nil, errors.Join(err, os.RemoveAll(home))
	}
	return home, leave, nil
}

// ground is where the folders of test binaries are: in memory when there is
// plenty (4 GiB), as a database is made there five times as fast, else os.TempDir.
func ground() string {
	const memory, plenty = "/dev/shm", 4 << 30
	var stat syscall.Statfs_t
	if err := syscall.Statfs(memory, &stat); err != nil || stat.Bavail*uint64(stat.Bsize) < plenty { // #nosec G115 -- a block has a size above zero
		return os.TempDir()
	}
	return memory
}

// sweep removes the folders of test binaries that were killed: those that nobody
// holds.
func sweep() {
	homes, _ := filepath.Glob(filepath.Join(ground(), "inkwell-dbtest-*")) // the pattern is well formed
	for _, home := range homes {
		if leave, err := flock(filepath.Join(home, "alive"), os.O_RDWR, syscall.LOCK_EX|syscall.LOCK_NB); err == nil {
			_ = os.RemoveAll(home) // the next binary tries again
			leave()
		}
	}
}

// fill puts a cluster with the migrated template into o.Dir: a copy of kept, or
// when there is none a new one, which is then kept instead of older ones.
func fill(ctx context.Context, o local.Options, kept string) error {
	if _, err := os.Stat(kept); err == nil {
		return copyCluster(o.Dir, kept, o.User)
	}
	if err := makeTemplate(ctx, o); err != nil {
		return fmt.Errorf("make template: %w", err)
	}
	older, _ := filepath.Glob(filepath.Join(filepath.Dir(kept), "pg*")) // the pattern is well formed
	for _, dir := range older {
		_ = os.RemoveAll(dir) // of other migrations, or half copied
	}
	if err := copyCluster(kept+".new", o.Dir, nil); err != nil {
		return fmt.Errorf("keep template: %w", err)
	}
	return os.Rename(kept+".new", kept)
}

// place is the folder of ready made clusters and the name of ours in it.
func place() (cache, key string, err error) {
	bin, err := local.Binaries("")
	if err != nil {
		return "", "", err
	}
	sum := sha256.New()
	fmt.Fprintln(sum, bin.Version, os.Geteuid())
	err = fs.WalkDir(migrations.Files, ".", func(name string, _ fs.DirEntry, err error) error {
		text, _ := migrations.Files.ReadFile(name) // a folder has none
		fmt.Fprintf(sum, "%s %d\n%s", name, len(text), text)
		return err
	})
	if err != nil {
		return "", "", err
	}
	if cache, err = os.UserCacheDir(); err != nil {
		cache = filepath.Join(os.TempDir(), fmt.Sprintf("inkwell-cache-%d", os.Geteuid()))
	}
	cache = filepath.Join(cache, "inkwell-dbtest")
	return cache, fmt.Sprintf("pg%d-%x", bin.Major, sum.Sum(nil)[:8]), os.MkdirAll(cache, 0o700)
}

// makeTemplate makes a cluster in o.Dir, migrates its database and stops it.
func makeTemplate(ctx context.Context, o local.Options) error {
	c, err := local.Start(ctx, o)
	if err != nil {
		return err
	}
	err = db.Bootstrap(ctx, c.URL(local.Superuser, "postgres"))
	if err == nil {
		err = db.Migrate(ctx, c.URL(db.Owner, db.Database))
	}
	return errors.Join(err, c.Stop(ctx))
}

// copyCluster copies a stopped cluster's folder, as its new owner's.
func copyCluster(to, from string, owner *local.Credential) error {
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return err
	}
	return filepath.WalkDir(to, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			err = os.Chmod(path, 0o700) // #nosec G302 -- a folder needs its x
		}
		if err == nil && owner != nil {
			err = os.Lchown(path, int(owner.UID), int(owner.GID))
		}
		return err
	})
}

// flock opens a file and waits for its lock, unless how says not to wait.
func flock(path string, open, how int) (unlock func(), err error) {
	f, err := os.OpenFile(path, open, 0o600) // #nosec G304 -- our own folder
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), how); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() { _ = f.Close() }, nil
}
