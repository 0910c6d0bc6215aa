package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// readAhead has the system read a file that is needed soon while others are analysed.
func readAhead(file string) {
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() {
		return // whoever needs it will say so
	}
	f, err := os.Open(file)
	if err != nil {
		return
	}
	defer f.Close()
	_ = unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_WILLNEED) // only an advice
}
