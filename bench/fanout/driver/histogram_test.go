package main

import (
	"math"
	"testing"
)

func TestHistogramKeepsEveryValueWithinItsStep(t *testing.T) {
	for micros := int64(0); micros < 1<<30; micros = micros*21/20 + 1 {
		middle := middleOf(stepOf(micros))
		if off := math.Abs(middle - float64(micros)); off > float64(micros)/steps+0.5 {
			t.Fatalf("%d us is counted as %f us", micros, middle)
		}
	}
}

func TestHistogramQuantiles(t *testing.T) {
	var h histogram
	for micros := int64(1); micros <= 100_000; micros++ {
		h.add(micros)
	}
	for _, want := range []struct{ q, millis float64 }{{0.5, 50}, {0.95, 95}, {0.99, 99}} {
		if got := h.quantile(want.q); math.Abs(got-want.millis) > want.millis*0.016 {
			t.Fatalf("quantile %v is %v ms, want about %v", want.q, got, want.millis)
		}
	}
	if h.quantiles().Max != 100 {
		t.Fatalf("max is %v ms, want 100", h.quantiles().Max)
	}
}
