package ewstest

// roomList is a distribution list of rooms.
type roomList struct {
	person
	rooms []string
}

// AddRoomList adds a list of rooms, which GetRoomLists and GetRooms tell. The
// rooms are SMTP addresses; each is a mailbox of the server from then on.
func (s *Server) AddRoomList(smtp, name string, rooms ...string) {
	for _, room := range rooms {
		s.Mailbox(room)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roomLists = append(s.roomLists, roomList{person: person{name: name, address: smtp}, rooms: rooms})
}
