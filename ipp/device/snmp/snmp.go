// Package snmp asks printers for a few numbers by SNMP (RFC 1157 and RFC 3416): GET of
// single objects, version 1 and then 2c, and nothing else. An answer is at most one datagram,
// every length in it is checked against what there is, and it counts only if it answers the
// question that was asked. It sets nothing and listens to nobody.
package snmp

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

// Dial makes the connection, of the network "udp"; it is where addresses are checked.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// OID names an object.
type OID []uint32

// The objects of the Printer MIB that are asked for (RFC 3805), of the first marker.
var (
	LifeCount   = OID{1, 3, 6, 1, 2, 1, 43, 10, 2, 1, 4, 1, 1} // prtMarkerLifeCount
	CounterUnit = OID{1, 3, 6, 1, 2, 1, 43, 10, 2, 1, 3, 1, 1} // prtMarkerCounterUnit
	Serial      = OID{1, 3, 6, 1, 2, 1, 43, 5, 1, 1, 17, 1}    // prtGeneralSerialNumber
)

// Impressions is the prtMarkerCounterUnit of a counter of sides.
const Impressions = 7

// Value is what an object holds: a number, or some text.
type Value struct {
	Number int64
	Text   string
	IsText bool
}

var (
	// ErrNone says that the printer has no such object.
	ErrNone = errors.New("the printer has no such object")
	// ErrSilent says that it answers no SNMP, or not to this community.
	ErrSilent = errors.New("the printer answers no SNMP")
)

// patience is how long one datagram is waited for, and tries how often it is sent.
const (
	patience = time.Second
	tries    = 2
)

// Agent is the SNMP side of one printer.
type Agent struct {
	Dial      Dial
	Address   string // host:port
	Community string
}

// Get asks for one object: by version 1, and if nobody answers by 2c.
func (a Agent) Get(ctx context.Context, id OID) (Value, error) {
	conn, err := a.Dial(ctx, "udp", a.Address)
	if err != nil {
		return Value{}, fmt.Errorf("connect: %w", err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	for _, version := range []byte{0, 1} {
		for range tries {
			v, err := a.exchange(ctx, conn, version, id)
			if !errors.Is(err, ErrSilent) {
				return v, err
			}
		}
	}
	return Value{}, ErrSilent
}

// exchange sends one question and waits for its answer; datagrams that are none are left out.
func (a Agent) exchange(ctx context.Context, conn net.Conn, version byte, id OID) (Value, error) {
	var drawn [4]byte
	_, _ = rand.Read(drawn[:]) // never fails: the runtime ends the process first
	number := binary.BigEndian.Uint32(drawn[:]) & 0x7fffffff
	if err := ctx.Err(); err != nil {
		return Value{}, err
	}
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return Value{}, err
	}
	if _, err := conn.Write(question(version, a.Community, number, id)); err != nil {
		return Value{}, a.silence(ctx, err)
	}
	datagram := make([]byte, 2048)
	for {
		n, err := conn.Read(datagram)
		if err != nil {
			return Value{}, a.silence(ctx, err)
		}
		v, err := answer(datagram[:n], number, id)
		if errors.Is(err, errOther) {
			continue
		}
		return v, err
	}
}

// silence is what an error of the line means: nothing listens there, or nothing answers.
func (a Agent) silence(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var refused *net.OpError
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &refused) {
		return ErrSilent
	}
	return err
}

// LifeCounter is what the printer has counted in its life, in sides, and its serial number.
// One that counts sheets or anything else has no such counter (ErrNone).
func (a Agent) LifeCounter(ctx context.Context) (count int64, serial string, err error) {
	life, err := a.Get(ctx, LifeCount)
	if err != nil {
		return 0, "", err
	}
	if life.IsText || life.Number < 0 {
		return 0, "", ErrNone
	}
	unit, err := a.Get(ctx, CounterUnit)
	if err != nil && !errors.Is(err, ErrNone) {
		return 0, "", err
	}
	if err == nil && unit.Number != Impressions {
		return 0, "", ErrNone
	}
	name, err := a.Get(ctx, Serial)
	if err != nil && !errors.Is(err, ErrNone) {
		return 0, "", err
	}
	return life.Number, name.Text, nil
}
