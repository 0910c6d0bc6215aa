// Package rulebook judges calls: it holds every limit, and turns the segments that analyzers measured into flags.
//
// A rulebook is one YAML file (schemas/rulebook.yaml is the one Earshot comes with). Load reads it as a whole and
// refuses it as a whole: every problem it finds is reported with file, line and what was expected, and nothing of a
// wrong rulebook is ever used.
//
//	rules:
//	  - id: hold-too-long
//	    title: {zh: 保持超时, en: Hold too long}
//	    about: {zh: …, en: …}            # what the flag means, for the inspector who reads it
//	    clause: [D16.三.11, D18.二.3]     # where the regulations ask for it
//	    basis: regulation                # who set points and class: regulation, default or owner
//	    on: hold                         # judged for each segment of this kind, or of a list of kinds; `call` = once a call
//	    needs: [two-legs]                # facts without which the rule is not assessable
//	    when: it.source != 'signal'      # CEL: is the segment a candidate at all?
//	    measure: it.duration             # CEL: the number that is held against the limit
//	    unit: s
//	    above: 120                       # exactly one of above (>), at_least (>=), below (<), at_most (<=)
//	    confidence: 0.5                  # segments of which the analyzer is less sure are stored, and do not count
//	    unless: overlaps(it, 'oneway')   # CEL: the flag is kept, but exonerated
//	    points: 5
//	    class: serious                   # minor 一般, serious 较严重违纪, grave 严重违纪
//	    live: true                       # may be raised while the call, and even the segment, still goes on
//	    where: it.leg == 'agent'         # CEL, only with evidence: which of those segments count
//	    evidence: hold                   # only with on: call: the kind of segment to listen to
//
// Two more maps stand beside the rules. `needs` names conditions on the call: a rule whose need does not hold is
// stored as not assessable with the need's reason, and is never a flag. `profiles` names variations: a profile may change limit,
// points, confidence, enabled, unless and live of rules, and nothing else.
//
// # The language
//
// Expressions are CEL (https://cel.dev) over two names. All numbers are doubles, so 2 and 2.0 are the same.
//
//	it.kind it.leg it.source       text; leg is agent, customer, mixed or ''
//	it.start it.end it.duration    seconds
//	it.value it.confidence         the kind's main measure, and how sure the analyzer is
//	it.NAME                        a measure of the kind; with several kinds in `on`, has(it.NAME) tells whether it is there
//	call.legs call.mono            2 and false, or 1 and true
//	call.duration                  seconds
//	call.ended_by                  agent, customer, or '' when nobody knows
//	call.answer_known              whether the switch said when the call was answered
//	call.direction                 inbound, outbound or ''
//	call.swapped                   whether the legs were found to be the wrong way round
//	count('hold') total('hold')    how many segments of a kind there are, and how many seconds they last in all
//	any('hold')                    whether there is one
//	overlaps(it, 'hold')           whether another segment of that kind goes on during this one
//
// The names of kinds and measures come from the analyzers themselves, so a misspelt one is found when the rulebook is
// loaded, not when it silently never fires. There is no clock and no state in the language: a verdict is a pure
// function of the call's facts and its final segments.
package rulebook
