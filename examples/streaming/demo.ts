/** Streams of the server, of the client, and both ways at once; a file that goes up and down; a chat. */
import { createHash } from 'node:crypto';
import { connect, load, makeClient, makeServer, RpcError } from 'livethrift';
import { Guest } from './guest.ts';
import { chat, files, greeter } from './handlers.ts';

const { Greeter, Files, Chat } = await load<typeof import('./streams.thrift')>(
  new URL('streams.thrift', import.meta.url),
);
const server = makeServer(Greeter, greeter).add(Files, files).add(Chat, chat);
const channel = connect(await server.listen({ port: 0 }));

console.log('the four types of calls:');
const hello = makeClient(Greeter, channel);
console.log('  one and one:', (await hello.say_hello({ name: 'Ada' })).text);
for await (const { text } of hello.lots_of_replies({ name: 'Ada' })) console.log('  one and many:', text);
const all = await hello.lots_of_greetings([{ name: 'Ada' }, { name: 'Bob' }]);
console.log('  many and one:', all.text);
async function* names() {
  yield { name: 'Ada' };
  yield { name: 'Bob' };
}
for await (const { text } of hello.bidi_hello(names())) console.log('  many and many:', text);

console.log('an error, after what came before it:');
try {
  for await (const { text } of hello.lots_of_replies({ name: 'nobody' })) console.log(`  ${text}`);
} catch (error) {
  console.log(`  ${error instanceof RpcError ? `${error.code}: ${error.message}` : error}`);
}

console.log('a file of 4 MB, in chunks:');
const storage = makeClient(Files, channel);
const size = 4 * 1024 * 1024;
const content = Buffer.alloc(size, 'livethrift ');
async function* chunks() {
  for (let at = 0; at < size; at += 64 * 1024) {
    yield { bytes: content.subarray(at, at + 64 * 1024) };
    progress('up', at + 64 * 1024);
  }
}
const { sha256 } = await storage.upload(chunks());
console.log('  it came whole:', sha256 === createHash('sha256').update(content).digest('hex'));
let received = 0;
for await (const { bytes } of storage.download({ size })) progress('down', (received += bytes.length));

console.log('a chat:');
const talk = makeClient(Chat, channel);
const [ada, bob] = ['Ada', 'Bob'].map(name => new Guest(name, talk)) as [Guest, Guest];
await ada.say('is anybody there?');
await bob.say('I am');
await ada.say('so am I');
for (const guest of [ada, bob]) {
  await guest.leave();
  console.log(`  ${guest.name} heard: ${guest.heard.join(' | ')}`);
}

await channel.close();
await server.close();

/** A line for each quarter of the way. */
function progress(what: string, done: number): void {
  if (done % (size / 4) !== 0) return;
  const quarters = (done / size) * 4;
  console.log(`  ${what.padEnd(4)} [${'#'.repeat(quarters * 5).padEnd(20)}] ${quarters * 25} %`);
}
