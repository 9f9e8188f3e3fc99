struct Request { 1: required string name }
struct Reply { 1: required string text }

/** The four types of calls. */
service Greeter {
  Reply say_hello(1: Request request)
  Reply lots_of_replies(1: Request request) (streaming.mode = "server")
  Reply lots_of_greetings(1: Request request) (streaming.mode = "client")
  Reply bidi_hello(1: Request request) (streaming.mode = "bidirectional")
}

struct Chunk { 1: required binary bytes }
struct Wanted { 1: required i32 size }
struct Receipt { 1: required i32 size, 2: required string sha256 }

/** Files, a piece at a time. */
service Files {
  Chunk download(1: Wanted wanted) (streaming.mode = "server")
  Receipt upload(1: Chunk chunk) (streaming.mode = "client")
}

struct Line { 1: required string by, 2: required string text }

/** What one says, all hear. */
service Chat {
  Line talk(1: Line line) (streaming.mode = "bidirectional")
}
