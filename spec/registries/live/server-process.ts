/** A process that is entered in a registry: `server-process.ts <kind> <port> <name> <address>`. */
import { type Kind, kinds } from './kinds.ts';

const [kind, port, name, address] = process.argv.slice(2) as [Kind, string, string, string];
const registration = kinds[kind](Number(port)).register(name, { address });
await registration.ready();
console.log('ready');
setInterval(() => {}, 60_000);
