/** Is anybody there, and who? */
service PingPong {
  /** Answers "pong". */
  string ping(),

  /** Answers with a welcome. */
  string login(1: string username, 2: string password),
}
