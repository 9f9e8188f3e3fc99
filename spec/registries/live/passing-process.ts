/**
 * A process that looks into a registry, is entered there, closes both and has nothing left to do:
 * `passing-process.ts <kind> <port> <name>`. With `unanswered` as well, it waits for no answer before it closes.
 */
import { type Kind, kinds } from './kinds.ts';

const [kind, port, name, unanswered] = process.argv.slice(2) as [Kind, string, string, string?];
const registry = kinds[kind](Number(port));
let said = 0;
let seen = () => {};
const answered = new Promise<void>(resolve => {
  seen = resolve;
});
const watch = registry.resolver(name).watch({
  update: endpoints => {
    said++;
    if (endpoints.length > 0) seen();
  },
  failed: () => said++,
});
const registration = registry.register(name, { address: '127.0.0.1:1', onError: () => {} });
if (unanswered === undefined) await Promise.all([registration.ready(), answered]);
else await new Promise(resolve => setTimeout(resolve, 500));
watch.close();
const before = said;
await registration.close();
await registry.close();
process.on('exit', () => console.log(said === before ? 'silent' : 'spoke after it was closed'));
