/** What is streamed: a kilobyte, and what number it is. */
struct Chunk {
  1: i32 number
  2: string text
}

/** Apart from bench.thrift: the code that others generate from that knows nothing of streams. */
service Streams {
  /** Messages without end. */
  Chunk pour(1: Chunk first) (streaming.mode = "server")
}
