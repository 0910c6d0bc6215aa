package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// forget has the system forget what it has read of a file. What is not on the disk yet it cannot forget.
func forget(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := file.Sync(); err != nil {
		return err
	}
	return unix.Fadvise(int(file.Fd()), 0, 0, unix.FADV_DONTNEED)
}
