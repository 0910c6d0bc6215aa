package examples

import "github.com/earshot/earshot/schemas"

// badManners are calls in which the agent treats the customer badly while they talk.
func badManners() []script {
	return []script{
		{
			name: "raised-voice", as: AsRTP, desk: carol, customer: "C10009", endedBy: customer,
			expect: []string{"raised-voice"},
			title: Title{"坐席突然提高声音（由提示音加工而成的提高的声音）",
				"The agent raises their voice (a raised voice made from a prompt)"},
			tell: func(c *call) {
				c.greet()
				c.chat(70 * s)
				c.customerSays("tt-allbusy")
				c.agentShouts("vm-invalid-password", "invalid")
				c.customerSays("demo-nomatch")
				c.chat(20 * s)
				c.farewell()
			},
		},
		{
			name: "quarrel", as: AsRecording, desk: dario, customer: "C10010", endedBy: customer,
			expect: []string{"quarrel", "raised-voice"},
			title: Title{"坐席与客户争执，双方提高声音、互相抢话（由提示音加工而成的提高的声音）",
				"Agent and customer quarrel, loud and at the same time (raised voices made from prompts)"},
			tell: func(c *call) {
				c.greet()
				c.chat(80 * s)
				c.together(
					func() { c.customerShouts("pbx-invalidpark", "vm-mismatch", "agent-alreadyon") },
					func() { c.pause(s); c.agentShouts("vm-rec-unv", "agent-user", "vm-tempgreeting2") },
				)
				c.chat(20 * s)
				c.farewell()
			},
		},
		{
			name: "interruption", as: AsRTP, desk: bruno, customer: "C10016", endedBy: customer,
			expect: []string{"interruption"},
			title:  Title{"坐席三次抢话，客户每次都停下", "The agent breaks in on the customer three times, who gives way each time"},
			tell: func(c *call) {
				c.greet()
				c.chat(20 * s)
				for _, prompt := range []string{"vm-rec-unv", "agent-user", "vm-tempgreeting2"} {
					c.breaksIn(agent, prompt, customer, "tt-allbusy", 4*s, 2*s)
					c.chat(10 * s)
				}
				c.farewell()
			},
		},
		{
			name: "slow-answer", as: AsRecording, desk: carol, customer: "C10017", endedBy: customer,
			expect: []string{"slow-answer"},
			title:  Title{"电话响了 21 秒（五声）才接起", "It rings for 21 s, five times, before the agent answers"},
			tell: func(c *call) {
				c.event(schemas.Kind_KIND_RINGING)
				c.pause(21 * s)
				c.event(schemas.Kind_KIND_ANSWERED)
				c.greet()
				c.chat(40 * s)
				c.farewell()
			},
		},
		{
			name: "no-response", as: AsRecording, desk: esther, customer: "C10011", endedBy: customer,
			expect: []string{"no-response"},
			title:  Title{"接起后 9 秒坐席才说话", "The agent's first word comes 9 s after the answer"},
			tell: func(c *call) {
				c.pause(2 * s)
				c.customerSays("hello")
				c.pause(2 * s)
				c.customerSays("hello")
				c.until(9 * s)
				c.agentSays("hello", "queue-thankyou")
				c.chat(50 * s)
				c.farewell()
			},
		},
		{
			name: "dead-air", as: AsRTP, desk: anna, customer: "C10012", endedBy: customer,
			expect: []string{"dead-air"},
			title:  Title{"线路通畅却静默 34 秒", "Nobody speaks for 34 s though the line is open"},
			tell: func(c *call) {
				c.greet()
				c.chat(40 * s)
				c.silence(34 * s)
				c.agentSays("sorry-youre-having-problems")
				c.chat(20 * s)
				c.farewell()
			},
		},
	}
}
