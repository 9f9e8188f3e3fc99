service OrderHandler {
  /** Answers with the order as JSON. */
  string create_order(1: string phone, 2: double price, 3: map<string, string> request_arg),
}
