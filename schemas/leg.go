package schemas

// Name is the leg as tables, JSON and rules spell it: agent, customer, mixed, or "" when unspecified.
func (l Leg) Name() string {
	switch l {
	case Leg_LEG_AGENT:
		return "agent"
	case Leg_LEG_CUSTOMER:
		return "customer"
	case Leg_LEG_MIXED:
		return "mixed"
	default:
		return ""
	}
}
