/** Calls both services over one connection. */
import { connect, load, makeClient } from 'livethrift';

const { Greeter, FileController } = await load<typeof import('./greeter.thrift')>(
  new URL('greeter.thrift', import.meta.url),
);
await using channel = connect({ host: '127.0.0.1', port: Number(process.env.PORT ?? 50051) });
const greeter = makeClient(Greeter, channel);
const files = makeClient(FileController, channel);

console.log('SayHello:', await greeter.SayHello('world'));
console.log('Square:  ', await greeter.Square(231));
console.log('Write:   ', await files.Write('note.txt', 'Buy milk'));
console.log('Read:    ', await files.Read('note.txt'));
console.log('Read:    ', await files.Read('nothing.txt'));
console.log('Write:   ', await files.Write('../note.txt', 'outside'));
