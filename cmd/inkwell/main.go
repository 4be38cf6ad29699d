// Command inkwell is the whole of Inkwell in one binary: the server, the commands
// beside it on its host, a virtual printer, and the child process that reads
// documents. It holds wiring only: what is read from where, what is started in
// which order, and how it ends.
package main

import (
	"context"
	"fmt"
	"os"
	_ "time/tzdata" // schools have zones, and a small machine may know none

	"github.com/spf13/cobra"

	"inkwell/release/document"
)

func main() {
	document.Child() // does not return in a process that was started to read a document
	root := rootCommand()
	if err := root.ExecuteContext(context.Background()); err != nil {
		_, _ = fmt.Fprintln(&plainWriter{to: os.Stderr}, "inkwell:", asPerson(err))
		os.Exit(1)
	}
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "inkwell",
		Short:         "Print release and accounting for schools",
		Long:          "Inkwell holds what pupils print until they stand at the printer, counts it, and charges it once.",
		SilenceErrors: true, // main says them, once
		SilenceUsage:  true, // a refusal is no reason to repeat the manual
		PersistentPreRun: func(cmd *cobra.Command, _ []string) {
			cmd.SetOut(&plainWriter{to: cmd.OutOrStdout()})
			cmd.SetErr(&plainWriter{to: cmd.ErrOrStderr()})
		},
	}
	root.AddCommand(
		serveCommand(), configCommand(), checkCommand(), versionCommand(),
		group("backup", "Backups of this installation", backupNoteCommand()),
		group("staff", "Staff accounts", staffAddCommand(), staffAlsoCommand(), staffFactorCommand(), staffResetFactorCommand(), staffBarCommand(), staffReviewCommand()),
		group("import", "What other print servers know", importPaperCutCommand()),
		group("roster", "People who come by themselves", rosterImportCommand(), rosterDirectoryCommand(), rosterShowCommand(), rosterRelinkCommand(),
			group("mapping", "How the columns of a school's own export are read", rosterMappingAddCommand(), rosterMappingListCommand(), rosterMappingRemoveCommand())),
		group("printer", "Printers, real and virtual", printerAddCommand(), printerListCommand(), printerStatusCommand(), printerTestCommand(), printerSetCommand(), printerGroupCommand(), printerPlaceCommand(), printerPairCommand(), printerUnpairCommand(), printerFindCommand(), printerTrustCommand(), printerLoginCommand(), printerSimulateCommand()),
		group("badge", "Badges, and the readers they are held to", badgeAddCommand(), badgeListCommand(), badgeRevokeCommand(), badgeImportCommand(),
			badgeLearnCommand(), badgeNewKeyCommand(), badgeEnrolCommand(), group("profile", "How readers write numbers", badgeProfileListCommand(), badgeProfileSetCommand())),
		group("code", "Codes, for those without a badge", codeIssueCommand(), codeAloneCommand(), codeStaffCommand(), codeResumeCommand()),
		group("address", "Personal printer addresses", addressAddCommand(), addressListCommand(), addressRevokeCommand()),
		group("devices", "Devices that pupils share, and print servers", devicesAddCommand(), devicesListCommand(), devicesRemoveCommand()),
		group("agreement", "Who signed the acceptable-use agreement", agreementAddCommand(), agreementListCommand(), agreementBlockCommand(),
			agreementImportCommand(), agreementUnsignedCommand()),
		group("clients", "What computers are set up with", clientsExportCommand()),
		group("calendar", "Terms, days off, closures and bells", calendarShowCommand(), calendarImportCommand(), calendarCloseCommand(), calendarOpenCommand()),
		group("timetable", "Who teaches which class when", timetableImportCommand()),
		group("cover", "Who takes whose lesson", coverAddCommand(), coverListCommand(), coverRemoveCommand(), coverImportCommand()),
		group("exam", "Exam windows", examAddCommand(), examListCommand(), examRemoveCommand()),
		group("kiosk", "The page beside a printer", kioskListCommand(), kioskSetCommand(), kioskSayCommand(), kioskLanguageCommand(), kioskTimeCommand(), kioskPairCommand(), kioskScreensCommand(), kioskUnpairCommand(), kioskRetireCommand(), kioskEnrolURLCommand(), kioskTapCommand()),
		group("class", "Printing for a class", classSheetsCommand()),
		group("print-room", "The school's print room", roomFinishesCommand()),
		group("job", "Print jobs", jobShowCommand()),
		group("queue", "The addresses that computers print to", queueListCommand(), queueAddCommand(), queueSetCommand(), queueRemoveCommand(), queueNamesCommand(), queueUploadsCommand()),
		group("spool", "Where documents wait", spoolRotateKeyCommand()),
		group("certificate", "The certificate that this server shows", certificateShowCommand(), certificateSetCommand(), certificateRenewCommand(), certificateResetCommand()),
		group("ldap", "The school's own directory", ldapForgetCommand()),
		group("account", "Accounts that several people have jobs charged to", accountAddCommand(), accountSetCommand(), accountListCommand(), accountRemoveCommand(), accountTopUpCommand()),
		group("allowance", "Who gets how many pages", allowanceListCommand(), allowanceSetCommand(), allowanceRemoveCommand(), allowancePolicyCommand()),
		usageCommand(),
		group("recovery", "What damage and loss cost, for finance", recoveryAddCommand(), recoveryListCommand(), recoverySetCommand()),
		group("ledger", "What was spent", ledgerVerifyCommand(), ledgerStatementCommand(), ledgerBalanceCommand()),
		group("rule", "What may be printed", ruleListCommand(), ruleAddCommand(), ruleSetCommand(), ruleMoveCommand(), ruleRemoveCommand(), ruleExportCommand(),
			ruleImportCommand(), ruleTryCommand()),
		group("exemption", "Who is let off a rule", exemptionListCommand(), exemptionAddCommand(), exemptionEndCommand()),
		explainCommand(),
		group("request", "Who asks for what is kept about them", requestListCommand(), requestAddCommand(), requestFileCommand()),
		group("legal-hold", "About whom nothing is purged", holdListCommand()),
		group("conduct", "What misuse is, and what comes of it", conductStatusCommand(), conductOffCommand(), conductOnCommand(), conductArmCommand(), conductReplayCommand(),
			group("rules", "The policy: rules, categories and the ladder, as a file", conductExportCommand(), conductImportCommand(), conductCheckCommand())),
		group("tariff", "What printing costs", tariffShowCommand(), tariffListCommand(), tariffSetCommand(), tariffTryCommand(), tariffWithdrawCommand()),
		group("audit", "Who did what", auditVerifyCommand()),
	)
	return root
}

// group is a command that only holds others.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	g := &cobra.Command{Use: use, Short: short, Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	g.AddCommand(commands...)
	return g
}
