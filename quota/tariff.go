package quota

// Price is what printing a number of impressions costs, in units: one unit each.
func Price(impressions int) int64 { return int64(impressions) }
