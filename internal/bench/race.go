package main

import (
	"context"
	"fmt"

	"github.com/ewspush/ewspush/internal/bench/report"
)

// contender is one of several ways to do the same.
type contender[T any] struct {
	name string
	turn func(ctx context.Context) (T, error) // one turn, and what came of it
}

// race gives every contender a turn, round after round, so that all of them see
// the same moods of the machine. Each round begins with another one, so that
// none always comes after the same. The first round warms up and is not
// counted. The results are by contender, in the order of the rounds.
func race[T any](ctx context.Context, rounds int, contenders []contender[T]) (map[string][]T, error) {
	results := make(map[string][]T)
	for round := range rounds + 1 {
		for i := range contenders {
			c := contenders[(round+i)%len(contenders)]
			result, err := c.turn(ctx)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			if round > 0 {
				results[c.name] = append(results[c.name], result)
			}
		}
	}
	return results, nil
}

// samples takes one figure out of each result.
func samples[T any](results []T, figure func(T) float64) report.Samples {
	var s report.Samples
	for _, r := range results {
		s = append(s, figure(r))
	}
	return s
}
