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
		// The figures are tuned on years that never were: docs/conduct-figures.md.
		Rules: []Rule{
			{Number: 1, Name: "Burst", Kind: Burst, Category: "excess", Weight: 30, Decay: 30, Quiet: 1},
			{Number: 2, Name: "Volume", Kind: Volume, Category: "excess", Weight: 11, Decay: 45, Quiet: 168, With: map[string]int{"days": 28, "pages": 700, "own": 100, "year": 300}},
			{Number: 3, Name: "The same again", Kind: Identical, Category: "waste", Weight: 7, Decay: 30, Quiet: 24, With: map[string]int{"times": 7}},
			{Number: 4, Name: "Very large job", Kind: Large, Category: "waste", Weight: 2, Decay: 30, Quiet: 24},
			{Number: 5, Name: "Nearly all in colour", Kind: ColourShare, Category: "waste", Weight: 3, Decay: 30, Quiet: 168},
			{Number: 6, Name: "Sent and left", Kind: Abandon, Category: "waste", Weight: 7, Decay: 60, Quiet: 168, With: map[string]int{"percent": 60}},
			{Number: 7, Name: "Wrong codes", Kind: WrongCodes, Category: "access", Decay: 30, Quiet: 24, With: map[string]int{"times": 5}},
			{Number: 8, Name: "Two places at once", Kind: Travel, Category: "access", Decay: 30, Quiet: 24, With: map[string]int{"near": 15}},
			{Number: 9, Name: "Many codes at one kiosk", Kind: OneKiosk, Category: "access", Decay: 30, Quiet: 24},
			{Number: 10, Name: "While the school is closed", Kind: OutOfHours, Category: "waste", Weight: 5, Decay: 30, Quiet: 168},
			{Number: 11, Name: "More than is left", Kind: Probing, Category: "waste", Weight: 2, Decay: 14, Quiet: 24},
			{Number: 12, Name: "Paper trick", Kind: PaperTrick, Category: "behaviour", Decay: 60, Quiet: 168},
			{Number: 13, Name: "One document by many", Kind: SameDocument, Category: "safeguarding", Decay: 30, Quiet: 168, With: map[string]int{"people": 8, "hours": 120, "kiosks": 4}},
			{Number: 14, Name: "Words in titles", Kind: TitleWords, Category: "safeguarding", Decay: 30, Quiet: 1},
			{Number: 15, Name: "Wrong codes of many", Kind: WrongNames, Category: "access", Decay: 30, Quiet: 24, With: map[string]int{"people": 2}},
			{Number: 16, Name: "Pages asked back", Kind: Refunds, Category: "behaviour", Decay: 30, Quiet: 168, With: map[string]int{"times": 2}},
			{Number: 17, Name: "Many pages within minutes", Kind: Burst, Category: "excess", Weight: 10, Decay: 75, Quiet: 12, With: map[string]int{"jobs": 1000, "pages": 140}},
			{Number: 18, Name: "Far more than the year group", Kind: Volume, Category: "excess", Weight: 12, Decay: 60, Quiet: 240, With: map[string]int{"days": 14, "pages": 350, "own": 100, "year": 2000}},
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
