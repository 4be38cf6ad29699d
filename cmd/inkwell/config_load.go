package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/pflag"
	"github.com/spf13/viper"
)

const envPrefix = "INKWELL"

var envReplacer = strings.NewReplacer(".", "_", "-", "_")

// configKey names the file itself; it is no setting, for a file cannot say where it is.
const configKey = "config"

// systemConfig is the configuration of an installation that was packaged.
const systemConfig = "/etc/inkwell/inkwell.toml"

// Loaded is the effective configuration and where it came from.
type Loaded struct {
	Config
	File    string            // the file that was read, "" if none
	Sources map[string]string // by key: "--flag", "INKWELL_X", the file's path, or "default"
}

// addFlags gives a command the flags of the named settings, or of all that are
// not secret.
func addFlags(flags *pflag.FlagSet, keys ...string) {
	if flags.Lookup(configKey) == nil {
		flags.String(configKey, "", "configuration file (default DATA/inkwell.toml or "+systemConfig+", if there)")
	}
	for _, s := range settings {
		if s.secret || flags.Lookup(s.flagName()) != nil || len(keys) > 0 && !slices.Contains(keys, s.key) {
			continue
		}
		if s.key == "demo" {
			flags.Bool(s.flagName(), false, s.usage)
			continue
		}
		flags.String(s.flagName(), s.byDefault(false), s.usage)
	}
}

// load reads flags, environment and file, in this order of preference, and
// refuses every key that it does not know and every value that cannot be.
func load(flags *pflag.FlagSet) (*Loaded, error) {
	v := viper.New()
	v.SetEnvPrefix(envPrefix)
	v.SetEnvKeyReplacer(envReplacer)
	v.AllowEmptyEnv(true)
	v.AutomaticEnv()
	v.SetDefault(configKey, "") // without a default a key has no environment variable
	for _, s := range settings {
		v.SetDefault(s.key, s.byDefault(false))
		if f := flags.Lookup(s.flagName()); f != nil && f.Changed {
			v.Set(s.key, f.Value.String())
		}
	}
	if f := flags.Lookup(configKey); f != nil && f.Changed {
		v.Set(configKey, f.Value.String())
	}
	demo, _ := isBool(v.GetString("demo")) // a bad value is refused below
	v.SetDefault("data-dir", defaultDataDir(demo))

	l := &Loaded{Sources: map[string]string{}}
	if err := l.readFile(v, demo); err != nil {
		return nil, err
	}
	if err := errors.Join(append(l.unknown(v), l.read(v, flags)...)...); err != nil {
		return nil, err
	}
	if l.Demo {
		if err := l.loopbackOnly(); err != nil {
			return nil, err
		}
	}
	if l.OwnerURL == "" {
		l.OwnerURL = l.DatabaseURL
	}
	var err error
	l.DataDir, err = filepath.Abs(l.DataDir)
	return l, err
}

// readFile finds and reads the configuration file. A demo never reads that of an
// installation.
func (l *Loaded) readFile(v *viper.Viper, demo bool) error {
	l.File = v.GetString(configKey)
	if l.File == "" {
		candidates := []string{filepath.Join(v.GetString("data-dir"), "inkwell.toml"), systemConfig}
		if demo {
			candidates = candidates[:1]
		}
		i := slices.IndexFunc(candidates, func(path string) bool { _, err := os.Stat(path); return err == nil })
		if i < 0 {
			return nil
		}
		l.File = candidates[i]
	}
	if err := trusted(l.File); err != nil {
		return err
	}
	v.SetConfigFile(l.File)
	v.SetConfigType("toml")
	if err := v.ReadInConfig(); err != nil {
		return fmt.Errorf("read configuration %s: %w", l.File, err)
	}
	return nil
}

// trusted refuses, when we are root, a file that somebody else could have
// written: it decides whom we run as and which folders we take.
func trusted(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	if os.Geteuid() != 0 {
		return nil
	}
	if info.Sys().(*syscall.Stat_t).Uid != 0 || info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("the configuration %s could be changed by others than root: chown root %s and chmod go-w %s, or keep it in %s",
			path, path, path, systemConfig)
	}
	return nil
}

// unknown are complaints about keys and variables that nothing reads.
func (l *Loaded) unknown(v *viper.Viper) (complaints []error) {
	known, variables := []string{configKey}, []string{envName(configKey)}
	for _, s := range settings {
		known, variables = append(known, s.key), append(variables, s.envName())
	}
	for _, key := range v.AllKeys() {
		if !slices.Contains(known, key) {
			complaints = append(complaints, fmt.Errorf("%s = %q (from %s): there is no such key; did you mean %s?",
				key, maskURL(plain(v.Get(key))), l.File, nearest(key, known[1:])))
		}
	}
	slices.SortFunc(complaints, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, envPrefix+"_") && !slices.Contains(variables, name) {
			complaints = append(complaints, fmt.Errorf("%s = %q (from the environment): there is no such variable; did you mean %s?",
				name, maskURL(value), nearest(name, variables)))
		}
	}
	return complaints
}

// read parses every setting and notes its source.
func (l *Loaded) read(v *viper.Viper, flags *pflag.FlagSet) (complaints []error) {
	for _, s := range settings {
		l.Sources[s.key] = source(s, v, flags, l.File)
		value := plain(v.Get(s.key))
		if err := s.read(&l.Config, value); err != nil {
			if s.secret {
				value = masked
			}
			complaints = append(complaints, fmt.Errorf("%s = %q (from %s): %w", s.key, value, l.Sources[s.key], err))
		}
	}
	return complaints
}

// source says where a setting's value came from, in viper's order.
func source(s setting, v *viper.Viper, flags *pflag.FlagSet, file string) string {
	if f := flags.Lookup(s.flagName()); f != nil && f.Changed {
		return "--" + s.flagName()
	}
	if _, ok := os.LookupEnv(s.envName()); ok {
		return s.envName()
	}
	if v.InConfig(s.key) {
		return file
	}
	return "default"
}

// plain is a value as text; the items of a list are joined.
func plain(value any) string {
	if list, ok := value.([]any); ok {
		items := make([]string, len(list))
		for i, item := range list {
			items[i] = fmt.Sprint(item)
		}
		return strings.Join(items, ",")
	}
	return fmt.Sprint(value)
}

// nearest is the known word that is fewest changes of a letter away.
func nearest(word string, known []string) string {
	return slices.MinFunc(known, func(a, b string) int { return distance(word, a) - distance(word, b) })
}

// distance is the Levenshtein distance.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := corner
			if a[i] != b[j] {
				change++
			}
			corner = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
