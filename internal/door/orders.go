package door

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// How often things are done about certificates without anybody connecting, how long
// ordering one may take, and how long to wait after it failed once, twice and so
// on: authorities count failures and shut out who tries too often.
const (
	looksEvery = 2 * time.Second
	orderTakes = 5 * time.Minute
)

var afterFailure = []time.Duration{10 * time.Minute, time.Hour, 3 * time.Hour, 12 * time.Hour, 24 * time.Hour}

// ACMEOptions say of whom a certificate is ordered, and for which names (RFC 8555).
// Whoever sets them has agreed to the authority's terms.
type ACMEOptions struct {
	Directory string         // the authority's address, https
	Names     []string       // host names that the authority can reach this server by
	Contact   string         // mail address of whom it may write to; "" is nobody
	Roots     *x509.CertPool // whom to trust for the authority's own address; nil means the system's
	KeyID     string         // external account binding (7.3.4), where the authority gives one; "" without
	MACKey    []byte
}

// orders has certificates made by a public authority, and made anew after two
// thirds of their life.
type orders struct {
	ACMEOptions
	id *Identity
}

// Orders is what is ordered and how it goes, as it is kept beside the certificate for
// the commands of the host. A server that orders nothing leaves none.
type Orders struct {
	For     string    `json:"for"`               // of whom and by whom: other orders start afresh
	Names   []string  `json:"names"`             // for which names
	Tried   time.Time `json:"tried"`             // the last time
	Next    time.Time `json:"next"`              // not before that, after a failure
	Failed  int       `json:"failed,omitempty"`  // times in a row
	Trouble string    `json:"trouble,omitempty"` // of the last time
	Way     string    `json:"way,omitempty"`     // by which the names were proven last
}

// On says whether certificates are ordered at all.
func (o Orders) On() bool { return len(o.Names) > 0 }

// openOrders keeps what is to be ordered; nil means nothing any more. What was ordered
// stays in the folder.
func (id *Identity) openOrders(o *ACMEOptions) error {
	if o == nil {
		if err := os.Remove(id.path(stateFile)); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	id.orders = &orders{ACMEOptions: *o, id: id}
	return id.orders.state().write(id.dir)
}

// state is what is known of these orders.
func (o *orders) state() Orders {
	fresh := Orders{For: strings.Join([]string{o.Directory, o.Contact, o.KeyID}, " "), Names: o.Names}
	if known := readOrders(o.id.dir); known.For == fresh.For && slices.Equal(known.Names, fresh.Names) {
		return known
	}
	return fresh
}

// readOrders is what a folder says of it; the zero value when it says nothing.
func readOrders(dir string) (o Orders) {
	text, err := os.ReadFile(filepath.Join(dir, stateFile)) // #nosec G304 -- our own folder
	if err == nil {
		err = json.Unmarshal(text, &o)
	}
	if err != nil {
		return Orders{}
	}
	return o
}

func (o Orders) write(dir string) error {
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, stateFile), append(text, '\n'))
}

// Ask has the server of this folder order a certificate now, whatever it has.
func Ask(dir string) error { return writeFile(filepath.Join(dir, askedFile), nil) }

// Keep looks after the certificate until ctx ends: it follows the files when nobody
// connects, renews in time, and orders. No connection ever waits for an order.
func (id *Identity) Keep(ctx context.Context) error {
	tick := time.NewTicker(looksEvery)
	defer tick.Stop()
	for {
		id.mu.Lock()
		id.follow()
		id.mu.Unlock()
		if id.orders != nil {
			id.orders.step(ctx)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// step orders a certificate when one is due.
func (o *orders) step(ctx context.Context) {
	now := o.id.clock()
	state := o.state()
	if !o.due(state, now) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, orderTakes)
	defer cancel()
	err := o.order(ctx, &state)
	if errors.Is(context.Cause(ctx), context.Canceled) { // the server ends
		return
	}
	state.Tried, state.Trouble = now, ""
	if err != nil {
		state.Next = now.Add(afterFailure[min(state.Failed, len(afterFailure)-1)])
		state.Failed, state.Trouble = state.Failed+1, plainly(err)
		o.id.log.Warn("no certificate could be ordered; the server goes on with the one it has", "error", err, "next", state.Next.Format(time.RFC3339))
	} else {
		state.Failed, state.Next = 0, time.Time{}
	}
	if err := state.write(o.id.dir); err != nil {
		o.id.log.Warn("how ordering a certificate went could not be kept", "error", err)
	}
}

// due says whether to order now: when somebody has asked, which it takes away, when there is none for all the
// names, or when two thirds of its life are over; after a failure not too soon. The
// school's own certificate makes every order needless.
func (o *orders) due(state Orders, now time.Time) bool {
	o.id.mu.Lock()
	defer o.id.mu.Unlock()
	if o.id.operator != nil {
		return false
	}
	if os.Remove(o.id.path(askedFile)) == nil {
		return true
	}
	if now.Before(state.Next) {
		return false
	}
	have := o.id.ordered
	return have == nil || !covers(have.Leaf, o.Names) || !now.Before(RenewAt(have.Leaf))
}

// RenewAt is when a certificate that was ordered is ordered anew: after two thirds
// of its life.
func RenewAt(c *x509.Certificate) time.Time {
	return c.NotBefore.Add(c.NotAfter.Sub(c.NotBefore) / 3 * 2)
}

// covers says whether a certificate is good for all the names.
func covers(c *x509.Certificate, names []string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return c.VerifyHostname(name) != nil })
}

// keep writes a chain and its key into one file, so that they change together, and
// shows them from now on.
func (o *orders) keep(chain [][]byte, key *ecdsa.PrivateKey) error {
	leaf, err := x509.ParseCertificate(chain[0])
	if err != nil {
		return fmt.Errorf("read the new certificate: %w", err)
	}
	if !key.PublicKey.Equal(leaf.PublicKey) || !covers(leaf, o.Names) {
		return errors.New("the authority sent a certificate that was not ordered")
	}
	var text []byte
	for _, der := range chain {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	text = append(text, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})...)
	if err := writeFile(o.id.path(orderedFile), text); err != nil {
		return err
	}
	o.id.mu.Lock()
	defer o.id.mu.Unlock()
	o.id.follow()
	o.id.log.Info("a certificate was ordered", "ends", leaf.NotAfter.Format(time.DateOnly), "renewed", RenewAt(leaf).Format(time.DateOnly))
	return nil
}

// account is the key by which the authority knows this server.
func (o *orders) account() (*ecdsa.PrivateKey, error) {
	path := o.id.path(accountFile)
	text, err := os.ReadFile(path) // #nosec G304 -- our own folder
	if err == nil {
		block, _ := pem.Decode(text)
		if block == nil {
			return nil, fmt.Errorf("%s holds no key", path)
		}
		return x509.ParseECPrivateKey(block.Bytes)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	return key, writeFile(path, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}))
}
