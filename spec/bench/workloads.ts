/** The service of idl/pingpong.thrift as a client has it: what every contender with calls offers. */
export interface PingPong {
  ping(): Promise<string>;
  login(username: string, password: string): Promise<string>;
}

/** What every server answers. */
export const handler = {
  ping: (): string => 'pong',
  login: (username: string, _password: string): string => `welcome ${username}`,
};

/** Calls to make. The `i`th is the same for every contender, and all are of one size on the wire. */
export interface Workload {
  call(client: PingPong, i: number): Promise<string>;
  expected(i: number): string;
  /** Bytes of a request and its reply in the binary protocol, unframed. */
  readonly requestSize: number;
  readonly replySize: number;
}

const USER = 'root-0000000';
const PASSWORD = 'correct horse battery';

/** Names of one length that do not come again soon: a cache of texts has no use of them. */
const users: readonly string[] = Array.from(
  { length: 1 << 16 },
  (_, i) => `root-${String(i).padStart(7, '0')}`,
);
const userOf = (i: number): string => users[i & 0xffff]!;

const loginSizes = {
  requestSize: messageSize('login', [USER, PASSWORD]),
  replySize: messageSize('login', [handler.login(USER, PASSWORD)]),
};

export type WorkloadName = 'ping' | 'login' | 'login-distinct';

export const workloads: Readonly<Record<WorkloadName, Workload>> = {
  ping: {
    call: client => client.ping(),
    expected: () => handler.ping(),
    requestSize: messageSize('ping', []),
    replySize: messageSize('ping', [handler.ping()]),
  },
  /** The same names again and again. */
  login: {
    call: client => client.login(USER, PASSWORD),
    expected: () => handler.login(USER, PASSWORD),
    ...loginSizes,
  },
  /** Another name in every call. */
  'login-distinct': {
    call: (client, i) => client.login(userOf(i), PASSWORD),
    expected: i => handler.login(userOf(i), PASSWORD),
    ...loginSizes,
  },
};

export function isWorkload(name: string): name is WorkloadName {
  return Object.hasOwn(workloads, name);
}

/** A message whose struct has only strings (thrift-binary-protocol.md). */
function messageSize(method: string, fields: readonly string[]): number {
  const body = fields.reduce((sum, text) => sum + 3 + 4 + Buffer.byteLength(text), 0);
  return 4 + 4 + method.length + 4 + body + 1;
}
