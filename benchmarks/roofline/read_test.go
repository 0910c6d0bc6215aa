package main

import "testing"

func TestReadLackey(t *testing.T) {
	operations, bytes, err := readLackey([]byte(`==7== IR-level counts by type:
==7==    Type        Loads       Stores       AluOps
==7==    -------------------------------------------
==7==    I8          1,000            0           10
==7==    I64           100           10            5
==7==    F32             0            0            3
==7==    V128           10           10        1,000
`))
	if err != nil || operations != 1003 || bytes != 1000+110*8+20*16 {
		t.Errorf("%v operations, %v bytes, %v", operations, bytes, err)
	}
	if _, _, err := readLackey([]byte("==7== nothing")); err == nil {
		t.Error("no counts, and no error")
	}
}

func TestReadCachegrind(t *testing.T) {
	first, last, err := readCachegrind([]byte(`==9== I   refs:      1,000
==9== D   refs:      900  (600 rd   + 300 wr)
==9== D1  misses:    1,000  (  900 rd   +   100 wr)
==9== LLd misses:       10  (    9 rd   +     1 wr)
==9== D1  miss rate:   0.1% (  0.1%     +   0.1%  )
`))
	if err != nil || first != 64_000 || last != 640 {
		t.Errorf("%v, %v, %v", first, last, err)
	}
}
