package report

import (
	"fmt"
	"strings"
)

// Replace returns a document in which the text between the markers of a section
// is another one. A marker is a comment on a line of its own:
//
//	<!-- bench decode -->
//	…
//	<!-- end decode -->
func Replace(document, section, text string) (string, error) {
	begin, end := "<!-- bench "+section+" -->\n", "<!-- end "+section+" -->\n"
	head, rest, ok := strings.Cut(document, begin)
	if !ok {
		return "", fmt.Errorf("report: the document has no line %q", strings.TrimSpace(begin))
	}
	_, tail, ok := strings.Cut(rest, end)
	if !ok {
		return "", fmt.Errorf("report: the document has no line %q", strings.TrimSpace(end))
	}
	return head + begin + "\n" + strings.TrimSpace(text) + "\n\n" + end + tail, nil
}
