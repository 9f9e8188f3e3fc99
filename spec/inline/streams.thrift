struct Line { 1: required string text, 2: i64 (js.type = "number") at }
exception Rude { 1: string word }
exception Odd { 1: i32 number }
typedef list<Line> Lines

service Kitex {
  Line say(1: Line line) throws (1: Rude rude) (streaming.mode = "unary")
  Line listen(1: Line line, 2: i32 limit = 20) throws (1: Rude rude) (streaming.mode = 'server')
  i64 write(1: Line line) (a = "b", streaming.mode = "client"),
  map<string, i64> talk(1: set<i32> numbers) (streaming.mode = "bidirectional"); void plain()
}

service Facebook extends Kitex {
  stream<Line> lines(1: i32 from, 2: string to)
  stream<list<map<string, Lines>> throws (1: Odd odd)> deep() throws (1: Rude rude),
  i64, stream<Line throws (1: Odd odd (a = "(b)"))> numbered(1: i32 from = 1)
  void, stream<i32> bare()
  sink<Line, i64> gather()
  sink<i64 throws (1: Odd odd), Lines throws (1: Rude rude)> sum(1: i32 from, 2: i32 step = 1);
  string, sink<Line, i64 throws (1: Odd odd)> total(1: i32 from)
  void, sink<i32, i32> quiet()
  i32 stream(1: i32 sink) i32 sink()
}
