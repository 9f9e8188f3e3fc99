/** What we mean to reach, as ratios within one run. */

interface Bounds {
  /** What must be reached. */
  readonly floor?: number;
  readonly goal?: number;
  /** Whether the measured ratio must be at least, or at most, what is asked for. */
  readonly sense: 'at least' | 'at most';
}

/** One figure of a case, of one contender over that of another; of several, the pair that is worst for us. */
export interface RatioTarget extends Bounds {
  readonly kind: 'ratio';
  readonly suite: string;
  readonly name: string;
  readonly what: string;
  readonly key: string;
  readonly over: readonly string[];
  readonly under: readonly string[];
}

/** A figure of one contender. */
export interface FigureTarget extends Bounds {
  readonly kind: 'figure';
  readonly suite: string;
  readonly name: string;
  readonly what: string;
  readonly key: string;
  readonly contender: string;
}

/** The most that a unit costs among many, over the least that it costs among fewer. */
export interface GrowthTarget extends Bounds {
  readonly kind: 'growth';
  readonly suite: 'growth';
  readonly name: string;
  readonly what: string;
}

export type Target = RatioTarget | FigureTarget | GrowthTarget;

type Asked = readonly [floor: number | undefined, goal?: number];

const OURS = ['ours buffered'];
const NPM = ['npm thrift buffered', 'npm thrift framed'];
const GRPC = ['grpc-js'];
const RAW = ['raw node:net echo'];

const bounds = (sense: Bounds['sense'], [floor, goal]: Asked): Bounds => ({
  sense,
  ...(floor === undefined ? {} : { floor }),
  ...(goal === undefined ? {} : { goal }),
});

/** Of calls: how often our CPU time npm thrift's better transport needs, and so on. */
function rpc(
  name: string,
  asked: { npm?: Asked; calls?: Asked; grpc?: Asked; raw?: Asked },
): readonly RatioTarget[] {
  const common = { kind: 'ratio', suite: 'rpc', name, key: 'cpu' } as const;
  const all: (RatioTarget | undefined)[] = [
    asked.npm && {
      ...common,
      what: 'CPU, npm thrift / ours',
      over: NPM,
      under: OURS,
      ...bounds('at least', asked.npm),
    },
    asked.calls && {
      ...common,
      what: 'calls/s, ours / npm thrift',
      key: 'calls',
      over: OURS,
      under: NPM,
      ...bounds('at least', asked.calls),
    },
    asked.grpc && {
      ...common,
      what: 'CPU, grpc-js / ours',
      over: GRPC,
      under: OURS,
      ...bounds('at least', asked.grpc),
    },
    asked.raw && {
      ...common,
      what: 'CPU, ours / raw echo',
      over: OURS,
      under: RAW,
      ...bounds('at most', asked.raw),
    },
  ];
  return all.filter(target => target !== undefined);
}

/** Of codecs: how often our CPU time a peer needs. */
function codec(
  name: string,
  ours: string,
  asked: { npm?: Asked; protobufjs?: Asked; avsc?: Asked; msgpackr?: Asked },
): readonly RatioTarget[] {
  const peers: readonly (readonly [readonly string[], Asked | undefined])[] = [
    [NPM, asked.npm],
    [['protobufjs'], asked.protobufjs],
    [['avsc'], asked.avsc],
    [['msgpackr records'], asked.msgpackr],
  ];
  return peers.flatMap(([over, wanted]) =>
    wanted === undefined
      ? []
      : [
          {
            kind: 'ratio',
            suite: 'codec',
            name,
            what: `${over.length > 1 ? 'npm thrift' : over[0]} / ${ours}`,
            key: 'cpu',
            over,
            under: [ours],
            ...bounds('at least', wanted),
          } as const,
        ],
  );
}

const stream = { kind: 'ratio', suite: 'streams', name: 'stream:1KB' } as const;
const startup = { suite: 'startup', key: 'ms' } as const;
const linear = (name: string): GrowthTarget => ({
  kind: 'growth',
  suite: 'growth',
  name,
  what: 'cost of a unit, highest / lowest among fewer',
  sense: 'at most',
  floor: 2,
  goal: 1.3,
});
const arrival = (over: string, under: string, asked: Asked): RatioTarget => ({
  kind: 'ratio',
  suite: 'growth',
  name: 'arrival of 1 MB',
  what: `CPU, ${over} / ${under}`,
  key: 'cpu',
  over: [over],
  under: [under],
  ...bounds('at most', asked),
});

export const targets: readonly Target[] = [
  ...rpc('ping:1', { npm: [2.7, 3.5], calls: [2], grpc: [11], raw: [1.15, 1.05] }),
  ...rpc('login:1', { npm: [2.7, 3.5], calls: [2], grpc: [11], raw: [1.15, 1.05] }),
  ...rpc('login:64', { npm: [15, 20], calls: [8], grpc: [100], raw: [1.8, 1.5] }),
  ...rpc('small:64', { npm: [15, 20], calls: [8], grpc: [100], raw: [1.8, 1.5] }),
  ...rpc('login:512', { npm: [28, 40], grpc: [230], raw: [5, 3.5] }),
  ...rpc('medium:64', { npm: [13, 18], grpc: [45], raw: [4.5, 3] }),
  ...rpc('ints:16', { npm: [18, 25], grpc: [22], raw: [3.2, 2.5] }),
  ...rpc('doubles:16', { npm: [35, 45], grpc: [22], raw: [3.2, 2.5] }),
  ...rpc('blob:1', { npm: [1.2, 2.5], grpc: [5], raw: [1.2, 1.05] }),
  ...['login:64', 'medium:64', 'blob:1'].map(
    (name): RatioTarget => ({
      kind: 'ratio',
      suite: 'rpc',
      name,
      what: 'CPU, ours buffered / ours framed',
      key: 'cpu',
      over: OURS,
      under: ['ours framed'],
      sense: 'at most',
      floor: 1.1,
    }),
  ),
  ...codec('medium encode', 'ours in place', {
    npm: [35, 50],
    protobufjs: [3.5, 4],
    avsc: [2.8, 3.3],
    msgpackr: [2.8],
  }),
  ...codec('small encode', 'ours owned', {
    npm: [undefined, 15],
    protobufjs: [undefined, 2],
    avsc: [undefined, 1],
    msgpackr: [undefined, 1.2],
  }),
  ...codec('medium encode', 'ours owned', {
    npm: [undefined, 25],
    protobufjs: [undefined, 2.5],
    avsc: [undefined, 2],
    msgpackr: [undefined, 1.7],
  }),
  ...codec('medium decode', 'ours in place', {
    npm: [6.5, 8],
    protobufjs: [2],
    avsc: [1.7],
    msgpackr: [undefined, 1.1],
  }),
  ...codec('medium decode distinct', 'ours in place', {
    npm: [4, 5],
    protobufjs: [1.3],
    avsc: [1.2],
    msgpackr: [undefined, 0.8],
  }),
  ...codec('medium encode', 'ours without codegen', { npm: [15] }),
  ...codec('medium decode', 'ours without codegen', { npm: [1.2] }),
  {
    ...startup,
    kind: 'ratio',
    name: 'import and load 10 lines',
    what: 'time, ours / import of thrift alone',
    over: ['ours'],
    under: ['thrift, import alone'],
    sense: 'at most',
    floor: 2,
    goal: 1,
  },
  {
    ...startup,
    kind: 'figure',
    name: 'warm loads',
    what: 'MB/s of parsing, 5000 lines',
    key: 'megabytes',
    contender: 'parse 5000 lines',
    sense: 'at least',
    floor: 8,
    goal: 15,
  },
  {
    ...startup,
    kind: 'figure',
    name: 'warm loads',
    what: 'ms of a load, 300 lines',
    contender: 'load 300 lines',
    sense: 'at most',
    goal: 3,
  },
  {
    ...stream,
    what: 'messages/s, ours / grpc-js',
    key: 'calls',
    over: OURS,
    under: GRPC,
    sense: 'at least',
    floor: 10,
    goal: 30,
  },
  { ...stream, what: 'CPU, ours / raw', key: 'cpu', over: OURS, under: RAW, sense: 'at most', floor: 4 },
  arrival('chunks of 1 KB, buffered', 'chunks of 1 KB, framed', [1.3]),
  ...[
    'pending calls',
    'bytes of a message',
    'connections',
    'encode fields',
    'decode fields',
    'load types',
  ].map(linear),
];
