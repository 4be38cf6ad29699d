package device

import (
	"context"
	"errors"
	"slices"

	"github.com/phin1x/go-ipp"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// capabilities is what there is to know of a printer before sending to it.
type capabilities struct {
	major, minor int8 // the highest version both sides speak
	create       bool // Create-Job and Send-Document
}

func (p *Printer) capabilities() *capabilities {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.known
}

var printerStates = map[int]release.PrinterState{
	wire.PrinterIdle: release.PrinterIdle, wire.PrinterProcessing: release.PrinterProcessing,
	wire.PrinterStopped: release.PrinterStopped,
}

// Status asks for the printer's state (Get-Printer-Attributes, RFC 8011 4.2.5).
func (p *Printer) Status(ctx context.Context) (release.Status, error) {
	req := p.request(ipp.OperationGetPrinterAttributes)
	if p.capabilities() == nil { // every printer since 1999 understands this question in 1.1
		req.ProtocolVersionMajor, req.ProtocolVersionMinor = 1, 1
	}
	req.OperationAttributes["requested-attributes"] = []string{
		"printer-state", "printer-state-reasons", "printer-is-accepting-jobs", "printer-up-time",
		"printer-config-change-time", "printer-impressions-completed", "operations-supported", "ipp-versions-supported",
	}
	resp, err := p.ask(ctx, req)
	if err != nil {
		return release.Status{}, err
	}
	a := group(resp.PrinterAttributes)
	state, ok := a.number("printer-state")
	if !ok || printerStates[state] == "" {
		return release.Status{}, errors.New("the printer does not say its state")
	}
	p.learn(a)
	return release.Status{
		State: printerStates[state], Reasons: a.reasons("printer-state-reasons"),
		Accepting: a.flag("printer-is-accepting-jobs", true), UpTime: max(0, a.count("printer-up-time")),
		Config: max(0, a.count("printer-config-change-time")), Counter: max(0, a.count("printer-impressions-completed")),
	}, nil
}

// learn keeps what an answer says of the printer's abilities.
func (p *Printer) learn(a attributes) {
	known := &capabilities{major: 1, minor: 1}
	if slices.Contains(a.texts("ipp-versions-supported"), "2.0") {
		known.major, known.minor = 2, 0
	}
	operations := a.numbers("operations-supported")
	known.create = slices.Contains(operations, int(wire.OpCreateJob)) && slices.Contains(operations, int(wire.OpSendDocument))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known = known
}
