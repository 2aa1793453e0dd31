package ews

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// hostile are documents made to cost more than their size, of about n bytes.
func hostile() []struct {
	name  string
	write func(n int) string
} {
	repeat := func(s string, n int) string { return strings.Repeat(s, max(n/len(s), 1)) }
	number := func(n int, format string) string {
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	return []struct {
		name  string
		write func(n int) string
	}{
		{"deep", func(n int) string { return withEvents(strings.Repeat("<x:a>", n/11) + strings.Repeat("</x:a>", n/11)) }},
		{"tiny", func(n int) string { return withEvents(repeat("<x:a/>", n)) }},
		{"unclosed", func(n int) string { return withEvents(repeat("<x:a>", n)) }},
		{"value", func(n int) string { return withEvents(`<x:a b="` + strings.Repeat("x", n) + `"/>`) }},
		{"quotes", func(n int) string { return withEvents(repeat(`<x:a b='"' c="'"/>`, n)) }},
		{"attributes", func(n int) string { return withEvents("<x:a" + number(n, ` a%d=""`) + "/>") }},
		{"declarations", func(n int) string { return withEvents("<x:a" + number(n, ` xmlns:p%d="u"`) + "/>") }},
		{"declared", func(n int) string {
			return withEvents("<x:a" + number(n/2, ` xmlns:p%d="u"`) + ">" + repeat("<p0:b/>", n/2) + "</x:a>")
		}},
		{"redeclared", func(n int) string { return withEvents(repeat(`<a xmlns="u" xmlns:p="v"/>`, n)) }},
		{"prefix", func(n int) string {
			p := strings.Repeat("p", n/4)
			return withEvents("<" + p + ":a xmlns:" + p + `="u"></` + p + ":a>")
		}},
		{"namespace", func(n int) string {
			return withEvents(`<a xmlns="` + strings.Repeat("u", n/2) + `">` + repeat("<b/>", n/2) + "</a>")
		}},
		{"entities", func(n int) string { return withEvents("<x:a>" + repeat("&amp;", n) + "</x:a>") }},
		{"references", func(n int) string { return withEvents(`<x:a b="` + repeat("&#9;", n) + `"/>`) }},
		{"zeros", func(n int) string { return withEvents("<x:a>&#" + strings.Repeat("0", n) + "65;</x:a>") }},
		{"lines", func(n int) string { return withEvents("<x:a>" + strings.Repeat("\r", n) + "</x:a>") }},
		{"pieces", func(n int) string {
			return withEvents("<t:StatusEvent><t:Watermark>" + repeat("x<!---->", n) + "</t:Watermark></t:StatusEvent>")
		}},
		{"comments", func(n int) string { return withEvents("<!--" + strings.Repeat("- ", n/2) + "-->") }},
		{"sections", func(n int) string { return withEvents("<![CDATA[" + strings.Repeat("]>", n/2) + "]]>") }},
		{"events", func(n int) string { return withEvents(repeat("<t:StatusEvent/>", n)) }},
		{"unusual", func(n int) string {
			usual := `<t:CreatedEvent><t:Watermark>AQAAAExY/dNdjDVKjtBVHKR5IOsoIukhAAAAAAE=</t:Watermark><t:ItemId Id="a"/><t:A/></t:CreatedEvent>`
			return usualHead + "Exchange2016" + usualBody + "<t:SubscriptionId>id</t:SubscriptionId>" + repeat(usual, n) + usualTail
		}},
	}
}

// hostileLimits are none: the default depth alone would end some of it early.
var hostileLimits = Limits{MaxBytes: 1 << 30, MaxDepth: 1 << 30, MaxEvents: 1 << 30}

// What takes long in the square of its size is worth an attack. The figures for
// the two sizes are to be compared: ns/byte must not grow, B/byte is bounded.
func BenchmarkDecodeHostile(b *testing.B) {
	for _, way := range hostile() {
		for _, size := range []int{64 << 10, 1 << 20} {
			body := []byte(way.write(size))
			b.Run(fmt.Sprintf("%s/%dKiB", way.name, size>>10), func(b *testing.B) {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				for b.Loop() {
					_, err := ParseSendNotification(body, &hostileLimits)
					if (err != nil) != (way.name == "unclosed") {
						b.Fatal(err)
					}
				}
				runtime.ReadMemStats(&after)
				bytes := float64(b.N) * float64(len(body))
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/bytes, "ns/byte")
				b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/bytes, "B/byte")
			})
		}
	}
}

// Whatever a body is made of, decoding it allocates no more than so many times
// its size, all told, garbage included.
func TestHostileMemory(t *testing.T) {
	const most = 64
	for _, way := range hostile() {
		t.Run(way.name, func(t *testing.T) {
			body := []byte(way.write(1 << 18))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := ParseSendNotification(body, &hostileLimits)
			runtime.ReadMemStats(&after)
			if way.name == "unclosed" {
				require.Error(t, err)
			} else {
				require.NoError(t, err)
			}
			require.Less(t, int(after.TotalAlloc-before.TotalAlloc), most*len(body))
		})
	}
}
