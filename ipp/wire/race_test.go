//go:build race

package wire

// slowdown is what the race detector costs at the most.
const slowdown = 10
