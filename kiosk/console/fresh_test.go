package console

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// unasked are the acts that ask for no second proof, and why.
var unasked = map[string][]string{
	"it takes away, and is what somebody does whose screen or badge is gone": {
		"POST " + youPath + "/sessions/{session}/end", "POST " + kiosksPath + "/{kiosk}/retire", "POST " + kiosksPath + "/{kiosk}/screens/{screen}/unpair",
		"POST " + myPrinterPath + "/{address}/withdraw", "POST " + myBadgePath + "/lost", "POST /staff/people/{id}/badge/lost", "POST " + tutorPath + "/{id}/badge/lost",
		"POST /staff/guests/{id}/end", "POST /staff/guests/authority/{id}/withdraw", "POST /staff/mine/{id}/slip/end",
	},
	"it is of a lesson or a counter, many times an hour, and small or over by the bell": {
		"POST /staff/people/{id}/badge/found", "POST " + tutorPath + "/{id}/badge/found", "POST /staff/people/{id}/flag", "POST " + flagPath, "POST /staff/flags/{flag}/refer", "POST /staff/people/{id}/agreement",
		"POST " + refundsPath + "/{id}/grant", "POST " + refundsPath + "/{id}/decline", "POST " + classesPath + "/{class}/print", "POST " + classesPath + "/{class}/pause",
		"POST " + classesPath + "/{class}/pause/{order}/end", "POST " + classesPath + "/{class}/flag", "POST " + classesPath + "/{class}/give",
		"POST " + waitingPath + "/{id}/approve", "POST " + waitingPath + "/{id}/return", "POST /staff/guests",
		"POST /staff/calendar/cover", "POST /staff/calendar/cover/remove", "POST " + printersPath + "/{printer}/pause", "POST " + printersPath + "/{printer}/test", "POST " + printersPath + "/{printer}/mended",
	},
	"it is of one's own jobs": {
		uploadRoute, "POST " + myJobsPath + "/{id}/delete", "POST " + myJobsPath + "/{id}/pages", "POST " + myPrintsPath + "/{id}/refund", "POST " + myPath + "/objections",
		"POST /staff/mine/{id}/pages", "POST /staff/mine/{id}/slip", "POST /staff/mine/prints/{id}/refund", "POST " + myPrinterPath + "/{system}/file", "POST /my/language",
		"POST /staff/mine/{id}/print-room", "POST /staff/mine/{id}/print-room/end",
	},
	"it is what the print room does all day, of what was handed to it": {
		"POST " + roomPath + "/{ticket}/print", "POST " + roomPath + "/{ticket}/done", "POST " + roomPath + "/{ticket}/return",
	},
	"it changes nothing, or a note alone": {
		"POST " + schoolsPath + "/{place}", "POST " + pricesPath + "/try", "POST " + allowancesPath + "/try", "POST " + allowancesPath + "/policy/try", "POST " + policyPath + "/rules/{rule}/try", "POST " + recordPath + "/verify",
		"POST " + requestsPath, "POST " + requestsPath + "/{request}/answered", "POST " + holdsPath + "/{hold}/review",
	},
	"it is undone by a click": {"POST /staff/calendar/close", "POST /staff/calendar/open", "POST /staff/roll-out/own-page", "POST " + examsPath + "/{exam}/remove"},
}

// TestEveryActAsksAgainOrSaysWhyNot: a new one is a decision. So is a file to download, but for pictures of one's own.
func TestEveryActAsksAgainOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for why, patterns := range unasked {
		for _, p := range patterns {
			if slices.Contains(dangerous, p) || indexOf(p) < 0 || seen[p] {
				t.Errorf("%s is asked for, is no route or stands twice: %s", p, why)
			}
			seen[p] = true
		}
	}
	for _, r := range routes {
		method, path, _ := strings.Cut(r.pattern, " ")
		exports := strings.HasSuffix(path, "/table") || strings.HasSuffix(path, ".csv") || strings.HasSuffix(path, "/document")
		if r.needs != "" && (method == http.MethodPost || exports) && !slices.Contains(dangerous, r.pattern) && !seen[r.pattern] {
			t.Errorf("%s neither asks for a proof (dangerous in fresh.go) nor says why not (unasked in fresh_test.go)", r.pattern)
		}
	}
}
