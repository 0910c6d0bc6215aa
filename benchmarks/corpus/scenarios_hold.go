package corpus

func holdScenarios() []scenario {
	around := func(least, most float64, music, signalled bool) func(*scene) {
		return func(s *scene) {
			s.greet()
			s.turns(s.between(10, 25))
			s.announced(s.between(least, most), music, signalled)
			s.turns(s.between(5, 15))
			s.goodbye()
		}
	}
	several := func(least, most int) func(*scene) {
		return func(s *scene) {
			s.greet()
			s.turns(s.between(8, 15))
			for range least + s.r.IntN(most-least+1) {
				s.announced(s.between(8, 30), true, s.chance(0.3))
				s.turns(s.between(8, 15))
			}
			s.goodbye()
		}
	}
	return []scenario{
		{rule: "hold-too-long", variant: "clear", tell: around(130, 200, true, false), times: 2},
		{rule: "hold-too-long", variant: "signalled", tell: around(125, 180, true, true)},
		{rule: "hold-too-long", variant: "near-above", tell: around(121.8, 123, true, false)},
		{rule: "hold-too-long", variant: "near-below", tell: around(117, 118.3, true, false)},
		{rule: "hold-too-long", variant: "short", tell: around(6, 60, true, false)},
		{rule: "hold-too-often", variant: "clear", tell: several(3, 4), times: 2},
		{rule: "hold-too-often", variant: "near-below", tell: several(2, 2)},
		{rule: "hold-without-music", variant: "signalled", tell: around(17, 50, false, true)},
		{rule: "hold-without-music", variant: "near-below", tell: around(8, 13, false, true)},
		{rule: "hold-without-music", variant: "muted", tell: muted(17, 45), plain: true, times: 2},
		{rule: "hold-without-music", variant: "muted-near-below", tell: muted(8, 13), plain: true},
		{rule: "hold-unannounced", variant: "clear", times: 2, tell: func(s *scene) {
			s.greet()
			s.turns(s.between(10, 25))
			s.wait(s.between(0.3, 1))
			s.say(customer, s.between(5.5, 8))
			s.wait(s.between(0.5, 2))
			s.hold(s.between(10, 50), true, s.chance(0.3))
			s.resume()
			s.turns(s.between(5, 15))
			s.goodbye()
		}},
		{rule: "hold-unresumed", variant: "clear", times: 2, tell: func(s *scene) {
			s.greet()
			s.turns(s.between(10, 25))
			s.announce()
			s.hold(s.between(10, 50), true, s.chance(0.3))
			s.wait(s.between(0.5, 2))
			s.say(customer, s.between(5.5, 8))
			s.turns(s.between(8, 15))
			s.goodbye()
		}},
		{rule: "hold-unannounced", variant: "near-below", tell: func(s *scene) { // announced, and then the customer speaks
			s.greet()
			s.turns(s.between(10, 25))
			s.announce()
			end := s.cursor
			s.say(customer, s.between(1.5, 2))
			s.cursor = end + int(s.between(2.4, 3.2)*rate)
			s.hold(s.between(10, 50), true, s.chance(0.3))
			s.resume()
			s.turns(s.between(5, 15))
			s.goodbye()
		}},
		{rule: "hold-unresumed", variant: "near-below", tell: func(s *scene) { // the customer is first, the agent in time
			s.greet()
			s.turns(s.between(10, 25))
			s.announce()
			s.hold(s.between(10, 50), true, s.chance(0.3))
			end := s.cursor
			s.wait(s.between(0.3, 0.8))
			s.say(customer, s.between(1.2, 1.8))
			s.cursor = max(s.cursor, end+int(s.between(3, 3.8)*rate))
			s.say(agent, s.between(2, 4))
			s.turns(s.between(8, 15))
			s.goodbye()
		}},
		{rule: "hold-too-often", variant: "mono", tell: mono(several(3, 4))},
		{rule: "hold-without-music", variant: "mono", tell: mono(around(17, 50, false, true))},
		{rule: "talk-over-hold", variant: "clear", times: 2, tell: overHold(3, 8, 0, 9)},
		{rule: "talk-over-hold", variant: "faint", tell: overHold(4, 8, -4, 0)},
		{rule: "talk-over-hold", variant: "near-below", tell: overHold(0.6, 1.2, 0, 9)},
	}
}

// mono is the same in a recording of one channel.
func mono(tell func(*scene)) func(*scene) {
	return func(s *scene) { s.mix(); tell(s) }
}

// announced is a hold as it should be: the agent says so before, and speaks after.
func (s *scene) announced(seconds float64, music, signalled bool) {
	s.announce()
	s.hold(seconds, music, signalled)
	s.resume()
}

func (s *scene) announce() {
	s.gap()
	s.say(agent, s.between(1.5, 3))
	s.wait(s.between(0.2, 1.5))
}

func (s *scene) resume() {
	s.wait(s.between(0.2, 1.5))
	s.say(agent, s.between(1.5, 4))
}

// muted has the agent's line carry nothing at all while nobody speaks.
func muted(least, most float64) func(*scene) {
	return func(s *scene) {
		s.greet()
		s.turns(s.between(15, 30))
		s.gap()
		s.say(agent, s.between(1, 2))
		from := s.cursor
		s.wait(s.between(least, most))
		at := stretch{from, s.cursor}
		s.mute[agent] = append(s.mute[agent], at)
		s.f.muted = append(s.f.muted, at)
		s.say(agent, s.between(1.5, 4))
		s.turns(s.between(5, 15))
		s.goodbye()
	}
}

// overHold has the agent talk under hold music, so many dB above it.
func overHold(least, most, quiet, loud float64) func(*scene) {
	return func(s *scene) {
		s.greet()
		s.turns(s.between(10, 20))
		s.announce()
		from, level := s.cursor, s.level[agent]
		s.hold(s.between(25, 60), true, s.chance(0.3))
		end := s.cursor
		// The music is up to 6 dB below the voice and 5 above; the talk is measured from the music itself.
		over := s.between(quiet, loud)
		part := s.sound[agent][from:min(end, len(s.sound[agent]))]
		s.level[agent] = activeDB(part) + over
		s.cursor = from + int(s.between(6, 15)*rate)
		s.say(agent, s.between(least, most))
		s.cursor, s.level[agent] = end, level
		s.resume()
		s.turns(s.between(5, 12))
		s.goodbye()
	}
}
