package rule

// Default is the policy of a school that has set nothing.
func Default() Set {
	return Set{
		Categories: []Category{
			{Name: "excess", Title: "Too much at once", Route: Automatic},
			{Name: "waste", Title: "Waste", Route: Notice},
			{Name: "access", Title: "Somebody else's badge or code", Route: ToPerson},
			{Name: "behaviour", Title: "Behaviour", Route: ToPerson},
			{Name: "safeguarding", Title: "Safeguarding", Route: Safeguarding},
		},
		Rules: []Rule{
			{Number: 1, Name: "Burst", Kind: Burst, Category: "excess", Weight: 30, Decay: 30, Quiet: 1},
			{Number: 2, Name: "Volume", Kind: Volume, Category: "excess", Weight: 20, Decay: 30, Quiet: 72},
			{Number: 3, Name: "The same again", Kind: Identical, Category: "waste", Weight: 10, Decay: 30, Quiet: 24},
			{Number: 4, Name: "Very large job", Kind: Large, Category: "waste", Weight: 10, Decay: 30, Quiet: 24},
			{Number: 5, Name: "Nearly all in colour", Kind: ColourShare, Category: "waste", Weight: 10, Decay: 30, Quiet: 168},
			{Number: 6, Name: "Sent and left", Kind: Abandon, Category: "waste", Weight: 10, Decay: 30, Quiet: 168},
			{Number: 7, Name: "Wrong codes", Kind: WrongCodes, Category: "access", Decay: 30, Quiet: 24},
			{Number: 8, Name: "Two buildings at once", Kind: Travel, Category: "access", Decay: 30, Quiet: 24},
			{Number: 9, Name: "Many codes at one kiosk", Kind: OneKiosk, Category: "access", Decay: 30, Quiet: 24},
			{Number: 10, Name: "While the school is closed", Kind: OutOfHours, Category: "waste", Weight: 5, Decay: 30, Quiet: 168},
			{Number: 11, Name: "More than is left", Kind: Probing, Category: "waste", Weight: 5, Decay: 14, Quiet: 24},
			{Number: 12, Name: "Paper trick", Kind: PaperTrick, Category: "waste", Weight: 10, Decay: 60, Quiet: 168},
			{Number: 13, Name: "One document by many", Kind: SameDocument, Category: "safeguarding", Decay: 30, Quiet: 168},
			{Number: 14, Name: "Words in titles", Kind: TitleWords, Category: "safeguarding", Decay: 30, Quiet: 1},
		},
		Ladder: Ladder{
			Objection: "Ask your tutor for a review.",
			Rungs: []Rung{
				{Points: 10, Action: TellPupil, Days: 5, Say: "You can still print."},
				{Points: 20, Action: TellTutor, Days: 5, Say: "You can still print. Your tutor can read this, too."},
				{Points: 30, Action: TeacherRelease, Days: 2, Say: "Until then your teacher prints your work with you."},
				{Points: 60, Action: Review, Days: 10, Say: "A member of staff looks at this. You are asked as well."},
			},
		},
		Breaker: Breaker{Percent: 5, AtLeast: 5},
	}
}
