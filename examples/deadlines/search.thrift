/** Asks several shards, and puts together what they find. */
service Search {
  list<string> find(1: string words),
}

/** One part of the books. It takes its time. */
service Shard {
  list<string> find(1: string words, 2: i32 delay),
}
