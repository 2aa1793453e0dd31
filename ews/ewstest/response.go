package ewstest

import (
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/ewspush/ewspush/ews"
)

// responseMessage is one message of a response: an error, or what the
// operation adds after m:ResponseCode.
type responseMessage struct {
	class   ews.ResponseClass // "" follows from the code
	code    ews.ResponseCode
	text    string
	culprit string // the FieldURI of the property that is to blame
	content string // XML
}

func success(content string) responseMessage {
	return responseMessage{code: ews.NoError, content: content}
}

func failure(code ews.ResponseCode, text string) responseMessage {
	if text == "" {
		text = messageText(code)
	}
	return responseMessage{code: code, text: text}
}

// soapFault is a SOAP fault in the form that Exchange gives it.
type soapFault struct {
	code       ews.ResponseCode
	text       string // of e:Message
	faultText  string // of faultstring, where it is another one
	messageXML string // content of t:MessageXml
}

var _ error = (*soapFault)(nil)

func (f *soapFault) Error() string { return "ewstest: " + string(f.code) + ": " + f.text }

func newFault(code ews.ResponseCode) *soapFault {
	return &soapFault{code: code, text: messageText(code)}
}

func (f *Fault) soapFault() *soapFault {
	fault := newFault(f.Code)
	if f.Message != "" {
		fault.text = f.Message
	}
	if f.BackOff > 0 {
		fault.messageXML = fmt.Sprintf(`<t:Value Name="BackOffMilliseconds">%d</t:Value>`, f.BackOff.Milliseconds())
	}
	return fault
}

func (v *violation) soapFault() *soapFault {
	return &soapFault{
		code:      ews.ErrorSchemaValidation,
		text:      messageText(ews.ErrorSchemaValidation),
		faultText: "The request failed schema validation: " + v.text,
		messageXML: fmt.Sprintf("<t:LineNumber>%d</t:LineNumber><t:LinePosition>%d</t:LinePosition><t:Violation>%s</t:Violation>",
			v.line, v.column, escape(v.text)),
	}
}

func (e *xmlError) soapFault() *soapFault {
	return (&violation{line: e.line, column: e.column, text: e.Error()}).soapFault()
}

// setResponseHeader sets what Exchange says in every response about who
// answered.
func (s *Server) setResponseHeader(h http.Header, r *http.Request) {
	s.mu.Lock()
	id := s.requests.guid().String()
	s.mu.Unlock()
	host, _, _ := strings.Cut(s.opts.Host, ".")
	h.Set("Request-Id", id)
	h.Set("X-Feserver", strings.ToUpper(host))
	h.Set("X-Calculatedbetarget", s.opts.Host)
	h.Set("X-Diaginfo", strings.ToUpper(host))
	h.Set("X-Beserver", strings.ToUpper(host))
	if strings.EqualFold(r.Header.Get("Return-Client-Request-Id"), "true") {
		if id := r.Header.Get("Client-Request-Id"); id != "" {
			h.Set("Client-Request-Id", id)
		}
	}
}

func (s *Server) challenge(w http.ResponseWriter) {
	w.Header().Set("Www-Authenticate", `Basic realm="`+s.opts.Host+`"`)
	w.WriteHeader(http.StatusUnauthorized)
}

// respond writes the response of an operation.
func (s *Server) respond(w http.ResponseWriter, operation string, messages []responseMessage) {
	var b strings.Builder
	fmt.Fprintf(&b, `<m:%sResponse xmlns:m="%s" xmlns:t="%s"><m:ResponseMessages>`, operation, ews.NamespaceMessages, ews.NamespaceTypes)
	for _, m := range messages {
		m.write(&b, operation+"ResponseMessage", "")
	}
	fmt.Fprintf(&b, "</m:ResponseMessages></m:%sResponse>", operation)
	s.write(w, http.StatusOK, b.String())
}

// respondFlat writes the response of an operation whose response is its only
// message.
func (s *Server) respondFlat(w http.ResponseWriter, operation string, m responseMessage) {
	var b strings.Builder
	m.write(&b, operation+"Response", fmt.Sprintf(` xmlns:m="%s" xmlns:t="%s"`, ews.NamespaceMessages, ews.NamespaceTypes))
	s.write(w, http.StatusOK, b.String())
}

func (m *responseMessage) write(b *strings.Builder, name, attributes string) {
	class := m.class
	switch {
	case class != "":
	case m.code == ews.NoError:
		class = ews.ResponseClassSuccess
	default:
		class = ews.ResponseClassError
	}
	fmt.Fprintf(b, `<m:%s%s ResponseClass="%s">`, name, attributes, class)
	if m.text != "" {
		fmt.Fprintf(b, "<m:MessageText>%s</m:MessageText>", escape(m.text))
	}
	fmt.Fprintf(b, "<m:ResponseCode>%s</m:ResponseCode>", escape(string(m.code)))
	if m.code != ews.NoError {
		b.WriteString("<m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>")
	}
	if m.culprit != "" {
		fmt.Fprintf(b, `<m:MessageXml><t:FieldURI FieldURI="%s"/></m:MessageXml>`, m.culprit)
	}
	b.WriteString(m.content)
	fmt.Fprintf(b, "</m:%s>", name)
}

// fault writes a SOAP fault; an error of another kind is ours.
func (s *Server) fault(w http.ResponseWriter, err error) {
	var f *soapFault
	if !errors.As(err, &f) {
		f = newFault(ews.ErrorInternalServerError)
		f.text = err.Error()
	}
	faultText := f.faultText
	if faultText == "" {
		faultText = f.text
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<s:Fault><faultcode xmlns:a="%s">a:%s</faultcode><faultstring xml:lang="en-US">%s</faultstring><detail>`,
		ews.NamespaceTypes, escape(string(f.code)), escape(faultText))
	fmt.Fprintf(&b, `<e:ResponseCode xmlns:e="%s">%s</e:ResponseCode><e:Message xmlns:e="%[1]s">%[3]s</e:Message>`,
		ews.NamespaceErrors, escape(string(f.code)), escape(f.text))
	if f.messageXML != "" {
		fmt.Fprintf(&b, `<t:MessageXml xmlns:t="%s">%s</t:MessageXml>`, ews.NamespaceTypes, f.messageXML)
	}
	b.WriteString("</detail></s:Fault>")
	s.write(w, http.StatusInternalServerError, b.String())
}

func (s *Server) write(w http.ResponseWriter, status int, body string) {
	v := s.opts.Version
	envelope := fmt.Sprintf(`<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="%s"><s:Header>`+
		`<h:ServerVersionInfo MajorVersion="%d" MinorVersion="%d" MajorBuildNumber="%d" MinorBuildNumber="%d" Version="%s" xmlns:h="%s"/>`+
		`</s:Header><s:Body>%s</s:Body></s:Envelope>`,
		ews.NamespaceEnvelope, v.MajorVersion, v.MinorVersion, v.MajorBuildNumber, v.MinorBuildNumber, escape(v.Version), ews.NamespaceTypes, body)
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(envelope)))
	w.WriteHeader(status)
	_, _ = w.Write([]byte(envelope)) // the client may be gone
	// The first notification must not overtake a response that is still here.
	_ = http.NewResponseController(w).Flush()
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // never fails
	return b.String()
}
