package examples

// agentTalk and customerTalk are the prompts of small talk: 2 to 8 s of plain speech, recorded by every speaker.
var (
	agentTalk = []string{
		"agent-incorrect", "agent-user", "auth-incorrect", "confbridge-pin", "demo-enterkeywords", "dir-instr",
		"dir-usingkeypad", "info-about-last-call", "priv-callpending", "queue-periodic-announce", "ss-noservice",
		"vm-forwardoptions", "vm-helpexit", "vm-instructions", "vm-intro", "vm-invalid-password", "vm-mailboxfull",
		"vm-newuser", "vm-rec-temp", "vm-rec-unv", "vm-tempgreeting2", "vm-tmpexists",
	}
	customerTalk = []string{
		"agent-alreadyon", "agent-newlocation", "cannot-complete-as-dialed", "check-number-dial-again",
		"conf-getconfno", "conf-getpin", "confbridge-only-one", "demo-nomatch", "enter-num-blacklist",
		"feature-not-avail-line", "invalid", "pbx-invalid", "pbx-invalidpark", "please-try-call-later",
		"pm-invalid-option", "privacy-prompt", "speed-dial-empty", "tt-allbusy", "unidentified-no-callback",
		"vm-calldiffnum", "vm-mismatch", "vm-msgforwarded", "vm-nobox",
	}
)
