package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"inkwell/release/spool"
)

// checkKeysAndSpool writes to the spool and takes it back, and asks whether deleted
// documents are really gone there.
func checkKeysAndSpool(ctx context.Context, c Config) []finding {
	const what = "spool"
	if _, err := openKeys(c.folder("keys"), false); err != nil {
		return []finding{{bad, what, asPerson(err), ""}}
	}
	mend := "see who owns " + c.folder("spool")
	if c.Spool.Store == storeS3 {
		mend = "can this server reach " + c.Spool.Endpoint + ", and may its key read, write, list and delete below " + c.Spool.Bucket + "/" + c.Spool.Prefix + "?"
	} else if _, err := os.Stat(c.folder("spool")); errors.Is(err, fs.ErrNotExist) { // opening would make it
		return []finding{{bad, what, "the folder " + c.folder("spool") + " is gone, and the documents that waited with it",
			"put it back if it was moved; otherwise restart the server, and let the owners print again"}}
	}
	s, err := openSpool(ctx, c, slog.New(slog.DiscardHandler))
	if err != nil {
		return []finding{{bad, what, asPerson(err), mend}}
	}
	defer func() { _ = s.Close() }()
	free, enough, err := s.Free()
	switch {
	case err != nil:
		return []finding{{bad, what, asPerson(err), mend}}
	case !enough:
		return []finding{{bad, what, fmt.Sprintf("%s are free, and %s of that are kept for others: no document is taken", roughly(free), sizeText(c.Headroom)),
			"make room on the disk of " + c.DataDir}}
	}
	if err := tryWriting(ctx, s, c.Spool.Store == storeS3); err != nil {
		return []finding{{bad, what, "nothing can be written: " + asPerson(err), mend}}
	}
	if c.Spool.Store != storeS3 {
		return []finding{{good, what, fmt.Sprintf("writable, %s free", roughly(free)), ""}}
	}
	all := []finding{{good, what, fmt.Sprintf("the bucket %s at %s is writable", c.Spool.Bucket, c.Spool.Endpoint), ""}}
	return append(all, checkRetention(ctx, s)...)
}

// tryWriting begins a document. In a bucket nothing is written before its end, so there
// it is ended and destroyed.
func tryWriting(ctx context.Context, s *spool.Spool, whole bool) error {
	draft, err := s.Create(ctx)
	if err != nil {
		return err
	}
	defer draft.Abort()
	if _, err := draft.Write([]byte("check")); err != nil || !whole {
		return err
	}
	doc, err := draft.Commit(ctx)
	if err != nil {
		return err
	}
	return s.Destroy(ctx, doc.ID)
}

// checkRetention is about a bucket that keeps what is deleted, keys included.
func checkRetention(ctx context.Context, s *spool.Spool) []finding {
	const what = "spool"
	kept, err := s.Retention(ctx)
	if err != nil {
		return []finding{{look, what, "whether the bucket keeps deleted documents cannot be seen: " + asPerson(err), ""}}
	}
	switch kept {
	case spool.KeepsVersions:
		return []finding{{bad, what, "the bucket keeps versions: deleted documents and their keys can be brought back",
			"suspend versioning of the bucket and delete the versions that there are, or name another bucket"}}
	case spool.KeepsLocked:
		return []finding{{bad, what, "the bucket locks objects: deleted documents and their keys can be brought back",
			"name another bucket: object lock cannot be switched off"}}
	case spool.KeptVersions:
		return []finding{{look, what, "the bucket kept versions once: documents deleted then, and their keys, may still be there",
			"delete the older versions in the bucket"}}
	case spool.KeepsUnknown:
		return []finding{{look, what, "this server's key may not ask whether the bucket keeps deleted documents",
			"let it ask (s3:GetBucketVersioning, s3:GetBucketObjectLockConfiguration), or see to it that versioning is off"}}
	}
	return nil
}
