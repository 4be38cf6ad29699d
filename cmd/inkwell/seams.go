package main

import (
	"errors"

	"github.com/spf13/cobra"

	"inkwell/release"
)

// dialPrinter will make the client of a printer.
func dialPrinter(release.PrinterRecord) (release.Printer, error) {
	return nil, errors.New("printers cannot be reached yet")
}

// staffAddCommand will make a staff account and print its one-use link.
func staffAddCommand() *cobra.Command {
	return &cobra.Command{Use: "add", RunE: func(*cobra.Command, []string) error { return errors.New("staff accounts cannot be made yet") }}
}
