// Package rollout writes what IT deploys so that computers find the school's
// printers: scripts, configuration profiles, policy values and the certificate of our
// authority, for each system in its own way, with a page that explains each printer in
// five lines. It is given values and knows neither desk nor database. Names are
// whatever somebody typed: none of them leaves the string it stands in, whichever
// language that is in. The same plan always makes the same bytes.
package rollout
