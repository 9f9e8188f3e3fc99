import { type EchoMethod, sampleOf, structNames } from './values.ts';

/** The service of bench.thrift as a client has it: what every contender with calls offers. */
export type BenchClient = {
  ping(): Promise<string>;
  login(username: string, password: string): Promise<string>;
  /** Never answered. */
  hang(): Promise<unknown>;
} & Record<EchoMethod, (value: unknown) => Promise<unknown>>;

type Handler = {
  ping(): string;
  login(username: string, password: string): string;
  hang(): Promise<never>;
} & Record<EchoMethod, (value: unknown) => unknown>;

const echo = (value: unknown): unknown => value;

/** What every server answers. */
export const handler: Handler = {
  ping: () => 'pong',
  // All the parameters: npm's thrift takes a handler with another number of them for one with a callback.
  login: (username, _password) => `welcome ${username}`,
  hang: () => new Promise(() => {}),
  small: echo,
  medium: echo,
  ints: echo,
  doubles: echo,
  blob: echo,
  texts: echo,
  counts: echo,
};

/** Calls to make. The `i`th is the same for every contender, and all are of one size on the wire. */
export type Workload =
  | { readonly method: 'ping' }
  | { readonly method: 'login'; user(i: number): string }
  | { readonly method: EchoMethod; readonly value: object };

/** `blob-N` has N bytes. */
export type WorkloadName = 'ping' | 'login' | 'login-distinct' | EchoMethod | `blob-${number}`;

export const PASSWORD = 'correct horse battery';
const USER = 'root-0000000';

/** Names of one length that do not come again soon: a cache of texts has no use of them. */
const users: readonly string[] = Array.from(
  { length: 1 << 16 },
  (_, i) => `root-${String(i).padStart(7, '0')}`,
);

const workloads: Readonly<Record<string, () => Workload>> = {
  ping: () => ({ method: 'ping' }),
  /** The same names again and again. */
  login: () => ({ method: 'login', user: () => USER }),
  /** Another name in every call. */
  'login-distinct': () => ({ method: 'login', user: i => users[i & 0xffff]! }),
};

const sizedBlob = /^blob-([1-9]\d*)$/;

export const workloadNames: readonly string[] = [
  ...Object.keys(workloads),
  ...Object.keys(structNames),
  'blob-N',
];

export function isWorkload(name: string): name is WorkloadName {
  return Object.hasOwn(workloads, name) || Object.hasOwn(structNames, name) || sizedBlob.test(name);
}

export function workloadOf(name: WorkloadName): Workload {
  const size = sizedBlob.exec(name)?.[1];
  if (size !== undefined) return { method: 'blob', value: { value: Buffer.alloc(Number(size), 1) } };
  return workloads[name]?.() ?? echoed(name as EchoMethod);
}

/** What the `i`th call comes back with, as plain data. */
export function expectedOf(workload: Workload, i: number): unknown {
  switch (workload.method) {
    case 'ping':
      return handler.ping();
    case 'login':
      return handler.login(workload.user(i), PASSWORD);
    default:
      return workload.value;
  }
}

function echoed(method: EchoMethod): Workload {
  return { method, value: sampleOf(method, 0) };
}
