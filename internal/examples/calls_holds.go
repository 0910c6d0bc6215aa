package examples

// longHolds are held too long or too often; how they are announced is as it should be.
func longHolds() []script {
	return []script{
		{
			name: "hold-too-long", as: AsRTP, desk: carol, customer: "C10003", endedBy: customer,
			expect: []string{"hold-too-long"},
			title:  Title{"保持 143 秒", "A hold of 143 s"},
			tell: func(c *call) {
				c.greet()
				c.chat(30 * s)
				c.agentSays("pls-hold-while-try")
				c.hold(143*s, robotDity)
				c.pause(s)
				c.agentSays("queue-thankyou", "sorry-youre-having-problems")
				c.chat(20 * s)
				c.farewell()
			},
		},
		{
			name: "hold-too-often", as: AsRecording, desk: dario, customer: "C10004", endedBy: customer,
			expect: []string{"hold-too-often"},
			title:  Title{"一通电话保持三次", "Three holds in one call"},
			tell: func(c *call) {
				c.greet()
				for _, track := range []string{simplicity, morningCoffee, simplicity} {
					c.chat(18 * s)
					c.agentSays("one-moment-please")
					c.hold(20*s, track)
					c.pause(s)
					c.agentSays("queue-thankyou")
				}
				c.chat(15 * s)
				c.farewell()
			},
		},
	}
}

// badHolds are short, and badly made.
func badHolds() []script {
	return []script{
		{
			name: "hold-without-music-signal", as: AsRTP, desk: esther, customer: "C10005", endedBy: customer,
			expect: []string{"hold-without-music"},
			title:  Title{"交换机显示保持 40 秒，客户听不到保留音", "The switch says hold for 40 s, and no music is heard"},
			tell: func(c *call) {
				c.greet()
				c.chat(35 * s)
				c.agentSays("pls-hold-while-try")
				c.silentHold(40 * s)
				c.pause(s)
				c.agentSays("queue-thankyou")
				c.chat(20 * s)
				c.farewell()
			},
		},
		{
			name: "hold-without-music-muted", as: AsRecording, desk: anna, customer: "C10006", endedBy: customer,
			expect: []string{"hold-without-music"},
			title:  Title{"坐席静音 28 秒，客户无保留音等待", "The agent mutes the line for 28 s, and no music is heard"},
			tell: func(c *call) {
				c.greet()
				c.chat(40 * s)
				c.agentSays("one-moment-please")
				c.mutes(agent, 28*s)
				c.pause(s)
				c.agentSays("queue-thankyou")
				c.chat(20 * s)
				c.farewell()
			},
		},
		{
			name: "hold-manners", as: AsRTP, desk: bruno, customer: "C10007", endedBy: customer,
			expect: []string{"hold-unannounced", "hold-unresumed"},
			title:  Title{"第一次保持未说明，第二次转回未致意", "The first hold unannounced, the second resumed without a word"},
			tell: func(c *call) {
				c.greet()
				c.chat(30 * s)
				c.customerSays("tt-allbusy") // 9 s, and no word of the agent
				c.hold(35*s, coldDay)
				c.pause(s)
				c.agentSays("queue-thankyou")
				c.chat(25 * s)
				c.agentSays("pls-hold-while-try")
				c.signalledHold(30*s, robotDity)
				c.pause(s)
				c.customerSays("hello", "demo-nomatch", "pbx-invalid") // for more than 5 s
				c.agentSays("sorry-youre-having-problems")
				c.chat(15 * s)
				c.farewell()
			},
		},
		{
			// The music is that of a soft channel here: the talk is to be heard over it.
			name: "talk-over-hold", as: AsRecording, desk: dario, customer: "C10008", endedBy: customer,
			expect: []string{"talk-over-hold"},
			title:  Title{"保留音期间坐席交谈约 10 秒", "The agent talks for about 10 s while the hold music plays"},
			tell: func(c *call) {
				c.greet()
				c.chat(35 * s)
				c.agentSays("pls-hold-while-try")
				c.together(
					func() { c.holdAt(50*s, robotDity, -36) },
					func() { c.pause(18 * s); c.agentSays("vm-intro", "ss-noservice") },
				)
				c.pause(s)
				c.agentSays("queue-thankyou")
				c.chat(20 * s)
				c.farewell()
			},
		},
	}
}
