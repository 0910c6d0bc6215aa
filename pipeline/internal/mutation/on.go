//go:build mutations || race

package mutation

// Name is the fault that is in; empty for none. The linker can set it (-ldflags -X).
var Name string

// Is says whether the fault is in.
func Is(name string) bool { return Name == name }
