package ipp

import (
	"context"
	"slices"

	"github.com/OpenPrinting/goipp"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// mostJobs is how many jobs one answer tells of.
const mostJobs = 1000

// whichJobs are the values of which-jobs, the default first.
var whichJobs = []string{"not-completed", "completed"}

// getJobs carries out Get-Jobs (RFC 8011 section 4.2.6) for the jobs that the sender
// may see. Nobody in particular sees none: a list of what a school prints is no
// business of the network's.
func getJobs(ctx context.Context, c *call) (*wire.Message, error) {
	f, err := c.filter()
	if err != nil {
		return nil, err
	}
	want, err := c.wanted("job-id", "job-uri")
	if err != nil {
		return nil, err
	}
	reply := c.ok()
	err = c.each(ctx, func() error {
		if !c.known {
			return nil
		}
		f.Queue = c.queue.ID
		all, err := c.chosen(ctx, f)
		for _, j := range all {
			reply.Add(wire.NewGroup(wire.JobGroup, c.jobAttributes(j, want)...))
		}
		return err
	})
	return reply, err
}

// filter reads which-jobs, my-jobs and limit.
func (c *call) filter() (f release.JobFilter, err error) {
	f = release.JobFilter{Limit: mostJobs}
	which, given, err := wire.Optional(c.op().String("which-jobs", goipp.TagKeyword))
	if err != nil {
		return f, err
	}
	if given && !slices.Contains(whichJobs, which) {
		return f, notSupported{
			refusal: refuse(wire.StatusAttributesOrValuesNotSupported, "This printer lists jobs that are completed or not-completed."),
			attrs:   []wire.Attribute{wire.Keyword("which-jobs", which)},
		}
	}
	f.Ended = which == "completed"
	if f.Mine, _, err = wire.Optional(c.op().Bool("my-jobs")); err != nil {
		return f, err
	}
	limit, given, err := wire.Optional(c.op().Int("limit"))
	if err == nil && given {
		if limit < 1 {
			return f, refuse(wire.StatusBadRequest, "The limit must be 1 or more.")
		}
		f.Limit = min(limit, mostJobs)
	}
	return f, err
}

// chosen lists the jobs of the filter, or those of job-ids (PWG 5100.7).
func (c *call) chosen(ctx context.Context, f release.JobFilter) ([]release.Job, error) {
	ids, given, err := wire.Optional(c.op().Ints("job-ids"))
	if err != nil {
		return nil, err
	}
	all, err := c.Desk.Jobs(ctx, c.actor, f)
	if given {
		all = slices.DeleteFunc(all, func(j release.Job) bool { return !slices.Contains(ids, int(j.ID)) })
	}
	return all, err
}
