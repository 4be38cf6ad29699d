package console

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// staticPrefix is where the pages' own files are served.
const staticPrefix = "/staff/static/"

// formLimit is the most that a form may be long.
const formLimit = 16 << 10

// route is one address of the console. needs is the capability without which it
// does not exist; a route that needs none is open to everyone and gets no visitor.
type route struct {
	pattern string
	needs   school.Capability
	serve   func(c *Console, w http.ResponseWriter, r *http.Request, v visitor)
}

// routes is every address there is.
var routes = []route{
	{"GET " + signInPath, "", (*Console).signInPage},
	{"POST " + signInPath, "", (*Console).doSignIn},
	{"GET " + codePath, "", (*Console).codePage},
	{"POST " + codePath, "", (*Console).takeCode},
	{"GET " + appPath, "", (*Console).appPage},
	{"POST " + appPath, "", (*Console).confirmApp},
	{"POST /staff/sign-out", "", (*Console).doSignOut},
	{"GET /staff/invitation/{token}", "", (*Console).invitationPage},
	{"POST /staff/invitation/{token}", "", (*Console).acceptInvitation},
	{"GET /staff/invitation/{token}/sso", "", (*Console).toSSO},
	{"GET " + ssoPath, "", (*Console).toSSO},
	{"GET " + ssoPath + "/callback", "", (*Console).fromSSO},
	{"GET " + mySignInPath, "", (*Console).mySignInPage},
	{"POST " + mySignInPath, "", (*Console).doMySignIn},
	{"GET " + mySSOPath, "", (*Console).toSSO},
	{"POST /my/sign-out", "", (*Console).doMySignOut},
	{"GET " + staticPrefix + "{digest}/{name}", "", (*Console).static},
	{"GET /staff", school.UseConsole, (*Console).firstPage},
	{"GET " + schoolsPath, school.UseConsole, (*Console).schoolsPage},
	{"POST " + schoolsPath + "/{place}", school.UseConsole, (*Console).switchSchool},
	{"GET " + youPath, school.UseConsole, (*Console).youPage},
	{"POST " + youPath + "/sessions/{session}/end", school.UseConsole, (*Console).endOwnSession},
	{"POST " + youPath + "/authenticator", school.UseConsole, (*Console).ownAppPage},
	{"POST " + youPath + "/authenticator/confirm", school.UseConsole, (*Console).confirm},
	{"POST " + youPath + "/recovery-codes", school.UseConsole, (*Console).newRecoveryCodes},
	{"GET " + colleaguesPath, school.ManageRoster, (*Console).colleaguesPage},
	{"POST " + colleaguesPath + "/factor", school.ManageRoster, (*Console).wantFactor},
	{"POST " + colleaguesPath + "/{colleague}/{door}", school.ManageRoster, (*Console).actOnColleague},
	{"GET /staff/people", school.FindPeople, (*Console).peoplePage},
	{"GET /staff/people/{id}", school.FindPeople, (*Console).personPage},
	{"GET /staff/calendar", school.ArrangeCover, (*Console).calendarPage},
	{"GET /staff/calendar/close", school.ManageCalendar, (*Console).closePage},
	{"POST /staff/calendar/close", school.ManageCalendar, (*Console).closeDay},
	{"POST /staff/calendar/open", school.ManageCalendar, (*Console).openDay},
	{"POST /staff/calendar/cover", school.ArrangeCover, (*Console).addCover},
	{"POST /staff/calendar/cover/remove", school.ArrangeCover, (*Console).removeCover},
	{"GET " + printersPath, school.ManageFace, (*Console).printersPage},
	{"GET " + printersPath + "/{printer}", school.ManageFace, (*Console).printerPage},
	{"POST " + printersPath + "/{printer}/pause", school.ManageFace, (*Console).pausePrinter},
	{"POST " + printersPath + "/{printer}/test", school.ManageFace, (*Console).printTestPage},
	{"POST " + printersPath + "/{printer}/mended", school.ManageFace, (*Console).mendPrinter},
	{"GET " + kiosksPath, school.ManageFace, (*Console).kiosksPage},
	{"GET " + kiosksPath + "/{kiosk}", school.ManageFace, (*Console).kioskPage},
	{"POST " + kiosksPath + "/{kiosk}/pair", school.ManageFace, (*Console).pairKiosk},
	{"POST " + kiosksPath + "/{kiosk}/retire", school.ManageFace, (*Console).retireKiosk},
	{"POST " + kiosksPath + "/{kiosk}/screens/{screen}/unpair", school.ManageFace, (*Console).unpairScreen},
	{"GET /staff/roll-out", school.ManageFace, (*Console).rollOutPage},
	{"GET /staff/roll-out/{name}", school.ManageFace, (*Console).rollOutArchive},
	{"POST /staff/roll-out/own-page", school.ManageFace, (*Console).setUploads},
	{"GET " + flagPath, school.FlagByName, (*Console).flagPage},
	{"POST " + flagPath, school.FlagByName, (*Console).flagNamed},
	{"POST /staff/people/{id}/flag", school.FindPeople, (*Console).flagPerson},
	{"POST /staff/people/{id}/suspend", school.Suspend, (*Console).suspend},
	{"POST /staff/people/{id}/lift", school.Suspend, (*Console).lift},
	{"GET " + myPath, school.OwnPage, (*Console).myPage},
	{"GET " + myNewsPath, school.OwnPage, (*Console).myNews},
	{uploadRoute, school.OwnPage, (*Console).upload},
	{"GET " + jobPath + "/{id}", school.SeeSchool, (*Console).jobWhyPage},
	{"GET " + myJobsPath + "/{id}", school.OwnPage, (*Console).jobWhyPage},
	{"POST " + myJobsPath + "/{id}/delete", school.OwnPage, (*Console).deleteMyJob},
	{"GET " + myJobsPath + "/{id}/pages", school.OwnPage, (*Console).jobPages},
	{"POST " + myJobsPath + "/{id}/pages", school.OwnPage, (*Console).changeJob},
	{"GET " + myJobsPath + "/{id}/pages/{page}", school.OwnPage, (*Console).pagePicture},
	{"GET " + myPrintsPath, school.OwnPage, (*Console).myPrintsPage},
	{"POST " + myPrintsPath + "/{id}/refund", school.OwnPage, (*Console).askRefund},
	{"GET " + myBalancePath, school.OwnPage, (*Console).myBalancePage},
	{"GET " + messagesPath, school.OwnPage, (*Console).messagesPage},
	{"POST " + myPath + "/objections", school.OwnPage, (*Console).object},
	{"GET " + myPrinterPath, school.OwnPage, (*Console).myPrinterPage},
	{"POST " + myPrinterPath, school.OwnPage, (*Console).addMyPrinter},
	{"POST " + myPrinterPath + "/{address}/renew", school.OwnPage, (*Console).renewMyPrinter},
	{"POST " + myPrinterPath + "/{address}/withdraw", school.OwnPage, (*Console).withdrawMyPrinter},
	{"POST " + myPrinterPath + "/{system}/file", school.OwnPage, (*Console).myPrinterFiles},
	{"GET " + myBadgePath, school.OwnPage, (*Console).myBadgePage},
	{"POST " + myBadgePath + "/lost", school.OwnPage, (*Console).loseMyBadge},
	{"POST " + myBadgePath + "/code", school.OwnPage, (*Console).newMyCode},
	{"POST " + myLanguageRoute, school.OwnPage, (*Console).setMyLanguage},
	{"GET " + mattersPath, school.SeeMatters, (*Console).mattersPage},
	{"POST " + mattersPath + "/{matter}/{act}", school.SeeMatters, (*Console).actOnMatter},
	{"GET " + mattersPath + "/{matter}/document", school.SeeMatters, (*Console).sealedDocument},
	{"POST " + mattersPath + "/{matter}/document", school.SeeMatters, (*Console).toGet},
	{"GET " + wordsPath, school.KeepWords, (*Console).wordsPage},
	{"POST " + wordsPath, school.KeepWords, (*Console).addWord},
	{"POST " + wordsPath + "/{word}/remove", school.KeepWords, (*Console).removeWord},
	{"POST /staff/flags/{flag}/refer", school.SeeConduct, (*Console).referFlag},
	{"POST " + reviewsPath + "/safeguarding", school.NameReviewers, (*Console).nameKeepers},
	{"GET " + reviewsPath, school.ReviewConduct, (*Console).reviewsPage},
	{"POST " + reviewsPath + "/{objection}", school.ReviewConduct, (*Console).answerObjection},
	{"POST " + reviewsPath + "/flags/{flag}", school.ReviewConduct, (*Console).decideFlags},
	{"POST " + reviewsPath + "/steps/{step}", school.ReviewConduct, (*Console).decideStep},
	{"GET " + reviewsPath + "/letter/{suspension}", school.ReviewConduct, (*Console).letterPage},
	{"POST " + reviewsPath, school.NameReviewers, (*Console).nameReviewers},
	{"GET " + fairnessPath, school.SeeFairness, (*Console).fairnessPage},
	{"GET /staff/people/{id}/conduct", school.SeeConduct, (*Console).historyPage},
	{"GET " + rightsPath + "/steps.csv", school.SeeConduct, (*Console).stepsTable},
	{"POST " + rightsPath + "/steps.csv", school.SeeConduct, (*Console).toGet},
	{"GET " + rightsPath, school.Suspend, (*Console).rightsPage},
	{"POST " + rightsPath, school.Suspend, (*Console).suspendGroup},
	{"POST " + rightsPath + "/{order}/lift", school.Suspend, (*Console).liftOrder},
	{"POST /staff/people/{id}/badge/lost", school.IssuePass, (*Console).loseBadge},
	{"POST /staff/people/{id}/badge/found", school.IssuePass, (*Console).findBadge},
	{"GET " + tutorPath, school.PassOwnClass, (*Console).tutorPage},
	{"POST " + tutorPath + "/{id}/badge/lost", school.PassOwnClass, (*Console).loseBadge},
	{"POST " + tutorPath + "/{id}/badge/found", school.PassOwnClass, (*Console).findBadge},
	{"POST /staff/people/{id}/agreement", school.RecordAgreements, (*Console).recordForm},
	{"GET /staff/mine", school.AskPrintRoom, (*Console).minePage},
	{"GET /staff/mine/{id}/pages", school.AskPrintRoom, (*Console).jobPages},
	{"POST /staff/mine/{id}/pages", school.AskPrintRoom, (*Console).changeJob},
	{"GET /staff/mine/{id}/pages/{page}", school.AskPrintRoom, (*Console).pagePicture},
	{"GET /staff/mine/{id}/print-room", school.AskPrintRoom, (*Console).handOverPage},
	{"POST /staff/mine/{id}/print-room", school.AskPrintRoom, (*Console).handOver},
	{"POST /staff/mine/{id}/print-room/end", school.AskPrintRoom, (*Console).takeBack},
	{"GET " + roomPath, school.RunPrintRoom, (*Console).roomPage},
	{"GET " + roomPath + "/news", school.RunPrintRoom, (*Console).roomNews},
	{"GET " + roomPath + "/table", school.RunPrintRoom, (*Console).roomTable},
	{"POST " + roomPath + "/table", school.RunPrintRoom, (*Console).toGet},
	{"GET " + roomPath + "/{ticket}/picture", school.RunPrintRoom, (*Console).roomPicture},
	{"POST " + roomPath + "/{ticket}/print", school.RunPrintRoom, (*Console).roomPrint},
	{"POST " + roomPath + "/{ticket}/done", school.RunPrintRoom, (*Console).roomDone},
	{"POST " + roomPath + "/{ticket}/return", school.RunPrintRoom, (*Console).roomReturn},
	{"POST /staff/mine/{id}/slip", school.IssueSlip, (*Console).makeSlip},
	{"POST /staff/mine/{id}/slip/end", school.IssueSlip, (*Console).endSlip},
	{"POST /staff/mine/prints/{id}/refund", school.AskPrintRoom, (*Console).askRefund},
	{"GET " + refundsPath, school.RefundPupils, (*Console).refundsPage},
	{"POST " + refundsPath + "/{id}/grant", school.RefundPupils, (*Console).grantRefund},
	{"POST " + refundsPath + "/{id}/decline", school.RefundPupils, (*Console).declineRefund},
	{"GET " + usagePath, school.SeeUsage, (*Console).usagePage},
	{"GET " + usagePath + "/table", school.SeeUsage, (*Console).usageTable},
	{"POST " + usagePath + "/table", school.SeeUsage, (*Console).toGet},
	{"GET " + classesPath, school.GrantFromClass, (*Console).classesPage},
	{"GET " + classesPath + "/{class}", school.GrantFromClass, (*Console).classPage},
	{"GET " + classesPath + "/{class}/print", school.ReleaseForClass, (*Console).classPrintPage},
	{"POST " + classesPath + "/{class}/print", school.ReleaseForClass, (*Console).printForClass},
	{"POST " + classesPath + "/{class}/pause", school.PauseClass, (*Console).pauseClass},
	{"POST " + classesPath + "/{class}/pause/{order}/end", school.PauseClass, (*Console).resumeClass},
	{"POST " + classesPath + "/{class}/flag", school.GrantFromClass, (*Console).flagInClass},
	{"POST " + classesPath + "/{class}/give", school.GrantFromClass, (*Console).give},
	{"GET " + accountsPath, school.TopUp, (*Console).accountsPage},
	{"POST " + accountsPath, school.TopUp, (*Console).addAccount},
	{"GET " + accountsPath + "/{account}", school.TopUp, (*Console).accountPage},
	{"POST " + accountsPath + "/{account}", school.TopUp, (*Console).setAccount},
	{"POST " + accountsPath + "/{account}/top-up", school.TopUp, (*Console).topUpAccount},
	{"POST /staff/people/{id}/top-up", school.TopUp, (*Console).topUpPerson},
	{"GET " + requestsPath, school.AnswerRequests, (*Console).requestsPage},
	{"POST " + requestsPath, school.AnswerRequests, (*Console).addRequest},
	{"POST " + requestsPath + "/{request}/file", school.AnswerRequests, (*Console).requestFile},
	{"POST " + requestsPath + "/{request}/answered", school.AnswerRequests, (*Console).answerRequest},
	{"GET " + holdsPath, school.AnswerRequests, (*Console).holdsPage},
	{"POST " + holdsPath, school.AnswerRequests, (*Console).placeHold},
	{"POST " + holdsPath + "/{hold}/review", school.AnswerRequests, (*Console).reviewHold},
	{"POST " + holdsPath + "/{hold}/end", school.AnswerRequests, (*Console).endHold},
	{"GET " + pricesPath, school.SetPrices, (*Console).pricesPage},
	{"POST " + pricesPath, school.SetPrices, (*Console).setPrices},
	{"POST " + pricesPath + "/try", school.SetPrices, (*Console).tryPrices},
	{"POST " + pricesPath + "/{tariff}/withdraw", school.SetPrices, (*Console).withdrawPrices},
	{"GET " + allowancesPath, school.SetPrices, (*Console).allowancesPage},
	{"POST " + allowancesPath, school.SetPrices, (*Console).setAllowance},
	{"POST " + allowancesPath + "/policy", school.SetPrices, (*Console).setGiving},
	{"POST " + allowancesPath + "/try", school.SetPrices, (*Console).tryAllowance},
	{"POST " + allowancesPath + "/policy/try", school.SetPrices, (*Console).tryGiving},
	{"POST " + allowancesPath + "/remove", school.SetPrices, (*Console).removeAllowance},
	{"GET " + classUsagePath, school.SeeClassUsage, (*Console).classUsage},
	{"GET " + classUsagePath + "/table", school.SeeClassUsage, (*Console).classUsageTable},
	{"POST " + classUsagePath + "/table", school.SeeClassUsage, (*Console).toGet},
	{"GET " + helpPath, school.UseConsole, (*Console).helpPage},
	{"GET " + todayPath, school.SeeSchool, (*Console).todayPage},
	{"GET " + queuesPath, school.ManageFace, (*Console).queuesPage},
	{"POST " + queuesPath, school.ManageFace, (*Console).addQueue},
	{"GET " + queuesPath + "/{queue}", school.ManageFace, (*Console).queuePage},
	{"POST " + queuesPath + "/{queue}", school.ManageFace, (*Console).setQueue},
	{"POST " + queuesPath + "/{queue}/remove", school.ManageFace, (*Console).removeQueue},
	{"GET " + healthPath, school.ManageFace, (*Console).healthPage},
	{"GET " + livePath, school.ManageFace, (*Console).livePage},
	{"GET " + livePath + "/socket", school.ManageFace, (*Console).liveSocket},
	{"GET " + examsPath, school.SeeExams, (*Console).examsPage},
	{"POST " + examsPath, school.ManageExams, (*Console).addExam},
	{"POST " + examsPath + "/{exam}/remove", school.ManageExams, (*Console).removeExam},
	{"GET " + trustPath, school.SeeTrust, (*Console).trustPage},
	{"GET " + rostersPath, school.ManageRoster, (*Console).rostersPage},
	{"GET " + recordPath, school.SeeRecord, (*Console).recordPage},
	{"POST " + recordPath + "/verify", school.SeeRecord, (*Console).verifyRecord},
	{"GET " + accessPath, school.ReviewAccess, (*Console).accessPage},
	{"POST " + accessPath, school.ReviewAccess, (*Console).signAccess},
	{"GET " + accessPath + "/table", school.ReviewAccess, (*Console).accessTable},
	{"POST " + accessPath + "/table", school.ReviewAccess, (*Console).toGet},
	{"GET " + waitingPath, school.ApprovePupils, (*Console).waitingPage},
	{"POST " + waitingPath + "/{id}/approve", school.ApprovePupils, (*Console).approve},
	{"POST " + waitingPath + "/{id}/return", school.ApprovePupils, (*Console).giveBack},
	{"GET " + policyPath, school.SetConduct, (*Console).policyPage},
	{"POST " + policyPath + "/rules/{rule}", school.SetConduct, (*Console).setRule},
	{"POST " + policyPath + "/rules/{rule}/try", school.SetConduct, (*Console).tryRule},
	{"POST " + policyPath + "/ladder", school.SetConduct, (*Console).setLadder},
	{"POST " + policyPath + "/categories", school.SetConduct, (*Console).setCategories},
	{"POST " + policyPath + "/rules/{rule}/arm", school.SetConduct, (*Console).armRule},
	{"POST " + policyPath + "/switch/{to}", school.SetConduct, (*Console).switchRules},
	{"GET " + rulesPath, school.SeeRules, (*Console).rulesPage},
	{"POST " + rulesPath + "/exemptions", school.ExemptFromRules, (*Console).exempt},
	{"POST " + rulesPath + "/exemptions/{id}/record", school.RecordExemption, (*Console).recordExemption},
	{"POST " + rulesPath + "/exemptions/{id}/end", school.ExemptFromRules, (*Console).endExemption},
	{"GET /staff/guests", school.SponsorGuest, (*Console).guestsPage},
	{"POST /staff/guests", school.SponsorGuest, (*Console).admitGuest},
	{"POST /staff/guests/{id}/end", school.SponsorGuest, (*Console).endGuest},
	{"POST /staff/guests/authority", school.AuthoriseGuest, (*Console).authorise},
	{"POST /staff/guests/authority/{id}/withdraw", school.AuthoriseGuest, (*Console).withdraw},
}

// Patterns are the method and path of every address of these pages, as http.ServeMux reads them, with the
// capability that each needs; "" is open to everyone.
func Patterns() map[string]school.Capability {
	all := map[string]school.Capability{}
	for _, r := range routes {
		all[r.pattern] = r.needs
	}
	return all
}

// Handler serves everything under /staff, and pupils' own page under /my.
func (c *Console) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, route := range routes {
		mux.HandleFunc(route.pattern, func(w http.ResponseWriter, r *http.Request) { c.admit(w, r, route) })
	}
	mux.HandleFunc("/", c.nothing)
	return c.pages.Secure(mux)
}

// admit lets in whom the route is for. Without a session it leads to the sign-in;
// without the capability there is nothing here.
func (c *Console) admit(w http.ResponseWriter, r *http.Request, route route) {
	switch route.pattern {
	case uploadRoute: // whose document the desk bounds
	case "POST " + accessPath:
		r.Body = http.MaxBytesReader(w, r.Body, accessFormLimit)
	default:
		r.Body = http.MaxBytesReader(w, r.Body, formLimit)
	}
	if err := r.ParseForm(); err != nil || !isText(r) {
		c.pages.Error(w, r, fault.New(fault.Invalid, "form-unreadable", "We could not read that form. Please go back and try again.").Because(err))
		return
	}
	if route.needs == "" {
		route.serve(c, w, r, visitor{})
		return
	}
	v, err := c.visitor(r)
	switch {
	case fault.KindOf(err) == fault.Unauthenticated:
		http.Redirect(w, r, signInFor(route.pattern), http.StatusSeeOther)
	case err != nil:
		c.pages.Error(w, r, err)
	case !v.May(route.needs):
		c.nothing(w, r)
	case c.proven(w, r, route, v):
		if err := c.onRecord(r.Context(), route, v); err != nil {
			c.pages.Error(w, r, err)
			return
		}
		route.serve(c, w, r, v)
	}
}

// isText says whether a form holds nothing but text that the database can keep: no NUL, and UTF-8. What an address asks for
// is looked for and not kept.
func isText(r *http.Request) bool {
	bad := func(s string) bool { return strings.ContainsRune(s, 0) || !utf8.ValidString(s) }
	for name, values := range r.PostForm {
		if bad(name) || slices.ContainsFunc(values, bad) {
			return false
		}
	}
	return true
}

// signInFor is the way in to a page: a pupil's own, or the staff's.
func signInFor(pattern string) string {
	if _, path, _ := strings.Cut(pattern, " "); isOwn(path) {
		return mySignInPath
	}
	return signInPath
}

func (c *Console) nothing(w http.ResponseWriter, r *http.Request) {
	c.pages.Error(w, r, fault.New(fault.NotFound, "page-unknown", "There is no page at this address."))
}

func (c *Console) static(w http.ResponseWriter, r *http.Request, _ visitor) {
	c.pages.Static().ServeHTTP(w, r)
}
