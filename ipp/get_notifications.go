package ipp

import (
	"context"
	"io"
	"time"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// How long a client that waits is kept waiting, and after how many seconds whoever
// asks is to ask again (notify-get-interval): soon after waiting or when there is
// more than one answer holds, and otherwise not to be a burden.
const (
	longestWait = 15 * time.Second
	soon        = 1
	comeAgain   = 30
)

// getNotifications carries out Get-Notifications (RFC 3996 section 5). Whoever waits
// gets one answer, at the first event or after a while, and asks again: the answer
// in many parts that Event Wait Mode may have is more than clients read.
func getNotifications(ctx context.Context, c *call) (*wire.Message, error) {
	cursors, err := c.cursors()
	if err != nil {
		return nil, err
	}
	wait, _, err := wire.Optional(c.op().Bool("notify-wait"))
	if err != nil {
		return nil, err
	}
	read, interval := c.Desk.News, comeAgain
	if wait {
		// A server notices that its client has gone once the request is read to its end.
		if _, err := io.CopyN(io.Discard, c.document, c.MaxBytes); err != io.EOF {
			return nil, brokenOff
		}
		var stop func()
		ctx, stop = c.patience(ctx)
		defer stop()
		read, interval = c.Desk.AwaitNews, soon
	}
	all, err := read(ctx, c.actor, c.queue, cursors)
	if err != nil {
		return nil, err
	}
	return c.newsReply(all, interval), nil
}

// patience is ctx until somebody has waited long enough or the program ends.
func (c *call) patience(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithTimeout(ctx, longestWait)
	go func() {
		select {
		case <-c.Ending:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// cursors reads notify-subscription-ids and, beside each, the lowest number that is
// still wanted; 1 where none is given.
func (c *call) cursors() ([]release.Cursor, error) {
	ids, err := c.op().Ints("notify-subscription-ids")
	if err != nil {
		return nil, err
	}
	from, _, err := wire.Optional(c.op().Ints("notify-sequence-numbers"))
	if err != nil {
		return nil, err
	}
	all := make([]release.Cursor, len(ids))
	for i, id := range ids {
		all[i] = release.Cursor{ID: subscriptionIDOf(id), From: 1}
		if i < len(from) {
			all[i].From = from[i]
		}
	}
	return all, nil
}

// newsReply tells the news (RFC 3996 section 5.2). It names the interval even when
// there will be no more, as CUPS does and rfc3995-3996.test wants.
func (c *call) newsReply(all []release.News, interval int) *wire.Message {
	complete, told := 0, 0
	for _, n := range all {
		told += len(n.Notifications)
		if n.Complete {
			complete++
		}
	}
	reply := c.ok()
	if complete == len(all) {
		reply.Code = uint16(wire.StatusOKEventsComplete)
	}
	if told >= release.MostNotifications {
		interval = soon
	}
	reply.Groups[0].Add(wire.Integer("notify-get-interval", interval), wire.Integer("printer-up-time", upTime(c.Clock())))
	for _, n := range all {
		for _, e := range n.Notifications {
			g := wire.NewGroup(wire.EventGroup, c.eventAttributes(n.Subscription, e)...)
			if complete > 0 && complete < len(all) {
				g.Add(wire.Enum("notify-status-code", int(statusOfNews(n))))
			}
			reply.Add(g)
		}
	}
	return reply
}

func statusOfNews(n release.News) wire.Status {
	if n.Complete {
		return wire.StatusOKEventsComplete
	}
	return wire.StatusOK
}
