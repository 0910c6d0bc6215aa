package archive

import (
	"context"
	"time"

	"github.com/earshot/earshot/pipeline/evidence"
	"github.com/earshot/earshot/pipeline/store"
)

const (
	asked       = 500 // calls in one question to ClickHouse
	lookAtDue   = time.Hour
	abandonedIn = 48 * time.Hour // no call takes so long
	// unjudgedDays is how long audio waits for a judgement that does not come.
	unjudgedDays = 30
	// forgetDays is how long it is known that audio has expired: as long as flags are kept.
	forgetDays = 760
)

// keeper decides what stays. The audio of a flagged call stays for as long as its gravest flag's class says, that of a
// share of the others as a sample; the rest is deleted as soon as the call has been judged. When its time is over the call
// is looked at again, since a person may have raised a flag meanwhile, and an appeal is not to lose its evidence. Every
// archiver has one; two that decide on the same call decide the same.
type keeper struct {
	cfg    *Config
	known  evidence.Known // calls that wait
	looked time.Time      // when what is due was last looked at
}

func (k *keeper) run(ctx context.Context) {
	for ctx.Err() == nil {
		began := time.Now()
		if err := k.sweep(ctx, time.Now()); err != nil && ctx.Err() == nil {
			k.cfg.Metrics.sweeps.WithLabelValues("error").Inc()
			k.cfg.Log.Error("cannot decide which audio to keep, trying again", "error", err)
		} else {
			k.cfg.Metrics.sweeps.WithLabelValues("ok").Inc()
		}
		select {
		case <-ctx.Done():
		case <-time.After(max(k.cfg.SweepEvery, 10*time.Since(began))): // however many wait, little of the time goes into asking
		}
	}
}

// sweep decides on what can be decided now.
func (k *keeper) sweep(ctx context.Context, now time.Time) error {
	waiting, err := k.each(ctx, k.cfg.Evidence.Undecided(ctx, k.known), func(e evidence.Entry, o store.Outcome) error {
		return k.judged(ctx, e, o, now)
	})
	if err != nil {
		return err
	}
	k.cfg.Metrics.undecided.Set(float64(waiting))
	if now.Sub(k.looked) < lookAtDue {
		return nil
	}
	_, err = k.each(ctx, k.cfg.Evidence.Due(ctx, now), func(e evidence.Entry, o store.Outcome) error {
		return k.due(ctx, e, o, now)
	})
	if err != nil {
		return err
	}
	if _, err := k.cfg.Evidence.Abandoned(ctx, now.Add(-abandonedIn)); err != nil {
		return err
	}
	k.looked = now
	return nil
}

// each asks for the outcomes of entries, many at once, and gives them on. waiting are those that have not been judged.
func (k *keeper) each(ctx context.Context, entries func(func(evidence.Entry, error) bool), decide func(evidence.Entry, store.Outcome) error) (waiting int, err error) {
	var batch []evidence.Entry
	flush := func() error {
		keys := make([]store.CallKey, len(batch))
		for i, e := range batch {
			keys[i] = store.CallKey{CallID: e.CallID, StartedAt: e.StartedAt}
		}
		outcomes, err := k.cfg.Outcomes(ctx, keys)
		if err != nil {
			return err
		}
		for _, e := range batch {
			o := outcomes[e.CallID]
			if !o.Judged {
				waiting++
			}
			if err := decide(e, o); err != nil {
				return err
			}
		}
		batch = batch[:0]
		return nil
	}
	for e, err := range entries {
		if err != nil {
			return waiting, err
		}
		if batch = append(batch, e); len(batch) == asked {
			if err := flush(); err != nil {
				return waiting, err
			}
		}
	}
	if len(batch) == 0 {
		return waiting, nil
	}
	return waiting, flush()
}

// judged decides on a call that has ended, if it has been judged.
func (k *keeper) judged(ctx context.Context, e evidence.Entry, o store.Outcome, now time.Time) error {
	until := k.until(e, o)
	switch {
	case !o.Judged && now.Before(from(e).AddDate(0, 0, unjudgedDays)):
		return nil
	case o.Flagged:
		k.cfg.Metrics.decided.WithLabelValues("flagged").Inc()
		return k.cfg.Evidence.Keep(ctx, e, until)
	case o.Judged && !until.IsZero():
		k.cfg.Metrics.decided.WithLabelValues("sampled").Inc()
		return k.cfg.Evidence.Keep(ctx, e, until)
	default:
		k.cfg.Metrics.decided.WithLabelValues("removed").Inc()
		return k.cfg.Evidence.Remove(ctx, e)
	}
}

// due looks again at a call whose time was to be over.
func (k *keeper) due(ctx context.Context, e evidence.Entry, o store.Outcome, now time.Time) error {
	until := k.until(e, o)
	if o.Appeal && !until.After(now) {
		until = now.AddDate(0, 0, 7)
	}
	if !e.Gone && until.After(now) {
		k.cfg.Metrics.decided.WithLabelValues("extended").Inc()
		return k.cfg.Evidence.Keep(ctx, e, until)
	}
	k.cfg.Metrics.decided.WithLabelValues("expired").Inc()
	return k.cfg.Evidence.Expire(ctx, e, now.AddDate(0, 0, forgetDays))
}

func from(e evidence.Entry) time.Time {
	if e.Since.After(e.StartedAt) {
		return e.Since
	}
	return e.StartedAt
}

// until is the day, in UTC, up to which a call's audio is kept; zero if it is not.
func (k *keeper) until(e evidence.Entry, o store.Outcome) time.Time {
	days := 0
	keep := &k.cfg.Keep
	switch {
	case o.Flagged && o.Class == "grave":
		days = keep.Grave
	case o.Flagged && o.Class == "serious":
		days = keep.Serious
	case o.Flagged && o.Class == "minor":
		days = keep.Minor
	case o.Flagged:
		days = keep.Alert
	case evidence.Sampled(e.CallID, keep.Share):
		days = keep.Sample
	default:
		return time.Time{}
	}
	return from(e).UTC().Truncate(24*time.Hour).AddDate(0, 0, days)
}
