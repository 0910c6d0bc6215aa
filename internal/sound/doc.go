// Package sound changes recorded voices as a composer of calls needs it: their level, pace, pitch and tilt. All audio is
// 8 kHz mono, full scale ±1.
package sound
