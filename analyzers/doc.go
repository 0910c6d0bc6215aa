// Package analyzers measures how a call was conducted: 20 ms frames in, segments out.
//
// An analyzer never knows a limit: it reports segments with measured values, also well below any limit. Everything it
// says follows from the call's own audio and events, so the same call gives the same segments whatever the batching,
// the crash or the machine.
package analyzers
