package console

import (
	"strings"

	"inkwell/internal/school"
	"inkwell/internal/signin"
)

// wayWords are the ways in, and what stands beside them. That somebody is IT elsewhere is told with the schools' names.
var wayWords = map[string]stateWord{
	signin.WayPassword: {"Password", ""}, signin.WaySSO: {"Single sign-on", ""}, signin.WayOpened: {"Account at another school", ""},
	signin.WayFactor: {"Second factor", "badge--good"}, signin.WayBarred: {"Shut out", "badge--bad"},
}

// changedWays are what came or went with a way, as the end of a sentence.
var changedWays = map[string]string{
	signin.WayPassword: "a password", signin.WaySSO: "single sign-on", signin.WayOpened: "an account at another school that opens this one",
	signin.WayFactor: "a second factor", signin.WayAlso: "IT at another school, too", signin.WayBarred: "shut out",
}

// wayInWords is how somebody came in the last time, or "".
func wayInWords(a signin.Account) string {
	switch {
	case a.Entered.IsZero():
		return ""
	case a.By == signin.BySSO:
		return "single sign-on"
	case a.Factored:
		return "password and second factor"
	}
	return "password"
}

func waysInWords(ways []string) string {
	var words []string
	for _, way := range ways {
		if word, is := wayWords[way]; is {
			words = append(words, word.Word)
		}
	}
	return strings.Join(words, "; ")
}

func sinceInWords(h signin.Held) string {
	if h.Since.IsZero() {
		return ""
	}
	return h.Since.Format("2 January 2006")
}

func givenInWords(by, sponsor string) string {
	switch by {
	case "roster":
		return "by the roster"
	case "server":
		return "by a command on the server"
	case "sponsor":
		if sponsor != "" {
			return "as supply staff, by " + sponsor
		}
		return "as supply staff"
	}
	return ""
}

// changeInWords is what is different about an account, as a sentence.
func changeInWords(c signin.Change) string {
	roles := func(all []school.Role) string {
		words := make([]string, len(all))
		for i, r := range all {
			words[i] = roleWords[r]
		}
		return strings.Join(words, ", ")
	}
	switch {
	case c.New:
		return "New: " + roles(c.Gained)
	case c.Gone:
		return "May not use the pages any more; was " + roles(c.Lost)
	}
	var says []string
	if len(c.Gained) > 0 {
		says = append(says, "is now "+roles(c.Gained))
	}
	if len(c.Lost) > 0 {
		says = append(says, "is no longer "+roles(c.Lost))
	}
	for _, way := range c.GainedWay {
		says = append(says, "now: "+changedWays[way])
	}
	for _, way := range c.LostWay {
		says = append(says, "no longer: "+changedWays[way])
	}
	return sentence(strings.Join(says, "; "))
}
