package ipp

import (
	"bufio"
	"context"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/ipp/wire"
	"inkwell/release"
)

// call is one request and what has been found out about it so far.
type call struct {
	*Server
	http     *http.Request
	req      *wire.Message
	document *bufio.Reader // what follows the attributes
	tongue   tongue        // what the answer is said in

	queue  release.Queue        // none while a request is about all of them
	model  *model               // of the queue
	cups   bool                 // the client took us for its CUPS server, and knows queues by CUPS's addresses
	way    way                  // what the client's address has behind the queue's path
	groups []school.DeviceGroup // that the client belongs to, once they have been asked for
	jobID  release.JobID        // of an operation on a job
	wants  []wish               // of a request that makes a job
	actor  school.Actor
	known  bool // actor is proven
}

var (
	jobUnknown     = fault.New(fault.NotFound, "job-unknown", "There is no such job.")
	printerUnnamed = fault.New(fault.NotFound, "queue-unknown", "Please say which printer: we have several.")
	brokenOff      = fault.New(fault.Invalid, "document-broken-off", "The document did not arrive whole. Please print it again.")
)

// op is the operation attributes.
func (c *call) op() wire.Attributes { return c.req.Operation() }

// ok begins a successful answer.
func (c *call) ok() *wire.Message { return wire.NewResponse(c.req, wire.StatusOK, "") }

// find reads the target attributes (RFC 8011 section 4.1.5) and looks the queue
// up. Their host is not looked at: behind a name of its own a client is as welcome.
func (c *call) find(ctx context.Context, on object) error {
	if on == onServer {
		return nil
	}
	path, id, err := c.target(on)
	if err != nil {
		return err
	}
	c.jobID = id
	path, c.cups = queuePath(path)
	path, c.way = splitWay(path)
	if c.cups && c.way != "" { // CUPS's names have no such thing behind them
		return school.AddressUnknown
	}
	var q release.Queue
	switch {
	case !c.cups || path != "":
		q, err = c.Desk.Queue(ctx, path)
	case on == onJob:
		q, err = c.Desk.QueueOf(ctx, id)
	case on != onQueues:
		err = printerUnnamed
	}
	if err != nil || q.ID == 0 {
		return err
	}
	return c.at(ctx, q)
}

// at makes the call about a queue.
func (c *call) at(ctx context.Context, q release.Queue) (err error) {
	c.queue = q
	c.model, err = c.Server.model(ctx, q)
	return err
}

// target is the path of the target and, for an operation on a job, the job's number.
func (c *call) target(on object) (path string, id release.JobID, err error) {
	if on == onJob && c.op().Has("job-uri") {
		uri, err := c.op().String("job-uri", tagURI)
		if err != nil {
			return "", 0, err
		}
		return splitJobURI(uri)
	}
	uri, err := c.op().String("printer-uri", tagURI)
	if err != nil {
		return "", 0, err
	}
	if path, err = pathOf(uri); err != nil || on != onJob {
		return path, 0, err
	}
	n, err := c.op().Int("job-id")
	current := n == 0 && c.req.Op() == wire.OpCancelJob // as lprm and cancel mean it
	if err == nil && !current && (n < 1 || n > math.MaxInt32) {
		err = jobUnknown
	}
	return path, release.JobID(n), err
}

// pathOf is the path of a printer-uri, without a slash at its end.
func pathOf(uri string) (string, error) {
	u, err := url.Parse(uri)
	if err != nil || u.Host == "" {
		return "", refuse(wire.StatusBadRequest, "The address of the printer is malformed.")
	}
	return strings.TrimSuffix(u.Path, "/"), nil
}

// jobsPath is what stands between a queue's path and a job's number in a job-uri.
const jobsPath = "/jobs/"

// splitJobURI takes a job-uri apart that jobURI has made.
func splitJobURI(uri string) (path string, id release.JobID, err error) {
	whole, err := pathOf(uri)
	if err != nil {
		return "", 0, err
	}
	path, number, _ := strings.Cut(whole, jobsPath)
	n, err := strconv.ParseInt(number, 10, 32)
	if err != nil || n < 1 {
		return "", 0, jobUnknown
	}
	return path, release.JobID(n), nil
}
