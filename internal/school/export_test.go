package school

// TypedDigest is the digest of a badge from before badges were kept by their bytes.
func TypedDigest(k Keys, typed string) []byte { return k.digest("badge", []byte(typed)) }
