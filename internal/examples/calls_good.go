package examples

import "time"

// goodCalls break no rule.
func goodCalls() []script {
	return []script{
		{
			name: "clean-call", as: AsRecording, desk: anna, customer: "C10001", endedBy: customer,
			title: Title{"规范通话：无违规", "A call as it should be"},
			tell: func(c *call) {
				c.greet()
				c.chat(45 * s)
				c.agentSays("pls-hold-while-try")
				c.hold(30*s, coldDay)
				c.pause(s)
				c.agentSays("queue-thankyou")
				c.chat(25 * s)
				c.farewell()
			},
		},
		{
			// Everything is near its limit, and within it: two holds, one of nearly two minutes, a long silence, and the
			// agent hangs up, but lets the customer finish.
			name: "near-miss", as: AsRTP, desk: bruno, customer: "C10002", endedBy: agent,
			title: Title{"接近上限但未违规：保持两次，其中一次 110 秒，静默 12 秒", "Within the limits: two holds, one of 110 s, 12 s of silence"},
			tell: func(c *call) {
				c.pause(3 * s)
				c.greet()
				c.chat(30 * s)
				c.agentSays("pls-hold-while-try")
				c.hold(110*s, system)
				c.pause(2 * s)
				c.agentSays("queue-thankyou")
				c.chat(20 * s)
				c.silence(12 * s)
				c.agentSays("one-moment-please")
				c.pause(1500 * time.Millisecond)
				c.signalledHold(25*s, morningCoffee)
				c.pause(s)
				c.agentSays("queue-thankyou")
				c.chat(15 * s)
				c.farewell()
				c.pause(4 * s)
			},
		},
	}
}
