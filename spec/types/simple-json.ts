/** What the compiler must know of JSON by field names. Nothing here is run: `tsc` is the test. */
import { fromJSON, idl, type JsonOptions, type JsonValue, load, toJSON, type } from '../../src/index.ts';

declare function expectType<T>(value: T): void;
/** True when two types are the same, not only assignable. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

const module = idl(`
  enum Kind { HOME = 1 }
  struct User { 1: required string name, 2: optional i64 id, 3: Kind kind }
`);

export function typed(text: string, options: JsonOptions): void {
  const { Kind, User } = module;
  const json = toJSON(User, { name: 'a', id: 5n }, options);
  expectType<Same<typeof json, JsonValue>>(true);
  expectType<JsonValue>(toJSON(User, new User({ name: 'a' })));
  const user = fromJSON(User, JSON.parse(text), { limits: { depth: 5 } });
  expectType<string>(user.name);
  expectType<bigint | undefined>(user.id);
  const numbers = fromJSON(type(module, 'list<i32>'), JSON.parse(text));
  expectType<Same<typeof numbers, unknown>>(true);
  expectType<JsonValue>(toJSON(Kind, 'HOME'));
  expectType<JsonValue>(toJSON(type(module, 'list<i32>'), [1]));

  // @ts-expect-error: a field of another type
  toJSON(User, { name: 5 });
  // @ts-expect-error: a required field is missing
  toJSON(User, {});
  // @ts-expect-error: no such field
  toJSON(User, { name: 'a', nam: 'b' });
  // @ts-expect-error: an option that does not exist
  toJSON(User, { name: 'a' }, { depth: 5 });
  // @ts-expect-error: a type by its name
  fromJSON('User', {});
  // @ts-expect-error: no such field
  user.email;
}

export async function untyped(): Promise<void> {
  const { User } = await load('users.thrift');
  const user = fromJSON(User, toJSON(User, { name: 'a' }));
  expectType<string>(user.name);
}
