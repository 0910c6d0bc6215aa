package review

import (
	"os"
	"testing"

	"github.com/earshot/earshot/internal/enginetest"
)

func TestMain(m *testing.M) { os.Exit(enginetest.Run(m)) }
