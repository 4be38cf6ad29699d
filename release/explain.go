package release

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
)

// Explanation says why a job may or may not be printed, and why it could or could not.
// It names no pupil and no title.
type Explanation struct {
	Job     Job
	Size    string // "46 pages on 23 sheets, 4 in colour", "" before the count
	Queue   string // its name
	Zone    *time.Location
	Policy  []string  // what the queue's policy made of it otherwise than it was sent
	Stops   []error   // the refusals that a release would meet just now, the gravest first; of a job that waits
	Decided []Decided // in order; of a job that waits, the last is what would be decided now
}

// Decided is one decision of a school's rules about a job, by the rules of that time.
type Decided struct {
	At       time.Time
	Now      bool             // nothing has been decided: it would be so now
	Printer  string           // "" where none is known
	Rule     quota.RuleNumber // 0: none met it
	Say      string           // one sentence: which rule decided, and what is allowed instead
	Spared   string           // the exemption that had it pass a rule, or ""
	Approved string           // who answered a request for a teacher's yes, and how, or ""
	Cost     string           // of a delivery: what was set aside and charged; of a job that waits, what it costs
	Price    []string         // how that comes about, line by line
	Payer    string           // whose pages those are: an account's name, or "" for its owner's
	Released string           // the teacher who released it for its owner, or ""
	Since    time.Time        // these rules; zero for the defaults
	Table    []quota.RuleRow
}

// Explain explains a job for the host's commands, whatever has become of its school's rules
// since.
func (d *Desk) Explain(ctx context.Context, id JobID) (e Explanation, err error) {
	err = d.DB.Look(ctx, db.System("explain"), func(ctx context.Context, tx *db.Tx) error {
		job, err := jobByID(ctx, tx, id)
		if err == nil {
			e, err = d.explainJob(ctx, tx, job)
		}
		return err
	})
	if err != nil {
		err = fmt.Errorf("explain job %d: %w", id, err)
	}
	return e, err
}

// ExplainTo explains a job to its owner on their own page, and to whoever sees its school. Any other looks like
// none ("job-unknown"), and so does one that a shared device sent in somebody's name, to them.
func (d *Desk) ExplainTo(ctx context.Context, a school.Actor, id JobID) (e Explanation, err error) {
	err = d.readSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		job, err := jobByID(ctx, tx, id)
		if err != nil {
			return err
		}
		own := a.May(school.OwnPage) && job.Person == a.Person && !job.Claim()
		if job.School != a.School || !own && !a.May(school.SeeSchool) {
			return jobUnknown
		}
		e, err = d.explainJob(ctx, tx, job)
		return err
	})
	return e, err
}

func (d *Desk) explainJob(ctx context.Context, tx *db.Tx, job Job) (e Explanation, err error) {
	job.Title = ""
	e.Job = job
	sc, err := school.ByID(ctx, tx, job.School)
	if err != nil {
		return e, err
	}
	q, err := queueByID(ctx, tx, job.Queue)
	if err != nil {
		return e, err
	}
	e.Queue, e.Zone = q.Name, sc.Zone
	if job.Impressions > 0 {
		e.Size = fmt.Sprintf("%s on %s", quota.Pages(int64(job.Impressions)), sheets(job.Sheets))
		if job.ColourImpressions > 0 {
			e.Size += fmt.Sprintf(", %d in colour", job.ColourImpressions)
		}
	}
	for _, t := range job.Touched {
		e.Policy = append(e.Policy, fmt.Sprintf(touchesInWords[t], q.Name))
	}
	if e.Decided, err = d.past(ctx, tx, e); err != nil || job.State != Held {
		return e, err
	}
	now, err := d.wouldBe(ctx, tx, e, q)
	if err != nil {
		return e, err
	}
	e.Decided = append(e.Decided, now)
	waits := []Job{job}
	err = d.meet(ctx, tx, waits)
	e.Stops = waits[0].Obstacles
	return e, err
}

// past are the decisions that were kept, and the deliveries that nothing was kept of because
// no rule met them.
func (d *Desk) past(ctx context.Context, tx *db.Tx, e Explanation) (all []Decided, err error) {
	kept, err := decisionsOf(ctx, tx, e.Job.ID)
	if err != nil {
		return nil, err
	}
	deliveries, err := deliveriesOf(ctx, tx, e.Job.ID)
	if err != nil {
		return nil, err
	}
	hands, err := handsOn(ctx, tx, e.Job.ID)
	if err != nil {
		return nil, err
	}
	of := map[DeliveryID]Delivery{}
	for _, del := range deliveries {
		of[del.ID] = del
		if !slices.ContainsFunc(kept, func(k keptDecision) bool { return k.Delivery == del.ID }) {
			kept = append(kept, keptDecision{Delivery: del.ID, Printer: del.Printer, At: del.Reserved})
		}
	}
	slices.SortStableFunc(kept, func(a, b keptDecision) int { return a.At.Compare(b.At) })
	for _, k := range kept {
		one, err := e.decided(ctx, tx, k)
		if err != nil {
			return nil, err
		}
		if del, there := of[k.Delivery]; there {
			why, err := explainPrice(ctx, tx, del)
			if err != nil {
				return nil, err
			}
			one.Cost, one.Price = del.cost(why.Unit), linesOf(why.Price, why.Unit)
			one.Payer, one.Released = hands[del.ID].Payer, hands[del.ID].Released
		}
		all = append(all, one)
	}
	return all, nil
}

// linesOf say how a price comes about; of one line alone, its amount says all.
func linesOf(p quota.Price, unit quota.Unit) (all []string) {
	for _, l := range p.Lines {
		all = append(all, l.In(unit))
	}
	return all
}

// cost says what a delivery has cost.
func (d Delivery) cost(unit quota.Unit) string {
	switch d.State {
	case Settled:
		return fmt.Sprintf("%s set aside, %s charged", unit.Say(d.Amount), unit.Say(d.Charged))
	case Void:
		return "nothing: it did not come out"
	}
	return unit.Say(d.Amount) + " set aside"
}

// decided explains what was kept by the rules of its time.
func (e Explanation) decided(ctx context.Context, tx *db.Tx, k keptDecision) (one Decided, err error) {
	rules, err := quota.RulesOfSet(ctx, tx, e.Job.School, k.Set)
	if k.Rule == 0 && k.Set == 0 { // none met it: nothing was kept of the rules
		rules, err = quota.RulesAt(ctx, tx, e.Job.School, k.At)
	}
	if err != nil {
		return one, err
	}
	approval := Approval{}
	if k.Approval != 0 {
		if approval, err = approvalByID(ctx, tx, k.Approval); err != nil {
			return one, err
		}
	}
	one = Decided{At: k.At, Rule: k.Rule, Since: rules.Since, Say: inWords(rules, k, k.Delivery != 0)}
	if one.Spared, err = sparedBy(ctx, tx, e, k.Exemption); err != nil {
		return one, err
	}
	if one.Approved, err = approval.words(ctx, tx, e.Zone); err != nil {
		return one, err
	}
	return one, e.fill(ctx, tx, &one, rules, k.Printer)
}

// wouldBe is what the rules make of a job that waits.
func (d *Desk) wouldBe(ctx context.Context, tx *db.Tx, e Explanation, q Queue) (one Decided, err error) {
	book := d.rulebook(e.Job.School)
	var p PrinterRecord
	if q.Printer != 0 {
		if p, err = printerByID(ctx, tx, q.Printer); err != nil {
			return one, err
		}
	}
	r, err := book.of(ctx, tx, e.Job, p)
	if err != nil {
		return one, err
	}
	k := keptDecision{Rule: r.Rule.Number, Say: r.Say}
	one = Decided{At: tx.Now, Now: true, Rule: r.Rule.Number, Since: book.rules.Since, Say: inWords(book.rules, k, r.stops(true) == nil)}
	if len(r.Spared) > 0 {
		if one.Spared, err = sparedBy(ctx, tx, e, r.Spared[0].Exemption); err != nil {
			return one, err
		}
	}
	if one.Approved, err = r.approval.words(ctx, tx, e.Zone); err != nil {
		return one, err
	}
	if err := d.wouldCost(ctx, tx, e.Job, p, &one); err != nil {
		return one, err
	}
	return one, e.fill(ctx, tx, &one, book.rules, q.Printer)
}

// wouldCost says what a job that waits costs by the prices of now, and who would pay.
func (d *Desk) wouldCost(ctx context.Context, tx *db.Tx, j Job, p PrinterRecord, one *Decided) error {
	t, err := quota.TariffAt(ctx, tx, j.School, tx.Now)
	if err != nil {
		return err
	}
	price := t.Price(j.workAt(p), p.Group)
	one.Cost, one.Price = t.Unit.Say(price.Units), linesOf(price, t.Unit)
	all, err := standings(ctx, tx, j.School, []school.PersonID{j.Person})
	if err != nil {
		return err
	}
	payer, err := whoPays(ctx, tx, all[j.Person].payers, j)
	if f := fault.As(err); f != nil && f.Kind == fault.Internal {
		return err
	}
	if err == nil && !payer.Own() { // else a stop says it
		one.Payer = payer.Name
	}
	return nil
}

// fill adds the printer's name and the table of the rules.
func (e Explanation) fill(ctx context.Context, tx *db.Tx, one *Decided, rules quota.Rules, p PrinterID) error {
	names, err := ruleNames(ctx, tx, e.Job.School, rules)
	one.Printer, one.Table = names.Printers[int32(p)], rules.Table(names)
	return err
}

// inWords is the one sentence.
func inWords(rules quota.Rules, k keptDecision, through bool) string {
	if k.Rule == 0 {
		return "No rule holds it back."
	}
	i := slices.IndexFunc(rules.All, func(r quota.Restriction) bool { return r.Number == k.Rule })
	if i < 0 {
		return fmt.Sprintf("Rule %d decided: %s", k.Rule, k.Say)
	}
	rule := rules.All[i]
	name := fmt.Sprintf("Rule %d, %q, ", rule.Number, rule.Name)
	switch {
	case rule.Outcome == quota.Confirm && through:
		return name + "asks first, and a yes lets it through: " + k.Say
	case rule.Outcome == quota.Confirm:
		return name + "asks first, and nobody was there to be asked: " + k.Say
	case rule.Outcome == quota.Ask && through:
		return name + "wants a teacher's yes, and there was one: " + k.Say
	case rule.Outcome == quota.Ask:
		return name + "wants a teacher's yes: " + k.Say
	}
	return name + "refuses it: " + k.Say
}

func sparedBy(ctx context.Context, tx *db.Tx, e Explanation, id quota.ExemptionID) (string, error) {
	if id == 0 {
		return "", nil
	}
	x, err := quota.ExemptionByID(ctx, tx, e.Job.School, id)
	if err != nil {
		return "", err
	}
	of := "all rules"
	if x.Rule != 0 {
		of = fmt.Sprintf("rule %d", x.Rule)
	}
	return fmt.Sprintf("exemption %d lets it pass %s until %s", x.ID, of, x.Ends.In(e.Zone).Format("2 January 2006 15:04")), nil
}

// words say who answered a request, and how.
func (a Approval) words(ctx context.Context, tx *db.Tx, zone *time.Location) (string, error) {
	switch {
	case a.ID == 0:
		return "", nil
	case a.By == 0:
		return "asked on " + a.Asked.In(zone).Format("2 January 15:04") + ", not answered", nil
	}
	by, err := school.PersonByID(ctx, tx, a.By)
	return strings.TrimSpace(fmt.Sprintf("%s by %s on %s %s", a.Answer, asStaff(by), a.Answered.In(zone).Format("2 January 15:04"), quoted(a.Reason))), err
}

func quoted(s string) string {
	if s == "" {
		return ""
	}
	return fmt.Sprintf("%q", s)
}
