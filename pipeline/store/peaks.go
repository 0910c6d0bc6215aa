package store

import "context"

// Peaks reads the waveforms of a call, one row a leg; none = not computed yet. For a call outside the scope it gives
// ErrNotFound.
func (s *Store) Peaks(ctx context.Context, scope Scope, callID string) ([]PeaksRow, error) {
	if err := s.visible(ctx, scope, callID); err != nil {
		return nil, err
	}
	return selectRows(ctx, s, "peaks", peaksColumns, "SELECT "+names(peaksColumns)+" FROM "+s.database+
		".peaks WHERE call_id = ? ORDER BY leg, started_at DESC, version DESC LIMIT 1 BY leg", callID)
}

// SavePeaks writes waveforms; those of the same call and leg with a lower version are replaced.
func (s *Store) SavePeaks(ctx context.Context, rows []PeaksRow) error {
	for i := range rows {
		if err := CheckTime(rows[i].StartedAt); err != nil {
			return &rowError{err}
		}
	}
	return insert(ctx, s, "peaks", peaksColumns, rows, "")
}
