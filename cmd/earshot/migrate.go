package main

import (
	"context"
	"fmt"

	"github.com/earshot/earshot/pipeline/store"
)

type migrateCmd struct{ clickHouseFlags }

func (c *migrateCmd) Run(ctx context.Context, s *streams) error {
	options, err := c.options()
	if err != nil {
		return err
	}
	if err := store.Migrate(ctx, c.ClickHouse, options); err != nil {
		return err
	}
	fmt.Fprintln(s.out, "the tables are up to date")
	return nil
}
