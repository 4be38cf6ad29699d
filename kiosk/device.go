package kiosk

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/gorilla/websocket"

	"inkwell/internal/fault"
	"inkwell/internal/web/socket"
	"inkwell/release"
)

// Devices is the desk's part in browsers that may open a station's page from elsewhere.
type Devices interface {
	Device(ctx context.Context, t release.Thumb) (release.Device, release.Station, error)
	StillPaired(ctx context.Context, id release.DeviceID) error
	SeenDevices(ctx context.Context, ids []release.DeviceID) error
	LeftDevices(ctx context.Context, ids []release.DeviceID) error
	AskToPair(ctx context.Context, k release.DeviceKey, from netip.Addr) (release.Asking, error)
	Enrol(ctx context.Context, k release.DeviceKey, token string, from netip.Addr) error
}

// proofWait is how long a browser may take to prove itself.
const proofWait = 10 * time.Second

var (
	keyUnread  = fault.New(fault.Invalid, "device-key-unread", "This address is for the page of a kiosk.")
	errNoProof = errors.New("the browser did not prove its key")
)

// challenge is the first thing that a browser is told. What it signs is good for this
// socket alone, at this host and for this station.
type challenge struct {
	Nonce   string `json:"nonce"`
	Station string `json:"station"` // "" while it is not paired
}

// text is what is signed.
func (c challenge) text(origin string) string {
	return "inkwell kiosk\n" + origin + "\n" + c.Station + "\n" + c.Nonce
}

// proof is a browser's answer to a challenge.
type proof struct {
	Proof []byte `json:"proof"`          // r and s of ECDSA
	Key   []byte `json:"key,omitempty"`  // while it is not paired
	Link  string `json:"link,omitempty"` // by which it may pair itself
}

// greeting carries a challenge, or that the browser is paired no more and is to forget its key.
type greeting struct {
	Challenge *challenge `json:"challenge,omitempty"`
	Over      bool       `json:"over,omitempty"`
}

// deviceSocket serves the page of a browser that has a key.
func (k *Kiosk) deviceSocket(w http.ResponseWriter, r *http.Request) {
	thumb, err := thumbOf(r)
	if err != nil {
		k.pages.Error(w, r, err)
		return
	}
	if k.turnBack(w, r, thumb) {
		return
	}
	d, st, err := k.desk.Device(r.Context(), thumb)
	over := fault.KindOf(err) == fault.Forbidden
	if err != nil && !over && fault.KindOf(err) != fault.NotFound {
		k.pages.Error(w, r, err)
		return
	}
	if err := k.enter(); err != nil {
		k.pages.Error(w, r, err)
		return
	}
	defer k.lines.Done()
	conn, err := socket.Upgrade(w, r)
	if err != nil {
		k.log.Info("socket refused", "error", err)
		return
	}
	switch {
	case over:
		_ = say(conn, greeting{Over: true})
	case d.ID == 0:
		k.meet(conn, r, thumb)
	case k.admit(conn, r, d, st):
		return
	}
	_ = conn.Close()
}

// thumbOf is who a browser says it is.
func thumbOf(r *http.Request) (t release.Thumb, err error) {
	b, err := base64.RawURLEncoding.DecodeString(r.URL.Query().Get("key"))
	if err != nil || len(b) != len(t) {
		return t, keyUnread
	}
	return release.Thumb(b), nil
}

// admit has a paired browser served, once it has proved itself.
func (k *Kiosk) admit(conn *websocket.Conn, r *http.Request, d release.Device, st release.Station) (admitted bool) {
	log := k.log.With("device", d.ID)
	if _, err := prove(conn, r.Header.Get("Origin"), d.Slug, func(proof) release.DeviceKey { return d.Key }); err != nil {
		log.Warn("socket refused", "error", err)
		return false
	}
	at := seat{d.Station, d.ID}
	err := k.sit(at)
	if errors.Is(err, seatsTaken) {
		k.full(conn, st)
	}
	if err != nil {
		log.Info("socket refused", "error", err)
		return false
	}
	if d.Since.IsZero() || time.Since(d.Seen) > release.SeenEvery {
		k.mu.Lock()
		k.came = append(k.came, d.ID)
		k.mu.Unlock()
	}
	k.talk(conn, st, d, func() { k.rise(at) })
	return true
}

// prove challenges a browser and reads its answer.
func prove(conn *websocket.Conn, origin, station string, whose func(proof) release.DeviceKey) (p proof, err error) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: the runtime ends the process first
	c := challenge{Nonce: base64.RawURLEncoding.EncodeToString(b[:]), Station: station}
	if err := say(conn, greeting{Challenge: &c}); err != nil {
		return p, err
	}
	conn.SetReadLimit(messageLimit)
	if err := conn.SetReadDeadline(time.Now().Add(proofWait)); err != nil {
		return p, err
	}
	kind, body, err := conn.ReadMessage()
	if err != nil || kind != websocket.TextMessage {
		return p, errNoProof
	}
	in := json.NewDecoder(bytes.NewReader(body))
	in.DisallowUnknownFields()
	if in.Decode(&p) != nil || !whose(p).Signed(c.text(origin), p.Proof) {
		return p, errNoProof
	}
	return p, nil
}

// say writes one message to a socket that has no writer of its own.
func say(conn *websocket.Conn, what any) error {
	return errors.Join(conn.SetWriteDeadline(time.Now().Add(socket.WriteWait)), conn.WriteJSON(what))
}

// stillPaired hangs up on a browser whose pairing was ended, before it can ask for anything more;
// and while nobody can say whether it was, for its page comes back by itself.
func (l *line) stillPaired(ctx context.Context) bool {
	if l.device.ID == 0 {
		return true
	}
	err := l.k.desk.StillPaired(ctx, l.device.ID)
	if err != nil {
		if !errors.Is(err, context.Canceled) { // the page has gone already
			l.log.Info("socket dropped", "device", l.device.ID, "error", err)
		}
		l.hangUp()
	}
	return err == nil
}

// leftAfter is how long a browser may be away before the desk is told that it has left: a page that
// is loaded anew is back much sooner.
const leftAfter = 5 * time.Second

// cameEvery is how often the desk is told of those who have come, all together.
const cameEvery = time.Second

// tellWhoIsHere tells the desk of the browsers that are connected, and of those that were, until ctx ends.
func (k *Kiosk) tellWhoIsHere(ctx context.Context) {
	often, soon := time.NewTicker(release.SeenEvery), time.NewTicker(cameEvery)
	defer often.Stop()
	defer soon.Stop()
	left := time.NewTicker(leftAfter)
	defer left.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-often.C:
			k.tell(ctx, k.desk.SeenDevices, k.devices())
		case <-soon.C:
			k.tell(ctx, k.desk.SeenDevices, k.newcomers())
		case <-left.C:
			k.tell(ctx, k.desk.LeftDevices, k.haveLeft(time.Now()))
		}
	}
}

// newcomers are those who have come since they were asked for last.
func (k *Kiosk) newcomers() (all []release.DeviceID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	all, k.came = k.came, nil
	return all
}

func (k *Kiosk) tell(ctx context.Context, what func(context.Context, []release.DeviceID) error, who []release.DeviceID) {
	if len(who) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, callWait)
	defer cancel()
	if err := what(ctx, who); err != nil && ctx.Err() == nil {
		k.log.Error("devices not noted", "error", err)
	}
}

// haveLeft are the browsers that went a while ago and have not come back; each is named once.
func (k *Kiosk) haveLeft(now time.Time) (all []release.DeviceID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for at, since := range k.left {
		if now.Sub(since) >= leftAfter {
			all = append(all, at.device)
			delete(k.left, at)
		}
	}
	slices.Sort(all)
	return all
}

// devices are the browsers that are connected.
func (k *Kiosk) devices() (all []release.DeviceID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for at := range k.seats {
		if at.device != 0 {
			all = append(all, at.device)
		}
	}
	slices.Sort(all)
	return all
}

// wipe has the browser forget all that this server ever had it keep.
func (*Kiosk) wipe(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Clear-Site-Data", `"cache", "cookies", "storage"`)
	w.WriteHeader(http.StatusNoContent)
}
