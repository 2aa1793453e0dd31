package ewstest

import (
	"io"
	"net/http"
	"strings"
)

// description returns the files that Exchange serves beside the endpoint, for
// clients that read the WSDL before they speak. Ours describe what this server
// does and no more, and are made of the rules by which it checks requests.
func (s *Server) description(path string) (file string, ok bool) {
	d := descriptionWriter{operations: s.operations}
	switch strings.ToLower(path) {
	case "/ews/services.wsdl":
		return d.wsdl(), true
	case "/ews/messages.xsd":
		messages, _ := d.schemas()
		return messages, true
	case "/ews/types.xsd":
		_, types := d.schemas()
		return types, true
	default:
		return "", false
	}
}

func describe(w http.ResponseWriter, r *http.Request, file string) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	_, _ = io.WriteString(w, file) // the client may be gone
}
