package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/ipp/rollout"
)

// clientsExport is what the command was told.
type clientsExport struct {
	queue          string
	groups         []string
	person, device string
	out            string
	replace        bool
}

func clientsExportCommand() *cobra.Command {
	var e clientsExport
	var cmd *cobra.Command
	cmd = schoolCommand("export SYSTEM", "Write what sets computers up: windows, intune, google, apple or cups", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			system, err := rollout.SystemByName(args[0])
			if err != nil {
				return err
			}
			return e.run(ctx, h, s, system, cmd.ErrOrStderr())
		})
	cmd.Long = `Writes the scripts, configuration profiles, policy values and the certificate that
IT deploys to computers, a folder for each device group, and index.html, which
explains each in five lines. With --out it writes a folder, without it a zip archive
to standard output.

  windows   PowerShell scripts, to run by hand or as a startup script of a Group Policy
  intune    the same as a Win32 app, with what detects it and the values to type
  google    printers for the Chrome Printer Management API, and policies
  apple     configuration profiles for Macs, iPads and iPhones
  cups      shell scripts for Linux

--person gives somebody a personal printer address, as "inkwell address add" does,
and writes what sets up that one device (windows, apple, cups). Whoever has those
files prints as them.`
	cmd.Example = `  inkwell clients export windows --out /srv/roll-out/windows
  inkwell clients export apple --group room-12 > apple.zip
  inkwell clients export apple --person 23sbell --device "Sam's iPad" > sam.zip`
	cmd.Flags().StringVar(&e.queue, "queue", "", "the queue's path; empty is the school's first")
	cmd.Flags().StringSliceVar(&e.groups, "group", nil, "these device groups alone; empty is all")
	cmd.Flags().StringVar(&e.person, "person", "", "user name of somebody who gets a personal address, instead of device groups")
	cmd.Flags().StringVar(&e.device, "device", "", "what that person's device is called, 1-60 characters")
	cmd.Flags().StringVar(&e.out, "out", "", "folder to write, made if it is not there; empty is a zip archive to standard output")
	cmd.Flags().BoolVar(&e.replace, "replace", false, "write into a folder of an earlier export, in place of what that wrote")
	cmd.MarkFlagsMutuallyExclusive("group", "person")
	cmd.MarkFlagsRequiredTogether("person", "device")
	return cmd
}

func (e *clientsExport) run(ctx context.Context, h *host, s school.School, system *rollout.System, say io.Writer) error {
	at, err := readAddresses(h.config)
	if err != nil {
		return err
	}
	plan, err := rollOut{db: h.db, desk: h.desk, at: at, tls: h.config.folder("tls")}.plan(ctx, s, e.queue)
	if err != nil {
		return err
	}
	if plan.Printers, err = e.chosen(plan.Printers); err != nil {
		return err
	}
	keep, err := e.open(h.out) // before anything is given to anybody
	if err != nil {
		return err
	}
	if e.person != "" {
		if plan.Printers, err = e.personal(ctx, h, system, s); err != nil {
			return err
		}
	}
	files, err := system.Export(plan)
	if err != nil {
		return err
	}
	if err := keep(files, plan.Made); err != nil {
		return err
	}
	if ownMachine(plan.Server) {
		_, _ = fmt.Fprintf(say, "The server listens on this machine alone: no other computer reaches %s. See ipp-listen.\n", plan.Server)
	}
	return nil
}

// chosen are the printers of the groups that were named, or all.
func (e *clientsExport) chosen(all []rollout.Printer) (some []rollout.Printer, err error) {
	if len(e.groups) == 0 {
		return all, nil
	}
	for _, slug := range e.groups {
		i := slices.IndexFunc(all, func(p rollout.Printer) bool { return p.ID == slug && p.Kind != rollout.Password })
		if i < 0 {
			return nil, fault.New(fault.NotFound, "group-unknown", "There is no device group %q, it was removed, or the queue does not take it. See inkwell devices list and inkwell queue list.", slug)
		}
		if !slices.ContainsFunc(some, func(p rollout.Printer) bool { return p.ID == slug }) {
			some = append(some, all[i])
		}
	}
	return some, nil
}

// personal gives the person an address for the device.
func (e *clientsExport) personal(ctx context.Context, h *host, system *rollout.System, s school.School) ([]rollout.Printer, error) {
	if !system.Suits(rollout.Personal) {
		return nil, fault.New(fault.Invalid, "roll-out-person", "A personal address is for one device: choose windows, apple or cups.")
	}
	q, err := rollOut{desk: h.desk}.queueOf(ctx, s.ID, e.queue)
	if err != nil {
		return nil, err
	}
	if err := h.hasQueue(ctx, s.ID, q.Path, school.ByAddress); err != nil {
		return nil, err
	}
	people, err := h.directory()
	if err != nil {
		return nil, err
	}
	var token string
	err = h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
		p, err := school.PersonByUsername(ctx, tx, s.ID, e.person)
		if err == nil {
			token, err = people.NewAddress(ctx, tx, "", p, e.device)
		}
		return err
	})
	return []rollout.Printer{{
		ID: rollout.PersonalID, Name: q.Name + " (" + strings.TrimSpace(e.device) + ")", Path: school.AddressPath(q.Path, token), Kind: rollout.Personal,
	}}, err
}

// ownMachine says whether no other machine reaches an address.
func ownMachine(server string) bool {
	host, _, err := net.SplitHostPort(server)
	ip := net.ParseIP(host)
	return err == nil && (host == "localhost" || ip != nil && ip.IsLoopback())
}

// terminal says whether what is written goes to a screen, or to another device: an archive
// would be lost there, and a bar can be drawn.
func terminal(out io.Writer) bool {
	f, ok := unwrapped(out).(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
