/** A mistake that a user makes, and what the compiler's message has to say about it. */
export interface Mistake {
  readonly name: string;
  /** Follows `preamble`. */
  readonly code: string;
  /** Part of the message. */
  readonly says: string;
}

/** What every mistake has at hand. */
export const preamble = `
import { load, makeClient, makeServer, type Handler } from 'livethrift';
import * as everything from '../everything.thrift';
import { words } from '../everything.thrift';
const { Everything, Scalars, Demanding, Containers, Shape, Status, NotFound, Tree, Streams, Remote } = everything;
declare const client: import('livethrift').Client<typeof Everything>;
declare const streams: import('livethrift').Client<typeof Streams>;
declare const shape: everything.Shape;
declare const rest: Omit<Handler<typeof Everything>, 'ping' | 'find'>;
const ping = () => 'pong';
const find = (id: bigint) => ({ id });
export { load, makeClient, makeServer, words, Scalars, Demanding, Containers, Shape, Status, NotFound, Tree, Remote };
export { client, streams, shape, rest, ping, find };
`;

export const mistakes: readonly Mistake[] = [
  // ── calls ──────────────────────────────────────────────────────────────────────────────────────────
  {
    name: 'an argument of the wrong type',
    code: `client.note(5);`,
    says: `Argument of type 'number' is not assignable to parameter of type 'string'`,
  },
  {
    name: 'text for an i64',
    code: `client.find('1', 'hint');`,
    says: `Argument of type 'string' is not assignable to parameter of type 'I64Input'`,
  },
  {
    name: 'a missing argument',
    code: `client.find(1n);`,
    says: `Expected 2-4 arguments, but got 1`,
  },
  {
    name: 'an argument too many',
    code: `client.ping({ timeout: 1 }, 2);`,
    says: `Expected 0-1 arguments, but got 2`,
  },
  {
    name: 'call options in the place of an argument',
    code: `client.note({ timeout: 5 });`,
    says: `Argument of type '{ timeout: number; }' is not assignable to parameter of type 'string'`,
  },
  {
    name: 'an unknown call option',
    code: `client.note('text', { timeOut: 5 });`,
    says: `'timeOut' does not exist in type 'CallOptions'`,
  },
  {
    name: 'a call option of the wrong type',
    code: `client.note('text', { timeout: '5s' });`,
    says: `Type 'string' is not assignable to type 'number'`,
  },
  {
    name: 'a method that the service does not have',
    code: `client.pong();`,
    says: `Property 'pong' does not exist on type 'TypedClient<Service<Everything$Api, Everything$Impl>>'`,
  },
  {
    name: 'a result used without await',
    code: `client.ping().toUpperCase();`,
    says: `Property 'toUpperCase' does not exist on type 'Promise<string>'`,
  },
  {
    name: 'a result taken for something else',
    code: `export const sum: number = await client.sum([1]);`,
    says: `Type 'bigint' is not assignable to type 'number'`,
  },
  {
    name: 'the result of a void method',
    code: `(await client.nothing()).length;`,
    says: `Property 'length' does not exist on type 'void'`,
  },
  {
    name: 'bigint and number mixed',
    code: `export const next = (await client.sum([1])) + 1;`,
    says: `Operator '+' cannot be applied to types 'bigint' and '1'`,
  },
  {
    name: 'a stream taken for one answer',
    code: `(await streams.watch('it')).toFixed();`,
    says: `Property 'toFixed' does not exist on type 'Stream<number>'`,
  },
  {
    name: 'a stream of the wrong values',
    code: `streams.upload((async function* () { yield 5; })());`,
    says: `Type 'number' is not assignable to type 'string'`,
  },
  {
    name: 'a method called then',
    code: `declare const reserved: import('livethrift').Client<typeof words.package>;\nreserved.then();`,
    says: `Property 'then' does not exist on type`,
  },

  // ── values ─────────────────────────────────────────────────────────────────────────────────────────
  {
    name: 'a missing required field',
    code: `new Demanding({ who: 'me' });`,
    says: `Property 'id' is missing in type '{ who: string; }' but required in type 'Demanding$Input'`,
  },
  {
    name: 'a constructor without the required fields',
    code: `new Demanding();`,
    says: `Expected 1 arguments, but got 0`,
  },
  {
    name: 'null for a required field',
    code: `new Demanding({ who: null, id: 1 });`,
    says: `Type 'null' is not assignable to type 'string'`,
  },
  {
    name: 'a misspelt field',
    code: `new Scalars({ trth: true });`,
    says: `'trth' does not exist in type 'Scalars$Input'. Did you mean to write 'truth'?`,
  },
  {
    name: 'a field of the wrong type',
    code: `client.echoScalars({ medium: '5' });`,
    says: `Type 'string' is not assignable to type 'number'`,
  },
  {
    name: 'a plain array of bytes',
    code: `client.bytes([1, 2, 3]);`,
    says: `Type 'number[]' is missing the following properties from type 'Uint8Array`,
  },
  {
    name: 'a wrong element of a list',
    code: `client.echoContainers({ numbers: [1, 'two'] });`,
    says: `Type 'string' is not assignable to type 'number'`,
  },
  {
    name: 'a wrong value in a map',
    code: `client.counts({ one: '1' });`,
    says: `Type 'string' is not assignable to type 'number'`,
  },
  {
    name: 'a wrong key of a map',
    code: `client.echoContainers({ index: new Map([['a', [1n]]]) });`,
    says: `Type 'string' is not assignable to type 'I64Input'`,
  },
  {
    name: 'a plain object for a map whose keys are no strings',
    code: `client.echoContainers({ index: { 1: [1n] } });`,
    says: `'1' does not exist in type 'ReadonlyMap<I64Input, ListInput<I64Input>>'`,
  },
  {
    name: 'null in a list',
    code: `client.sum([null]);`,
    says: `Type 'null' is not assignable to type 'I64Input'`,
  },
  {
    name: 'a struct of another type',
    code: `client.echoTree(new Scalars());`,
    says: `Property 'value' is missing in type 'Scalars' but required in type 'Tree$Input'`,
  },
  {
    name: 'two structs of one name mixed up',
    code: `client.echoContainers({ one: new everything.other.Base({ two: '2' }) });`,
    says: `has no properties in common with type 'Base$Input'`,
  },
  {
    name: 'a decoded field used as if it were always there',
    code: `(await client.find(1, 'hint')).name.length;`,
    says: `is possibly 'undefined'`,
  },
  {
    name: 'a decoded field that does not exist',
    code: `(await client.find(1, 'hint')).nam;`,
    says: `Property 'nam' does not exist on type 'User'. Did you mean 'name'?`,
  },
  {
    name: 'a constant changed',
    code: `everything.NAMES.add('c');`,
    says: `Property 'add' does not exist on type 'ReadonlySet<string>'`,
  },
  {
    name: 'an element of a constant changed',
    code: `everything.NUMBERS[0] = 3;`,
    says: `Cannot assign to '0' because it is a read-only property`,
  },

  // ── unions and enums ───────────────────────────────────────────────────────────────────────────────
  {
    name: 'a member that the union does not have',
    code: `client.echoShape({ side: 3 });`,
    says: `'side' does not exist in type 'Shape$Input'. Did you mean to write 'sides'?`,
  },
  {
    name: 'two members of a union',
    code: `client.echoShape({ sides: 3, name: 'triangle' });`,
    says: `Types of property 'name' are incompatible`,
  },
  {
    name: 'no member of a union',
    code: `new Shape({});`,
    says: `Argument of type '{}' is not assignable to parameter of type 'Shape$Input'`,
  },
  {
    name: 'a union made of nothing',
    code: `new Shape();`,
    says: `Expected 1 arguments, but got 0`,
  },
  {
    name: 'a union member of the wrong type',
    code: `client.echoShape({ sides: 'three' });`,
    says: `Type 'string' is not assignable to type 'number'`,
  },
  {
    name: 'a union member used without asking which it is',
    code: `shape.name.length;`,
    says: `'shape.name' is possibly 'undefined'`,
  },
  {
    name: 'an unknown name of an enum',
    code: `client.status('DOEN');`,
    says: `Argument of type '"DOEN"' is not assignable to parameter of type 'Status$Input'`,
  },
  {
    name: 'an unknown number of an enum',
    code: `client.status(6);`,
    says: `Argument of type '6' is not assignable to parameter of type 'Status$Input'`,
  },
  {
    name: 'an unknown member of an enum object',
    code: `Status.DOEN;`,
    says: `Property 'DOEN' does not exist on type`,
  },
  {
    name: 'an enum compared with a number that no member has',
    code: `(await client.status(0)) === 6;`,
    says: `This comparison appears to be unintentional because the types 'Status' and '6' have no overlap`,
  },
  {
    name: 'an enum case forgotten',
    code: `export function label(status: everything.Status): string {\n  switch (status) {\n    case 0: return 'new';\n    case 5: return 'done';\n  }\n}`,
    says: `Function lacks ending return statement and return type does not include 'undefined'`,
  },

  // ── servers ────────────────────────────────────────────────────────────────────────────────────────
  {
    name: 'a missing handler',
    code: `makeServer(Everything, { ...rest, ping });`,
    says: `Property 'find' is missing in type`,
  },
  {
    name: 'a handler for no method of the service',
    code: `makeServer(Everything, { ...rest, ping, find, pong: () => 'ping' });`,
    says: `'pong' does not exist in type 'HandlerOf<Everything$Impl>'`,
  },
  {
    name: 'a handler that returns the wrong type',
    code: `makeServer(Everything, { ...rest, find, ping: () => 5 });`,
    says: `Type 'number' is not assignable to type 'string | PromiseLike<string>'`,
  },
  {
    name: 'a handler that resolves to the wrong type',
    code: `makeServer(Everything, { ...rest, find, ping: async () => 5 });`,
    says: `Type 'Promise<number>' is not assignable to type 'string | PromiseLike<string>'`,
  },
  {
    name: 'a handler that returns nothing',
    code: `makeServer(Everything, { ...rest, find, ping() {} });`,
    says: `Type 'void' is not assignable to type 'string | PromiseLike<string>'`,
  },
  {
    name: 'a handler that returns a struct without a required field',
    code: `makeServer(Everything, { ...rest, ping, find: () => ({ name: 'nobody' }) });`,
    says: `Property 'id' is missing in type '{ name: string; }' but required in type 'User$Input'`,
  },
  {
    name: 'a handler that wants other arguments',
    code: `makeServer(Everything, { ...rest, ping, find: (id: string) => ({ id: BigInt(id) }) });`,
    says: `Type 'bigint' is not assignable to type 'string'`,
  },
  {
    name: 'a handler that wants more arguments than there are',
    code: `makeServer(Everything, { ...rest, find, ping: (context: unknown, more: string) => more });`,
    says: `Target signature provides too few arguments. Expected 2 or more, but got 1`,
  },
  {
    name: 'an argument used as what it is not',
    code: `makeServer(Everything, { ...rest, ping, find: id => ({ id: id + 1 }) });`,
    says: `Operator '+' cannot be applied to types 'bigint' and '1'`,
  },
  {
    name: 'a context used as what it is not',
    code: `makeServer(Everything, { ...rest, find, ping: context => context.signl.reason });`,
    says: `Property 'signl' does not exist on type 'Context'. Did you mean 'signal'?`,
  },
  {
    name: 'an unknown option of a server',
    code: `makeServer(Everything, { ...rest, ping, find }, { exposeError: true });`,
    says: `'exposeError' does not exist in type`,
  },
  {
    name: 'the handler of another service',
    code: `makeServer(Remote, { ...rest, ping, find });`,
    says: `does not exist in type 'HandlerOf<Remote$Impl>'`,
  },
  {
    name: 'a struct in the place of a service',
    code: `makeClient(Scalars, 'localhost:9000');`,
    says: `is missing the following properties from type 'Service<unknown, unknown>'`,
  },
  {
    name: 'an exception without its required field',
    code: `throw new NotFound({ message: 'not there' });`,
    says: `Property 'what' is missing in type '{ message: string; }' but required in type 'NotFound$Input'`,
  },

  // ── modules ────────────────────────────────────────────────────────────────────────────────────────
  {
    name: 'an import of what the file does not define',
    code: `import { Everythin } from '../everything.thrift';\nEverythin;`,
    says: `has no exported member named 'Everythin'. Did you mean 'Everything'?`,
  },
  {
    name: 'a loaded module without the definition asked for',
    code: `const { Nobody } = await load<typeof import('../everything.thrift')>('everything.thrift');\nNobody;`,
    says: `Property 'Nobody' does not exist on type`,
  },
  {
    name: 'a file without declarations',
    code: `import { Missing } from '../missing.thrift';\nMissing;`,
    says: `Cannot find module '../missing.thrift' or its corresponding type declarations`,
  },
];
