package ipp

import (
	"context"
	"slices"
	"sync"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// model is the printer as a queue shows it: what its paper printers can do, in the
// words of IPP, the default of each list first. It is made once for each offer of
// the desk and shared: nobody changes one.
type model struct {
	offer *release.Offer
	queue release.Queue // of its kind, name and policy's defaults alone; switches are read anew

	sizes       []size
	sources     []string // media-source-supported
	types       []string // media-type-supported
	sides       []string
	silentSides string // of a ticket that says none
	colors      []string
	bins        []string
	handlings   []string
	finishings  []int
	qualities   []int
	resolutions []int
	kOctets     int // the largest document

	template []wire.Attribute // the job-template group
	database wire.Attribute   // media-col-database
}

// newModel makes the words of an offer.
func (s *Server) newModel(q release.Queue, o *release.Offer) *model {
	can := o.Can
	m := &model{
		offer: o, queue: q,
		sizes:       sheets(can),
		sources:     append([]string{auto}, can.Sources...),
		types:       first(plainPaper, can.Types),
		colors:      []string{"monochrome", auto},
		sides:       first(oneSided, can.Sides),
		silentSides: oneSided,
		bins:        can.Bins,
		handlings:   []string{collated},
		finishings:  append([]int{noFinishing}, can.Finishings...),
		qualities:   first(normalQuality, can.Qualities),
		resolutions: can.Resolutions,
		kOctets:     int(s.MaxBytes >> 10),
	}
	if m.inColour() {
		m.colors = []string{"monochrome", inColour, auto}
	}
	if slices.Contains(m.colors, q.Policy.ColorMode) {
		m.colors = first(q.Policy.ColorMode, m.colors)
	}
	if slices.Contains(can.Sides, longEdge) {
		m.silentSides = longEdge
	}
	if slices.Contains(can.Sides, longEdge) && !q.Policy.OneSided {
		m.sides = first(longEdge, can.Sides)
	}
	if slices.Contains(can.Handlings, uncollated) {
		m.handlings = append(m.handlings, uncollated)
	}
	if slices.Contains(can.Resolutions, usualDPI) {
		m.resolutions = first(usualDPI, can.Resolutions)
	}
	switch len(can.Bins) {
	case 0:
		m.bins = []string{"face-down"}
	case 1:
	default:
		m.bins = append([]string{auto}, can.Bins...)
	}
	for _, o := range s.template {
		m.template = append(m.template, o.about(m)...)
	}
	m.database = m.mediaColDatabase()
	return m
}

// inColour says whether somebody may print in colour here, and something can.
func (m *model) inColour() bool { return m.offer.Can.Color() && !m.queue.Policy.Colour.Nobody() }

// The words of IPP that the defaults are made of.
const (
	auto          = "auto"
	oneSided      = "one-sided"
	longEdge      = "two-sided-long-edge"
	plainPaper    = "stationery"
	collated      = "separate-documents-collated-copies"
	uncollated    = "separate-documents-uncollated-copies"
	noFinishing   = 3
	normalQuality = 4
	usualDPI      = 600
)

// first is a list that begins with a value, whether it was there or not.
func first[T comparable](value T, list []T) []T {
	all := []T{value}
	for _, v := range list {
		if v != value {
			all = append(all, v)
		}
	}
	return all
}

// models keeps the model of each queue until the desk's offer is another.
type models struct {
	mu   sync.Mutex
	kept map[release.QueueID]*model
}

// model is how a queue shows itself now.
func (s *Server) model(ctx context.Context, q release.Queue) (*model, error) {
	offer, err := s.Desk.Offer(ctx, q)
	if err != nil {
		return nil, err
	}
	s.models.mu.Lock()
	defer s.models.mu.Unlock()
	m := s.models.kept[q.ID]
	if m == nil || m.offer != offer || m.queue.Kind != q.Kind || shows(m.queue) != shows(q) {
		m = s.newModel(q, offer)
		s.models.kept[q.ID] = m
	}
	return m, nil
}
