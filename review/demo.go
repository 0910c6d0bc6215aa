package review

import (
	"context"
	"errors"
	"fmt"

	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/review/signin"
)

// DemoAccount is an account of the demonstration, with its password in the clear.
type DemoAccount struct{ Account, Password, Role string }

// Demo makes one account per role, each with a new password. An account of the same name that is no demo account is left
// as it is and is not among those returned.
func (s *Server) Demo(ctx context.Context) ([]DemoAccount, error) {
	var made []DemoAccount
	password := "demo-" + signin.Token()[:8]
	hash, err := signin.Hash(ctx, password)
	if err != nil {
		return nil, err
	}
	for _, want := range []store.AccountRow{
		{Account: "inspector", Name: "Wang Lin 王琳", Role: "inspector", AllTeams: true},
		{Account: "inspector2", Name: "Zhao Min 赵敏", Role: "inspector", AllTeams: true},
		{Account: "agent", Name: "Bruno 布鲁诺", Role: "agent", AgentID: "A1002"},
		{Account: "leader", Name: "Chen Jie 陈杰", Role: "leader", Teams: []string{"day-1", "day-2"}},
		{Account: "manager", Name: "Liu Yan 刘艳", Role: "manager", AllTeams: true},
		{Account: "admin", Name: "Admin 管理员", Role: "admin", AllTeams: true},
	} {
		row, err := s.store.Account(ctx, want.Account)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		if err == nil && !row.Demo {
			continue
		}
		want.Version, want.Password, want.Demo, want.CreatedAt, want.ChangedAt = row.Version, hash, true, s.now(), s.now()
		if err == nil {
			want.CreatedAt = row.CreatedAt
		}
		if _, err := s.store.SaveAccount(ctx, want); err != nil {
			return nil, fmt.Errorf("cannot make demo account %s: %w", want.Account, err)
		}
		made = append(made, DemoAccount{want.Account, password, want.Role})
	}
	agents := []store.AgentRow{
		{AgentID: "A1001", Name: "Anna 安娜", Team: "day-1"}, {AgentID: "A1002", Name: "Bruno 布鲁诺", Team: "day-1"},
		{AgentID: "A1003", Name: "Carol 卡罗尔", Team: "day-1"}, {AgentID: "A2001", Name: "Dario 达里奥", Team: "day-2"},
		{AgentID: "A2002", Name: "Esther 埃丝特", Team: "day-2"},
	}
	if err := s.store.SaveAgents(ctx, agents); err != nil {
		return nil, err
	}
	return made, nil
}
