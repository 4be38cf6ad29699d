package main

import (
	"fmt"
	"net/url"
	"strings"
)

// SpoolConfig says where documents wait: in the data folder, or in a bucket that
// several servers share.
type SpoolConfig struct {
	Store           string // spool.store: file or s3
	Endpoint        string // spool.s3-endpoint
	Bucket          string // spool.s3-bucket
	Prefix          string // spool.s3-prefix: of all names there
	Region          string // spool.s3-region
	CA              string // spool.s3-ca: file of its authorities; "" is the system's
	CredentialsFile string // spool.s3-credentials-file: read with each request
	AccessKey       string // spool.s3-access-key: instead of that file
	SecretKey       string // spool.s3-secret-key
}

const storeS3 = "s3"

var spoolSettings = []setting{
	text("spool.store", "where documents wait: file, in the data folder; or s3, in a bucket", fixed("file"),
		func(c *Config) *string { return &c.Spool.Store }, isSpoolStore),
	text("spool.s3-endpoint", "the bucket's server, such as https://s3.school.example", fixed(""),
		func(c *Config) *string { return &c.Spool.Endpoint }, isEndpoint),
	text("spool.s3-bucket", "the bucket, which keeps no versions", fixed(""), func(c *Config) *string { return &c.Spool.Bucket }, anything),
	text("spool.s3-prefix", "what the names of all documents in it begin with", fixed("inkwell/"),
		func(c *Config) *string { return &c.Spool.Prefix }, isPrefix),
	text("spool.s3-region", "the bucket's region", fixed("us-east-1"), func(c *Config) *string { return &c.Spool.Region }, anything),
	text("spool.s3-ca", "file of the authorities that vouch for the bucket's server; empty is the system's", fixed(""),
		func(c *Config) *string { return &c.Spool.CA }, isPathOrNone),
	text("spool.s3-credentials-file", "file with aws_access_key_id and aws_secret_access_key, readable by the server alone", fixed(""),
		func(c *Config) *string { return &c.Spool.CredentialsFile }, isPathOrNone),
	secret(text("spool.s3-access-key", "the access key, instead of that file", fixed(""),
		func(c *Config) *string { return &c.Spool.AccessKey }, anything)),
	secret(text("spool.s3-secret-key", "its secret", fixed(""), func(c *Config) *string { return &c.Spool.SecretKey }, anything)),
}

func isSpoolStore(text string) error {
	if text != "file" && text != storeS3 {
		return fmt.Errorf("write file or s3")
	}
	return nil
}

func isEndpoint(text string) error {
	u, err := url.Parse(text)
	if text != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.Trim(u.Path, "/") != "" || u.User != nil || u.RawQuery != "") {
		return fmt.Errorf("write the server alone, such as https://s3.school.example; bucket and keys have settings of their own")
	}
	return nil
}

func isPrefix(text string) error {
	if text != "" && (!strings.HasSuffix(text, "/") || strings.HasPrefix(text, "/") || strings.Contains(text, "//") || strings.Contains(text, "..")) {
		return fmt.Errorf("write a folder such as inkwell/")
	}
	return nil
}
