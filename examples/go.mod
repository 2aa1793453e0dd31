// Runnable programs. A module of its own so that whatever a demonstration
// needs stays out of the library's requirements; it is never tagged.
module github.com/ewspush/ewspush/examples

go 1.26.0

replace github.com/ewspush/ewspush => ..
