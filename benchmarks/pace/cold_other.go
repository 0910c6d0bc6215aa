//go:build !linux

package main

import "errors"

func forget(string) error { return errors.New("only Linux can be asked to forget what it has read") }
