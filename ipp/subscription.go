package ipp

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/OpenPrinting/goipp"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// wish is one group of subscription attributes of a request, and what we make of it
// (RFC 3995 section 5.2).
type wish struct {
	release.Subscription
	refused wire.Status      // why there will be no subscription, or 0
	remark  wire.Status      // why it will not be quite as wished, or 0
	ignored []wire.Attribute // what is not supported, as the answer names it
}

// noMethod is about a request that says nothing of how events are to be told: the
// one omission for which the whole request is refused (RFC 3995 section 5.2, rule 4).
var noMethod = &wire.Error{Status: wire.StatusBadRequest, Say: "A subscription needs notify-pull-method.", Technical: true}

// noGroup is about a request for subscriptions without any.
var noGroup = &wire.Error{Status: wire.StatusBadRequest, Say: "There is no group of subscription attributes.", Technical: true}

// readWishes reads the subscription groups of a request, for a job or for the queue.
func (c *call) readWishes(ofJob bool) ([]wish, error) {
	var all []wish
	for _, given := range c.req.All(wire.SubscriptionGroup) {
		if !given.Has("notify-pull-method") && !given.Has("notify-recipient-uri") {
			return nil, noMethod
		}
		all = append(all, c.wish(given, ofJob))
	}
	return all, nil
}

func (c *call) wish(given wire.Attributes, ofJob bool) wish {
	w := wish{Subscription: release.Subscription{Events: defaultEvents, Charset: "utf-8", Language: string(c.tongue), Lease: release.LeaseDefault}}
	if charset, _ := c.op().String("attributes-charset"); strings.EqualFold(charset, "us-ascii") {
		w.Charset = "us-ascii"
	}
	for _, a := range given {
		switch take := takers[a.Name]; {
		case a.Name == "notify-recipient-uri": // goes before all other reasons
			w.refused = wire.StatusURISchemeNotSupported
			w.ignored = append(w.ignored, wire.Unsupported(a.Name))
		case take == nil || ofJob && a.Name == "notify-lease-duration":
			w.ignore(wire.Unsupported(a.Name))
		default:
			take(&w, a, wire.Attributes{a})
		}
	}
	return w
}

// takers read what a client may wish, each its attribute (RFC 3995 section 5.3).
var takers = map[string]func(*wish, wire.Attribute, wire.Attributes){
	"notify-pull-method":      (*wish).takeMethod,
	"notify-events":           (*wish).takeEvents,
	"notify-user-data":        (*wish).takeUserData,
	"notify-charset":          (*wish).takeCharset,
	"notify-natural-language": (*wish).takeLanguage,
	"notify-lease-duration":   (*wish).takeLease,
}

// ignore notes what does not become part of the subscription.
func (w *wish) ignore(a wire.Attribute) {
	w.ignored = append(w.ignored, a)
	if w.remark == 0 {
		w.remark = wire.StatusOKIgnoredOrSubstituted
	}
}

// refuse notes why there will be no subscription, unless there is a reason already.
func (w *wish) refuse(a wire.Attribute) {
	w.ignored = append(w.ignored, a)
	if w.refused == 0 {
		w.refused = wire.StatusAttributesOrValuesNotSupported
	}
}

func (w *wish) takeMethod(a wire.Attribute, given wire.Attributes) {
	if method, err := given.String(a.Name, goipp.TagKeyword); err != nil || method != pullMethod {
		w.refuse(a)
	}
}

// takeEvents takes the events that we have, up to their number. Without any, none
// among them, there is nothing to subscribe to.
func (w *wish) takeEvents(a wire.Attribute, given wire.Attributes) {
	asked, err := given.Strings(a.Name, goipp.TagKeyword)
	w.Events = nil
	var odd, extra []string
	for i, name := range asked {
		switch e := release.Event(name); {
		case !slices.Contains(release.Events, e):
			odd = append(odd, name)
		case i >= len(release.Events):
			extra = append(extra, name)
		case !slices.Contains(w.Events, e):
			w.Events = append(w.Events, e)
		}
	}
	switch {
	case err != nil || len(w.Events) == 0:
		w.refuse(a)
	case len(extra) > 0 || len(asked) > len(release.Events):
		w.remark = wire.StatusOKTooManyEvents
		w.ignored = append(w.ignored, wire.Keyword(a.Name, append(odd, extra...)...))
	case len(odd) > 0:
		w.ignore(wire.Keyword(a.Name, odd...))
	}
}

// mostUserData is how many octets of notify-user-data there may be.
const mostUserData = 63

func (w *wish) takeUserData(a wire.Attribute, given wire.Attributes) {
	data, err := given.Octets(a.Name)
	if err != nil || len(data) > mostUserData {
		w.ignore(a)
		return
	}
	w.UserData = data
}

func (w *wish) takeCharset(a wire.Attribute, given wire.Attributes) {
	charset, err := given.String(a.Name, goipp.TagCharset)
	if charset = strings.ToLower(charset); err != nil || charset != "utf-8" && charset != "us-ascii" {
		w.ignore(a)
		return
	}
	w.Charset = charset
}

func (w *wish) takeLanguage(a wire.Attribute, given wire.Attributes) {
	language, err := given.String(a.Name, goipp.TagLanguage)
	if err != nil || !slices.Contains(languages, language) {
		w.ignore(a)
		return
	}
	w.Language = language
}

// takeLease grants what comes closest. The answer names the lease in any case, so
// one that is not as asked for is not named once more.
func (w *wish) takeLease(a wire.Attribute, given wire.Attributes) {
	asked, err := given.Int(a.Name)
	if err != nil || asked < 0 {
		w.ignore(a)
		return
	}
	w.Lease = release.Grant(time.Duration(asked) * time.Second)
	if seconds(w.Lease) != asked && w.remark == 0 {
		w.remark = wire.StatusOKIgnoredOrSubstituted
	}
}

// granted are the wishes that the desk is asked for.
func granted(wishes []wish) []release.Subscription {
	var all []release.Subscription
	for _, w := range wishes {
		if w.refused == 0 {
			all = append(all, w.Subscription)
		}
	}
	return all
}

// wouldBe is the ID of a subscription that Validate-Job would make.
const wouldBe release.SubscriptionID = -1

// answerWishes adds a group for each wish, in their order, and says how many are not
// fulfilled. made is what the desk made of those that were granted. A job is taken
// whatever becomes of its subscriptions.
func (c *call) answerWishes(reply *wire.Message, wishes []wish, made []release.Subscription, ofJob bool) (missing int) {
	for _, w := range wishes {
		if w.refused == 0 {
			w.ID, made = made[0].ID, made[1:]
			if w.ID == 0 {
				w.refused = wire.StatusTooManySubscriptions
			}
		}
		if w.refused != 0 {
			missing++
		}
		reply.Add(w.group(ofJob))
	}
	if missing > 0 {
		reply.Remark(wire.StatusOKIgnoredSubscriptions, c.tongue.say("You will not be told of everything that you asked for."))
	}
	return missing
}

// group is the answer to one wish (RFC 3995 section 5.2, rule 8).
func (w wish) group(ofJob bool) wire.Group {
	g := wire.NewGroup(wire.SubscriptionGroup)
	if w.ID > 0 {
		g.Add(wire.Integer("notify-subscription-id", int(w.ID)))
	}
	if w.ID != 0 && !ofJob {
		g.Add(wire.Integer("notify-lease-duration", seconds(w.Lease)))
	}
	g.Add(w.ignored...)
	status := w.remark
	if w.refused != 0 {
		status = w.refused
	}
	if status != 0 {
		g.Add(wire.Enum("notify-status-code", int(status)))
	}
	return g
}

// subscribe carries out Create-Job-Subscriptions, or with job 0
// Create-Printer-Subscriptions.
func (c *call) subscribe(ctx context.Context, job release.JobID) (*wire.Message, error) {
	wishes, err := c.readWishes(job != 0)
	if err != nil {
		return nil, err
	}
	if len(wishes) == 0 {
		return nil, noGroup
	}
	made, err := c.Desk.Subscribe(ctx, c.actor, c.queue, job, granted(wishes))
	if err != nil {
		return nil, err
	}
	reply := c.ok()
	if c.answerWishes(reply, wishes, made, job != 0) == len(wishes) {
		reply.Code = uint16(wire.StatusIgnoredAllSubscriptions)
	}
	return reply, nil
}

// wouldSubscribe adds to the answer of Validate-Job what would become of the wishes
// (RFC 3995 section 11.2.2).
func (c *call) wouldSubscribe(ctx context.Context, reply *wire.Message, wishes []wish) error {
	if len(wishes) == 0 {
		return nil
	}
	room, err := c.Desk.SubscriptionRoom(ctx, c.actor)
	if err != nil {
		return err
	}
	made := granted(wishes)
	for i := range min(room, len(made)) {
		made[i].ID = wouldBe
	}
	c.answerWishes(reply, wishes, made, true)
	return nil
}
