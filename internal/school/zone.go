package school

import (
	"sync"
	"time"
)

// zones are those that were read before, by name: each is some kilobytes, which every kiosk that is
// connected would keep for itself.
var zones sync.Map

// ZoneNamed is the time zone that a school of the database has, by its IANA name.
func ZoneNamed(name string) (*time.Location, error) {
	if known, ok := zones.Load(name); ok {
		return known.(*time.Location), nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, err // it names the zone
	}
	known, _ := zones.LoadOrStore(name, zone)
	return known.(*time.Location), nil
}
