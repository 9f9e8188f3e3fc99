service Greeter {
  string SayHello(1: string name),
  /** The square root of a number. */
  double Square(1: double number),
}

/** Small files of one folder. */
service FileController {
  /** The text of a file, or "Error: read failed". */
  string Read(1: string name),
  /** 0: written; 1: not. */
  i32 Write(1: string name, 2: string text),
}
