package examples

// badEndings are calls that end as they should not.
func badEndings() []script {
	return []script{
		{
			name: "abrupt-hangup", as: AsRTP, desk: bruno, customer: "C10013", endedBy: agent,
			expect: []string{"abrupt-hangup"},
			title:  Title{"客户话未说完，坐席挂断", "The agent hangs up on the customer in mid-sentence"},
			tell: func(c *call) {
				c.greet()
				c.chat(60 * s)
				c.cutOff(customer, "tt-allbusy", 5*s)
			},
		},
		{
			// The customer hangs up; the agent keeps the line and talks to a neighbour.
			name: "left-line-open", as: AsRecording, desk: carol, customer: "C10014", endedBy: agent,
			expect: []string{"left-line-open"},
			title:  Title{"客户离开后坐席占线 45 秒", "The agent stays on the line for 45 s after the customer has left"},
			tell: func(c *call) {
				c.greet()
				c.chat(45 * s)
				c.farewell()
				c.leaves(customer)
				left := c.now()
				for range 3 {
					c.pause(6 * s)
					c.agentSays(c.next(agent, agentTalk))
				}
				c.until(left + 45*s)
			},
		},
	}
}

// monoCalls are recordings of one channel: what needs to know who spoke is not assessable there.
func monoCalls() []script {
	return []script{
		{
			name: "mono-hold-too-long", as: AsRecording, desk: esther, customer: "C10015", endedBy: customer, mono: true,
			expect: []string{"hold-too-long"},
			title:  Title{"单声道录音：保持 135 秒，需区分说话人的规则不作判定", "A mono recording: a hold of 135 s, and rules that cannot be assessed"},
			tell: func(c *call) {
				c.greet()
				c.chat(30 * s)
				c.agentSays("pls-hold-while-try")
				c.hold(135*s, system)
				c.pause(s)
				c.agentSays("queue-thankyou")
				c.chat(20 * s)
				c.farewell()
			},
		},
	}
}
