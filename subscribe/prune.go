package subscribe

import (
	"context"
	"time"
)

// pruneLimit is how many entries are removed at once, so that nobody waits
// long for a lock.
const pruneLimit = 1000

// prune removes handled entries that are older than Config.Retention, until
// ctx ends.
func prune(ctx context.Context, cfg Config, lead *lead) {
	interval := max(cfg.Retention/4, cfg.SweepInterval)
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if !lead.held().Has(0) {
			continue // one replica does it for all
		}
		for {
			n, err := cfg.Store.Prune(ctx, time.Now().Add(-cfg.Retention), pruneLimit)
			if err != nil && ctx.Err() == nil {
				cfg.Logger.WarnContext(ctx, "the journal cannot be pruned", "error", err)
			}
			if err != nil || n < pruneLimit {
				break
			}
		}
	}
}
