import { type Handler, loadSource, type Service, type StructClass } from '../../src/index.ts';

export interface NotFound extends Error {
  id: number;
}

/** The service that most specs of calls speak. */
export interface TestModule {
  readonly PingPong: Service<{
    ping(): string;
    login(username: string, password: string): string;
    /** Resolves when the test says so. */
    wait(name: string): string;
    find(id: number): string;
    findVoid(id: number): void;
    nothing(): void;
    note(text: string): void;
    echo(value: Uint8Array): Uint8Array;
    count(value: number): number;
  }>;
  readonly Other: Service<{ ping(): string; other(): string; shared(): string }>;
  readonly Third: Service<{ shared(): string }>;
  readonly NotFound: StructClass<NotFound, { id: number }>;
  readonly Undeclared: StructClass<Error, { why: string }>;
}

export const idl = `
  exception NotFound { 1: i32 id }
  exception Undeclared { 1: string why }
  service PingPong {
    string ping(),
    string login(1: string username, 2: string password),
    string wait(1: string name),
    string find(1: i32 id) throws (1: NotFound missing),
    void findVoid(1: i32 id) throws (1: NotFound missing),
    void nothing(),
    oneway void note(1: string text),
    binary echo(1: binary value),
    i32 count(1: i32 value)
  }
  service Other { string ping(), string other(), string shared() }
  service Third { string shared() }
`;

export const loaded: TestModule = loadSource<TestModule>(idl, { name: 'pingpong.thrift' });

export type PingPongHandler = Handler<TestModule['PingPong']>;

/** A handler whose `wait` calls end by hand. */
export interface Waiting {
  readonly handler: PingPongHandler;
  /** Names of the `wait` calls that are running, in order. */
  readonly running: string[];
  readonly notes: string[];
  finish(name: string): void;
}

export function waitingHandler(own: Partial<PingPongHandler> = {}): Waiting {
  const running: string[] = [];
  const notes: string[] = [];
  const finishers = new Map<string, () => void>();
  const { NotFound } = loaded;
  return {
    running,
    notes,
    finish(name) {
      finishers.get(name)!();
      running.splice(running.indexOf(name), 1);
    },
    handler: {
      ping: () => 'pong',
      login: username => `hello ${username}`,
      wait: name =>
        new Promise(resolve => {
          running.push(name);
          finishers.set(name, () => resolve(name));
        }),
      find(id) {
        if (id < 0) throw new NotFound({ id });
        return `found ${id}`;
      },
      findVoid(id) {
        if (id < 0) throw new NotFound({ id });
      },
      nothing() {},
      note(text) {
        notes.push(text);
      },
      echo: value => value,
      count: value => value + 1,
      ...own,
    },
  };
}
