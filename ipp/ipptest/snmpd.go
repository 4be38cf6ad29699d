package ipptest

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// SNMPAgent is Net-SNMP's agent, snmpd, telling what a printer tells to a community. Objects are
// lines of its "override": an object's number, its type and its value. It is answering when this
// returns, and ends with the test.
func SNMPAgent(t testing.TB, community string, objects ...string) (address string) {
	t.Helper()
	dir := t.TempDir()
	socket, err := (&net.ListenConfig{}).ListenPacket(context.Background(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = socket.LocalAddr().String()
	_ = socket.Close()
	lines := []string{"agentAddress udp:" + address, "rocommunity " + community}
	for _, o := range objects {
		lines = append(lines, "override "+o)
	}
	file := filepath.Join(dir, "snmpd.conf")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, &daemon{
		program: "snmpd", pack: "snmpd", env: []string{"MIBS=", "SNMP_PERSISTENT_DIR=" + dir},
		args:  []string{"-f", "-C", "-c", file, "-Lo", "-I", "vacm_conf,override", "-p", filepath.Join(dir, "pid")},
		ready: func(said string) bool { return strings.Contains(said, "NET-SNMP version") },
	})
	return address
}

// PrinterMIB are the lines of SNMPAgent for a printer that has counted so many sides.
func PrinterMIB(sides int, serial string) []string {
	return []string{
		fmt.Sprintf("1.3.6.1.2.1.43.10.2.1.4.1.1 counter %d", sides), // prtMarkerLifeCount
		"1.3.6.1.2.1.43.10.2.1.3.1.1 integer 7",                      // prtMarkerCounterUnit: impressions
		"1.3.6.1.2.1.43.5.1.1.17.1 octet_str " + serial,              // prtGeneralSerialNumber
	}
}
