package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/release"
)

// policyInLong explains the flags that queue add and queue set share.
const policyInLong = `
--users says who may use it. Others are refused at the computer.
--colour says who may print in colour. What others send in colour comes out black and
  white: the computer is told, and so is the kiosk's row before it is pressed.
--printer says where jobs can come out. At another printer the kiosk says where instead. A
  direct queue prints at the first of them; any lifts the limit.
--proof says how people prove who they are: by password; by address, a personal one
  (/u/...); by server, a trusted print server; by devices, the word of shared devices, whose
  jobs wait as claims; or loopback, which believes names from this machine.
--generic refuse turns down user names that everybody uses, such as chronos and guest,
  where nobody proves them: a job of everybody's could be shown to nobody. believe takes
  them for the person who has that user name, like any other.
--account names the shared account that pays for its jobs, unless their owner chooses
  otherwise; who may not charge it pays as everywhere.
--blocked hold keeps what its owner may not print just now: withdrawn, out of pages, an
  account that is not theirs. The computer is told why and the kiosk explains. refuse has
  the computer refused instead, and there is no job.
`

func queueSetCommand() *cobra.Command {
	var f queueFlags
	cmd := hostCommand("set PATH", "Say who may use a queue, and what becomes of its jobs", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, args []string) error {
			wish := f.wish()
			if len(wish) == 0 {
				return fault.New(fault.Invalid, "nothing-said", "Say what to change, such as --users staff or --blocked refuse. inkwell queue set --help names all of it.")
			}
			return h.db.InTx(ctx, db.System("queue"), func(ctx context.Context, tx *db.Tx) error {
				var facts map[string]any
				q, err := release.SetQueue(ctx, tx, args[0], func(q *release.Queue) (err error) {
					facts, err = wish.Apply(ctx, tx, q)
					return err
				})
				if err != nil {
					return err
				}
				return h.settled(ctx, tx, q, "queue-set", facts)
			})
		})
	cmd.Long = "What is not named stays as it is. A change counts at once, for jobs that wait as well.\n" + policyInLong
	cmd.Example = `  inkwell queue set /ipp/print --colour staff,year:12,class:9A --sides two-sided
  inkwell queue set /ipp/staff --users staff --printer Office,Library
  inkwell queue set /ipp/print --blocked refuse`
	f.add(cmd.Flags())
	return cmd
}

// settled keeps the act and tells how the queue is now.
func (h *host) settled(ctx context.Context, tx *db.Tx, q release.Queue, act string, facts map[string]any) error {
	say, err := queueText(ctx, tx, q)
	if err != nil {
		return err
	}
	tx.AfterCommit(func() { _, _ = fmt.Fprint(h.out, say) })
	return record(ctx, tx, audit.Entry{School: q.School, Act: act, Object: fmt.Sprintf("queue:%d", q.ID), Facts: facts, Note: q.Path + " " + q.Name})
}

func queueAddCommand() *cobra.Command {
	var f queueFlags
	var kind string
	cmd := schoolCommand("add PATH", "Make an address that computers print to", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			q := release.Queue{School: s.ID, Path: args[0], Kind: release.QueueKind(kind), Proof: school.ByPassword}
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				facts, err := f.wish().Apply(ctx, tx, &q)
				if err != nil {
					return err
				}
				facts["kind"] = kind
				if q.ID, err = release.AddQueue(ctx, tx, q); err != nil {
					return err
				}
				return h.settled(ctx, tx, q, "queue-added", facts)
			})
		})
	cmd.Long = `A hold queue keeps jobs until their owner stands at a kiosk; a direct queue prints
them at once at its printer. What is not said is open: everybody may use it and
print in colour, jobs come out of any printer, two-sided and black and white.
` + policyInLong
	cmd.Example = `  inkwell queue add /ipp/staff --name Staff --kind hold --users staff
  inkwell queue add /ipp/office --name "Office, at once" --kind direct --printer Office --users reception,head`
	cmd.Flags().StringVar(&kind, "kind", "", "hold or direct")
	f.add(cmd.Flags())
	_ = cmd.MarkFlagRequired("name")
	_ = cmd.MarkFlagRequired("kind")
	return cmd
}

func queueRemoveCommand() *cobra.Command {
	cmd := hostCommand("remove PATH", "End an address that computers print to, once no job that came by it is left", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, args []string) error {
			return h.db.InTx(ctx, db.System("queue"), func(ctx context.Context, tx *db.Tx) error {
				q, err := release.RemoveQueue(ctx, tx, args[0])
				if err != nil {
					return err
				}
				return record(ctx, tx, audit.Entry{School: q.School, Act: "queue-removed", Object: fmt.Sprintf("queue:%d", q.ID), Note: q.Path + " " + q.Name})
			})
		})
	cmd.Long = `It is refused while jobs that came by the queue wait or print: close the queue over
IPP (cupsreject, Disable-Printer) and let them end. Personal addresses and device
groups on it lead nowhere from then on.`
	cmd.Example = "  inkwell queue remove /ipp/old"
	return cmd
}
