package ewstest

import (
	"io"
	"net/http"
	"strings"
	"sync"
)

const autodiscoverPath = "/autodiscover/autodiscover"

// AutodiscoverAnswer is what the Autodiscover services answer in place of the
// settings of a mailbox. Exactly one of Status, Code, RedirectAddress,
// RedirectURL and EWSURL is set.
type AutodiscoverAnswer struct {
	Address string // the SMTP address asked for; "" is any
	Service string // "svc", "xml" or "json"; "" is any
	Host    string // the host asked; "" is any
	Times   int    // how often; 0 is always

	Status          int    // this HTTP status and no more; 401 comes with a challenge, 301 and 302 with Location
	Location        string // for Status
	Code            string // error code, in the words of SOAP: "InvalidUser", "ServerBusy"
	RedirectAddress string // another SMTP address to ask for; not for json, which has no such answer
	RedirectURL     string // another URL to ask at; json redirects by HTTP
	EWSURL          string // this endpoint in place of the server's own
}

// AutodiscoverRequest is one request that an Autodiscover service got.
type AutodiscoverRequest struct {
	Host    string // as the client named it
	Method  string
	Path    string
	Address string // that was asked for; "" if the request was not read so far
	// Authorization is the scheme of the header of that name, "" without one.
	Authorization string
}

// autodiscover is the state of the Autodiscover services.
type autodiscover struct {
	mu       sync.Mutex
	script   []*AutodiscoverAnswer
	requests []AutodiscoverRequest
}

// Autodiscover scripts the Autodiscover services: the first line that fits a
// request is its answer. It replaces the script there was.
//
// The services lie at /autodiscover/autodiscover.svc (GetUserSettings), .xml
// (POX) and .json, and know the mailboxes of the server. The first two need a
// login if the server has accounts; any account may ask for any mailbox. To
// answer under other names, as autodiscover.example.com, let Network.Serve send
// these to the Server, which is an http.Handler.
func (s *Server) Autodiscover(script ...AutodiscoverAnswer) {
	s.autodiscover.mu.Lock()
	defer s.autodiscover.mu.Unlock()
	s.autodiscover.script = nil
	for _, line := range script {
		s.autodiscover.script = append(s.autodiscover.script, &line)
	}
}

// AutodiscoverRequests returns the requests that the Autodiscover services got
// so far.
func (s *Server) AutodiscoverRequests() []AutodiscoverRequest {
	s.autodiscover.mu.Lock()
	defer s.autodiscover.mu.Unlock()
	return append([]AutodiscoverRequest(nil), s.autodiscover.requests...)
}

// serveAutodiscover answers a request for one of the services and reports
// whether it was one.
func (s *Server) serveAutodiscover(w http.ResponseWriter, r *http.Request) bool {
	rest, found := strings.CutPrefix(strings.ToLower(r.URL.Path), autodiscoverPath+".")
	if !found {
		return false
	}
	service, _, _ := strings.Cut(rest, "/")
	read, known := map[string]func(*http.Request, []byte) autodiscoverCall{
		"svc": readSOAPAutodiscover, "xml": readPOXAutodiscover, "json": readJSONAutodiscover,
	}[service]
	if !known {
		return false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return true
	}
	c := read(r, body)
	c.service = service
	line := s.autodiscoverLine(r, &c)
	switch _, loggedIn := s.login(r); {
	case line != nil && line.Status != 0 && line.Status != http.StatusUnauthorized:
		if line.Location != "" {
			w.Header().Set("Location", line.Location)
		}
		w.WriteHeader(line.Status)
	case line != nil && line.Status != 0, service != "json" && !loggedIn:
		s.challenge(w)
	case service != "json" && r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		w.WriteHeader(http.StatusMethodNotAllowed)
	default:
		s.answerAutodiscover(w, &c, line)
	}
	return true
}

// autodiscoverLine records a request and takes its line of the script.
func (s *Server) autodiscoverLine(r *http.Request, c *autodiscoverCall) *AutodiscoverAnswer {
	scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	a := &s.autodiscover
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests = append(a.requests, AutodiscoverRequest{
		Host: r.Host, Method: r.Method, Path: r.URL.Path, Address: c.address, Authorization: scheme,
	})
	for i, line := range a.script {
		if line.Address != "" && !strings.EqualFold(line.Address, c.address) ||
			line.Service != "" && line.Service != c.service ||
			line.Host != "" && !strings.EqualFold(line.Host, r.Host) ||
			line.RedirectAddress != "" && c.service == "json" {
			continue
		}
		if line.Times > 0 {
			line.Times--
			if line.Times == 0 {
				a.script = append(a.script[:i:i], a.script[i+1:]...)
			}
		}
		return line
	}
	return nil
}
