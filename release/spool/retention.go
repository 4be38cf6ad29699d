package spool

import (
	"context"
	"fmt"
	"net/http"

	"github.com/minio/minio-go/v7"
)

// Retention is what a place keeps of what was deleted there.
type Retention string

// What a bucket may keep.
const (
	KeepsNothing  Retention = ""
	KeepsVersions Retention = "versions"       // each deleted object
	KeptVersions  Retention = "older versions" // those from before versioning was suspended
	KeepsLocked   Retention = "locked objects" // that nobody can delete
	KeepsUnknown  Retention = "unknown"        // we may not ask
)

// Retention asks the place what it keeps of what is deleted. A folder keeps nothing.
func (s *Spool) Retention(ctx context.Context) (Retention, error) {
	b, ok := s.place.(*bucket)
	if !ok {
		return KeepsNothing, nil
	}
	ctx, cancel := within(ctx)
	defer cancel()
	if lock, _, _, _, err := b.s3.GetObjectLockConfig(ctx, b.Name); err == nil && lock == "Enabled" {
		return KeepsLocked, nil
	}
	v, err := b.s3.GetBucketVersioning(ctx, b.Name)
	switch said := minio.ToErrorResponse(err); {
	case said.Code == minio.AccessDenied:
		return KeepsUnknown, nil
	case said.Code == minio.NotImplemented || said.StatusCode == http.StatusNotImplemented:
		return KeepsNothing, nil // a store without versions
	case err != nil:
		return KeepsUnknown, fmt.Errorf("ask for versions: %w", refusal(b.told("ask", b.Name, err)))
	case v.Enabled():
		return KeepsVersions, nil
	case v.Suspended():
		return KeptVersions, nil
	}
	return KeepsNothing, nil
}
