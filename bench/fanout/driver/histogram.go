package main

import "math/bits"

const (
	// 64 steps for every doubling: a value is off by less than 1.6 %.
	stepBits  = 6
	steps     = 1 << stepBits
	doublings = 40
)

// histogram counts durations in microseconds, in steps that grow with the value.
type histogram struct {
	counts [steps * doublings]uint64
	total  uint64
	max    int64
}

func (h *histogram) add(micros int64) {
	if micros < 0 {
		micros = 0
	}
	if micros > h.max {
		h.max = micros
	}
	h.counts[stepOf(micros)]++
	h.total++
}

func stepOf(micros int64) int {
	shift := bits.Len64(uint64(micros)) - stepBits - 1
	if shift < 0 {
		return int(micros)
	}
	step := (shift+1)*steps + int(micros>>shift) - steps
	return min(step, steps*doublings-1)
}

// middleOf is the value that stands for everything counted in a step.
func middleOf(step int) float64 {
	if step < 2*steps {
		return float64(step)
	}
	shift := step/steps - 1
	low := int64(step%steps+steps) << shift
	return float64(low) + float64(int64(1)<<shift)/2
}

// quantile answers milliseconds; 0 where nothing was counted.
func (h *histogram) quantile(q float64) float64 {
	if h.total == 0 {
		return 0
	}
	rank := max(uint64(q*float64(h.total)+0.5), 1)
	var sum uint64
	for step, count := range h.counts {
		if sum += count; sum >= rank {
			return min(middleOf(step), float64(h.max)) / 1000
		}
	}
	return float64(h.max) / 1000
}

// quantiles is how a latency is reported, in milliseconds.
type quantiles struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

func (h *histogram) quantiles() quantiles {
	return quantiles{h.quantile(0.5), h.quantile(0.95), h.quantile(0.99), float64(h.max) / 1000}
}
