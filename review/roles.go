package review

import "strings"

// roles is a set of roles.
type roles uint8

// The roles. An admin keeps accounts and teams, and hears no calls.
const (
	agent roles = 1 << iota
	inspector
	leader
	manager
	admin

	// anybody needs not be signed in.
	anybody roles = 0
	// judges hear and judge calls of their teams.
	judges = inspector | leader | manager
	// listeners see calls: judges those of their teams, an agent only the agent's own.
	listeners = agent | judges
	// members are all who are signed in.
	members = listeners | admin
)

// roleNames are the roles as accounts name them, in the order of the table of routes.
var roleNames = []struct {
	name string
	role roles
}{{"agent", agent}, {"inspector", inspector}, {"leader", leader}, {"manager", manager}, {"admin", admin}}

// roleOf is the role an account names; none for a name that is no role.
func roleOf(name string) roles {
	for _, r := range roleNames {
		if r.name == name {
			return r.role
		}
	}
	return 0
}

// has says whether a role is in the set.
func (r roles) has(role roles) bool { return r&role != 0 }

func (r roles) String() string {
	var names []string
	for _, n := range roleNames {
		if r.has(n.role) {
			names = append(names, n.name)
		}
	}
	return strings.Join(names, ", ")
}
