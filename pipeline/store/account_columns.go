package store

import "time"

var accountColumns = []column[AccountRow]{
	col("account", typeText, func(r *AccountRow) *string { return &r.Account }),
	col("name", typeText, func(r *AccountRow) *string { return &r.Name }),
	col("role", typeName, func(r *AccountRow) *string { return &r.Role }),
	col("agent_id", typeName, func(r *AccountRow) *string { return &r.AgentID }),
	col("teams", typeNames, func(r *AccountRow) *[]string { return &r.Teams }),
	col("all_teams", typeFlag, func(r *AccountRow) *bool { return &r.AllTeams }),
	col("password", typeText, func(r *AccountRow) *string { return &r.Password }),
	col("issuer", typeText, func(r *AccountRow) *string { return &r.Issuer }),
	col("subject", typeText, func(r *AccountRow) *string { return &r.Subject }),
	col("invitation", typeText, func(r *AccountRow) *string { return &r.Invitation }),
	moment("invited_until", func(r *AccountRow) *time.Time { return &r.InvitedUntil }),
	col("language", typeName, func(r *AccountRow) *string { return &r.Language }),
	col("disabled", typeFlag, func(r *AccountRow) *bool { return &r.Disabled }),
	col("demo", typeFlag, func(r *AccountRow) *bool { return &r.Demo }),
	col("created_at", typeTime, func(r *AccountRow) *time.Time { return &r.CreatedAt }),
	col("changed_at", typeTime, func(r *AccountRow) *time.Time { return &r.ChangedAt }),
	col("changed_by", typeName, func(r *AccountRow) *string { return &r.ChangedBy }),
	col("change", typeText, func(r *AccountRow) *string { return &r.Change }),
	col("version", typeBig, func(r *AccountRow) *uint64 { return &r.Version }),
}

var signInColumns = []column[SignInRow]{
	col("at", typeTime, func(r *SignInRow) *time.Time { return &r.At }),
	col("account", typeText, func(r *SignInRow) *string { return &r.Account }),
	col("address", typeText, func(r *SignInRow) *string { return &r.Address }),
	col("outcome", typeName, func(r *SignInRow) *string { return &r.Outcome }),
	col("user_agent", typeText, func(r *SignInRow) *string { return &r.UserAgent }),
}

var sessionColumns = []column[SessionRow]{
	col("id", typeText, func(r *SessionRow) *string { return &r.ID }),
	col("account", typeName, func(r *SessionRow) *string { return &r.Account }),
	col("created_at", typeTime, func(r *SessionRow) *time.Time { return &r.CreatedAt }),
	col("seen_at", typeTime, func(r *SessionRow) *time.Time { return &r.SeenAt }),
	col("expires_at", typeTime, func(r *SessionRow) *time.Time { return &r.ExpiresAt }),
	col("ended", typeFlag, func(r *SessionRow) *bool { return &r.Ended }),
	col("address", typeText, func(r *SessionRow) *string { return &r.Address }),
	col("user_agent", typeText, func(r *SessionRow) *string { return &r.UserAgent }),
	{"version", typeBig, fill(func(r *SessionRow) uint64 { return r.version() }), func(*SessionRow) any { return new(uint64) }},
}

// version makes the session seen last count, and an ended one for good.
func (r *SessionRow) version() uint64 {
	if r.Ended {
		return 1<<64 - 1
	}
	return uint64(max(r.SeenAt.UnixMicro(), 0))
}
