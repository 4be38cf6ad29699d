package simulate

import "inkwell/ipp/wire"

// Jam stops the paper now: the impression under way does not come out.
func (p *Printer) Jam() { p.control(func() { p.jammed = true }) }

// JamAfter lets the job being printed, or the next one, jam once n of its
// impressions have come out. A job that ends before that disarms it.
func (p *Printer) JamAfter(n int) { p.control(func() { p.jamAt = max(0, n) }) }

// Empty takes all paper out.
func (p *Printer) Empty() { p.control(func() { p.paper = 0 }) }

// Fill puts paper in until the tray is full.
func (p *Printer) Fill() { p.control(func() { p.paper = p.o.Paper }) }

// Clear removes jammed paper, and an armed jam, and puts paper in if there is
// none; the job goes on where it stopped.
func (p *Printer) Clear() {
	p.control(func() {
		p.jammed, p.jamAt = false, -1
		if p.paper == 0 {
			p.paper = p.o.Paper
		}
	})
}

// Unplug takes the network cable out or puts it back: while it is out, requests
// are cut off without an answer. The job being printed goes on.
func (p *Printer) Unplug(out bool) { p.control(func() { p.offline = out }) }

// Abort ends the job being printed, or the next one, as the printer's own doing.
func (p *Printer) Abort() {
	p.control(func() {
		for _, j := range p.jobs {
			if !j.over() {
				p.end(j, wire.JobAborted, "aborted-by-system")
				return
			}
		}
	})
}

// Restart turns the printer off and on: it forgets all jobs, counts their ids
// from 1 again, and its printer-up-time starts anew.
func (p *Printer) Restart() {
	p.control(func() {
		for _, j := range p.jobs {
			if !j.over() { // whoever prints it must stop
				j.state = wire.JobAborted
			}
		}
		p.jobs, p.lastID, p.started = nil, 0, p.o.Now()
		p.jammed, p.jamAt = false, -1
	})
}

func (p *Printer) control(do func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	do()
	p.changed = p.o.Now()
	p.change()
}
