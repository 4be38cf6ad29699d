package device

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"

	"github.com/phin1x/go-ipp"

	"inkwell/ipp/device/snmp"
	"inkwell/release"
)

var _ release.LifeCounter = (*Printer)(nil)

// Counts asks for what the printer has counted in its life: printer-impressions-completed
// (PWG 5100.22), and where it does not tell that prtMarkerLifeCount (RFC 3805) by SNMP.
func (p *Printer) Counts(ctx context.Context) (release.Counts, error) {
	req := p.request(ipp.OperationGetPrinterAttributes)
	req.OperationAttributes["requested-attributes"] = []string{"printer-impressions-completed", "printer-uuid"}
	resp, err := p.ask(ctx, req)
	if err != nil {
		return release.Counts{}, err
	}
	a := group(resp.PrinterAttributes)
	if n := a.count("printer-impressions-completed"); n >= 0 {
		return release.Counts{Impressions: int64(n), Source: "ipp", Device: a.text("printer-uuid")}, nil
	}
	return CountsBySNMP(ctx, p.o.Dial, p.uri, p.o.Community)
}

// CountsBySNMP asks the printer of an address for its counter by SNMP. One that has none, or
// does not speak it, has Impressions of -1.
func CountsBySNMP(ctx context.Context, dial func(ctx context.Context, network, address string) (net.Conn, error), uri, community string) (release.Counts, error) {
	none := release.Counts{Impressions: -1}
	u, err := url.Parse(uri)
	if err != nil || community == "" {
		return none, err
	}
	n, serial, err := snmp.Agent{Dial: dial, Address: net.JoinHostPort(u.Hostname(), "161"), Community: community}.LifeCounter(ctx)
	switch {
	case errors.Is(err, snmp.ErrNone), errors.Is(err, snmp.ErrSilent):
		return none, nil
	case err != nil:
		return none, fmt.Errorf("ask by SNMP: %w", err)
	}
	return release.Counts{Impressions: n, Source: "snmp", Device: serial}, nil
}

// stranger is who the printer is told is printing, to see whether it asks who that is.
const stranger = "anonymous"

// TakesFromAnyone says whether the printer takes a job from somebody it does not know: it
// opens one without a document and cancels it. It says nothing of other places that may reach
// the printer. It means something of a client without credentials only.
func (p *Printer) TakesFromAnyone(ctx context.Context) (bool, error) {
	req := p.request(ipp.OperationCreateJob)
	req.OperationAttributes["requesting-user-name"] = stranger
	req.OperationAttributes["job-name"] = "Inkwell asks who may print here"
	resp, err := p.ask(ctx, req)
	switch {
	case errors.Is(err, release.ErrRefused), errors.Is(err, release.ErrGone):
		return false, nil
	case err != nil:
		return false, err
	}
	id, ok := group(resp.JobAttributes).number("job-id")
	if !ok {
		return true, nil
	}
	end := p.request(ipp.OperationCancelJob)
	end.OperationAttributes["requesting-user-name"] = stranger
	end.OperationAttributes["job-id"] = id
	if _, err := p.ask(ctx, end); err != nil && !errors.Is(err, release.ErrGone) {
		return true, fmt.Errorf("cancel the empty job %d that was opened to ask: %w", id, err)
	}
	return true, nil
}
