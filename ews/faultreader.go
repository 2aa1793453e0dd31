package ews

import "strings"

// readFault reads the soap:Fault that was opened last. Its children are in no
// namespace, those of its detail in the errors namespace or, by server and
// element, in others; their local names are enough.
func readFault(r *xmlReader) (*Fault, error) {
	f := &Fault{}
	err := r.children(func(e *xmlElement) error {
		var err error
		switch e.local {
		case "faultcode":
			f.FaultCode, err = r.text(e)
		case "faultstring":
			f.FaultString, err = r.text(e)
		case "detail":
			err = readFaultDetail(r, f)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if _, local, found := strings.Cut(f.FaultCode, ":"); found {
		f.FaultCode = local
	}
	if f.ResponseCode == "" && strings.HasPrefix(f.FaultCode, "Error") {
		f.ResponseCode = ResponseCode(f.FaultCode)
	}
	return f, nil
}

func readFaultDetail(r *xmlReader, f *Fault) error {
	return r.children(func(e *xmlElement) error {
		var err error
		switch e.local {
		case "ResponseCode":
			var code string
			code, err = r.text(e)
			f.ResponseCode = ResponseCode(code)
		case "Message":
			f.Message, err = r.text(e)
		case "MessageXml":
			f.MessageXML, err = readMessageXML(r)
		}
		return err
	})
}
