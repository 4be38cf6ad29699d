package ipp

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"inkwell/ipp/wire"
)

// A job's own password reaches the desk, however it is sent, and is never dropped
// in silence (PWG 5100.11).
func TestJobPassword(t *testing.T) {
	t.Parallel()
	digest := sha256.Sum256([]byte("4711"))
	for _, tc := range []struct {
		name   string
		attrs  []wire.Attribute
		status wire.Status
		scheme string
		value  []byte
	}{
		{"none", nil, wire.StatusOK, "", nil},
		{"empty", []wire.Attribute{wire.Octets("job-password", nil)}, wire.StatusOK, "", nil},
		{"plain", []wire.Attribute{wire.Octets("job-password", []byte("4711")), wire.Keyword("job-password-encryption", "none")}, wire.StatusOK, "none", []byte("4711")},
		{"plain by default", []wire.Attribute{wire.Octets("job-password", []byte("4711"))}, wire.StatusOK, "none", []byte("4711")},
		{"digest", []wire.Attribute{wire.Octets("job-password", digest[:]), wire.Keyword("job-password-encryption", "sha2-256")}, wire.StatusOK, "sha2-256", digest[:]},
		{"letters", []wire.Attribute{wire.Octets("job-password", []byte("open"))}, wire.StatusAttributesOrValuesNotSupported, "", nil},
		{"short", []wire.Attribute{wire.Octets("job-password", []byte("471"))}, wire.StatusAttributesOrValuesNotSupported, "", nil},
		{"old digest", []wire.Attribute{wire.Octets("job-password", make([]byte, 16)), wire.Keyword("job-password-encryption", "md5")}, wire.StatusAttributesOrValuesNotSupported, "", nil},
		{"not octets", []wire.Attribute{wire.Text("job-password", "4711")}, wire.StatusBadRequest, "", nil},
	} {
		for _, op := range []wire.Op{wire.OpPrintJob, wire.OpCreateJob, wire.OpValidateJob} {
			b := newBench(t)
			a := ask{op: op, user: "ada", attrs: tc.attrs}
			if op == wire.OpPrintJob {
				a.doc = bytes.NewReader(pdf)
			}
			reply := b.do(t, a)
			if reply.Status() != tc.status {
				t.Errorf("%s, %s: %s", tc.name, op, reply.Status())
			}
			if !tc.status.OK() {
				continue
			}
			p := b.desk.arrived[0].Password
			if (p == nil) != (tc.value == nil) || p != nil && (p.Scheme != tc.scheme || !bytes.Equal(p.Value, tc.value)) {
				t.Errorf("%s, %s: the desk got %+v", tc.name, op, p)
			}
		}
	}
}

func TestALockedJobSaysSo(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	reply := b.do(t, ask{op: wire.OpPrintJob, user: "ada", doc: bytes.NewReader(pdf), attrs: []wire.Attribute{wire.Octets("job-password", []byte("4711"))}})
	want(t, reply, wire.StatusOK)
	reasons, err := reply.First(wire.JobGroup).Strings("job-state-reasons")
	if err != nil || len(reasons) != 2 || reasons[1] != "job-password-wait" {
		t.Errorf("job-state-reasons %v: %v", reasons, err)
	}
}
