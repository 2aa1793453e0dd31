package ews

// Reply is what an answer tells beside its body.
type Reply struct {
	Operation     string
	ServerVersion ServerVersionInfo // SOAP header t:ServerVersionInfo; zero if there was none
	Diagnostics   Diagnostics

	turn *turn // nil in a Reply that is not from a Client
}

// Check returns nil for a response message of class Success or Warning, and
// otherwise a *ResponseError. One warning is an error too,
// ErrorBatchProcessingStopped, since nothing was done about its item. Check is
// for each response message of each operation: an operation on several items
// has one per item, and each can fail alone.
func (r *Reply) Check(m *ResponseMessage) error {
	class := m.ResponseClass
	if class == "" && (m.ResponseCode == "" || m.ResponseCode == NoError) {
		class = ResponseClassSuccess
	}
	stopped := m.ResponseCode == ErrorBatchProcessingStopped
	if class == ResponseClassSuccess || class == ResponseClassWarning && !stopped {
		return nil
	}
	err := &ResponseError{
		Operation: r.Operation, ResponseMessage: *m, ServerVersion: r.ServerVersion, Diagnostics: r.Diagnostics,
	}
	if r.turn != nil {
		r.turn.answered(err)
	}
	return err
}
